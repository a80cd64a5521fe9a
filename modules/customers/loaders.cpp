#include <algorithm>
#include <vector>

#include "mis/db/bulk_writer.hpp"
#include "mis/files/lookup.hpp"
#include "modules/customers/customers.hpp"
#include "modules/customers/domain/search_keys.hpp"

namespace mis::customers {
namespace {

using db::BulkWriter;
using db::Session;

// What is pending before it is sent: large enough for the server to be busy, small enough for many threads.
constexpr std::size_t kFlushBytes = 8 << 20;

// Keys go in by their own order, so that neighbours in the index are written together: the county's keys load about
// twice as fast as in the order of accounts.
void write_search_keys(Session& session, std::vector<SearchKey>& keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  BulkWriter out("customers_search_key", {"key_text", "account_id", "key_kind"});
  for (const SearchKey& key : keys) {
    out.add(key.text).add(key.account_id).add(static_cast<int>(key.kind)).end_row();
    out.flush_when_over(session, kFlushBytes);
  }
  out.flush(session);
}

}  // namespace

void load_customers(Session& session, std::span<const Customer> rows) {
  BulkWriter out("customers_customer",
                 {"customer_id", "customer_no", "kind", "name", "id_kind", "id_no", "phone", "created_at"});
  for (const Customer& row : rows) {
    out.add(row.customer_id).add(row.customer_no).add(row.kind).add(row.name).add(row.id_kind).add(row.id_no);
    out.add(row.phone).add(row.created_at).end_row();
    out.flush_when_over(session, kFlushBytes);
  }
  out.flush(session);
}

void load_accounts(Session& session, std::span<const Account> rows) {
  BulkWriter out("customers_account", {"account_id", "account_no", "customer_id", "org_id", "route_id", "route_position",
                                       "transformer_area_id", "address", "status", "opened_on", "closed_on",
                                       "household_size", "household_since"});
  std::vector<SearchKey> keys;
  keys.reserve(rows.size() * 12);
  for (const Account& row : rows) {
    out.add(row.account_id).add(row.account_no).add(row.customer_id).add(row.org_id).add(row.route_id);
    out.add(row.route_position).add(row.transformer_area_id).add(row.address).add(row.status).add(row.opened_on);
    out.add(row.closed_on).add(row.household_size).add(row.household_since).end_row();
    out.flush_when_over(session, kFlushBytes);
    append_account_keys({row.account_id, row.account_no, row.customer_name, row.customer_phone, row.address}, keys);
  }
  out.flush(session);
  write_search_keys(session, keys);
}

void load_agreements(Session& session, std::span<const Agreement> rows) {
  BulkWriter out("customers_agreement",
                 {"account_id", "valid_from", "valid_to", "category", "voltage", "capacity_va", "tariff_code",
                  "billing_mode", "contract_demand_w", "pf_standard"});
  for (const Agreement& row : rows) {
    out.add(row.account_id).add(row.valid.from).add(row.valid.to).add(row.category).add(row.voltage);
    out.add(row.capacity).add(row.tariff_code).add(row.billing_mode).add(row.contract_demand).add(row.pf_standard);
    out.end_row();
    out.flush_when_over(session, kFlushBytes);
  }
  out.flush(session);
}

void load_asset_search_keys(Session& session, std::span<const AssetKey> rows) {
  std::vector<SearchKey> keys;
  keys.reserve(rows.size());
  for (const AssetKey& row : rows) append_asset_key(row.account_id, row.asset_no, keys);
  write_search_keys(session, keys);
}

std::unordered_multimap<std::string, AccountId> accounts_with_asset_keys(Session& session, std::span<const std::string> asset_nos) {
  std::unordered_map<std::string, std::string> asked;  // key → as it was asked for
  std::vector<std::string> keys;
  for (const std::string& asset_no : asset_nos) {
    keys.push_back(normalise_key(asset_no));
    asked.emplace(keys.back(), asset_no);
  }
  std::unordered_multimap<std::string, AccountId> found;
  const db::Param kind[] = {static_cast<int>(KeyKind::kAssetNo)};
  files::query_in(session, "SELECT key_text, account_id FROM customers_search_key WHERE key_kind = ? AND key_text IN (*)",
                  std::span<const std::string>(keys), [&](db::Rows& row) { found.emplace(asked[row.text(0)], AccountId{row.i64(1)}); }, kind);
  return found;
}

}  // namespace mis::customers

// Accounts by number, as other modules name them.
#include "mis/files/lookup.hpp"
#include "modules/customers/customers.hpp"

namespace mis::customers {
namespace {

// Banks fill names with blanks, and write the last place of an identity number in either case.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ') out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

}  // namespace

bool is_customer_of(db::Session& session, AccountId account, std::string_view name, std::string_view id_no) {
  auto rows = session.query("SELECT c.name, c.id_no FROM customers_account a JOIN customers_customer c ON c.customer_id = a.customer_id WHERE a.account_id = ?", account);
  if (!rows.next()) return false;
  const auto known = plain(rows.text(1));
  return plain(rows.text(0)) == plain(name) && (id_no.empty() || known.empty() || known == plain(id_no));
}

Result<AccountLabel> find_label(db::Session& session, std::string_view account_no, std::string_view scope_pattern) {
  auto rows = session.query("SELECT a.account_id, a.account_no, a.org_id, a.name, a.address FROM customers_account_label a JOIN administration_org_name o ON o.org_id = a.org_id "
                            "WHERE a.account_no = ? AND o.path LIKE ?", account_no, scope_pattern);
  if (!rows.next()) return not_found("customers.no_account", "expected an account with this number but there is none in your data scope");
  return AccountLabel{{rows.i64(0)}, rows.text(1), {rows.i64(2)}, rows.text(3), rows.text(4)};
}

std::unordered_map<AccountId, AccountLabel> labels_of(db::Session& session, std::span<const AccountId> accounts) {
  std::vector<std::int64_t> ids;
  for (const auto account : accounts) ids.push_back(account.value);
  std::unordered_map<AccountId, AccountLabel> labels;
  files::query_in(session, "SELECT account_id, account_no, org_id, name, address FROM customers_account_label WHERE account_id IN (*)", std::span<const std::int64_t>(ids), [&](db::Rows& row) {
    labels.insert_or_assign({row.i64(0)}, AccountLabel{{row.i64(0)}, row.text(1), {row.i64(2)}, row.text(3), row.text(4)});
  });
  return labels;
}

}  // namespace mis::customers

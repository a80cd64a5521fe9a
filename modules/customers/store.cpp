#include "modules/customers/store.hpp"

namespace mis::customers::store {
namespace {

constexpr std::string_view kLastCharacter = "\xF4\x8F\xBF\xBF";  // U+10FFFF: behind every key that begins with the prefix

}  // namespace

std::vector<Hit> find_by_prefix(db::Session& session, const std::string& prefix, const std::string& scope_pattern, int limit) {
  // The keys lead (STRAIGHT_JOIN): they are read in order from the prefix on and the search stops after `limit` rows,
  // however many begin with it. Left to itself, the server may start with the stations and sort the county.
  auto rows = session.query(
      "SELECT STRAIGHT_JOIN k.key_text, k.key_kind, a.account_id, a.account_no, c.name, a.address, "
      "  COALESCE((SELECT g.category FROM customers_agreement g WHERE g.account_id = a.account_id ORDER BY g.valid_from DESC LIMIT 1), ''), "
      "  o.name, a.status, c.phone "
      "FROM customers_search_key k "
      "JOIN customers_account a ON a.account_id = k.account_id "
      "JOIN customers_customer c ON c.customer_id = a.customer_id "
      "JOIN administration_org_name o ON o.org_id = a.org_id "
      "WHERE k.key_text >= ? AND k.key_text < ? AND o.path LIKE ? "
      "ORDER BY k.key_text, k.account_id, k.key_kind LIMIT ?",
      prefix, prefix + std::string(kLastCharacter), scope_pattern, limit);
  std::vector<Hit> hits;
  while (rows.next()) {
    hits.push_back({rows.text(0), static_cast<KeyKind>(rows.i32(1)), {rows.i64(2)}, rows.text(3), rows.text(4), rows.text(5), rows.text(6),
                    rows.text(7), rows.text(8), rows.text(9)});
  }
  return hits;
}

std::optional<AccountPage> find_account(db::Session& session, std::string_view account_no, const std::string& scope_pattern) {
  std::optional<AccountPage> page;
  {
    auto rows = session.query(
        "SELECT a.account_id, a.account_no, a.org_id, a.route_id, a.address, a.status, a.opened_on, a.closed_on, a.household_size, "
        "  a.household_since, c.name, c.phone, c.kind, c.id_no, o.code, o.name, r.code, r.name, n.substation, n.feeder, n.transformer_area "
        "FROM customers_account a "
        "JOIN customers_customer c ON c.customer_id = a.customer_id "
        "JOIN administration_org_name o ON o.org_id = a.org_id "
        "LEFT JOIN meter_reading_route_name r ON r.route_id = a.route_id "
        "LEFT JOIN network_supply n ON n.transformer_area_id = a.transformer_area_id "
        "WHERE a.account_no = ? AND o.path LIKE ?",
        account_no, scope_pattern);
    if (!rows.next()) return {};
    AccountPage& p = page.emplace();
    Account& a = p.account;
    a.account_id = {rows.i64(0)};
    a.account_no = rows.text(1);
    a.org_id = {rows.i64(2)};
    a.route_id = {rows.i64(3)};
    a.address = rows.text(4);
    a.status = rows.text(5);
    a.opened_on = rows.date(6);
    a.closed_on = rows.date_or_null(7);
    a.household_size = rows.i32(8);
    a.household_since = rows.date_or_null(9);
    a.customer_name = rows.text(10);
    a.customer_phone = rows.text(11);
    p.customer_kind = rows.text(12);
    p.id_no = rows.text(13);
    p.station_code = rows.text(14);
    p.station_name = rows.text(15);
    p.route_code = rows.text_or_null(16).value_or("");
    p.route_name = rows.text_or_null(17).value_or("");
    p.substation = rows.text_or_null(18).value_or("");
    p.feeder = rows.text_or_null(19).value_or("");
    p.transformer_area = rows.text_or_null(20).value_or("");
  }
  auto rows = session.query(
      "SELECT g.valid_from, g.valid_to, g.category, g.voltage, g.capacity_va, g.tariff_code, g.billing_mode, g.contract_demand_w, "
      "  g.pf_standard, COALESCE(t.name, g.tariff_code), COALESCE(t.name_en, g.tariff_code) "
      "FROM customers_agreement g LEFT JOIN tariffs_tariff_name t ON t.tariff_code = g.tariff_code "
      "WHERE g.account_id = ? ORDER BY g.valid_from DESC",
      page->account.account_id);
  while (rows.next()) {
    page->agreements.push_back({{page->account.account_id, {rows.date(0), rows.date(1)}, rows.text(2), rows.text(3), {rows.i64(4)}, rows.text(5),
                                 rows.text(6), {rows.i64(7)}, rows.i32(8)},
                                rows.text(9), rows.text(10)});
  }
  return page;
}

}  // namespace mis::customers::store

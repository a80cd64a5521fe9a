#include "modules/billing/bill_store.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "modules/billing/routes.hpp"

namespace mis::billing {
namespace {

struct BillNo {
  BillingMonth month;
  std::string account_no;
  int revision = 0;
};

std::optional<BillNo> parse_bill_no(std::string_view text) {
  const auto first = text.find('-'), last = text.rfind('-');
  if (first == std::string_view::npos || first == last) return {};
  const auto month = BillingMonth::parse(text.substr(0, first));
  const auto revision = text.substr(last + 1);
  BillNo no;
  const auto result = std::from_chars(revision.data(), revision.data() + revision.size(), no.revision);
  if (!month || result.ec != std::errc{} || result.ptr != revision.data() + revision.size()) return {};
  no.month = *month;
  no.account_no = text.substr(first + 1, last - first - 1);
  return no;
}

void read_lines(db::Session& session, StoredBill& bill) {
  for (auto rows = session.query(
           "SELECT line_no, usage_point_id, version_id, kind, role, unit, period, tier, component, rounding, power_factor, percent_bp, days, of_days, quantity, "
           "price_e8, base_fen, amount_fen FROM billing_bill_line WHERE billing_month = ? AND route_id = ? AND account_id = ? AND revision = ? ORDER BY line_no",
           bill.month, bill.route, bill.account, bill.revision); rows.next();) {
    StoredLine stored{rows.i32(0), {rows.i64(1)}, {}};
    auto& line = stored.line;
    line.tariff_version = rows.i64(2);
    line.kind = static_cast<LineKind>(rows.i32(3));
    line.role = static_cast<LineRole>(rows.i32(4));
    line.unit = static_cast<Unit>(rows.i32(5));
    line.period = static_cast<Period>(rows.i32(6));
    line.tier = static_cast<std::uint8_t>(rows.i32(7));
    line.component = static_cast<ComponentKind>(rows.i32(8));
    line.rounding = static_cast<Rounding>(rows.i32(9));
    line.power_factor = static_cast<std::uint8_t>(rows.i32(10));
    line.percent_bp = rows.i32(11);
    line.days = rows.i32(12);
    line.of_days = rows.i32(13);
    line.quantity = rows.i64(14);
    line.price = {rows.i64(15)};
    line.base = {rows.i64(16)};
    line.amount = {rows.i64(17)};
    bill.lines.push_back(std::move(stored));
  }
}

void read_usage(db::Session& session, StoredBill& bill) {
  for (auto rows = session.query(
           "SELECT u.usage_point_id, COALESCE(p.usage_point_no, ''), u.detail FROM billing_bill_usage u LEFT JOIN metering_usage_point_label p ON p.usage_point_id = u.usage_point_id "
           "WHERE u.billing_month = ? AND u.route_id = ? AND u.account_id = ? AND u.revision = ? ORDER BY u.usage_point_id",
           bill.month, bill.route, bill.account, bill.revision); rows.next();)
    bill.usage.push_back({{rows.i64(0)}, rows.text(1), rows.text(2)});
}

}  // namespace

std::string make_bill_no(BillingMonth month, std::string_view account_no, int revision) { return fmt::format("{}-{}-{}", month.yyyymm, account_no, revision); }

AccountId find_account(db::Session& session, std::string_view account_no, std::string_view scope) {
  auto rows = session.query("SELECT a.account_id FROM customers_account_place a JOIN administration_org_name o ON o.org_id = a.org_id WHERE a.account_no = ? AND o.path LIKE ?", account_no, scope);
  return rows.next() ? AccountId{rows.i64(0)} : AccountId{};
}

std::optional<StoredBill> find_bill(db::Session& session, std::string_view bill_no, std::string_view scope) {
  const auto no = parse_bill_no(bill_no);
  if (!no) return {};
  const auto account = find_account(session, no->account_no, scope);
  if (!account) return {};
  StoredBill bill;
  {
    auto rows = session.query(
        "SELECT b.route_id, b.run_id, b.category, b.period_from, b.period_to, b.energy_wh, b.amount_fen, b.export_fen, b.exported_wh, b.flags, a.account_no, a.name, "
        "a.address, r.state, r.issued_at, r.issued_on FROM billing_bill b JOIN customers_account_label a ON a.account_id = b.account_id JOIN billing_run r ON r.run_id = b.run_id "
        "WHERE b.account_id = ? AND b.billing_month = ? AND b.revision = ?", account, no->month, no->revision);
    if (!rows.next()) return {};
    bill.month = no->month;
    bill.route = {rows.i64(0)};
    bill.account = account;
    bill.revision = no->revision;
    bill.run = {rows.i64(1)};
    bill.category = rows.text(2);
    bill.period = {rows.date(3), rows.date(4)};
    bill.energy = {rows.i64(5)};
    bill.amount = {rows.i64(6)};
    bill.export_amount = {rows.i64(7)};
    bill.exported = {rows.i64(8)};
    bill.flags = rows.i32(9);
    bill.account_no = rows.text(10);
    bill.name = rows.text(11);
    bill.address = rows.text(12);
    bill.run_state = run_state_of(rows.text(13));
    bill.issued_at = rows.instant_or_null(14);
    bill.issued_on = rows.date_or_null(15);
  }
  read_lines(session, bill);
  read_usage(session, bill);
  return bill;
}

std::vector<BillSummary> list_bills(db::Session& session, AccountId account, std::string_view account_no, BillingMonth before, int limit) {
  std::vector<BillSummary> bills;
  for (auto rows = session.query("SELECT b.billing_month, b.revision, b.energy_wh, b.amount_fen, r.state, r.issued_on FROM billing_bill b JOIN billing_run r ON r.run_id = b.run_id "
                                 "WHERE b.account_id = ? AND b.billing_month < ? ORDER BY b.billing_month DESC, b.revision DESC LIMIT ?", account, before, limit); rows.next();)
    bills.push_back({rows.month(0), rows.i32(1), make_bill_no(rows.month(0), account_no, rows.i32(1)), {rows.i64(2)}, {rows.i64(3)}, run_state_of(rows.text(4)), rows.date_or_null(5), false});
  for (auto rows = session.query("SELECT billing_month, energy_wh, amount_fen FROM billing_history WHERE account_id = ? AND billing_month < ? ORDER BY billing_month DESC LIMIT ?",
                                 account, before, limit); rows.next();) {
    // A month that was billed here as well (a trial before going live) shows once, as the bill.
    const auto month = rows.month(0);
    if (std::none_of(bills.begin(), bills.end(), [&](const auto& bill) { return !bill.migrated && bill.month == month; }))
      bills.push_back({month, 1, "", {rows.i64(1)}, {rows.i64(2)}, RunState::kIssued, {}, true});
  }
  std::stable_sort(bills.begin(), bills.end(), [](const auto& a, const auto& b) { return a.month > b.month; });
  if (bills.size() > static_cast<std::size_t>(limit)) bills.resize(static_cast<std::size_t>(limit));
  return bills;
}

}  // namespace mis::billing

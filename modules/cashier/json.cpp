// What the counter's things look like in the API.
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "modules/cashier/routes.hpp"

namespace mis::cashier {

using nlohmann::json;
using namespace mis::http::schema;

namespace {

json text_or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }
json yuan_or_null(const std::optional<Money>& money) { return money ? json(format_yuan(*money)) : json(nullptr); }

}  // namespace

Act act_of(const Services& services, const security::Caller& caller) { return {caller.user_id, caller.org_id, services.clock.now()}; }

std::string make_bill_no(BillingMonth month, std::string_view account_no, int revision) { return fmt::format("{}-{}-{}", month.yyyymm, account_no, revision); }

std::optional<BillNo> parse_bill_no(std::string_view text, std::string_view account_no) {
  if (text.size() < account_no.size() + 9 || text[6] != '-') return {};
  const auto month = BillingMonth::parse(text.substr(0, 6));
  if (!month || text.substr(7, account_no.size()) != account_no || text[7 + account_no.size()] != '-') return {};
  const auto rest = text.substr(8 + account_no.size());
  BillNo no{*month, 0};
  const auto [end, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), no.revision);
  if (failure != std::errc{} || end != rest.data() + rest.size() || no.revision < 1 || no.revision > 999) return {};
  return no;
}

json hall_to_json(const std::string& code, const std::string& name) { return {{"code", code}, {"name", name}}; }
json sums_to_json(const MethodSums& sums) {
  json out = json::object();
  for (const auto method : kMethods) out[std::string(name_of(method))] = format_yuan(sums[method]);
  return out;
}

json session_to_json(const SessionRow& row, const SessionMoney& money) {
  const auto difference = money.counted ? std::optional(*money.counted - *money.expected_at_close) : std::nullopt;
  return {{"session_id", row.id.value},
          {"session_no", row.no},
          {"cashier", row.cashier_name},
          {"hall", hall_to_json(row.hall_code, row.hall_name)},
          {"date", row.day.to_string()},
          {"state", row.open ? "open" : "closed"},
          {"opened_at", row.opened_at.to_string()},
          {"closed_at", row.closed_at ? json(row.closed_at->to_string()) : json(nullptr)},
          {"float", format_yuan(row.float_taken)},
          {"expected", sums_to_json(money.expected_at_close.value_or(money.drawer.expected()))},
          {"counted", money.counted ? sums_to_json(*money.counted) : json(nullptr)},
          {"difference", difference ? json(format_yuan((*difference)[CounterMethod::kCash])) : json(nullptr)},
          {"differences", difference ? sums_to_json(*difference) : json(nullptr)},
          {"note", text_or_null(money.note)},
          {"receipts", money.receipts},
          {"reversals", money.reversals},
          {"deposited", format_yuan(money.drawer.deposited)},
          {"returned", format_yuan(money.drawer.returned)},
          {"cash_left", format_yuan(money.drawer.cash_left())},
          {"version", version_of(row, money)}};
}

json receipt_to_json(const Receipt& receipt) {
  json lines = json::array();
  for (const auto& line : receipt.lines) {
    json bills = json::array();
    for (const auto& bill : line.bills)
      bills.push_back({{"bill_no", make_bill_no(bill.month, line.account_no, bill.revision)},
                       {"billing_month", bill.month.to_string()},
                       {"principal", format_yuan(bill.principal)},
                       {"late_charge", format_yuan(bill.late)}});
    lines.push_back({{"account_no", line.account_no}, {"name", line.name}, {"amount", format_yuan(line.amount)}, {"advance", format_yuan(line.advance)}, {"bills", std::move(bills)}});
  }
  json reversal = nullptr;
  if (receipt.reversal)
    reversal = {{"reason", receipt.reversal->reason}, {"reversed_at", receipt.reversal->reversed_at.to_string()}, {"reversed_by", receipt.reversal->reversed_by},
                {"approved_by", text_or_null(receipt.reversal->approved_by)}};
  return {{"receipt_no", receipt.receipt_no},
          {"session_id", receipt.session.value},
          {"session_no", receipt.session_no},
          {"cashier", receipt.cashier_name},
          {"hall", hall_to_json(receipt.hall_code, receipt.hall_name)},
          {"date", receipt.day.to_string()},
          {"taken_at", receipt.taken_at.to_string()},
          {"method", receivables::name_of(receipt.method)},
          {"reference", text_or_null(receipt.reference)},
          {"total", format_yuan(receipt.total)},
          {"tendered", yuan_or_null(receipt.tendered)},
          {"change", yuan_or_null(receipt.change())},
          {"state", receipt.reversal ? "reversed" : "taken"},
          {"prints", receipt.prints},
          {"lines", std::move(lines)},
          {"reversal", std::move(reversal)}};
}

json settings_to_json(const Settings& settings) {
  return {{"round_up_to_yuan", settings.round_up_to_yuan}, {"reversal_limit", format_yuan(settings.reversal_limit)}, {"receipt_format", settings.receipt_format}};
}

http::Schema hall_schema() { return named("Hall", object({{"code", text()}, {"name", text()}})); }
http::Schema sums_schema() { return named("MethodSums", object({{"cash", yuan()}, {"card", yuan()}, {"cheque", yuan()}, {"qr", yuan()}})); }
http::Schema settings_schema() {
  return named("CounterSettings", object({{"round_up_to_yuan", boolean()}, {"reversal_limit", yuan()}, {"receipt_format", one_of({"roll", "a5"})}}));
}
http::Schema session_schema() {
  return named("CashierSession", object({{"session_id", integer()},
                                         {"session_no", text()},
                                         {"cashier", text()},
                                         {"hall", hall_schema()},
                                         {"date", date()},
                                         {"state", one_of({"open", "closed"})},
                                         {"opened_at", instant()},
                                         {"closed_at", instant().or_null()},
                                         {"float", yuan()},
                                         {"expected", sums_schema()},
                                         {"counted", sums_schema().or_null()},
                                         {"difference", yuan().or_null()},
                                         {"differences", sums_schema().or_null()},
                                         {"note", text().or_null()},
                                         {"receipts", integer()},
                                         {"reversals", integer()},
                                         {"deposited", yuan()},
                                         {"returned", yuan()},
                                         {"cash_left", yuan()},
                                         {"version", integer()}}));
}
http::Schema receipt_schema() {
  const auto bill = named("ReceiptBill", object({{"bill_no", text()}, {"billing_month", month()}, {"principal", yuan()}, {"late_charge", yuan()}}));
  const auto line = named("ReceiptLine", object({{"account_no", text()}, {"name", text()}, {"amount", yuan()}, {"advance", yuan()}, {"bills", list_of(bill)}}));
  const auto reversal = named("ReceiptReversal", object({{"reason", text()}, {"reversed_at", instant()}, {"reversed_by", text()}, {"approved_by", text().or_null()}}));
  return named("Receipt", object({{"receipt_no", text()},
                                  {"session_id", integer()},
                                  {"session_no", text()},
                                  {"cashier", text()},
                                  {"hall", hall_schema()},
                                  {"date", date()},
                                  {"taken_at", instant()},
                                  {"method", one_of({"cash", "card", "cheque", "qr"})},
                                  {"reference", text().or_null()},
                                  {"total", yuan()},
                                  {"tendered", yuan().or_null()},
                                  {"change", yuan().or_null()},
                                  {"state", one_of({"taken", "reversed"})},
                                  {"prints", integer()},
                                  {"lines", list_of(line)},
                                  {"reversal", reversal.or_null()}}));
}

}  // namespace mis::cashier

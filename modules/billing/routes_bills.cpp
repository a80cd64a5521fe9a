// One bill with the working of each line; an account's bills and usage.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "mis/http/page.hpp"
#include "modules/billing/bill_store.hpp"
#include "modules/billing/domain/explain.hpp"
#include "modules/billing/domain/flags.hpp"
#include "modules/billing/review_store.hpp"
#include "modules/billing/routes.hpp"
#include "modules/billing/tariff_book.hpp"
#include "modules/billing/usage_detail.hpp"

namespace mis::billing {
namespace {

using nlohmann::json;
using namespace mis::http;

json period_json(Period period) {
  return period == Period::kTotal ? json(nullptr) : json{{"zh", label_of(period, Language::kChinese)}, {"en", label_of(period, Language::kEnglish)}};
}

std::string quantity_text(const Line& line) { return line.unit == Unit::kPercentOfBase ? format_yuan(line.base) : format_decimal(line.quantity, 3, 0); }

const char* unit_text(Unit unit) {
  switch (unit) {
    case Unit::kWh: return "kWh";
    case Unit::kW: return "kW";
    case Unit::kVA: return "kVA";
    case Unit::kPercentOfBase: return "yuan";
  }
  return "";
}

json line_to_json(const StoredLine& stored, const TariffBook& tariffs) {
  const auto& line = stored.line;
  const auto* tariff = tariffs.by_version(line.tariff_version);
  return {{"line_no", stored.line_no},
          {"usage_point_id", stored.usage_point.value},
          {"kind", name_of(line.kind)},
          {"role", name_of(line.role)},
          {"name", label_of(line, Language::kChinese)},
          {"name_en", label_of(line, Language::kEnglish)},
          {"period", period_json(line.period)},
          {"tier", line.tier == 0 ? json(nullptr) : json(line.tier)},
          {"quantity", quantity_text(line)},
          {"unit", unit_text(line.unit)},
          {"price", line.unit == Unit::kPercentOfBase ? json(nullptr) : json(format_price(line.price))},
          {"percent", line.percent_bp == 0 ? json(nullptr) : json(format_decimal(line.percent_bp, 2, 0))},
          {"amount", format_yuan(line.amount)},
          {"included", line.included()},
          {"working", {{"zh", explain(line, Language::kChinese)}, {"en", explain(line, Language::kEnglish)}}},
          {"source",
           {{"zh", source_of(line, tariff, Language::kChinese)},
            {"en", source_of(line, tariff, Language::kEnglish)},
            {"document", tariff ? json(tariff->source.document) : json(nullptr)},
            {"clause", tariff ? json(tariff->source.clause) : json(nullptr)},
            {"tariff_code", tariff ? json(tariff->code) : json(nullptr)},
            {"version", tariff ? json(tariff->version) : json(nullptr)}}}};
}

// From the stored detail (10⁻⁴ kWh, Wh) to what a screen shows.
json usage_to_json(const StoredUsage& usage) {
  const auto detail = json::parse(usage.detail, nullptr, false);
  json meters = json::array();
  json energies = json::object();
  if (!detail.is_object()) return {{"usage_point_no", usage.usage_point_no}, {"meters", meters}, {"energies", energies}};
  for (const auto& meter : detail.value("meters", json::array())) {
    json registers = json::array();
    for (int i = 0; i < static_cast<int>(kRegisters); ++i) {
      const auto reg = static_cast<Register>(i);
      const auto it = meter["registers"].find(name_of(reg));
      if (it == meter["registers"].end()) continue;
      registers.push_back({{"register", name_of(reg)},
                           {"name", label_of(reg, Language::kChinese)},
                           {"name_en", label_of(reg, Language::kEnglish)},
                           {"start_index", reg == Register::kMaxDemand ? json(nullptr) : json(format_decimal((*it)[0].get<std::int64_t>(), 4, 2))},
                           {"end_index", format_decimal((*it)[1].get<std::int64_t>(), 4, 2)}});
    }
    meters.push_back({{"asset_no", meter.value("asset", "")}, {"ratio", meter.value("ratio", 1)}, {"digits", meter.value("digits", 0)},
                      {"estimated", meter.value("estimated", false)}, {"registers", registers}});
  }
  const auto kwh_of = [](const json& wh) {
    json result = json::object();
    for (const auto& [name, value] : wh.items()) result[name] = format_kwh({value.get<std::int64_t>()});
    return result;
  };
  const auto one = [&](const char* name) { return detail.contains(name) ? json(format_kwh({detail[name].get<std::int64_t>()})) : json(nullptr); };
  return {{"usage_point_id", usage.usage_point.value},
          {"usage_point_no", usage.usage_point_no},
          {"child_of_another_account", detail.value("child", false)},
          {"meters", meters},
          {"read", kwh_of(detail.value("read", json::object()))},
          {"billed", kwh_of(detail.value("billed", json::object()))},
          {"deducted", one("deducted")},
          {"loss", one("loss")},
          {"exported", one("exported")},
          {"reactive", one("reactive")},
          {"max_demand_kw", one("max_demand")},
          {"power_factor", detail.contains("power_factor") ? json(format_decimal(detail["power_factor"].get<std::int64_t>(), 2, 2)) : json(nullptr)}};
}

json bill_to_json(db::Session& session, const StoredBill& bill, const TariffBook& tariffs) {
  const bool issued = bill.run_state == RunState::kIssued;
  json lines = json::array(), usage = json::array();
  for (const auto& line : bill.lines) lines.push_back(line_to_json(line, tariffs));
  for (const auto& point : bill.usage) usage.push_back(usage_to_json(point));
  return {{"bill_no", make_bill_no(bill.month, bill.account_no, bill.revision)},
          {"account_no", bill.account_no},
          {"name", bill.name},
          {"address", bill.address},
          {"billing_month", bill.month.to_string()},
          {"period", {{"from", bill.period.from.to_string()}, {"to", (bill.period.to + -1).to_string()}}},
          {"state", issued ? "issued" : "calculated"},
          {"issued_at", bill.issued_at ? json(bill.issued_at->to_string()) : json(nullptr)},
          {"due_on", bill.issued_on ? json(due_date(*bill.issued_on).to_string()) : json(nullptr)},
          {"energy_kwh", format_kwh(bill.energy)},
          {"amount", format_yuan(bill.amount)},
          {"export_kwh", format_kwh(bill.exported)},
          {"export_amount", format_yuan(bill.export_amount)},
          {"category", bill.category},
          {"flags", names_of_flags(bill.flags)},
          {"usage_points", usage},
          {"lines", lines},
          {"previous",
           {{"last_month", past_to_json(past_month(session, bill.account, bill.month.plus(-1)))},
            {"last_year", past_to_json(past_month(session, bill.account, bill.month.plus(-12)))}}}};
}

Schema bill_schema() {
  using namespace schema;
  const auto both = object({{"zh", text()}, {"en", text()}});
  const auto line = named("BillLine", object({{"line_no", integer()},
                                              {"usage_point_id", integer()},
                                              {"kind", text()},
                                              {"role", one_of({"charge", "included", "payable"})},
                                              {"name", text()},
                                              {"name_en", text()},
                                              {"period", both.or_null()},
                                              {"tier", integer().or_null()},
                                              {"quantity", decimal()},
                                              {"unit", text()},
                                              {"price", decimal().or_null()},
                                              {"percent", decimal().or_null()},
                                              {"amount", yuan()},
                                              {"included", boolean()},
                                              {"working", both},
                                              {"source", object({{"zh", text()}, {"en", text()}, {"document", text().or_null()}, {"clause", text().or_null()},
                                                                 {"tariff_code", text().or_null()}, {"version", integer().or_null()}})}}));
  const auto meter = object({{"asset_no", text()}, {"ratio", integer()}, {"digits", integer()}, {"estimated", boolean()},
                             {"registers", list_of(object({{"register", text()}, {"name", text()}, {"name_en", text()}, {"start_index", decimal().or_null()}, {"end_index", decimal()}}))}});
  const auto point = named("BillUsagePoint", object({{"usage_point_id", integer()}, {"usage_point_no", text()}, {"child_of_another_account", boolean()}, {"meters", list_of(meter)},
                                                     {"read", anything()}, {"billed", anything()}, {"deducted", kwh().or_null()}, {"loss", kwh().or_null()}, {"exported", kwh().or_null()},
                                                     {"reactive", decimal().or_null()}, {"max_demand_kw", kw().or_null()}, {"power_factor", decimal().or_null()}}));
  return named("Bill", object({{"bill_no", text()},
                               {"account_no", text()},
                               {"name", text()},
                               {"address", text()},
                               {"billing_month", month()},
                               {"period", object({{"from", date()}, {"to", date()}})},
                               {"state", one_of({"calculated", "issued"})},
                               {"issued_at", instant().or_null()},
                               {"due_on", date().or_null()},
                               {"energy_kwh", kwh()},
                               {"amount", yuan()},
                               {"export_kwh", kwh()},
                               {"export_amount", yuan()},
                               {"category", text()},
                               {"flags", list_of(text())},
                               {"usage_points", list_of(point)},
                               {"lines", list_of(line)},
                               {"previous", object({{"last_month", past_schema()}, {"last_year", past_schema()}})}}));
}

Error no_account() { return not_found("customers.no_account", "expected an account with this number but there is none in your data scope"); }

Result<Answer> bills_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto page = query.page(1);
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    const auto account_no = request.param("account_no");
    const auto account = find_account(s, account_no, caller.scope_pattern());
    if (!account) return no_account();
    const auto bills = list_bills(s, account, account_no, {static_cast<std::int32_t>(page.key(0, 999912))}, page.limit + 1);
    json items = json::array();
    for (const auto& bill : bills)
      items.push_back({{"bill_no", bill.migrated ? json(nullptr) : json(bill.bill_no)},
                       {"billing_month", bill.month.to_string()},
                       {"energy_kwh", format_kwh(bill.energy)},
                       {"amount", format_yuan(bill.amount)},
                       {"state", bill.run_state == RunState::kIssued ? "issued" : "calculated"},
                       {"due_on", bill.issued_on ? json(due_date(*bill.issued_on).to_string()) : json(nullptr)},
                       {"source", bill.migrated ? "migrated" : "bill"}});
    return page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{std::to_string(bills[i].month.yyyymm)}; });
  });
}

Result<Answer> usage_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    const auto account_no = request.param("account_no");
    const auto account = find_account(s, account_no, caller.scope_pattern());
    if (!account) return no_account();
    constexpr int kMonths = 25;  // two years and the month to compare with
    auto bills = list_bills(s, account, account_no, {999912}, kMonths);
    json items = json::array();
    for (auto it = bills.rbegin(); it != bills.rend(); ++it)
      items.push_back({{"billing_month", it->month.to_string()}, {"energy_kwh", format_kwh(it->energy)}, {"amount", format_yuan(it->amount)}, {"source", it->migrated ? "migrated" : "bill"}});
    return json_answer({{"items", items}});
  });
}

}  // namespace

void register_bill_routes(Registry& registry) {
  const auto& services = registry.services();
  auto tariffs = std::make_shared<TariffBookSource>();
  using namespace schema;

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/bills/{bill_no}",
                  .permission = Permission("billing.view"),
                  .summary = "A bill: what was measured, and every line with its working and source",
                  .handler = [&services, tariffs](const Request& request, const security::Caller& caller) -> Result<Answer> {
                    return services.database.read([&](db::Session& s) -> Result<Answer> {
                      const auto bill = find_bill(s, request.param("bill_no"), caller.scope_pattern());
                      if (!bill) return not_found("billing.no_bill", "expected a bill with this number but there is none in your data scope");
                      auto book = tariffs->current(s);
                      if (!book) return std::move(book).error();
                      return json_answer(bill_to_json(s, *bill, **book));
                    });
                  },
                  .response = bill_schema()});

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/accounts/{account_no}/bills",
                  .permission = Permission("billing.view"),
                  .summary = "An account's bills and migrated months, newest first",
                  .handler = [&services](const Request& r, const security::Caller& c) { return bills_answer(services, r, c); },
                  .query = page_parameters(),
                  .response = page_of(named("BillSummary", object({{"bill_no", text().or_null()}, {"billing_month", month()}, {"energy_kwh", kwh()}, {"amount", yuan()},
                                                                   {"state", one_of({"calculated", "issued"})}, {"due_on", date().or_null()}, {"source", one_of({"bill", "migrated"})}})))});

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/accounts/{account_no}/usage",
                  .permission = Permission("billing.view"),
                  .summary = "Energy and amount by month, oldest first, for the history chart",
                  .handler = [&services](const Request& r, const security::Caller& c) { return usage_answer(services, r, c); },
                  .response = items_of(named("UsageMonth", object({{"billing_month", month()}, {"energy_kwh", kwh()}, {"amount", yuan()}, {"source", one_of({"bill", "migrated"})}})))});
}

}  // namespace mis::billing

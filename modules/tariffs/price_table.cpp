#include "modules/tariffs/price_table.hpp"

#include "mis/base/json_fields.hpp"
#include "modules/tariffs/tariff_json.hpp"
#include "modules/tariffs/tariff_names.hpp"

namespace mis::tariffs {
namespace {

using Need = JsonFields::Need;

constexpr std::int64_t kE10PerPrintedUnit = 10'000;  // the table prints six decimals
constexpr std::int64_t kE8PerPrintedUnit = 100;

Price price_of(JsonFields& f, const char* name, Need need) { return {f.decimal(name, 8, need)}; }

PriceTableRow read_row(const nlohmann::json& json, const std::string& pointer, std::vector<FieldError>& errors) {
  JsonFields f(json, pointer, errors);
  PriceTableRow r;
  r.code = f.text("code");
  r.name_zh = f.text("name_zh");
  r.name_en = f.text("name_en");
  r.structure = f.choice<Structure>("structure", structure_names(), Need::kRequired, r.structure);
  r.voltage = f.choice<Voltage>("voltage", voltage_names(), Need::kRequired, r.voltage);
  r.agent_purchase = price_of(f, "agent_purchase", Need::kRequired);
  r.transmission = price_of(f, "transmission", Need::kRequired);
  r.demand_price = price_of(f, "demand_price", Need::kOptional);
  r.capacity_price = price_of(f, "capacity_price", Need::kOptional);
  r.peak_percent = static_cast<std::int32_t>(f.integer("peak_percent", 100, 1000, Need::kOptional, 100));
  r.valley_percent = static_cast<std::int32_t>(f.integer("valley_percent", 0, 100, Need::kOptional, 100));
  r.sharp_percent = static_cast<std::int32_t>(f.integer("sharp_percent_of_peak", 100, 1000, Need::kOptional, 0));
  r.standard =
      f.choice<PowerFactorStandard>("power_factor", standard_names(), Need::kOptional, PowerFactorStandard::kNone);
  r.flat_only = f.boolean("flat_only", false);
  r.printed_peak = price_of(f, "printed_peak", Need::kOptional);
  r.printed_flat = price_of(f, "printed_flat", Need::kOptional);
  r.printed_valley = price_of(f, "printed_valley", Need::kOptional);
  f.finish();
  return r;
}

Price to_printed(std::int64_t e10) {
  return {divide_rounded(e10, kE10PerPrintedUnit, Rounding::kHalfUp) * kE8PerPrintedUnit};
}

Price fund_sum(const PriceTable& table) {
  Price sum;
  for (const auto& fund : table.funds) sum += fund.price;
  // 0.02716875 is printed and added as 0.027168: the utility cuts, it does not round.
  return {sum.value / kE8PerPrintedUnit * kE8PerPrintedUnit};
}

Tariff tariff_of(const PriceTable& table, const PriceTableRow& row, const PriceTableEdition& edition) {
  Tariff t;
  t.code = edition.code_prefix + row.code;
  t.name_zh = row.name_zh;
  t.name_en = row.name_en;
  t.structure = row.structure;
  t.category = row.structure == Structure::kTwoPart ? Category::kIndustrial : Category::kCommercial;
  t.voltage = row.voltage;
  t.valid = edition.valid;
  t.source = table.source;
  const ExactPeriodPrices exact = exact_prices(table, row);
  if (row.flat_only) {
    t.price[index_of(Period::kTotal)] = to_printed(exact.flat_e10);
  } else {
    t.by_period = true;
    t.price[index_of(Period::kSharp)] = to_printed(exact.sharp_e10);
    t.price[index_of(Period::kPeak)] = to_printed(exact.peak_e10);
    t.price[index_of(Period::kFlat)] = to_printed(exact.flat_e10);
    t.price[index_of(Period::kValley)] = to_printed(exact.valley_e10);
    t.calendar = table.calendar;
  }
  t.of_which = {{ComponentKind::kTransmission, row.transmission},
                {ComponentKind::kLineLoss, table.line_loss},
                {ComponentKind::kSystemOperation, table.system_operation}};
  t.of_which.insert(t.of_which.end(), table.funds.begin(), table.funds.end());
  t.of_which_rest = ComponentKind::kAgentPurchase;  // the only part that floats with the period
  t.basic.capacity_price = row.capacity_price;
  t.basic.demand_price = row.demand_price;
  if (row.structure == Structure::kTwoPart) t.basic.discount_kwh_per_kva = 260;
  t.power_factor.standard = row.standard;
  return t;
}

}  // namespace

ExactPeriodPrices exact_prices(const PriceTable& table, const PriceTableRow& row) {
  const Price flat = row.agent_purchase + table.line_loss + row.transmission + table.system_operation + fund_sum(table);
  const auto floated = [&](std::int64_t percent) {
    return flat.value * 100 + row.agent_purchase.value * (percent - 100);
  };
  ExactPeriodPrices prices;
  prices.flat_e10 = flat.value * 100;
  prices.peak_e10 = floated(row.peak_percent);
  prices.valley_e10 = floated(row.valley_percent);
  // Sharp floats 20 % above the peak's float, so its percentage is a product of two.
  if (row.sharp_percent != 0)
    prices.sharp_e10 =
        flat.value * 100 +
        divide_rounded(row.agent_purchase.value * (std::int64_t{row.peak_percent} * row.sharp_percent - 10'000),
                       std::int64_t{100}, Rounding::kHalfUp);
  return prices;
}

std::vector<Tariff> tariffs_of(const PriceTable& table) {
  std::vector<Tariff> tariffs;
  for (const auto& edition : table.editions)
    for (const auto& row : table.rows) tariffs.push_back(tariff_of(table, row, edition));
  return tariffs;
}

PriceTable price_table_from_json(const nlohmann::json& json, std::vector<FieldError>& errors) {
  PriceTable table;
  JsonFields f(json, "", errors);
  if (const auto* source = f.value("source", Need::kRequired)) {
    JsonFields s(*source, "/source", errors);
    table.source = {s.text("document"), s.text("clause", Need::kOptional), s.text("confidence")};
    s.finish();
  }
  table.line_loss = price_of(f, "line_loss", Need::kRequired);
  table.system_operation = price_of(f, "system_operation", Need::kRequired);
  for (const auto& [item, pointer] : f.items("funds", Need::kRequired)) {
    JsonFields one(*item, pointer, errors);
    table.funds.push_back({one.choice<ComponentKind>("kind", component_names(), Need::kRequired, ComponentKind::kOther),
                           price_of(one, "price", Need::kRequired)});
    one.finish();
  }
  for (const auto& [item, pointer] : f.items("editions", Need::kRequired)) {
    JsonFields one(*item, pointer, errors);
    table.editions.push_back(
        {one.text("code_prefix"), {one.date("from", Need::kRequired), one.date("to", Need::kOptional, kForever)}});
    one.finish();
  }
  for (const auto& [item, pointer] : f.items("rows", Need::kRequired))
    table.rows.push_back(read_row(*item, pointer, errors));
  if (const auto* calendar = f.value("calendar", Need::kRequired))
    table.calendar = calendar_from_json(*calendar, "/calendar", errors);
  f.finish();
  // The finished tariffs are judged like any other, so that a table cannot publish what a tariff file could not.
  if (errors.empty())
    for (const Tariff& tariff : tariffs_of(table))
      for (FieldError& e : check_tariff(tariff)) {
        e.pointer = "/" + tariff.code + e.pointer;
        errors.push_back(std::move(e));
      }
  return table;
}

}  // namespace mis::tariffs

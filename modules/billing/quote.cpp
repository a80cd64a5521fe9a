#include "modules/billing/quote.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "mis/base/decimal.hpp"
#include "modules/billing/case_check.hpp"
#include "modules/tariffs/tariff_names.hpp"

namespace mis::billing {
namespace {

using Json = nlohmann::ordered_json;

const Tariff* tariff_of(const BillingCase& c, const Line& line) {
  const UsagePointInput& point = c.input().usage_points[static_cast<std::size_t>(line.usage_point)];
  return line.kind == LineKind::kExport ? point.export_tariff : point.tariff;
}

const std::string& point_name(const BillingCase& c, std::int32_t index) {
  static const std::string kNone;
  return index < 0 ? kNone : c.usage_point_names[static_cast<std::size_t>(index)];
}

Json energy_json(const PeriodEnergies& energy) {
  Json json;
  for (const auto& [word, period] : tariffs::period_names())
    if (period == Period::kTotal || energy[tariffs::index_of(period)].value != 0)
      json[word] = format_kwh(energy[tariffs::index_of(period)]);
  return json;
}

Json line_json(const BillingCase& c, const Line& line, Language language) {
  Json json;
  json["kind"] = name_of(line.kind);
  json["role"] = name_of(line.role);
  json["label"] = label_of(line, language);
  json["usage_point"] = point_name(c, line.usage_point);
  if (line.period != Period::kTotal) json["period"] = tariffs::word_of(tariffs::period_names(), line.period);
  if (line.tier != 0) json["tier"] = line.tier;
  if (line.kind == LineKind::kComponent || line.kind == LineKind::kSurcharge)
    json["component"] = tariffs::word_of(tariffs::component_names(), line.component);
  if (line.kind == LineKind::kPowerFactor) {
    json["power_factor"] = format_decimal(line.power_factor, 2, 2);
    json["base"] = format_yuan(line.base);
  } else {
    json["quantity"] = format_decimal(line.quantity, 3, 0);
    if (line.price.value != 0) json["price"] = format_price(line.price);
  }
  if (line.percent_bp != 0 || line.kind == LineKind::kPowerFactor)
    json["percent"] = format_decimal(line.percent_bp, 2, 0);
  if (line.of_days != 0) {
    json["days"] = line.days;
    json["of_days"] = line.of_days;
  }
  json["rounding"] = tariffs::word_of(tariffs::rounding_names(), line.rounding);
  json["amount"] = format_yuan(line.amount);
  json["working"] = explain(line, language);
  json["source"] = source_of(line, tariff_of(c, line), language);
  return json;
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream)
    return not_found("billing.case_unreadable", fmt::format("expected a readable file but could not read {}", path));
  return text.str();
}

std::string all_errors(const std::string& file, const Error& error) {
  std::string text = fmt::format("{}: {}\n", file, error.message);
  for (const auto& f : error.fields) text += fmt::format("  {}: {}\n", f.pointer.empty() ? "/" : f.pointer, f.message);
  return text;
}

struct Arguments {
  std::string file;
  std::string reference;
  QuoteForm form = QuoteForm::kText;
  Language language = Language::kChinese;
};

constexpr const char* kUsage = "usage: mis quote CASE.json [--json] [--lang zh|en] [--reference FOLDER]\n";

Result<Arguments> read_arguments(std::span<const std::string> arguments) {
  Arguments result;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& a = arguments[i];
    const bool has_next = i + 1 < arguments.size();
    if (a == "--json")
      result.form = QuoteForm::kJson;
    else if (a == "--reference" && has_next)
      result.reference = arguments[++i];
    else if (a == "--lang" && has_next && (arguments[i + 1] == "zh" || arguments[i + 1] == "en"))
      result.language = arguments[++i] == "zh" ? Language::kChinese : Language::kEnglish;
    else if (!a.empty() && a[0] != '-' && result.file.empty())
      result.file = a;
    else
      return invalid("billing.quote_usage", fmt::format("expected options of mis quote but found \"{}\"", a));
  }
  if (result.file.empty()) return invalid("billing.quote_usage", "expected a case file but found none");
  return result;
}

}  // namespace

std::string quote_text(const BillingCase& c, const Bill& bill, Language language) {
  const bool zh = language == Language::kChinese;
  std::string text = c.title + "\n";
  for (const Line& line : bill.lines) {
    const std::string name = line.included() ? "  " + label_of(line, language) : label_of(line, language);
    text += fmt::format("  {}: {}\n", name, explain(line, language));
  }
  for (const auto& e : bill.exceptions)
    text += fmt::format("  ! {} {} ({})\n", point_name(c, e.usage_point), describe(e, language), name_of(e.severity));
  if (bill.blocked()) return text + (zh ? "没有账单\n" : "no bill\n");
  text += fmt::format("{}: {} kWh, {} {}\n", zh ? "合计" : "total", format_kwh(bill.totals.energy),
                      format_yuan(bill.totals.amount), zh ? "元" : "yuan");
  if (bill.totals.exported.value != 0 || bill.totals.export_amount.value != 0)
    text += fmt::format("{}: {} kWh, {} {}\n", zh ? "上网结算" : "export", format_kwh(bill.totals.exported),
                        format_yuan(bill.totals.export_amount), zh ? "元" : "yuan");
  return text;
}

std::string quote_json(const BillingCase& c, const Bill& bill, Language language) {
  Json json;
  json["title"] = c.title;
  json["blocked"] = bill.blocked();
  json["amount"] = format_yuan(bill.totals.amount);
  json["energy"] = format_kwh(bill.totals.energy);
  json["export_amount"] = format_yuan(bill.totals.export_amount);
  json["tier_energy_after"] = format_kwh(bill.totals.tier_energy_after);
  json["usage_points"] = Json::array();
  for (std::size_t i = 0; i < bill.usage_points.size(); ++i) {
    const UsagePointResult& r = bill.usage_points[i];
    Json point;
    point["name"] = c.usage_point_names[i];
    point["read"] = energy_json(r.read);
    point["billed"] = energy_json(r.billed);
    if (r.deducted.value != 0) point["deducted"] = format_kwh(r.deducted);
    if (r.loss.value != 0) point["loss"] = format_kwh(r.loss);
    if (r.has_reactive) point["reactive"] = format_kwh(r.reactive);
    if (r.power_factor >= 0) point["power_factor"] = format_decimal(r.power_factor, 2, 2);
    if (r.max_demand.value != 0) point["max_demand"] = format_kw(r.max_demand);
    if (r.exported.value != 0) point["exported"] = format_kwh(r.exported);
    json["usage_points"].push_back(std::move(point));
  }
  json["lines"] = Json::array();
  for (const Line& line : bill.lines) json["lines"].push_back(line_json(c, line, language));
  json["exceptions"] = Json::array();
  for (const auto& e : bill.exceptions)
    json["exceptions"].push_back({{"kind", name_of(e.kind)},
                                  {"severity", name_of(e.severity)},
                                  {"usage_point", point_name(c, e.usage_point)},
                                  {"message", describe(e, language)}});
  return json.dump(2) + "\n";
}

QuoteOutput quote_command(std::span<const std::string> arguments) {
  QuoteOutput output;
  const auto options = read_arguments(arguments);
  if (!options) return {"", options.error().message + "\n" + kUsage, 2};
  std::vector<Tariff> reference;
  if (!options->reference.empty()) {
    auto loaded = tariffs::load_reference(options->reference);
    if (!loaded) return {"", all_errors(options->reference, loaded.error()), 1};
    reference = std::move(loaded).value();
  }
  const auto text = read_file(options->file);
  if (!text) return {"", text.error().message + "\n", 1};
  const auto parsed = parse_case(*text, reference);
  if (!parsed) return {"", all_errors(options->file, parsed.error()), 1};
  Bill bill;
  calculate(parsed->input(), bill);
  output.out = options->form == QuoteForm::kJson ? quote_json(*parsed, bill, options->language)
                                                 : quote_text(*parsed, bill, options->language);
  const auto different = differences(*parsed, bill);
  for (const auto& d : different) output.error += fmt::format("differs from the case's expectation: {}\n", d);
  // A case that expects to be refused is fulfilled by a refusal.
  if (!different.empty() || (bill.blocked() && !parsed->expectation)) output.exit_code = 1;
  return output;
}

}  // namespace mis::billing

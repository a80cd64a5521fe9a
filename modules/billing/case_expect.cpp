// Reads the "expect" part of a case.
#include "modules/billing/case_expect.hpp"

#include "mis/base/decimal.hpp"

namespace mis::billing {
namespace {

using Need = JsonFields::Need;

template <class T>
std::optional<T> optional_decimal(JsonFields& f, const char* name, int scale) {
  if (!f.has(name)) {
    f.value(name, Need::kOptional);
    return std::nullopt;
  }
  return T{f.decimal(name, scale, Need::kRequired)};
}

std::optional<std::int64_t> optional_integer(JsonFields& f, const char* name) {
  if (!f.has(name)) {
    f.value(name, Need::kOptional);
    return std::nullopt;
  }
  return f.integer(name, INT64_MIN, INT64_MAX, Need::kRequired);
}

std::optional<std::string> optional_text(JsonFields& f, const char* name) {
  if (!f.has(name)) {
    f.value(name, Need::kOptional);
    return std::nullopt;
  }
  return f.text(name);
}

ExpectedLine read_line(const nlohmann::json& json, const std::string& pointer, std::vector<FieldError>& errors) {
  JsonFields f(json, pointer, errors);
  ExpectedLine line;
  line.kind = optional_text(f, "kind");
  line.period = optional_text(f, "period");
  line.component = optional_text(f, "component");
  line.usage_point = optional_text(f, "usage_point");
  line.tier = optional_integer(f, "tier");
  line.quantity = optional_decimal<std::int64_t>(f, "quantity", 3);
  line.price = optional_decimal<Price>(f, "price", 8);
  line.percent_bp = optional_decimal<std::int64_t>(f, "percent", 2);
  line.power_factor = optional_decimal<std::int64_t>(f, "power_factor", 2);
  line.days = optional_integer(f, "days");
  line.of_days = optional_integer(f, "of_days");
  line.base = optional_decimal<Money>(f, "base", 2);
  line.amount = optional_decimal<Money>(f, "amount", 2);
  f.finish();
  return line;
}

std::optional<std::vector<ExpectedLine>> read_lines(JsonFields& f, const char* name) {
  const bool given = f.has(name);
  std::vector<ExpectedLine> lines;
  for (const auto& [item, pointer] : f.items(name, Need::kOptional))
    lines.push_back(read_line(*item, pointer, f.errors()));
  if (!given) return std::nullopt;
  return lines;
}

}  // namespace

Expectation read_expectation(const nlohmann::json& json, const std::string& pointer, std::vector<FieldError>& errors) {
  JsonFields f(json, pointer, errors);
  Expectation e;
  e.amount = optional_decimal<Money>(f, "amount", 2);
  e.export_amount = optional_decimal<Money>(f, "export_amount", 2);
  e.tolerance = {f.decimal("tolerance", 2, Need::kOptional)};
  e.energy = optional_decimal<Energy>(f, "energy", 3);
  e.tier_energy_after = optional_decimal<Energy>(f, "tier_energy_after", 3);
  e.lines = read_lines(f, "lines");
  e.included = read_lines(f, "included");
  for (const auto& [item, at] : f.items("exceptions", Need::kOptional)) {
    JsonFields one(*item, at, errors);
    e.exceptions.push_back({one.text("kind"), one.text("usage_point", Need::kOptional)});
    one.finish();
  }
  f.finish();
  return e;
}

}  // namespace mis::billing

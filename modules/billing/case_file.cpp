#include "modules/billing/case_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "mis/base/decimal.hpp"
#include "mis/base/json_fields.hpp"
#include "modules/billing/case_data.hpp"
#include "modules/billing/case_expect.hpp"
#include "modules/tariffs/tariff_names.hpp"

namespace mis::billing {
namespace {

using Need = JsonFields::Need;
using Json = nlohmann::json;
using Data = BillingCase::Data;

constexpr int kIndexDigits = 4;
constexpr int kQuantityDigits = 3;

constexpr std::pair<const char*, Register> kRegisterNames[] = {{"total", Register::kTotal},
                                                               {"sharp", Register::kSharp},
                                                               {"peak", Register::kPeak},
                                                               {"flat", Register::kFlat},
                                                               {"valley", Register::kValley},
                                                               {"deep", Register::kDeep},
                                                               {"reactive_forward", Register::kReactiveForward},
                                                               {"reactive_reverse", Register::kReactiveReverse},
                                                               {"export", Register::kExport},
                                                               {"max_demand", Register::kMaxDemand}};
constexpr std::pair<const char*, BasicMode> kModes[] = {{"capacity", BasicMode::kCapacity},
                                                        {"contract_demand", BasicMode::kContractDemand},
                                                        {"actual_demand", BasicMode::kActualDemand}};
constexpr std::pair<const char*, Deduction> kDeductions[] = {{"fixed_quantity", Deduction::kFixedQuantity},
                                                             {"fixed_ratio", Deduction::kFixedRatio},
                                                             {"child_meter", Deduction::kChildMeter}};
constexpr std::pair<const char*, LossMode> kLossModes[] = {
    {"formula", LossMode::kFormula}, {"percent", LossMode::kPercent}, {"fixed", LossMode::kFixed}};

std::int32_t percent_bp(JsonFields& f, const char* name, Need need = Need::kOptional) {
  const std::int64_t bp = f.decimal(name, 2, need);
  if (bp >= -1'000'000 && bp <= 1'000'000) return static_cast<std::int32_t>(bp);
  f.complain(name, "range", "expected at most 10000 percent but found more");
  return 0;
}

// "150/5" as 30; a plain number is a ratio itself. Ratios of real transformers are whole.
std::optional<std::int32_t> parse_ratio(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto primary = parse_decimal(std::string_view(text).substr(0, slash), 0);
  if (!primary || *primary < 1 || *primary > 10'000'000) return std::nullopt;
  if (slash == std::string::npos) return static_cast<std::int32_t>(*primary);
  const auto secondary = parse_decimal(std::string_view(text).substr(slash + 1), 0);
  if (!secondary || *secondary < 1 || *primary % *secondary != 0) return std::nullopt;
  return static_cast<std::int32_t>(*primary / *secondary);
}

std::int64_t read_ratio(JsonFields& f, const char* name) {
  const std::string text = f.text(name, Need::kOptional, "1");
  if (const auto ratio = parse_ratio(text)) return *ratio;
  f.complain(name, "ratio", "expected a whole ratio such as \"30\" or \"150/5\" but found \"" + text + "\"");
  return 1;
}

class CaseReader {
 public:
  CaseReader(Data& data, std::vector<FieldError>& errors) : data_(data), errors_(errors) {}

  void tariffs(JsonFields& root, std::span<const Tariff> reference) {
    for (const auto& [item, pointer] : root.items("tariffs", Need::kRequired)) {
      if (item->is_object() && item->contains("reference")) {
        JsonFields f(*item, pointer, errors_);
        const std::string code = f.text("reference");
        f.finish();
        const Tariff* found = nullptr;
        for (const Tariff& t : reference)
          if (t.code == code) found = &t;
        if (found == nullptr)
          f.complain("reference", "unknown_tariff",
                     "expected the code of a reference tariff but found \"" + code + "\"");
        else
          data_.tariffs.push_back(*found);
      } else {
        data_.tariffs.push_back(tariffs::tariff_from_json(*item, pointer, errors_));
      }
      if (data_.tariffs.empty()) continue;
      const Tariff& last = data_.tariffs.back();
      if (!data_.by_code.emplace(last.code, &last).second && data_.by_code[last.code] != &last)
        errors_.push_back(
            {pointer, "duplicate", "expected each tariff code once but found \"" + last.code + "\" again"});
    }
  }

  void account(const Json& json, const std::string& pointer) {
    JsonFields f(json, pointer, errors_);
    AccountInput& a = data_.account;
    a.month = f.month("month", Need::kRequired, {202401});
    a.service = range(f, "service", a.month.range());
    a.cycle = range(f, "cycle", a.month.range());
    a.tier_energy_before = {f.decimal("tier_energy_before_kwh", kQuantityDigits, Need::kOptional)};
    a.months_of_use = static_cast<std::int32_t>(f.integer("months_of_use", 1, 12, Need::kOptional, 12));
    Agreement& g = a.agreement;
    g.capacity = {f.decimal("capacity_kva", kQuantityDigits, Need::kOptional)};
    g.suspended = {f.decimal("suspended_kva", kQuantityDigits, Need::kOptional)};
    g.contract_demand = {f.decimal("contract_demand_kw", kQuantityDigits, Need::kOptional)};
    g.basic_mode = f.choice<BasicMode>("basic_mode", kModes, Need::kOptional, BasicMode::kCapacity);
    g.has_pf_standard = f.has("pf_standard");
    g.pf_standard = f.choice<tariffs::PowerFactorStandard>("pf_standard", tariffs::standard_names(), Need::kOptional,
                                                           g.pf_standard);
    g.household_persons = static_cast<std::uint8_t>(f.integer("household_persons", 0, 99, Need::kOptional));
    g.household_since = f.month("household_since", Need::kOptional);
    g.free_energy = f.boolean("free_energy", false);
    for (const auto& [item, at] : f.items("capacity_changes", Need::kOptional)) {
      JsonFields c(*item, at, errors_);
      data_.capacity_changes.push_back({c.date("from", Need::kRequired),
                                        {c.decimal("capacity_kva", kQuantityDigits, Need::kRequired)},
                                        {c.decimal("suspended_kva", kQuantityDigits, Need::kOptional)}});
      c.finish();
    }
    if (const Json* found = f.value("plausibility", Need::kOptional)) {
      JsonFields p(*found, f.pointer_of("plausibility"), errors_);
      a.plausibility.jump_percent =
          static_cast<std::int32_t>(p.integer("jump_percent", 100, 1'000'000, Need::kOptional, 500));
      a.plausibility.jump_floor = {
          p.decimal("jump_floor_kwh", kQuantityDigits, Need::kOptional, a.plausibility.jump_floor.value)};
      a.plausibility.rollover_share_bp = percent_bp(p, "rollover_share_percent");
      if (!p.has("rollover_share_percent")) a.plausibility.rollover_share_bp = Plausibility{}.rollover_share_bp;
      p.finish();
    }
    f.finish();
  }

  void transformers(JsonFields& root) {
    for (const auto& [item, at] : root.items("transformers", Need::kOptional)) {
      JsonFields f(*item, at, errors_);
      Transformer t;
      data_.transformer_names.push_back(f.text("name"));
      t.mode = f.choice<LossMode>("mode", kLossModes, Need::kRequired, LossMode::kFormula);
      const Need nameplate = t.mode == LossMode::kFormula ? Need::kRequired : Need::kOptional;
      t.capacity = {f.decimal("capacity_kva", kQuantityDigits, nameplate)};
      t.no_load_loss = {f.decimal("no_load_loss_kw", kQuantityDigits, nameplate)};
      t.load_loss = {f.decimal("load_loss_kw", kQuantityDigits, nameplate)};
      t.no_load_current_bp = percent_bp(f, "no_load_current_percent");
      t.impedance_bp = percent_bp(f, "impedance_percent");
      t.load_shape_e4 = static_cast<std::int32_t>(
          std::min<std::int64_t>(f.decimal("load_shape_factor", 4, Need::kOptional, 10'000), INT32_MAX));
      t.days = static_cast<std::int32_t>(f.integer("days", 0, 1000, Need::kOptional));
      t.percent_bp = percent_bp(f, "percent", t.mode == LossMode::kPercent ? Need::kRequired : Need::kOptional);
      t.fixed_active = {
          f.decimal("fixed_kwh", kQuantityDigits, t.mode == LossMode::kFixed ? Need::kRequired : Need::kOptional)};
      t.fixed_reactive = {f.decimal("fixed_kvarh", kQuantityDigits, Need::kOptional)};
      t.whole_kwh = f.boolean("whole_kwh", true);
      f.finish();
      data_.transformers.push_back(t);
    }
  }

  void usage_points(JsonFields& root, std::vector<std::string>& names) {
    const auto items = root.items("usage_points", Need::kRequired);
    // Names first: a child may stand before its parent.
    for (const auto& [item, at] : items) {
      const bool named = item->is_object() && item->contains("name") && (*item)["name"].is_string();
      names.push_back(named ? (*item)["name"].get<std::string>() : std::string());
      if (named && std::find(names.begin(), names.end() - 1, names.back()) != names.end() - 1)
        errors_.push_back(
            {at + "/name", "duplicate", "expected each name once but found \"" + names.back() + "\" again"});
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
      data_.usage_points.push_back(usage_point(*items[i].first, items[i].second, names));
      data_.usage_points.back().id = {static_cast<std::int64_t>(i + 1)};
    }
  }

 private:
  DateRange range(JsonFields& f, const char* name, DateRange fallback) {
    const Json* found = f.value(name, Need::kOptional);
    if (found == nullptr) return fallback;
    JsonFields r(*found, f.pointer_of(name), errors_);
    const DateRange result{r.date("from", Need::kRequired), r.date("to", Need::kRequired)};
    r.finish();
    return result;
  }

  const Tariff* tariff(JsonFields& f, const char* name) {
    const std::string code = f.text(name, Need::kOptional);
    if (code.empty()) return nullptr;
    const auto found = data_.by_code.find(code);
    if (found != data_.by_code.end()) return found->second;
    f.complain(name, "unknown_tariff", "expected the code of a tariff of this case but found \"" + code + "\"");
    return nullptr;
  }

  std::int32_t index_of_name(JsonFields& f, const char* name, const std::vector<std::string>& names) {
    const std::string wanted = f.text(name, Need::kOptional);
    if (wanted.empty()) return -1;
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == wanted) return static_cast<std::int32_t>(i);
    f.complain(name, "unknown_name", "expected a name of this case but found \"" + wanted + "\"");
    return -1;
  }

  MeterSegment meter(const Json& json, const std::string& pointer) {
    JsonFields f(json, pointer, errors_);
    MeterSegment segment;
    const std::int64_t ratio = read_ratio(f, "ct") * read_ratio(f, "pt");
    if (ratio > 10'000'000)
      f.complain("ct", "range", fmt::format("expected a ratio up to 10000000 but found {}", ratio));
    else
      segment.ratio = static_cast<std::int32_t>(ratio);
    segment.digits = static_cast<std::uint8_t>(f.integer("digits", 1, 10, Need::kOptional, 6));
    if (const Json* registers = f.value("registers", Need::kRequired)) {
      JsonFields r(*registers, f.pointer_of("registers"), errors_);
      for (const auto& [name, reg] : kRegisterNames) read_register(r, name, reg, segment);
      r.finish();
    }
    f.finish();
    return segment;
  }

  // "total": ["712", "800"] is start and end; "max_demand": "0.75" is what the register showed.
  void read_register(JsonFields& r, const char* name, Register reg, MeterSegment& segment) {
    if (!r.has(name)) {
      r.value(name, Need::kOptional);
      return;
    }
    if (reg == Register::kMaxDemand) {
      segment.set(reg, 0, r.decimal(name, kIndexDigits, Need::kRequired));
      return;
    }
    const auto pair = r.items(name, Need::kRequired);
    std::optional<std::int64_t> index[2];
    for (std::size_t i = 0; i < pair.size() && i < 2; ++i)
      if (pair[i].first->is_string())
        index[i] = parse_decimal(pair[i].first->get_ref<const std::string&>(), kIndexDigits);
    if (pair.size() == 2 && index[0] && index[1])
      segment.set(reg, *index[0], *index[1]);
    else
      r.complain(name, "indexes",
                 "expected start and end index such as [\"712\", \"800.5\"] but found " +
                     JsonFields::shown(*r.value(name, Need::kOptional)));
  }

  // A month's energies without a meter's indexes, for cases whose source gives only these.
  MeterSegment energies(const Json& json, const std::string& pointer) {
    JsonFields f(json, pointer, errors_);
    MeterSegment segment;
    segment.digits = 10;
    for (const auto& [name, reg] : kRegisterNames) {
      if (f.has(name))
        segment.set(reg, 0, f.decimal(name, kIndexDigits, Need::kRequired));
      else
        f.value(name, Need::kOptional);
    }
    f.finish();
    return segment;
  }

  // Either every value, or one day's shape and for how many days.
  IntervalSeries intervals(const Json& json, const std::string& pointer) {
    JsonFields f(json, pointer, errors_);
    IntervalSeries series;
    series.first_day = f.date("from", Need::kRequired);
    series.minutes = static_cast<std::int32_t>(f.integer("minutes", 15, 60, Need::kRequired, 60));
    const std::int64_t days = f.integer("repeat_days", 1, 366, Need::kOptional, 1);
    std::vector<std::int32_t> values;
    for (const auto& [item, at] : f.items("kwh", Need::kRequired)) {
      const auto wh =
          item->is_string() ? parse_decimal(item->get_ref<const std::string&>(), kQuantityDigits) : std::nullopt;
      if (item->is_null())
        values.push_back(kMissingInterval);
      else if (wh && *wh > -1'000'000'000 && *wh < 1'000'000'000)
        values.push_back(static_cast<std::int32_t>(*wh));
      else
        errors_.push_back(
            {at, "decimal",
             "expected kWh as a decimal string, or null where it is missing, but found " + JsonFields::shown(*item)});
    }
    f.finish();
    auto& all = data_.intervals.emplace_back();
    for (std::int64_t day = 0; day < days; ++day) all.insert(all.end(), values.begin(), values.end());
    series.energy_wh = all;
    return series;
  }

  UsagePointInput usage_point(const Json& json, const std::string& pointer, const std::vector<std::string>& names) {
    JsonFields f(json, pointer, errors_);
    UsagePointInput p;
    f.text("name");
    p.tariff = tariff(f, "tariff");
    p.export_tariff = tariff(f, "export_tariff");
    p.billed = f.boolean("billed", true);
    p.parent = index_of_name(f, "parent", names);
    p.deduction = f.choice<Deduction>("deduction", kDeductions, p.parent >= 0 ? Need::kRequired : Need::kOptional,
                                      Deduction::kNone);
    p.fixed_energy = {f.decimal("fixed_kwh", kQuantityDigits,
                                p.deduction == Deduction::kFixedQuantity ? Need::kRequired : Need::kOptional)};
    p.fixed_ratio_bp =
        percent_bp(f, "fixed_percent", p.deduction == Deduction::kFixedRatio ? Need::kRequired : Need::kOptional);
    p.transformer = index_of_name(f, "transformer", data_.transformer_names);
    p.line_loss_bp = percent_bp(f, "line_loss_percent");
    p.manual_energy = {f.decimal("manual_kwh", kQuantityDigits, Need::kOptional)};
    p.has_previous = f.has("previous_kwh");
    p.previous_energy = {f.decimal("previous_kwh", kQuantityDigits, Need::kOptional)};
    auto& segments = data_.segments.emplace_back();
    for (const auto& [item, at] : f.items("meters", Need::kOptional)) segments.push_back(meter(*item, at));
    if (const Json* found = f.value("energies", Need::kOptional))
      segments.push_back(energies(*found, f.pointer_of("energies")));
    p.segments = segments;
    if (const Json* found = f.value("intervals", Need::kOptional))
      p.intervals = intervals(*found, f.pointer_of("intervals"));
    f.finish();
    return p;
  }

  Data& data_;
  std::vector<FieldError>& errors_;
};

}  // namespace

BillingCase::BillingCase(std::unique_ptr<Data> data) : data_(std::move(data)) {
  input_ = data_->account;
  input_.usage_points = data_->usage_points;
  input_.transformers = data_->transformers;
  input_.capacity_changes = data_->capacity_changes;
}
BillingCase::BillingCase(BillingCase&&) noexcept = default;
BillingCase& BillingCase::operator=(BillingCase&&) noexcept = default;
BillingCase::~BillingCase() = default;

Result<BillingCase> parse_case(std::string_view json_text, std::span<const Tariff> reference) {
  auto json = parse_json(json_text);
  if (!json) return std::move(json).error();
  std::vector<FieldError> errors;
  auto data = std::make_unique<Data>();
  std::vector<std::string> names;
  CaseReader reader(*data, errors);
  JsonFields root(*json, "", errors);
  const std::string title = root.text("title");
  const std::string source = root.text("source", Need::kOptional);
  const std::string reason = root.text("reason", Need::kOptional);
  root.text("example", Need::kOptional);  // the number under which the source lists it
  reader.tariffs(root, reference);
  if (const Json* account = root.value("account", Need::kRequired)) reader.account(*account, "/account");
  reader.transformers(root);
  reader.usage_points(root, names);
  std::optional<Expectation> expectation;
  if (const Json* expect = root.value("expect", Need::kOptional))
    expectation = read_expectation(*expect, "/expect", errors);
  // The runner of tests/cases compares these with the mistakes of this very file.
  root.value("expect_errors", Need::kOptional);
  root.finish();
  if (!errors.empty()) {
    std::string message = fmt::format("expected a billing case but found {} mistakes in it", errors.size());
    return invalid("billing.case_invalid", std::move(message), std::move(errors));
  }
  BillingCase result(std::move(data));
  result.title = title;
  result.source = source;
  result.reason = reason;
  result.expectation = std::move(expectation);
  result.usage_point_names = std::move(names);
  return result;
}

}  // namespace mis::billing

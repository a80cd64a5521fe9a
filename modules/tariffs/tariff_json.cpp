// Reading a tariff. Printing is in tariff_print.cpp; both follow the order of README.md.
#include "modules/tariffs/tariff_json.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "mis/base/decimal.hpp"
#include "mis/base/json_fields.hpp"
#include "modules/tariffs/tariff_names.hpp"

namespace mis::tariffs {
namespace {

using Need = JsonFields::Need;
using Json = nlohmann::json;

constexpr int kPriceScaleDigits = 8;
constexpr int kKwhDigits = 3;
constexpr int kPercentDigits = 2;

constexpr std::pair<const char*, TierForm> kForms[] = {{"increment", TierForm::kIncrement},
                                                       {"tier_price", TierForm::kTierPrice}};
constexpr std::pair<const char*, TierCycle> kCycles[] = {{"monthly", TierCycle::kMonthly},
                                                         {"annual", TierCycle::kAnnual}};
constexpr std::pair<const char*, OverContract> kOverContracts[] = {{"band_free", OverContract::kBandFree},
                                                                   {"band_charged", OverContract::kBandCharged},
                                                                   {"actual_band", OverContract::kActualBand},
                                                                   {"actual_below", OverContract::kActualBelow}};
constexpr std::pair<const char*, PartialMonth> kPartialMonths[] = {{"calendar_days", PartialMonth::kCalendarDays},
                                                                   {"thirty_days", PartialMonth::kThirtyDays}};

Price price_of(JsonFields& f, const char* name, Need need = Need::kOptional) {
  return {f.decimal(name, kPriceScaleDigits, need)};
}
std::int32_t percent_of(JsonFields& f, const char* name, std::int32_t fallback) {
  const std::int64_t bp = f.decimal(name, kPercentDigits, Need::kOptional, fallback);
  if (bp >= -1'000'000 && bp <= 1'000'000) return static_cast<std::int32_t>(bp);
  f.complain(name, "range", "expected at most 10000 percent but found more");
  return fallback;
}

// "0.5383" is a price for all energy; {"peak": "0.9", …} are prices by period.
void read_prices(JsonFields& parent, const char* name, Need need, PeriodPrices& prices, bool& by_period) {
  const Json* found = parent.value(name, need);
  if (found == nullptr) return;
  if (found->is_string()) {
    by_period = false;
    prices[0] = {parent.decimal(name, kPriceScaleDigits, need)};
    return;
  }
  by_period = true;
  JsonFields f(*found, parent.pointer_of(name), parent.errors());
  for (const auto& [word, period] : period_names())
    if (period != Period::kTotal) prices[index_of(period)] = price_of(f, word);
  f.finish();
}

// A month list as bits; [5, 6, 7] and absent for the whole year.
std::uint16_t read_months(JsonFields& f) {
  if (!f.has("months")) {
    f.value("months", Need::kOptional);
    return 0xFFF;
  }
  unsigned bits = 0;
  for (const auto& [item, pointer] : f.items("months", Need::kOptional)) {
    const bool ok = item->is_number_integer() && item->get<std::int64_t>() >= 1 && item->get<std::int64_t>() <= 12;
    if (ok)
      bits |= 1u << (item->get<unsigned>() - 1);
    else
      f.errors().push_back({pointer, "month", "expected a month from 1 to 12 but found " + JsonFields::shown(*item)});
  }
  return static_cast<std::uint16_t>(bits);
}

TierBounds read_bounds(const Json& json, const std::string& pointer, std::vector<FieldError>& errors) {
  TierBounds bounds;
  JsonFields f(json, pointer, errors);
  bounds.months = read_months(f);
  for (const auto& [item, at] : f.items("upper_kwh", Need::kRequired)) {
    const auto value = item->is_string() ? parse_kwh(item->get_ref<const std::string&>()) : std::nullopt;
    if (!value)
      errors.push_back({at, "decimal", "expected kWh as a decimal string but found " + JsonFields::shown(*item)});
    else if (bounds.upper_count == bounds.upper.size())
      errors.push_back({at, "length", "expected at most 4 bounds but found more"});
    else
      bounds.upper[bounds.upper_count++] = *value;
  }
  f.finish();
  return bounds;
}

void read_tier_list(JsonFields& f, const char* name, Tariff& t) {
  std::size_t n = 0;
  bool any_by_period = false, any_total = false;
  for (const auto& [item, pointer] : f.items(name, Need::kRequired)) {
    if (n == kMaxTiers) {
      f.complain(name, "length", fmt::format("expected at most {} tiers but found more", kMaxTiers));
      break;
    }
    // Each element is wrapped so that the reader of prices can be used for it.
    Json wrapped = Json::object();
    wrapped["price"] = *item;
    std::vector<FieldError> own;
    JsonFields one(wrapped, pointer, own);
    bool by_period = false;
    read_prices(one, "price", Need::kRequired, t.tiers.price[n], by_period);
    for (auto& e : own) {
      // The wrapper's own name is no part of the document.
      if (e.pointer.rfind(pointer + "/price", 0) == 0) e.pointer.erase(pointer.size(), 6);
      f.errors().push_back(std::move(e));
    }
    (by_period ? any_by_period : any_total) = true;
    ++n;
  }
  if (any_by_period && any_total)
    f.complain(name, "contradiction", "expected each tier by period or none but found both");
  t.by_period = any_by_period;
}

void read_increments(JsonFields& f, Tariff& t) {
  std::size_t n = 1;  // tier 1 has no increment
  for (const auto& [item, pointer] : f.items("increments", Need::kRequired)) {
    if (n == kMaxTiers) {
      f.complain("increments", "length", fmt::format("expected at most {} increments but found more", kMaxTiers - 1));
      return;
    }
    const auto value = item->is_string() ? parse_price(item->get_ref<const std::string&>()) : std::nullopt;
    if (!value)
      f.errors().push_back(
          {pointer, "decimal", "expected a price as a decimal string but found " + JsonFields::shown(*item)});
    else
      t.tiers.increment[n] = *value;
    ++n;
  }
}

void read_tiers(const Json& json, const std::string& pointer, std::vector<FieldError>& errors, Tariff& t) {
  JsonFields f(json, pointer, errors);
  TierTable& tiers = t.tiers;
  tiers.form = f.choice<TierForm>("form", kForms, Need::kRequired, TierForm::kIncrement);
  tiers.cycle = f.choice<TierCycle>("cycle", kCycles, Need::kRequired, TierCycle::kMonthly);
  tiers.cycle_start_month = static_cast<std::uint8_t>(f.integer("cycle_start_month", 1, 12, Need::kOptional, 1));
  tiers.part_year_by_months = f.boolean("part_year_by_months", true);
  for (const auto& [item, at] : f.items("seasons", Need::kRequired)) {
    const TierBounds bounds = read_bounds(*item, at, errors);
    if (tiers.season_count == kMaxTierSeasons)
      errors.push_back({at, "length", "expected at most 4 seasons but found more"});
    else
      tiers.seasons[tiers.season_count++] = bounds;
  }
  if (tiers.form == TierForm::kIncrement)
    read_increments(f, t);
  else
    read_tier_list(f, "prices", t);
  // Every tier that a bound opens must have its price, or energy there would be free.
  std::size_t needed = 0;
  for (std::size_t s = 0; s < tiers.season_count; ++s)
    needed = std::max<std::size_t>(needed, tiers.seasons[s].upper_count);
  const bool by_increment = tiers.form == TierForm::kIncrement;
  const char* list = by_increment ? "increments" : "prices";
  const std::size_t found = f.has(list) && json.at(list).is_array() ? json.at(list).size() : 0;
  const std::size_t expected = by_increment ? needed : needed + 1;
  if (f.has(list) && found != expected)
    f.complain(list, "length", fmt::format("expected {} entries for {} bounds but found {}", expected, needed, found));
  if (const Json* household = f.value("household", Need::kOptional)) {
    JsonFields h(*household, f.pointer_of("household"), errors);
    tiers.household.from_persons = static_cast<std::uint8_t>(h.integer("from_persons", 1, 99, Need::kRequired));
    tiers.household.per_month = {h.decimal("kwh_per_month", kKwhDigits, Need::kRequired)};
    tiers.household.bounds_moved = static_cast<std::uint8_t>(h.integer("bounds_moved", 1, 4, Need::kRequired));
    h.finish();
  }
  f.finish();
}

std::vector<Component> read_components(JsonFields& f, const char* name) {
  std::vector<Component> result;
  for (const auto& [item, pointer] : f.items(name, Need::kOptional)) {
    JsonFields one(*item, pointer, f.errors());
    Component component;
    component.kind = one.choice<ComponentKind>("kind", component_names(), Need::kRequired, ComponentKind::kOther);
    component.price = price_of(one, "price", Need::kRequired);
    one.finish();
    result.push_back(component);
  }
  return result;
}

BasicCharge read_basic(const Json& json, const std::string& pointer, std::vector<FieldError>& errors) {
  BasicCharge b;
  JsonFields f(json, pointer, errors);
  b.capacity_price = price_of(f, "capacity_price");
  b.demand_price = price_of(f, "demand_price");
  b.over_contract = f.choice<OverContract>("over_contract", kOverContracts, Need::kOptional, b.over_contract);
  b.partial_month = f.choice<PartialMonth>("partial_month", kPartialMonths, Need::kOptional, b.partial_month);
  b.contract_floor_bp = percent_of(f, "contract_floor_percent", b.contract_floor_bp);
  b.suspended_share_bp = percent_of(f, "suspended_share_percent", b.suspended_share_bp);
  b.discount_kwh_per_kva = f.integer("discount_kwh_per_kva", 0, 744, Need::kOptional);
  b.discount_price_bp = percent_of(f, "discount_price_percent", b.discount_price_bp);
  f.finish();
  return b;
}

RoundingRules read_rounding(const Json& json, const std::string& pointer, std::vector<FieldError>& errors) {
  RoundingRules r;
  JsonFields f(json, pointer, errors);
  r.energy = f.choice<Rounding>("energy", rounding_names(), Need::kOptional, r.energy);
  r.surcharge = f.choice<Rounding>("surcharge", rounding_names(), Need::kOptional, r.surcharge);
  r.basic = f.choice<Rounding>("basic", rounding_names(), Need::kOptional, r.basic);
  r.power_factor = f.choice<Rounding>("power_factor", rounding_names(), Need::kOptional, r.power_factor);
  r.whole_kwh = f.boolean("whole_kwh", false);
  f.finish();
  return r;
}

// "HH:MM" on a half-hour as its number 0…48.
std::optional<int> half_hour(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (std::size_t i : {0u, 1u, 3u, 4u})
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
  const int hour = (text[0] - '0') * 10 + text[1] - '0', minute = (text[3] - '0') * 10 + text[4] - '0';
  if (hour > 24 || (minute != 0 && minute != 30) || (hour == 24 && minute != 0)) return std::nullopt;
  return hour * 2 + minute / 30;
}

// {"sharp": ["18:00-21:00"], …}: later words override earlier ones in the order flat, valley, peak, deep, sharp, as the
// notices are read (sharp and deep lie inside peak and valley). Ranges may pass midnight.
void read_day(const Json& json, const std::string& pointer, std::vector<FieldError>& errors, DayPeriods& day) {
  JsonFields f(json, pointer, errors);
  for (Period period : {Period::kFlat, Period::kValley, Period::kPeak, Period::kDeep, Period::kSharp}) {
    for (const auto& [item, at] : f.items(word_of(period_names(), period), Need::kOptional)) {
      const std::string text = item->is_string() ? item->get<std::string>() : std::string();
      const auto from = text.size() == 11 ? half_hour(std::string_view(text).substr(0, 5)) : std::nullopt;
      const auto to = text.size() == 11 && text[5] == '-' ? half_hour(std::string_view(text).substr(6)) : std::nullopt;
      if (!from || !to || *from == *to || *from == 48) {
        errors.push_back(
            {at, "hours",
             "expected hours such as \"22:00-06:30\" on half-hours but found " + JsonFields::shown(*item)});
        continue;
      }
      for (int h = *from; h != *to;) {
        day[static_cast<std::size_t>(h)] = period;
        h = h + 1 == 48 && *to != 48 ? 0 : h + 1;
      }
    }
  }
  f.finish();
}

}  // namespace

TouCalendar calendar_from_json(const Json& json, const std::string& pointer, std::vector<FieldError>& errors) {
  TouCalendar calendar;
  JsonFields f(json, pointer, errors);
  for (const auto& [item, at] : f.items("seasons", Need::kRequired)) {
    CalendarSeason season;
    JsonFields s(*item, at, errors);
    season.months = read_months(s);
    DayPeriods workday;
    workday.fill(Period::kFlat);
    if (const Json* found = s.value("workday", Need::kRequired))
      read_day(*found, s.pointer_of("workday"), errors, workday);
    // Weekends and holidays are workdays unless said otherwise.
    season.day.fill(workday);
    for (auto [name, type] : {std::pair{"weekend", DayType::kWeekend}, {"holiday", DayType::kHoliday}}) {
      const Json* found = s.value(name, Need::kOptional);
      if (found == nullptr) continue;
      DayPeriods& day = season.day[static_cast<std::size_t>(type)];
      day.fill(Period::kFlat);
      read_day(*found, s.pointer_of(name), errors, day);
    }
    s.finish();
    calendar.seasons.push_back(season);
  }
  for (const auto& [item, at] : f.items("holidays", Need::kOptional)) {
    const auto day = item->is_string() ? Date::parse(item->get_ref<const std::string&>()) : std::nullopt;
    if (day)
      calendar.holidays.push_back(*day);
    else
      errors.push_back({at, "date", "expected a date such as \"2027-01-31\" but found " + JsonFields::shown(*item)});
  }
  std::sort(calendar.holidays.begin(), calendar.holidays.end());
  f.finish();
  return calendar;
}

namespace {

void read_identity(JsonFields& f, Tariff& t) {
  t.code = f.text("code");
  t.version = static_cast<std::int32_t>(f.integer("version", 1, 1'000'000, Need::kOptional, 1));
  if (const Json* name = f.value("name", Need::kOptional)) {
    JsonFields n(*name, f.pointer_of("name"), f.errors());
    t.name_zh = n.text("zh");
    t.name_en = n.text("en");
    n.finish();
  }
  t.category = f.choice<Category>("category", category_names(), Need::kRequired, t.category);
  t.structure = f.choice<Structure>("structure", structure_names(), Need::kOptional, t.structure);
  t.voltage = f.choice<Voltage>("voltage", voltage_names(), Need::kOptional, t.voltage);
  if (const Json* valid = f.value("valid", Need::kOptional)) {
    JsonFields v(*valid, f.pointer_of("valid"), f.errors());
    t.valid = {v.date("from", Need::kRequired), v.date("to", Need::kOptional, kForever)};
    v.finish();
  }
  if (const Json* source = f.value("source", Need::kOptional)) {
    JsonFields s(*source, f.pointer_of("source"), f.errors());
    t.source = {s.text("document"), s.text("clause", Need::kOptional), s.text("confidence", Need::kOptional)};
    s.finish();
  }
}

}  // namespace

Tariff tariff_from_json(const Json& json, const std::string& pointer, std::vector<FieldError>& errors) {
  const std::size_t errors_before = errors.size();
  Tariff t;
  JsonFields f(json, pointer, errors);
  read_identity(f, t);
  read_prices(f, "energy", Need::kOptional, t.price, t.by_period);
  if (const Json* tiers = f.value("tiers", Need::kOptional)) read_tiers(*tiers, f.pointer_of("tiers"), errors, t);
  if (const Json* free = f.value("free_energy", Need::kOptional)) {
    JsonFields e(*free, f.pointer_of("free_energy"), errors);
    t.free_energy = {{e.decimal("kwh_per_month", kKwhDigits, Need::kRequired)}, price_of(e, "price", Need::kRequired)};
    e.finish();
  }
  t.of_which = read_components(f, "of_which");
  t.of_which_rest = f.choice<ComponentKind>("of_which_rest", component_names(), Need::kOptional, t.of_which_rest);
  t.surcharges = read_components(f, "surcharges");
  if (const Json* basic = f.value("basic", Need::kOptional))
    t.basic = read_basic(*basic, f.pointer_of("basic"), errors);
  if (const Json* pf = f.value("power_factor", Need::kOptional)) {
    JsonFields p(*pf, f.pointer_of("power_factor"), errors);
    t.power_factor.standard =
        p.choice<PowerFactorStandard>("standard", standard_names(), Need::kRequired, PowerFactorStandard::kNone);
    t.power_factor.fixed_bp = percent_of(p, "fixed_percent", 0);
    t.power_factor.excludes_funds = p.boolean("excludes_funds", true);
    p.finish();
  }
  if (const Json* rounding = f.value("rounding", Need::kOptional))
    t.rounding = read_rounding(*rounding, f.pointer_of("rounding"), errors);
  if (const Json* calendar = f.value("calendar", Need::kOptional))
    t.calendar = calendar_from_json(*calendar, f.pointer_of("calendar"), errors);
  f.finish();
  // What fields say together is judged only where each of them could be read.
  if (errors.size() == errors_before)
    for (FieldError& e : check_tariff(t)) {
      e.pointer = pointer + e.pointer;
      errors.push_back(std::move(e));
    }
  return t;
}

Result<Tariff> parse_tariff(std::string_view json_text) {
  auto json = parse_json(json_text);
  if (!json) return std::move(json).error();
  std::vector<FieldError> errors;
  Tariff tariff = tariff_from_json(*json, "", errors);
  if (errors.empty()) return tariff;
  std::string message = fmt::format("expected a tariff but found {} mistakes in it", errors.size());
  return invalid("tariffs.invalid", std::move(message), std::move(errors));
}

}  // namespace mis::tariffs

// Printing a tariff in its canonical form: fixed order, defaults left out.
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "modules/tariffs/tariff_json.hpp"
#include "modules/tariffs/tariff_names.hpp"

namespace mis::tariffs {
namespace {

using Json = nlohmann::ordered_json;

std::string percent_text(std::int32_t bp) { return format_decimal(bp, 2, 0); }

Json prices_to_json(const PeriodPrices& prices, bool by_period) {
  if (!by_period) return format_price(prices[0]);
  Json json = Json::object();
  for (const auto& [word, period] : period_names())
    if (period != Period::kTotal && prices[index_of(period)].value != 0)
      json[word] = format_price(prices[index_of(period)]);
  return json;
}

void put_months(Json& json, std::uint16_t months) {
  if (months == 0xFFF) return;
  Json list = Json::array();
  for (int m = 1; m <= 12; ++m)
    if (months >> (m - 1) & 1) list.push_back(m);
  json["months"] = std::move(list);
}

Json tiers_to_json(const Tariff& t) {
  const TierTable& tiers = t.tiers;
  Json json;
  json["form"] = tiers.form == TierForm::kIncrement ? "increment" : "tier_price";
  json["cycle"] = tiers.cycle == TierCycle::kMonthly ? "monthly" : "annual";
  if (tiers.cycle_start_month != 1) json["cycle_start_month"] = tiers.cycle_start_month;
  if (!tiers.part_year_by_months) json["part_year_by_months"] = false;
  json["seasons"] = Json::array();
  std::size_t bounds = 0;
  for (std::size_t s = 0; s < tiers.season_count; ++s) {
    Json season = Json::object();
    put_months(season, tiers.seasons[s].months);
    season["upper_kwh"] = Json::array();
    for (std::size_t b = 0; b < tiers.seasons[s].upper_count; ++b)
      season["upper_kwh"].push_back(format_kwh(tiers.seasons[s].upper[b]));
    bounds = std::max<std::size_t>(bounds, tiers.seasons[s].upper_count);
    json["seasons"].push_back(std::move(season));
  }
  const bool increments = tiers.form == TierForm::kIncrement;
  Json& list = json[increments ? "increments" : "prices"] = Json::array();
  for (std::size_t n = increments ? 1 : 0; n <= bounds; ++n)
    list.push_back(increments ? Json(format_price(tiers.increment[n])) : prices_to_json(tiers.price[n], t.by_period));
  if (tiers.household.from_persons != 0)
    json["household"] = {{"from_persons", tiers.household.from_persons},
                         {"kwh_per_month", format_kwh(tiers.household.per_month)},
                         {"bounds_moved", tiers.household.bounds_moved}};
  return json;
}

Json components_to_json(const std::vector<Component>& components) {
  Json list = Json::array();
  for (const auto& c : components)
    list.push_back({{"kind", word_of(component_names(), c.kind)}, {"price", format_price(c.price)}});
  return list;
}

const char* word(OverContract rule) {
  switch (rule) {
    case OverContract::kBandFree:
      return "band_free";
    case OverContract::kBandCharged:
      return "band_charged";
    case OverContract::kActualBand:
      return "actual_band";
    case OverContract::kActualBelow:
      return "actual_below";
  }
  return "";
}

Json basic_to_json(const BasicCharge& b) {
  const BasicCharge usual;
  Json json = Json::object();
  if (b.capacity_price.value != 0) json["capacity_price"] = format_price(b.capacity_price);
  if (b.demand_price.value != 0) json["demand_price"] = format_price(b.demand_price);
  if (b.over_contract != usual.over_contract) json["over_contract"] = word(b.over_contract);
  if (b.partial_month != usual.partial_month) json["partial_month"] = "thirty_days";
  if (b.contract_floor_bp != usual.contract_floor_bp)
    json["contract_floor_percent"] = percent_text(b.contract_floor_bp);
  if (b.suspended_share_bp != 0) json["suspended_share_percent"] = percent_text(b.suspended_share_bp);
  if (b.discount_kwh_per_kva != 0) json["discount_kwh_per_kva"] = b.discount_kwh_per_kva;
  if (b.discount_price_bp != usual.discount_price_bp)
    json["discount_price_percent"] = percent_text(b.discount_price_bp);
  return json;
}

Json rounding_to_json(const RoundingRules& r) {
  const RoundingRules usual;
  Json json = Json::object();
  if (r.energy != usual.energy) json["energy"] = word_of(rounding_names(), r.energy);
  if (r.surcharge != usual.surcharge) json["surcharge"] = word_of(rounding_names(), r.surcharge);
  if (r.basic != usual.basic) json["basic"] = word_of(rounding_names(), r.basic);
  if (r.power_factor != usual.power_factor) json["power_factor"] = word_of(rounding_names(), r.power_factor);
  if (r.whole_kwh) json["whole_kwh"] = true;
  return json;
}

std::string hour_text(std::size_t half_hour) {
  std::string text = "00:00";
  text[0] = static_cast<char>('0' + half_hour / 20);
  text[1] = static_cast<char>('0' + half_hour / 2 % 10);
  if (half_hour % 2 != 0) text[3] = '3';
  return text;
}

Json day_to_json(const DayPeriods& day) {
  Json json = Json::object();
  for (Period period : {Period::kSharp, Period::kPeak, Period::kFlat, Period::kValley, Period::kDeep}) {
    Json ranges = Json::array();
    for (std::size_t h = 0; h < kHalfHours;) {
      if (day[h] != period) {
        ++h;
        continue;
      }
      std::size_t end = h;
      while (end < kHalfHours && day[end] == period) ++end;
      ranges.push_back(hour_text(h) + "-" + hour_text(end));
      h = end;
    }
    if (!ranges.empty()) json[word_of(period_names(), period)] = std::move(ranges);
  }
  return json;
}

Json calendar_to_json(const TouCalendar& calendar) {
  Json json;
  json["seasons"] = Json::array();
  for (const auto& season : calendar.seasons) {
    Json one = Json::object();
    put_months(one, season.months);
    one["workday"] = day_to_json(season.day[0]);
    if (season.day[1] != season.day[0]) one["weekend"] = day_to_json(season.day[1]);
    if (season.day[2] != season.day[0]) one["holiday"] = day_to_json(season.day[2]);
    json["seasons"].push_back(std::move(one));
  }
  if (!calendar.holidays.empty()) {
    json["holidays"] = Json::array();
    for (Date day : calendar.holidays) json["holidays"].push_back(day.to_string());
  }
  return json;
}

}  // namespace

nlohmann::ordered_json tariff_to_json(const Tariff& t) {
  const Tariff usual;
  Json json;
  json["code"] = t.code;
  if (t.version != 1) json["version"] = t.version;
  if (!t.name_zh.empty() || !t.name_en.empty()) json["name"] = {{"zh", t.name_zh}, {"en", t.name_en}};
  json["category"] = word_of(category_names(), t.category);
  if (t.structure != usual.structure) json["structure"] = word_of(structure_names(), t.structure);
  if (t.voltage != usual.voltage) json["voltage"] = word_of(voltage_names(), t.voltage);
  if (t.valid != usual.valid) {
    json["valid"]["from"] = t.valid.from.to_string();
    if (t.valid.to != kForever) json["valid"]["to"] = t.valid.to.to_string();
  }
  if (t.source != usual.source) {
    json["source"]["document"] = t.source.document;
    if (!t.source.clause.empty()) json["source"]["clause"] = t.source.clause;
    if (!t.source.confidence.empty()) json["source"]["confidence"] = t.source.confidence;
  }
  if (t.tiers.form != TierForm::kTierPrice) json["energy"] = prices_to_json(t.price, t.by_period);
  if (t.tiers.form != TierForm::kNone) json["tiers"] = tiers_to_json(t);
  if (t.free_energy != usual.free_energy)
    json["free_energy"] = {{"kwh_per_month", format_kwh(t.free_energy.per_month)},
                           {"price", format_price(t.free_energy.price)}};
  if (!t.of_which.empty()) json["of_which"] = components_to_json(t.of_which);
  if (t.of_which_rest != usual.of_which_rest) json["of_which_rest"] = word_of(component_names(), t.of_which_rest);
  if (!t.surcharges.empty()) json["surcharges"] = components_to_json(t.surcharges);
  if (t.basic != usual.basic) json["basic"] = basic_to_json(t.basic);
  if (t.power_factor != usual.power_factor) {
    json["power_factor"]["standard"] = word_of(standard_names(), t.power_factor.standard);
    if (t.power_factor.fixed_bp != 0) json["power_factor"]["fixed_percent"] = percent_text(t.power_factor.fixed_bp);
    if (!t.power_factor.excludes_funds) json["power_factor"]["excludes_funds"] = false;
  }
  if (t.rounding != usual.rounding) json["rounding"] = rounding_to_json(t.rounding);
  if (t.calendar) json["calendar"] = calendar_to_json(*t.calendar);
  return json;
}

std::string to_json_text(const Tariff& tariff) { return tariff_to_json(tariff).dump(2); }

}  // namespace mis::tariffs

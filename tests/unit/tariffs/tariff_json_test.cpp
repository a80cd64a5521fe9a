// The JSON form of a tariff: what it says, and that a wrong one is told all its mistakes at once.
#include <catch2/catch.hpp>

#include "modules/tariffs/tariffs.hpp"

using namespace mis;
using namespace mis::tariffs;

namespace {

std::string printed(const Result<Tariff>& result) {
  std::string text;
  if (result.ok()) return "no error";
  for (const auto& e : result.error().fields) text += e.pointer + ": " + e.message + "\n";
  return text;
}

}  // namespace

TEST_CASE("a tariff reads as it is written") {
  const auto t = parse_tariff(R"({
    "code": "SH-TOU", "category": "residential", "valid": {"from": "2024-01-01", "to": "2025-01-01"},
    "source": {"document": "沪发改价管", "clause": "3", "confidence": "medium"},
    "tiers": {"form": "tier_price", "cycle": "annual", "seasons": [{"upper_kwh": ["3120", "4800"]}],
              "prices": [{"peak": "0.617", "valley": "0.307"}, {"peak": "0.677", "valley": "0.337"}, {"peak": "0.977", "valley": "0.487"}]},
    "rounding": {"power_factor": "toward_zero"}})");
  INFO(printed(t));
  REQUIRE(t.ok());
  CHECK(t->code == "SH-TOU");
  CHECK(t->valid == DateRange{Date::of(2024, 1, 1), Date::of(2025, 1, 1)});
  CHECK(t->by_period);
  CHECK(t->tiers.price[2][index_of(Period::kValley)] == Price{48'700'000});
  CHECK(t->tiers.bounds_of(7)->upper[0] == Energy{3'120'000});
  CHECK(t->rounding.power_factor == Rounding::kTowardZero);
  CHECK(t->prices(Period::kPeak));
  CHECK_FALSE(t->prices(Period::kFlat));
  const auto again = parse_tariff(to_json_text(*t));
  REQUIRE(again.ok());
  CHECK(*again == *t);
  CHECK(to_json_text(*again) == to_json_text(*t));
}

TEST_CASE("all mistakes of a tariff are told at once") {
  const auto t = parse_tariff(R"({
    "code": "X", "category": "commercial", "colour": "red", "valid": {"from": "2024-02-30"},
    "energy": {"peak": "0.123456789", "night": "0.3"}, "power_factor": {"standard": "0.95"}, "of_which": [{"kind": "tax", "price": "1"}]})");
  CHECK(printed(t) ==
        "/valid/from: expected a date such as \"2027-01-31\" but found \"2024-02-30\"\n"
        "/energy/peak: expected a decimal string with up to 8 decimals, such as \"12.5\", but found \"0.123456789\"\n"
        "/energy/night: expected one of the fields sharp, peak, flat, valley, deep but found \"night\"\n"
        "/of_which/0/kind: expected one of net_energy, agent_purchase, line_loss, transmission, system_operation, "
        "major_water_fund, "
        "reservoir_fund, renewable_fund, rural_grid_loan_fund, government_fund, other but found \"tax\"\n"
        "/power_factor/standard: expected one of none, 0.90, 0.85, 0.80, fixed but found \"0.95\"\n"
        "/colour: expected one of the fields code, version, name, category, structure, voltage, valid, source, energy, "
        "tiers, free_energy, "
        "of_which, of_which_rest, surcharges, basic, power_factor, rounding, calendar but found \"colour\"\n");
}

TEST_CASE("what the fields of a tariff say together must fit") {
  struct Row {
    const char* json;
    const char* expected;
  };
  for (
      const auto& [json, expected] :
      {Row{R"({"code": "X", "category": "commercial"})",
           "/energy: expected at least one energy price but found none\n"},
       Row{R"({"code": "", "category": "commercial", "energy": "1"})",
           "/code: expected a code of 1 to 32 characters but found 0\n"},
       Row{R"({"code": "X", "category": "commercial", "energy": "20000"})",
           "/energy/total: expected a price from 0 to 10000 yuan but found 20000.00\n"},
       Row{R"({"code": "X", "category": "commercial", "energy": "-1"})",
           "/energy/total: expected a price from 0 to 10000 yuan but found -1.00\n"},
       Row{R"({"code": "X", "category": "industrial", "structure": "two_part", "energy": "1"})",
           "/basic: expected a capacity or demand price for a two-part tariff but found neither\n"},
       Row{R"({"code": "X", "category": "industrial", "energy": "1", "basic": {"demand_price": "40"}})",
           "/basic: expected no basic charge in a single-part tariff but found one\n"},
       Row{R"({"code": "X", "category": "residential", "energy": "1", "tiers": {"form": "increment", "cycle": "annual", "seasons": [{"upper_kwh": ["100", "200"]}], "increments": ["0.05"]}})",
           "/tiers/increments: expected 2 entries for 2 bounds but found 1\n"},
       Row{R"({"code": "X", "category": "residential", "energy": "1", "tiers": {"form": "increment", "cycle": "monthly", "seasons": [{"months": [1, 2], "upper_kwh": ["100"]}, {"months": [2, 3], "upper_kwh": ["90"]}], "increments": ["0.05"]}})",
           "/tiers/seasons/1/months: expected each month in one season but found one in two\n"},
       Row{R"({"code": "X", "category": "commercial", "energy": "1", "calendar": {"seasons": [{"months": [1], "workday": {"peak": ["08:00-09:00"]}}]}})",
           "/calendar/seasons: expected a season for each of the twelve months but found a month without\n"},
       Row{R"({"code": "X", "category": "commercial", "energy": "1", "calendar": {"seasons": [{"workday": {"peak": ["08:15-09:00"]}}]}})",
           "/calendar/seasons/0/workday/peak/0: expected hours such as \"22:00-06:30\" on half-hours but found "
           "\"08:15-09:00\"\n"}}) {
    CAPTURE(json);
    CHECK(printed(parse_tariff(json)) == expected);
  }
}

TEST_CASE("a syntax error names line and column") {
  const auto t = parse_tariff("{\n  \"code\": \"X\",\n  \"category\" \"commercial\"\n}");
  REQUIRE_FALSE(t.ok());
  CHECK(t.error().message.find("line 3, column 25") != std::string::npos);
  CHECK(t.error().code == "json.syntax");
  CHECK(printed(parse_tariff("[1]")).find("/: expected an object but found [1]") == std::string::npos);
  CHECK(printed(parse_tariff("[1]")) == ": expected an object but found [1]\n");
}

TEST_CASE("a calendar knows seasons, weekends, holidays and hours past midnight") {
  const auto t = parse_tariff(
      R"({"code": "X", "category": "commercial", "energy": {"peak": "1", "flat": "0.5", "valley": "0.2", "deep": "0.1", "sharp": "2"},
    "calendar": {"seasons": [
      {"months": [7, 8], "workday": {"sharp": ["14:00-15:00"], "peak": ["09:00-17:00"], "valley": ["22:00-06:30"]}},
      {"months": [1, 2, 3, 4, 5, 6, 9, 10, 11, 12], "workday": {"peak": ["09:00-17:00"]}, "weekend": {"valley": ["00:00-24:00"]}, "holiday": {"deep": ["10:00-14:00"]}}],
      "holidays": ["2024-10-01"]}})");
  INFO(printed(t));
  REQUIRE(t.ok());
  const TouCalendar& c = *t->calendar;
  const auto at = [&](Date day, int half_hour) { return c.periods_of(day)[static_cast<std::size_t>(half_hour)]; };
  const Date july = Date::of(2024, 7, 3), saturday = Date::of(2024, 9, 7), holiday = Date::of(2024, 10, 1),
             workday = Date::of(2024, 9, 9);
  CHECK(at(july, 28) == Period::kSharp);  // 14:00, inside the peak
  CHECK(at(july, 30) == Period::kPeak);
  CHECK(at(july, 47) == Period::kValley);  // 23:30
  CHECK(at(july, 12) == Period::kValley);  // 06:00, still before 06:30
  CHECK(at(july, 13) == Period::kFlat);
  CHECK(at(saturday, 20) == Period::kValley);
  CHECK(at(workday, 20) == Period::kPeak);
  CHECK(at(holiday, 20) == Period::kDeep);
  CHECK(at(holiday, 30) == Period::kFlat);
  CHECK(c.day_type(Date::of(1969, 12, 28)) == DayType::kWeekend);  // a Sunday before the epoch
}

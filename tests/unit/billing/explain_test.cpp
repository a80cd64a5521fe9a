// "Why?" of a line, in both languages, and the command that shows it.
#include <algorithm>
#include <catch2/catch.hpp>

#include "modules/billing/quote.hpp"
#include "tests/unit/billing/builders.hpp"

using namespace mis;
using namespace mis::billing;
using namespace mis::billing::testing;

namespace {

const std::string kSource = WATTHOUR_SOURCE_DIR;

Line line_of(LineKind kind, billing::Unit unit, std::int64_t quantity, Price price, Money amount) {
  Line line;
  line.kind = kind;
  line.unit = unit;
  line.quantity = quantity;
  line.price = price;
  line.amount = amount;
  return line;
}

QuoteOutput quote(std::vector<std::string> arguments) { return quote_command(arguments); }

}  // namespace

TEST_CASE("a line tells its working") {
  Line energy = line_of(LineKind::kEnergy, billing::Unit::kWh, 1'234'000, {53'830'000}, {66'426});
  energy.period = Period::kPeak;
  energy.tier = 2;
  CHECK(label_of(energy, Language::kChinese) == "电度电费 峰 第2档");
  CHECK(explain(energy, Language::kChinese) == "1,234 kWh × 0.5383 元/kWh = 664.26 元");
  CHECK(label_of(energy, Language::kEnglish) == "Energy, peak, tier 2");
  CHECK(explain(energy, Language::kEnglish) == "1,234 kWh × 0.5383 yuan/kWh = 664.26 yuan");

  Line capacity = line_of(LineKind::kCapacityCharge, billing::Unit::kVA, 315'000, {10 * kPriceScale}, {223'548});
  capacity.days = 22;
  capacity.of_days = 31;
  CHECK(explain(capacity, Language::kChinese) == "315 kVA × 10.00 元/kVA·月 × 22/31 天 = 2,235.48 元");

  Line demand = line_of(LineKind::kDemandCharge, billing::Unit::kW, 320'000, {51 * kPriceScale}, {1'468'800});
  demand.percent_bp = 9000;
  CHECK(explain(demand, Language::kEnglish) == "320 kW × 51.00 yuan/kW·month × 90% = 14,688.00 yuan");

  Line factor = line_of(LineKind::kPowerFactor, billing::Unit::kPercentOfBase, 0, {}, {-231'167});
  factor.base = {38'527'935};
  factor.percent_bp = -60;
  factor.power_factor = 94;
  factor.rounding = Rounding::kTowardZero;
  CHECK(explain(factor, Language::kChinese) == "385,279.35 元 × -0.6% (功率因数 0.94) = -2,311.67 元 (截尾)");
  CHECK(explain(factor, Language::kEnglish) == "385,279.35 yuan × -0.6% (power factor 0.94) = -2,311.67 yuan (cut)");
}

TEST_CASE("a line names where its price comes from") {
  Tariff t = flat_tariff({50'000'000});
  t.code = "ZJ-RES";
  t.version = 3;
  t.source = {"浙价资", "2", "high"};
  Line line;
  CHECK(source_of(line, &t, Language::kChinese) == "ZJ-RES 第3版, 浙价资, 2");
  line.kind = LineKind::kPowerFactor;
  CHECK(source_of(line, &t, Language::kEnglish) == "Regulation 水电财字[1983]215号; ZJ-RES version 3, 浙价资, 2");
  line.kind = LineKind::kEnergy;
  line.tariff_version = 77;
  CHECK(source_of(line, nullptr, Language::kEnglish) == "tariff version 77");
}

TEST_CASE("an exception says what was expected and what was found") {
  CHECK(describe({ExceptionKind::kAbsurdJump, Severity::kReview, 0, 7'000'000, 1'000'000}, Language::kEnglish) ==
        "expected energy near last month's 1,000 kWh but found 7,000 kWh");
  CHECK(describe({ExceptionKind::kNoReading, Severity::kBlocking, 0, static_cast<std::int64_t>(Register::kValley), 0},
                 Language::kChinese) == "应有 谷 示数, 但未抄到");
  CHECK(describe({ExceptionKind::kNegativeEnergy, Severity::kBlocking, 0, 0, -100'000}, Language::kEnglish) ==
        "expected no negative energy of the total register but found -10 kWh");
}

TEST_CASE("mis quote bills a case file") {
  const auto text = quote({kSource + "/tests/cases/residential/rs-01.case.json", "--lang", "en"});
  CHECK(text.exit_code == 0);
  CHECK(text.error.empty());
  CHECK(text.out ==
        "RS-01: Zhejiang, 2800 kWh by February cross 2760\n"
        "  Energy: 2,800 kWh × 0.538 yuan/kWh = 1,506.40 yuan\n"
        "  Tier increment, tier 2: 40 kWh × 0.05 yuan/kWh = 2.00 yuan\n"
        "total: 2800 kWh, 1508.40 yuan\n");
  const auto json = quote({kSource + "/tests/cases/two_part/tp-01.case.json", "--json"});
  CHECK(json.exit_code == 0);
  CHECK(json.out.find("\"amount\": \"16370.69\"") != std::string::npos);
  CHECK(json.out.find("\"working\": \"10,800 kWh × 0.512 元/kWh = 5,529.60 元\"") != std::string::npos);
}

TEST_CASE("mis quote takes reference tariffs by code") {
  const std::string file = kSource + "/tests/cases/residential/of-which.case.json";
  CHECK(quote({file, "--reference", kSource + "/db/reference"}).exit_code == 0);
  const auto without = quote({file});
  CHECK(without.exit_code == 1);
  CHECK(without.error.find("/tariffs/0/reference: expected the code of a reference tariff but found \"ZJ-RES\"") !=
        std::string::npos);
}

TEST_CASE("mis quote tells all that is wrong, and uses no half case") {
  const auto wrong = quote({kSource + "/tests/cases/wrong_files/several-mistakes.case.json"});
  CHECK(wrong.exit_code == 1);
  CHECK(wrong.out.empty());
  CHECK(std::count(wrong.error.begin(), wrong.error.end(), '\n') == 6);  // a heading and five mistakes

  CHECK(quote({}).exit_code == 2);
  CHECK(quote({}).error.find("expected a case file but found none") == 0);
  CHECK(quote({"a.json", "--colour"}).exit_code == 2);
  const auto absent = quote({"/nowhere/x.case.json"});
  CHECK(absent.exit_code == 1);
  CHECK(absent.error == "expected a readable file but could not read /nowhere/x.case.json\n");
}

TEST_CASE("mis quote shows an exception instead of a bill") {
  const auto none = quote({kSource + "/tests/cases/readings/no-reading.case.json", "--lang", "en"});
  CHECK(none.out.find("  ! main expected a reading of the total register but there is none (blocking)\nno bill\n") !=
        std::string::npos);
}

// What a fee-controlled account has used since its last bill.
#include <catch2/catch.hpp>

#include "modules/dunning/domain/prepaid.hpp"

using namespace mis;
using namespace mis::dunning;

namespace {

// October: 310 kWh for 155 yuan, so 10 kWh and 5 yuan a day, 0.50 yuan a kWh.
Use october() { return {{15'500}, {310'000}, {Date::of(2026, 10, 1), Date::of(2026, 11, 1)}, {}, Date::of(2026, 11, 1)}; }

}  // namespace

TEST_CASE("without readings, each day since the bill costs what one of its days did") {
  CHECK(estimated_cost(october(), Date::of(2026, 11, 1)) == Money{0});
  CHECK(estimated_cost(october(), Date::of(2026, 11, 11)) == Money{5'000});
  CHECK(estimated_cost(october(), Date::of(2026, 10, 20)) == Money{0});  // a day inside the bill
}

TEST_CASE("what was read is priced by itself, and only the days after it are estimated") {
  auto use = october();
  use.read_energy = {40'000};  // 40 kWh until the 8th: less than usual
  use.read_to = Date::of(2026, 11, 8);
  CHECK(estimated_cost(use, Date::of(2026, 11, 8)) == Money{2'000});
  CHECK(estimated_cost(use, Date::of(2026, 11, 11)) == Money{2'000 + 1'500});
}

TEST_CASE("one rounding, half up, of the exact sum") {
  Use use{{100}, {3'000}, {Date::of(2026, 10, 1), Date::of(2026, 10, 4)}, {1'000}, Date::of(2026, 10, 5)};
  CHECK(estimated_cost(use, Date::of(2026, 10, 5)) == Money{33});  // 33.33
  CHECK(estimated_cost(use, Date::of(2026, 10, 6)) == Money{67});  // 66.67, not 33 + 33
}

TEST_CASE("a bill of nothing, of no day or of no energy estimates what it can") {
  auto use = october();
  use.amount = {0};
  CHECK(estimated_cost(use, Date::of(2026, 11, 11)) == Money{0});
  use = october();
  use.period.to = use.period.from;
  CHECK(estimated_cost(use, Date::of(2026, 11, 11)) == Money{0});
  use = october();
  use.energy = {0};  // a fixed charge
  use.read_energy = {5'000};
  CHECK(estimated_cost(use, Date::of(2026, 11, 11)) == Money{5'000});
}

TEST_CASE("the largest meters stay within the range of money") {
  const Use use{{9'000'000'000'000'000}, {1'000'000'000'000}, {Date::of(2026, 10, 1), Date::of(2026, 11, 1)}, {900'000'000'000'000'000}, Date::of(2026, 11, 2)};
  CHECK(estimated_cost(use, Date::of(2036, 11, 2)) == Money{9'000'000'000'000'000});
}

TEST_CASE("levels go by balance and credit together") {
  const PrepaidLimits limits{{5'000}, {0}, {2'000}};
  CHECK(level_of({3'001}, limits) == Level::kGood);
  CHECK(level_of({3'000}, limits) == Level::kLow);
  CHECK(level_of({-1'999}, limits) == Level::kLow);
  CHECK(level_of({-2'000}, limits) == Level::kEmpty);
}

TEST_CASE("an index that fell has rolled over") {
  CHECK(index_difference(12'000'000, 12'500'000, 6) == 500'000);
  CHECK(index_difference(9'999'990'000, 10'000, 6) == 20'000);
}

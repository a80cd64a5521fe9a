#include <catch2/catch.hpp>

#include "modules/meter_reading/domain/checks.hpp"

using namespace mis::meter_reading;

namespace {

constexpr std::int64_t kWh = 10'000;  // an index's unit is a ten-thousandth of it

Registers total(std::int64_t kwh) {
  Registers r;
  r.total_e4 = kwh * kWh;
  return r;
}

Reading reading_of(Registers registers, const char* read_at = "2026-10-31T08:00:00Z") {
  Reading r;
  r.billing_month = {202610};
  r.read_at = *mis::Instant::parse(read_at);
  r.registers = registers;
  return r;
}

CheckContext after(std::int64_t before_kwh, std::int64_t earlier_kwh) { return {6, total(before_kwh), total(earlier_kwh)}; }

}  // namespace

TEST_CASE("a usual reading passes, also the first one of a meter") {
  CHECK(!check(reading_of(total(1'200)), after(1'000, 800)));
  CHECK(!check(reading_of(total(1'200)), {}));
}

TEST_CASE("a reading belongs to its month from three days before it to ten days after it") {
  CHECK(check(reading_of(total(1), "2026-09-27T15:59:59Z"), {}) == Finding::kOutsideMonth);  // 27 September, 23:59:59 in China
  CHECK(!check(reading_of(total(1), "2026-09-27T16:00:00Z"), {}));
  CHECK(!check(reading_of(total(1), "2026-11-10T15:59:59Z"), {}));
  CHECK(check(reading_of(total(1), "2026-11-10T16:00:00Z"), {}) == Finding::kOutsideMonth);
}

TEST_CASE("an index has no more digits than the dial") {
  CHECK(!check(reading_of(total(999'999)), {}));
  CHECK(check(reading_of(total(1'000'000)), {}) == Finding::kTooLarge);
}

TEST_CASE("a small step across the end of the dial is a rollover, a drop is not") {
  CHECK(!check(reading_of(total(120)), after(999'950, 999'700)));
  CHECK(check(reading_of(total(900)), after(1'000, 800)) == Finding::kFalling);
}

TEST_CASE("a falling register counts, whichever it is") {
  Registers before = total(1'000), now = total(1'100);
  before.valley_e4 = 400 * kWh;
  now.valley_e4 = 390 * kWh;
  CheckContext context;
  context.previous = before;
  CHECK(check(reading_of(now), context) == Finding::kFalling);
}

TEST_CASE("ten times the month before is a jump where it is more than a thousand kilowatt-hours") {
  CHECK(check(reading_of(total(9'000)), after(1'200, 1'000)) == Finding::kJump);
  CHECK(!check(reading_of(total(1'220)), after(1'200, 1'199)));
}

TEST_CASE("periods add up to the total, give or take their rounding") {
  Registers r = total(100);
  r.peak_e4 = 30 * kWh;
  r.flat_e4 = 30 * kWh;
  r.valley_e4 = 38 * kWh;
  CHECK(!check(reading_of(r), {}));
  r.valley_e4 = 30 * kWh;
  CHECK(check(reading_of(r), {}) == Finding::kPeriodsDiffer);
}

TEST_CASE("what cannot be is refused, what is unlikely is not") {
  CHECK(refused(Finding::kOutsideMonth));
  CHECK(refused(Finding::kTooLarge));
  CHECK(!refused(Finding::kPeriodsDiffer));
  CHECK(!refused(Finding::kFalling));
  CHECK(!refused(Finding::kJump));
}

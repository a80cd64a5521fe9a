// When a timer is due, and how long it waits after a failure.
#include <catch2/catch.hpp>

#include "mis/jobs/timer.hpp"

using namespace mis;
using namespace mis::jobs;

namespace {
Instant at(const char* text) { return *Instant::parse(text); }
}  // namespace

TEST_CASE("daily work is due at its time of China's day", "[timer]") {
  const auto half_past_midnight = daily_at(0, 30);
  CHECK(last_due(half_past_midnight, at("2026-11-24T10:00:00+08:00")) == at("2026-11-24T00:30:00+08:00"));
  CHECK(last_due(half_past_midnight, at("2026-11-24T00:30:00+08:00")) == at("2026-11-24T00:30:00+08:00"));
  CHECK(last_due(half_past_midnight, at("2026-11-24T00:29:59+08:00")) == at("2026-11-23T00:30:00+08:00"));
  CHECK(next_due(half_past_midnight, at("2026-11-24T00:30:00+08:00")) == at("2026-11-25T00:30:00+08:00"));
  // The day of the utility begins at 16:00 of the day before in UTC.
  CHECK(last_due(daily_at(0, 0), at("2026-11-23T16:00:00Z")) == at("2026-11-24T00:00:00+08:00"));
  CHECK(next_due(daily_at(23, 59), at("2026-12-31T23:59:30+08:00")) == at("2027-01-01T23:59:00+08:00"));
}

TEST_CASE("periodic work is due at the same moments on every host", "[timer]") {
  const auto minute = every_seconds(60);
  CHECK(last_due(minute, at("2026-11-24T10:00:59.999999Z")) == at("2026-11-24T10:00:00Z"));
  CHECK(next_due(minute, at("2026-11-24T10:00:00Z")) == at("2026-11-24T10:01:00Z"));
  CHECK(last_due(every_seconds(3), {-1}) == Instant{-3'000'000});  // before 1970 too
}

TEST_CASE("what has failed waits longer each time, and not for ever", "[timer]") {
  CHECK(retry_wait_s(daily_at(1, 0), 1) == 60);
  CHECK(retry_wait_s(daily_at(1, 0), 3) == 240);
  CHECK(retry_wait_s(daily_at(1, 0), 7) == 3'600);
  CHECK(retry_wait_s(daily_at(1, 0), 1'000'000) == 3'600);
  CHECK(retry_wait_s(every_seconds(3), 1) == 3);
  CHECK(retry_wait_s(every_seconds(3), 4) == 24);
  CHECK(retry_wait_s(every_seconds(3), 9) == 60);
  CHECK(retry_wait_s(every_seconds(1'800), 1) == 1'800);
  CHECK(retry_wait_s(every_seconds(1'800), 5) == 1'800);
}

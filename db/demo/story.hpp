// The days on which the demonstration's story plays, and the clock that goes through them.
//
// The month is issued some days before today, so that there is time for people to pay and for some not to: everything else is counted
// from the day of issue, so that a demonstration that was interrupted goes on with the same days.
#pragma once

#include <algorithm>
#include <atomic>

#include "mis/base/time.hpp"

namespace mis::demo {

inline constexpr int kIssuedDaysAgo = 13;

struct StoryDays {
  Date issued;
  Date bank() const { return issued + 8; }        // customers pay through the bank
  Date counter() const { return issued + 9; }     // and at the counters; the bank's file of the day before comes in
  Date reminders() const { return issued + 12; }  // two days after the bills were due
  // The story is over today or it cannot be told.
  bool told_by(Date today) const { return reminders() < today; }
};

constexpr Instant moment(Date day, int hour, int minute = 0) {
  return {(std::int64_t{day.days} * 24 * 60 + hour * 60 + minute - kChinaOffsetMinutes) * 60 * 1'000'000};
}

// Stands still until somebody moves it on; it never goes back within a day.
class StoryClock final : public Clock {
 public:
  Instant now() const override { return {micros_.load()}; }
  void begin(Instant at) { micros_ = at.micros; }
  // From any thread.
  void reach(Instant at) {
    auto before = micros_.load();
    while (before < at.micros && !micros_.compare_exchange_weak(before, at.micros)) {
    }
  }

 private:
  std::atomic<std::int64_t> micros_{0};
};

// The machine's clock some days ago: what is done now is told as of then.
class EarlierClock final : public Clock {
 public:
  explicit EarlierClock(int days) : days_(days) {}
  Instant now() const override { return {SystemClock().now().micros - std::int64_t{days_} * 24 * 3'600 * 1'000'000}; }

 private:
  int days_;
};

}  // namespace mis::demo

#include "modules/billing/domain/intervals.hpp"

#include <algorithm>

namespace mis::billing {
namespace {

constexpr std::int32_t kMinutesPerDay = 1440;

// Fills tiers from the bottom. Few intervals cross a bound, so the common step is one comparison.
class TierFiller {
 public:
  TierFiller(const TierPosition& tiers, TierPeriodEnergies& energy) : tiers_(tiers), energy_(energy) {
    climb(tiers.before.value);
  }

  void add(Period period, std::int64_t wh) {
    const std::size_t p = tariffs::index_of(period);
    while (wh > room_) {
      energy_[tier_][p].value += room_;
      wh -= room_;
      climb(tiers_.upper[tier_].value);
    }
    energy_[tier_][p].value += wh;
    room_ -= wh;
  }

 private:
  void climb(std::int64_t position) {
    while (tier_ + 1 < tiers_.count && tiers_.upper[tier_].value <= position) ++tier_;
    room_ = tier_ + 1 < tiers_.count ? tiers_.upper[tier_].value - position : INT64_MAX;
  }

  const TierPosition& tiers_;
  TierPeriodEnergies& energy_;
  std::size_t tier_ = 0;
  std::int64_t room_ = 0;
};

}  // namespace

IntervalResult rate_intervals(const IntervalSeries& series, const tariffs::TouCalendar& calendar,
                              const TierPosition& tiers) {
  IntervalResult result;
  const std::int32_t minutes = series.minutes;
  if ((minutes != 15 && minutes != 30 && minutes != 60) || series.first_minute < 0 ||
      series.first_minute >= kMinutesPerDay || series.first_minute % minutes != 0 ||
      series.energy_wh.size() > 100'000 || series.first_day < Date::of(1970, 1, 1) ||
      series.first_day > Date::of(2199, 12, 31)) {
    result.fault = IntervalFault::kBadSeries;
    return result;
  }
  for (std::size_t i = 0; i < series.energy_wh.size(); ++i) {
    if (series.energy_wh[i] >= 0) continue;
    result.fault = series.energy_wh[i] == kMissingInterval ? IntervalFault::kGap : IntervalFault::kNegative;
    result.position = static_cast<std::int64_t>(i);
    return result;
  }
  TierFiller filler(tiers, result.energy);
  Date day = series.first_day;
  std::int32_t minute = series.first_minute;
  std::size_t i = 0;
  while (i < series.energy_wh.size()) {
    const tariffs::DayPeriods& periods = calendar.periods_of(day);
    const auto left_today = static_cast<std::size_t>((kMinutesPerDay - minute) / minutes);
    const std::size_t end = std::min(series.energy_wh.size(), i + left_today);
    for (; i < end; ++i, minute += minutes) {
      const std::int32_t wh = series.energy_wh[i];
      const auto half_hour = static_cast<std::size_t>(minute / 30);
      const Period first = periods[half_hour];
      if (minutes == 60 && periods[half_hour + 1] != first) {
        filler.add(first, wh / 2);
        filler.add(periods[half_hour + 1], wh - wh / 2);
      } else {
        filler.add(first, wh);
      }
    }
    minute = 0;
    day = day + 1;
  }
  return result;
}

}  // namespace mis::billing

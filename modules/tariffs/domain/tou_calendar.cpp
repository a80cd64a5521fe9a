#include "modules/tariffs/domain/tou_calendar.hpp"

#include <algorithm>

namespace mis::tariffs {
namespace {

constexpr DayPeriods flat_day() {
  DayPeriods day{};
  for (auto& period : day) period = Period::kFlat;
  return day;
}
constexpr DayPeriods kFlatDay = flat_day();

}  // namespace

DayType TouCalendar::day_type(Date day) const {
  if (std::binary_search(holidays.begin(), holidays.end(), day)) return DayType::kHoliday;
  // 1970-01-01 was a Thursday; the remainder is made positive for earlier days.
  const int weekday = ((day.days % 7) + 7 + 3) % 7;  // 0 is Monday
  return weekday >= 5 ? DayType::kWeekend : DayType::kWorkday;
}

const DayPeriods& TouCalendar::periods_of(Date day) const {
  const auto month = static_cast<unsigned>(day.ymd().month());
  for (const auto& season : seasons)
    if (season.months >> (month - 1) & 1) return season.day[static_cast<std::size_t>(day_type(day))];
  return kFlatDay;
}

}  // namespace mis::tariffs

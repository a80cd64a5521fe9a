// 峰谷时段: which period a half-hour belongs to, by season and kind of day. Needed where energy comes as intervals; a
// meter with period registers has done this work itself.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/time.hpp"

namespace mis::tariffs {

enum class Period : std::uint8_t { kTotal, kSharp, kPeak, kFlat, kValley, kDeep };
inline constexpr std::size_t kPeriods = 6;
using PeriodEnergies = std::array<Energy, kPeriods>;
using PeriodPrices = std::array<Price, kPeriods>;
constexpr std::size_t index_of(Period p) { return static_cast<std::size_t>(p); }

enum class DayType : std::uint8_t { kWorkday, kWeekend, kHoliday };
inline constexpr std::size_t kDayTypes = 3;
inline constexpr std::size_t kHalfHours = 48;
using DayPeriods = std::array<Period, kHalfHours>;

struct CalendarSeason {
  std::uint16_t months = 0xFFF;  // bit 0 is January
  std::array<DayPeriods, kDayTypes> day{};
  bool operator==(const CalendarSeason&) const = default;
};

struct TouCalendar {
  std::vector<CalendarSeason> seasons;
  std::vector<Date> holidays;  // sorted

  bool operator==(const TouCalendar&) const = default;
  DayType day_type(Date day) const;
  // The 48 periods of a day. A month that no season names is flat all day; `check_tariff` refuses such a calendar.
  const DayPeriods& periods_of(Date day) const;
};

}  // namespace mis::tariffs

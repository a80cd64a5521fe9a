// Interval data against a TOU calendar and tiers, in the order of time.
#pragma once

#include <array>
#include <cstdint>

#include "modules/billing/domain/calculate.hpp"

namespace mis::billing {

// Energy by tier and period; a tariff without tiers uses the first row.
using TierPeriodEnergies = std::array<PeriodEnergies, tariffs::kMaxTiers>;

// Where the tiers end, counted from the cycle's start, and how much was used before.
struct TierPosition {
  std::uint8_t count = 1;  // tiers; the last has no upper bound
  std::array<Energy, tariffs::kMaxTiers - 1> upper{};
  Energy before;
};

enum class IntervalFault : std::uint8_t { kNone, kGap, kNegative, kBadSeries };

struct IntervalResult {
  TierPeriodEnergies energy{};
  IntervalFault fault = IntervalFault::kNone;
  std::int64_t position = 0;
};

// Allots every interval to the period of its half-hours and to the tier that the consumption before it has reached; an
// interval across a bound is split there. An hour whose halves lie in different periods counts half to each (the odd Wh
// to the second). Intervals are 15, 30 or 60 minutes and start on a multiple of their length.
IntervalResult rate_intervals(const IntervalSeries& series, const tariffs::TouCalendar& calendar,
                              const TierPosition& tiers);

}  // namespace mis::billing

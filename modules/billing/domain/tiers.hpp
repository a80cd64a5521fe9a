// 阶梯: where a household stands in its tiers, and how a month's energy falls into them.
#pragma once

#include "modules/billing/domain/calculate.hpp"
#include "modules/billing/domain/intervals.hpp"

namespace mis::billing {

// The bounds in force for this account and month: the season's, times n/12 for a customer of n months in an annual
// cycle, moved for a large household (monthly: + per month; annual: + per month × months from the application to the
// cycle's end, not retroactive). `before` is what the cycle has used already: 0 in a monthly cycle and in the month in
// which an annual one starts.
TierPosition tier_position(const Tariff& tariff, const AccountInput& account);

// Energy by tier; the parts add up to `energy`.
using TierEnergies = std::array<Energy, tariffs::kMaxTiers>;
TierEnergies split_into_tiers(Energy energy, const TierPosition& position);

}  // namespace mis::billing

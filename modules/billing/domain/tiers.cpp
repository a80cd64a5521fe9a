#include "modules/billing/domain/tiers.hpp"

#include <algorithm>

namespace mis::billing {
namespace {

constexpr int kMonthsOfYear = 12;

// Months from the later of application and cycle start to the cycle's end, the month of application included.
int household_months(const tariffs::TierTable& table, const AccountInput& account) {
  const BillingMonth since = account.agreement.household_since;
  if (table.cycle == tariffs::TierCycle::kMonthly) return 1;
  const int into_cycle = (account.month.month() - table.cycle_start_month + kMonthsOfYear) % kMonthsOfYear;
  const BillingMonth start = account.month.plus(-into_cycle);
  if (since.yyyymm == 0) return kMonthsOfYear;
  return kMonthsOfYear - std::clamp(since.months_since(start), 0, kMonthsOfYear);
}

bool is_large_household(const tariffs::HouseholdExtension& rule, const AccountInput& account) {
  return rule.from_persons != 0 && account.agreement.household_persons >= rule.from_persons &&
         account.agreement.household_since <= account.month;
}

}  // namespace

TierPosition tier_position(const Tariff& tariff, const AccountInput& account) {
  const tariffs::TierTable& table = tariff.tiers;
  TierPosition position;
  const bool annual = table.cycle == tariffs::TierCycle::kAnnual;
  if (annual && account.month.month() != table.cycle_start_month) position.before = account.tier_energy_before;
  const tariffs::TierBounds* bounds = table.bounds_of(account.month.month());
  if (bounds == nullptr) return position;
  position.count = static_cast<std::uint8_t>(bounds->upper_count + 1);
  position.upper = bounds->upper;
  if (annual && table.part_year_by_months && account.months_of_use != kMonthsOfYear)
    for (Energy& upper : position.upper)
      upper = {static_cast<std::int64_t>(
          divide_rounded(int128{upper.value} * account.months_of_use, int128{kMonthsOfYear}, Rounding::kHalfUp))};
  if (is_large_household(table.household, account)) {
    const Energy extension = table.household.per_month * household_months(table, account);
    for (std::size_t b = 0; b < table.household.bounds_moved && b < bounds->upper_count; ++b)
      position.upper[b] += extension;
    // Where only the first bound grows it cannot pass the second.
    for (std::size_t b = 1; b < bounds->upper_count; ++b)
      position.upper[b] = std::max(position.upper[b], position.upper[b - 1]);
  }
  return position;
}

TierEnergies split_into_tiers(Energy energy, const TierPosition& position) {
  TierEnergies parts{};
  Energy at = position.before;
  const Energy end = at + energy;
  for (std::size_t tier = 0; at < end; ++tier) {
    const bool last = tier + 1 >= position.count;
    const Energy top = last ? end : std::min(end, position.upper[tier]);
    if (top > at) {
      parts[tier] = top - at;
      at = top;
    }
    if (last) break;
  }
  return parts;
}

}  // namespace mis::billing

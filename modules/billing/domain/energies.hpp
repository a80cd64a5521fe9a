// Small sums over a usage point's energies that several steps of settling need. Internal to billing/domain.
#pragma once

#include "modules/billing/domain/engine.hpp"

namespace mis::billing {

inline constexpr std::int64_t kWhPerKwh = 1000;

std::int64_t sum_of_periods(const PeriodEnergies& energy);

// Adds (or takes, where negative) energy in proportion to what is there; nothing there: to the flat period. `unit` is
// what the parts are whole multiples of.
void spread(PeriodEnergies& energy, bool by_period, std::int64_t wh, std::int64_t unit);

// Rounded half-up to the Wh, or to the kWh where bills are in whole ones.
std::int64_t round_to_unit(int128 numerator, int128 denominator, bool whole_kwh);

}  // namespace mis::billing

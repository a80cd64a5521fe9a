#include "modules/billing/domain/energies.hpp"

#include <algorithm>

#include "modules/billing/domain/split.hpp"

namespace mis::billing {

std::int64_t sum_of_periods(const PeriodEnergies& e) {
  std::int64_t sum = 0;
  for (std::size_t p = 1; p < tariffs::kPeriods; ++p) sum += e[p].value;
  return sum;
}

void spread(PeriodEnergies& energy, bool by_period, std::int64_t wh, std::int64_t unit) {
  energy[kTotalPeriod].value += wh;
  if (!by_period) return;
  std::array<std::int64_t, tariffs::kPeriods - 1> weight{}, part{};
  std::int64_t sum = 0;
  for (std::size_t p = 0; p < weight.size(); ++p) {
    weight[p] = std::max<std::int64_t>(energy[p + 1].value, 0);
    sum += weight[p];
  }
  if (sum == 0) {
    energy[tariffs::index_of(Period::kFlat)].value += wh;
    return;
  }
  split_small(wh / unit, weight, part);
  for (std::size_t p = 0; p < weight.size(); ++p) energy[p + 1].value += part[p] * unit;
  // What is no whole unit joins the flat period, so that the periods still add up to the total.
  energy[tariffs::index_of(Period::kFlat)].value += wh % unit;
}

std::int64_t round_to_unit(int128 numerator, int128 denominator, bool whole_kwh) {
  if (!whole_kwh) return static_cast<std::int64_t>(divide_rounded(numerator, denominator, Rounding::kHalfUp));
  return static_cast<std::int64_t>(divide_rounded(numerator, denominator * kWhPerKwh, Rounding::kHalfUp)) * kWhPerKwh;
}

}  // namespace mis::billing

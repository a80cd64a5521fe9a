#include "modules/tariffs/domain/power_factor.hpp"

#include <array>

namespace mis::tariffs {
namespace {

// One column of the regulation. Rewards run upwards from the standard: `early` hundredths of a percent a step until
// 0.90, `late` beyond, capped. Penalties run downwards: 20 steps of 0.5 %, 5 of 1 %, then 2 % a step.
struct Column {
  int standard;
  int early_until;
  int early_bp;
  int late_bp;
  int cap_bp;
};

constexpr Column k090{90, 90, 0, 15, 75};
constexpr Column k085{85, 90, 10, 15, 110};
constexpr Column k080{80, 90, 10, 15, 130};

constexpr int adjustment(const Column& column, int percent) {
  if (percent >= column.standard) {
    int reward = 0;
    for (int step = column.standard + 1; step <= percent; ++step)
      reward += step <= column.early_until ? column.early_bp : column.late_bp;
    return reward > column.cap_bp ? -column.cap_bp : -reward;
  }
  int penalty = 0;
  for (int steps = 1; steps <= column.standard - percent; ++steps)
    penalty += steps <= 20 ? 50 : steps <= 25 ? 100 : 200;
  return penalty;
}

constexpr std::array<std::int16_t, 101> table_of(const Column& column) {
  std::array<std::int16_t, 101> table{};
  for (int percent = 0; percent <= 100; ++percent)
    table[static_cast<std::size_t>(percent)] = static_cast<std::int16_t>(adjustment(column, percent));
  return table;
}

constexpr auto kTable090 = table_of(k090);
constexpr auto kTable085 = table_of(k085);
constexpr auto kTable080 = table_of(k080);

}  // namespace

int power_factor_percent(Energy active, Energy reactive) {
  if (active.value == 0 && reactive.value == 0) return -1;
  const int128 p2 = int128{active.value} * active.value;
  const int128 sum = p2 + int128{reactive.value} * reactive.value;
  const int128 scaled = p2 * 40'000;
  // cos φ ≥ (2k − 1)/200 means that it rounds to k percent or more; the largest such k is wanted.
  int low = 0, high = 100;
  while (low < high) {
    const int k = (low + high + 1) / 2;
    const int odd = 2 * k - 1;
    if (scaled >= sum * (odd * odd))
      low = k;
    else
      high = k - 1;
  }
  return low;
}

int power_factor_adjustment_bp(PowerFactorStandard standard, int percent) {
  if (percent < 0 || percent > 100) return 0;
  const auto at = static_cast<std::size_t>(percent);
  switch (standard) {
    case PowerFactorStandard::kNone:
      return 0;
    case PowerFactorStandard::k090:
      return kTable090[at];
    case PowerFactorStandard::k085:
      return kTable085[at];
    case PowerFactorStandard::k080:
      return kTable080[at];
    case PowerFactorStandard::kFixed:
      return 0;
  }
  return 0;
}

}  // namespace mis::tariffs

#include "mis/base/split.hpp"

#include <algorithm>
#include <numeric>

#include "mis/base/money.hpp"

namespace mis {

std::vector<std::int64_t> split_by_largest_remainder(std::int64_t total, std::span<const std::int64_t> weights) {
  std::vector<std::int64_t> parts(weights.size());
  if (weights.empty()) return parts;
  const bool negative = total < 0;
  const int128 amount = negative ? -int128{total} : int128{total};
  int128 sum = 0;
  for (auto w : weights) sum += w;
  const bool equal = sum == 0;
  if (equal) sum = static_cast<int128>(weights.size());

  std::vector<int128> remainders(weights.size());
  int128 given = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const int128 product = amount * (equal ? 1 : weights[i]);
    parts[i] = static_cast<std::int64_t>(product / sum);
    remainders[i] = product % sum;
    given += parts[i];
  }
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return remainders[a] > remainders[b]; });
  for (std::size_t i = 0; given < amount; ++i, ++given) ++parts[order[i]];
  if (negative) for (auto& p : parts) p = -p;
  return parts;
}

}  // namespace mis

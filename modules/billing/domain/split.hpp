// Largest-remainder splits without allocation, for the hot path. `mis/base/split.hpp` says what a split promises.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mis/base/money.hpp"

namespace mis::billing {

// Splits `total` (either sign) over `parts.size()` ≤ 64 weights, none negative; all zero: everything to the first part.
inline void split_small(std::int64_t total, std::span<const std::int64_t> weights, std::span<std::int64_t> parts) {
  constexpr std::size_t kMost = 64;
  std::array<int128, kMost> remainder;
  int128 sum = 0;
  for (auto w : weights) sum += w;
  if (sum == 0) {
    for (auto& part : parts) part = 0;
    if (!parts.empty()) parts[0] = total;
    return;
  }
  std::int64_t left = total;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const int128 share = int128{total} * weights[i];
    int128 floor = share / sum;
    if (share % sum < 0) --floor;
    parts[i] = static_cast<std::int64_t>(floor);
    remainder[i] = share - floor * sum;
    left -= parts[i];
  }
  for (; left > 0; --left) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < parts.size(); ++i)
      if (remainder[i] > remainder[best]) best = i;
    ++parts[best];
    remainder[best] = -1;
  }
}

}  // namespace mis::billing

// Splitting an amount into parts that add up to it again (largest remainder).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace mis {

// Splits `total` in proportion to `weights` (none negative). Parts differ from the exact share by less than one unit and
// add up to `total` exactly; units left over go to the largest remainders, the first of equals first. All weights zero:
// equal shares. No weights: no parts.
std::vector<std::int64_t> split_by_largest_remainder(std::int64_t total, std::span<const std::int64_t> weights);

}  // namespace mis

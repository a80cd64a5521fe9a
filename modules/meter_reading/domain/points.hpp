// The packed form of a day of interval data: one little-endian int32 per interval, so that a day is one row.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mis::meter_reading {

std::string pack_points(std::span<const std::int32_t> points);

// Nothing where the length is not a multiple of four bytes.
std::optional<std::vector<std::int32_t>> unpack_points(std::string_view packed);

}  // namespace mis::meter_reading

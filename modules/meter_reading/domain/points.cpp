#include "modules/meter_reading/domain/points.hpp"

namespace mis::meter_reading {

std::string pack_points(std::span<const std::int32_t> points) {
  std::string packed;
  packed.reserve(points.size() * 4);
  for (std::int32_t point : points) {
    const auto bits = static_cast<std::uint32_t>(point);
    for (int shift = 0; shift < 32; shift += 8) packed += static_cast<char>(bits >> shift & 0xFF);
  }
  return packed;
}

std::optional<std::vector<std::int32_t>> unpack_points(std::string_view packed) {
  if (packed.size() % 4 != 0) return {};
  std::vector<std::int32_t> points;
  points.reserve(packed.size() / 4);
  for (std::size_t at = 0; at < packed.size(); at += 4) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 4; ++i) bits |= static_cast<std::uint32_t>(static_cast<unsigned char>(packed[at + i])) << (8 * i);
    points.push_back(static_cast<std::int32_t>(bits));
  }
  return points;
}

}  // namespace mis::meter_reading

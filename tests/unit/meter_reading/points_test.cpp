#include <catch2/catch.hpp>

#include "modules/meter_reading/domain/points.hpp"

using mis::meter_reading::pack_points;
using mis::meter_reading::unpack_points;

TEST_CASE("a day of points is packed as little-endian int32 and comes back unchanged") {
  const std::vector<std::int32_t> points{0, 1, -1, 1'111, INT32_MAX, INT32_MIN};
  const std::string packed = pack_points(points);
  CHECK(packed.substr(4, 4) == std::string("\x01\0\0\0", 4));
  CHECK(unpack_points(packed) == points);
}

TEST_CASE("bytes that are no whole number of points are refused") { CHECK(!unpack_points("abc")); }

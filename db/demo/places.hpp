// The invented county of Songchuan: its townships with their streets, estates and villages, and addresses in them.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "db/demo/random.hpp"

namespace mis::demo {

inline constexpr std::string_view kCountyName = "松川县";
inline constexpr std::string_view kCountyNameEn = "Songchuan County";
// The region code of documents issued here; 99xxxx is given to no place in China.
inline constexpr int kCountyRegion = 990'124;

struct Township {
  std::string_view name;     // 城关镇
  std::string_view station;  // 城关: the supply station is named by it
  std::string_view name_en;
  int weight;                // share of the county's low-voltage accounts
  int urban_percent;         // of its routes that lie in estates and streets rather than villages
};
inline constexpr std::size_t kTownships = 10;
extern const std::array<Township, kTownships> kTownshipTable;

// Where a low-voltage route goes: an estate of flats along a street, or a village.
struct Neighbourhood {
  bool urban = false;
  std::size_t township = 0;
  std::string street;  // urban
  std::string place;   // the estate or the village
};
// The n-th neighbourhood of a township; names do not repeat within a township.
Neighbourhood neighbourhood(std::size_t township, int n);

std::string home_address(Random& random, const Neighbourhood& where);
std::string shop_address(Random& random, const Neighbourhood& where);
std::string industry_address(Random& random, std::size_t township);

}  // namespace mis::demo

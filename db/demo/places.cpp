#include "db/demo/places.hpp"

#include <fmt/format.h>

namespace mis::demo {

const std::array<Township, kTownships> kTownshipTable{{
    {"城关镇", "城关", "Chengguan", 22, 85},
    {"东渡镇", "东渡", "Dongdu", 12, 45},
    {"石桥镇", "石桥", "Shiqiao", 11, 35},
    {"双河镇", "双河", "Shuanghe", 10, 30},
    {"柳林镇", "柳林", "Liulin", 10, 25},
    {"青峰镇", "青峰", "Qingfeng", 9, 20},
    {"白沙镇", "白沙", "Baisha", 8, 20},
    {"龙泉乡", "龙泉", "Longquan", 7, 10},
    {"竹溪乡", "竹溪", "Zhuxi", 6, 10},
    {"大湾乡", "大湾", "Dawan", 5, 10},
}};

namespace {

constexpr auto kStreets = std::to_array<std::string_view>(
    {"人民路", "解放路", "建设路", "中山路", "新华街", "和平街", "胜利路", "文化路", "滨河路", "北门街", "南门街", "迎宾大道", "环城东路", "育才路", "工农路", "朝阳街"});
constexpr auto kEstateFirst = std::to_array<std::string_view>(
    {"阳光", "锦绣", "翠湖", "金色", "丽景", "御景", "书香", "龙湖", "东方", "世纪", "滨江", "幸福", "安居", "名都", "紫荆", "碧水"});
constexpr auto kEstateSecond = std::to_array<std::string_view>({"花园小区", "家园小区", "小区", "苑小区", "新城小区", "公馆小区", "里小区", "新村小区"});
constexpr auto kVillageFirst = std::to_array<std::string_view>({"王", "李", "张", "陈", "杨", "周", "吴", "刘", "赵", "高", "马", "孙", "胡", "郭", "何", "梁", "上", "下", "前", "后"});
constexpr auto kVillageSecond = std::to_array<std::string_view>({"家村", "湾村", "岭村", "坪村", "沟村", "塘村", "庄村", "坝村"});
constexpr auto kParks = std::to_array<std::string_view>({"工业园区一路", "工业园区二路", "开发区创业路", "开发区兴业路", "物流园路"});

template <std::size_t A, std::size_t B>
std::string nth_pair(const std::array<std::string_view, A>& first, const std::array<std::string_view, B>& second, std::size_t n) {
  std::string text = fmt::format("{}{}", first[n % A], second[(n / A + n) % B]);
  if (n >= A * B) text.insert(0, fmt::format("第{}", n / (A * B) + 1));  // only counties far larger than any real one
  return text;
}

}  // namespace

Neighbourhood neighbourhood(std::size_t township, int n) {
  Neighbourhood where;
  where.township = township;
  // Spread the urban ones evenly through the township's list, so that a small county has both kinds.
  const int percent = kTownshipTable[township].urban_percent;
  where.urban = (n + 1) * percent / 100 > n * percent / 100;
  const auto shifted = static_cast<std::size_t>(n) + township * 7;
  if (where.urban) {
    where.street = kStreets[shifted % kStreets.size()];
    where.place = nth_pair(kEstateFirst, kEstateSecond, shifted);
  } else {
    where.place = nth_pair(kVillageFirst, kVillageSecond, shifted);
  }
  return where;
}

std::string home_address(Random& random, const Neighbourhood& where) {
  const auto town = kTownshipTable[where.township].name;
  if (where.urban) {
    return fmt::format("{}{}{}{}号{}{}幢{}单元{}{:02}室", kCountyName, town, where.street, random.between(1, 260), where.place,
                       random.between(1, 24), random.between(1, 4), random.between(1, 18), random.between(1, 4));
  }
  return fmt::format("{}{}{}{}组{}号", kCountyName, town, where.place, random.between(1, 12), random.between(1, 90));
}

std::string shop_address(Random& random, const Neighbourhood& where) {
  const auto town = kTownshipTable[where.township].name;
  if (where.urban) return fmt::format("{}{}{}{}号", kCountyName, town, where.street, random.between(1, 480));
  return fmt::format("{}{}{}{}号", kCountyName, town, where.place, random.between(1, 300));
}

std::string industry_address(Random& random, std::size_t township) {
  return fmt::format("{}{}{}{}号", kCountyName, kTownshipTable[township].name, random.pick(kParks), random.between(1, 199));
}

}  // namespace mis::demo

#include "db/demo/names.hpp"

#include <array>
#include <cassert>

#include <fmt/format.h>

namespace mis::demo {
namespace {

struct Surname {
  std::string_view text;
  int per_ten_thousand;
};

// Shares of the hundred most frequent surnames, rounded (Ministry of Public Security, name report 2020; the order is the
// report's, small shares are estimates). What is left to ten thousand goes through the list a second time, evenly.
constexpr auto kSurnames = std::to_array<Surname>({
    {"王", 722}, {"李", 719}, {"张", 674}, {"刘", 510}, {"陈", 461}, {"杨", 313}, {"黄", 245}, {"吴", 200}, {"赵", 200},
    {"周", 192}, {"徐", 145}, {"孙", 138}, {"马", 129}, {"朱", 127}, {"胡", 116}, {"林", 113}, {"郭", 111}, {"何", 110},
    {"高", 101}, {"罗", 98},  {"郑", 92},  {"梁", 88},  {"谢", 76},  {"宋", 71},  {"唐", 70},  {"许", 66},  {"邓", 65},
    {"冯", 63},  {"韩", 62},  {"曹", 60},  {"曾", 59},  {"彭", 58},  {"肖", 57},  {"蔡", 55},  {"潘", 54},  {"田", 53},
    {"董", 52},  {"袁", 51},  {"于", 50},  {"余", 49},  {"叶", 48},  {"蒋", 47},  {"杜", 46},  {"苏", 45},  {"魏", 44},
    {"程", 43},  {"吕", 42},  {"丁", 41},  {"沈", 41},  {"任", 40},  {"姚", 39},  {"卢", 39},  {"傅", 38},  {"钟", 38},
    {"姜", 37},  {"崔", 36},  {"谭", 35},  {"廖", 35},  {"范", 34},  {"汪", 34},  {"陆", 33},  {"金", 33},  {"石", 32},
    {"戴", 32},  {"贾", 31},  {"韦", 31},  {"夏", 30},  {"邱", 30},  {"方", 29},  {"侯", 29},  {"邹", 28},  {"熊", 28},
    {"孟", 27},  {"秦", 27},  {"白", 26},  {"江", 26},  {"阎", 25},  {"薛", 25},  {"尹", 24},  {"段", 24},  {"雷", 23},
    {"黎", 23},  {"史", 22},  {"龙", 22},  {"陶", 21},  {"贺", 21},  {"顾", 20},  {"毛", 20},  {"郝", 19},  {"龚", 19},
    {"邵", 18},  {"万", 18},  {"钱", 17},  {"严", 17},  {"覃", 16},  {"武", 16},  {"洪", 15},  {"欧阳", 7}, {"上官", 3},
    {"诸葛", 2}, {"司徒", 2},
});

constexpr auto kMaleGiven = std::to_array<std::string_view>({
    "伟", "强", "磊", "军", "洋", "勇", "杰", "涛", "超", "明", "刚", "平", "辉", "鹏", "华", "飞", "波", "斌", "宇", "浩",
    "建国", "建华", "建军", "建平", "志强", "志明", "志伟", "国强", "国华", "国庆", "海涛", "海波", "文斌", "文杰", "俊杰",
    "永强", "永刚", "小军", "小龙", "新民", "德胜", "德才", "福生", "根生", "水根", "金龙", "玉林", "树林", "长青", "春生",
    "子轩", "浩然", "宇轩", "浩宇", "梓豪", "家豪", "晓东", "晓峰", "立新", "卫东", "向阳", "庆祥", "光明", "世杰", "少华",
});
constexpr auto kFemaleGiven = std::to_array<std::string_view>({
    "芳", "娜", "敏", "静", "丽", "艳", "娟", "霞", "燕", "玲", "红", "梅", "英", "萍", "莉", "倩", "颖", "雪", "慧", "琴",
    "秀英", "秀兰", "秀珍", "秀芳", "桂英", "桂兰", "桂芳", "玉兰", "玉梅", "玉珍", "玉英", "淑英", "淑珍", "淑兰", "凤英",
    "丽华", "丽娟", "丽萍", "海燕", "春梅", "春燕", "雪梅", "冬梅", "红梅", "小红", "小燕", "小玲", "婷婷", "丹丹", "欣怡",
    "梓涵", "子涵", "雨涵", "诗涵", "佳怡", "思雨", "雅静", "晓燕", "美玲", "爱华", "爱珍", "月娥", "月英", "金凤", "银花",
});

constexpr auto kShopOwners = std::to_array<std::string_view>(
    {"阿芳", "老王", "小李", "福来", "好再来", "永和", "兴旺", "百家", "利民", "惠民", "金桥", "顺达", "吉祥", "如意", "新世纪", "美好"});
constexpr auto kShops = std::to_array<std::string_view>(
    {"便利店", "餐馆", "超市", "理发店", "水果店", "五金店", "服装店", "药房", "茶楼", "面馆", "宾馆", "手机店", "建材店", "早餐店", "文具店"});
constexpr auto kWorkshops = std::to_array<std::string_view>(
    {"木器加工厂", "汽车修理厂", "粮食加工厂", "塑料制品厂", "印刷厂", "石材加工厂", "服装加工厂", "竹器厂", "豆制品厂", "铝合金加工部"});
constexpr auto kFirmFirst = std::to_array<std::string_view>({"恒", "盛", "华", "金", "宏", "鑫", "瑞", "中", "东", "天", "新", "永", "泰", "德", "广", "佳"});
constexpr auto kFirmSecond = std::to_array<std::string_view>({"盛", "源", "达", "泰", "隆", "昌", "丰", "兴", "通", "安", "成", "远", "和", "利", "信", "阳"});
constexpr auto kTrades = std::to_array<std::string_view>(
    {"机械制造", "食品", "纺织", "包装材料", "电子科技", "建材", "家具", "农产品加工", "汽车配件", "塑业", "纸业", "冷链物流", "五金制品", "印染"});
constexpr auto kHeavyTrades =
    std::to_array<std::string_view>({"水泥", "铸造", "钢铁", "化工", "玻璃", "铝业", "化纤", "矿业", "新材料", "冶金"});
constexpr auto kBodies = std::to_array<std::string_view>(
    {"中心小学", "中学", "卫生院", "人民政府", "人民医院", "文化站", "广播站", "幼儿园", "敬老院", "通信基站", "污水处理站", "加油站"});
constexpr auto kPumps = std::to_array<std::string_view>({"排灌站", "抽水站", "灌溉管理站", "提水泵站", "水库管理所"});
constexpr auto kDormitories =
    std::to_array<std::string_view>({"职工宿舍", "学生公寓", "安置小区合表", "物业管理处", "中学学生宿舍", "老街合表"});
constexpr auto kFarms = std::to_array<std::string_view>({"养殖场", "果园", "茶场", "蔬菜合作社", "水产养殖场", "苗圃", "粮食合作社", "蚕桑合作社"});

int surname_total() {
  int total = 0;
  for (const auto& s : kSurnames) total += s.per_ten_thousand;
  return total;
}

std::string_view surname(Random& random) {
  static const int total = surname_total();
  std::int64_t n = random.below(10'000);
  if (n >= total) return kSurnames[static_cast<std::size_t>(random.below(kSurnames.size() - 4))].text;
  for (const auto& s : kSurnames) {
    if (n < s.per_ten_thousand) return s.text;
    n -= s.per_ten_thousand;
  }
  return kSurnames[0].text;
}

std::string company(Random& random, std::string_view place, std::string_view trade, std::string_view form) {
  return fmt::format("{}{}{}{}{}", place, random.pick(kFirmFirst), random.pick(kFirmSecond), trade, form);
}

}  // namespace

std::string person_name(Random& random) {
  std::string name(surname(random));
  name += random.below(100) < 51 ? random.pick(kMaleGiven) : random.pick(kFemaleGiven);
  return name;
}

std::string firm_name(Random& random, FirmTrade trade, std::string_view place) {
  switch (trade) {
    case FirmTrade::kShop:
      return fmt::format("{}{}{}", place, random.pick(kShopOwners), random.pick(kShops));
    case FirmTrade::kWorkshop:
      return fmt::format("{}{}{}{}", place, random.pick(kFirmFirst), random.pick(kFirmSecond), random.pick(kWorkshops));
    case FirmTrade::kFactory: return company(random, place, random.pick(kTrades), "有限公司");
    case FirmTrade::kLargeFactory: return company(random, place, random.pick(kHeavyTrades), "股份有限公司");
    case FirmTrade::kPublicBody: return fmt::format("{}{}", place, random.pick(kBodies));
    case FirmTrade::kWaterWorks: return fmt::format("{}{}", place, random.pick(kPumps));
    case FirmTrade::kDormitory: return fmt::format("{}{}", place, random.pick(kDormitories));
    case FirmTrade::kFarm: return fmt::format("{}{}{}", place, random.pick(kShopOwners), random.pick(kFarms));
  }
  return std::string(place);
}

char resident_id_check(std::string_view first_17) {
  assert(first_17.size() == 17);
  constexpr std::array<int, 17> weight{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) sum += (first_17[i] - '0') * weight[i];
  return "10X98765432"[sum % 11];
}

char credit_code_check(std::string_view first_17) {
  assert(first_17.size() == 17);
  constexpr std::string_view alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  int sum = 0, weight = 1;
  for (std::size_t i = 0; i < 17; ++i, weight = weight * 3 % 31)
    sum += static_cast<int>(alphabet.find(first_17[i])) * weight;
  return alphabet[static_cast<std::size_t>((31 - sum % 31) % 31)];
}

std::string resident_id_no(Random& random, int region, Date youngest) {
  const auto born = (youngest + static_cast<int>(-random.between(0, 62 * 365))).ymd();
  std::string text = fmt::format("{:06}{:04}{:02}{:02}{:03}", region, static_cast<int>(born.year()),
                                 static_cast<unsigned>(born.month()), static_cast<unsigned>(born.day()), random.below(1'000));
  text += resident_id_check(text);
  return text;
}

std::string credit_code(Random& random, int region) {
  std::string text = fmt::format("91{:06}{:09}", region, random.below(1'000'000'000));
  text += credit_code_check(text);
  return text;
}

std::string phone_no(Random& random) { return fmt::format("100{:08}", random.below(100'000'000)); }

}  // namespace mis::demo

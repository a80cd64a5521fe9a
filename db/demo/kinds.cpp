#include "db/demo/kinds.hpp"

namespace mis::demo {

// The counts follow a county with some industry: 88 % residential of one kind or another, 8 % commerce, 2 % agriculture,
// 0.8 % with a transformer of their own. Homes and photovoltaic homes are filled up by the layout.
const std::array<KindTerms, kAccountKinds> kKindTerms{{
    {"residential", "220V", "ZJ-RES", "single_phase", 0, 0, 0, false, false, true, FirmTrade::kShop},
    {"residential", "220V", "ZJ-RES-TOU", "single_phase", 0, 13'800, 5, true, false, true, FirmTrade::kShop},
    {"residential", "220V", "ZJ-RES", "single_phase", 0, 3'400, 4, false, false, true, FirmTrade::kShop},
    {"photovoltaic", "220V", "ZJ-RES", "single_phase", 0, 0, 3, false, false, true, FirmTrade::kShop},
    {"shared", "380V", "ZJ-SHARED", "three_phase", 0, 1'380, 4, false, false, false, FirmTrade::kDormitory},
    {"agriculture", "380V", "AGRI", "three_phase", 0, 3'400, 5, false, false, false, FirmTrade::kFarm},
    {"general", "220V", "BJ-C1-LV-FLAT", "single_phase", 0, 4'300, 5, false, false, false, FirmTrade::kShop},
    {"general", "380V", "BJ-C1-LV", "multi_function", 0, 7'900, 6, true, false, false, FirmTrade::kWorkshop},
    {"shared", "10kV", "ZJ-SHARED-10", "multi_function", 0, 40, 2, false, true, false, FirmTrade::kPublicBody},
    {"agriculture", "10kV", "AGRI-10", "multi_function", 80, 110, 3, false, true, false, FirmTrade::kWaterWorks},
    {"general", "10kV", "BJ-C1-10", "multi_function", 85, 700, 5, true, true, false, FirmTrade::kFactory},
    {"general", "35kV", "BJ-C1-35", "multi_function", 85, 8, 2, true, true, false, FirmTrade::kFactory},
    {"large_industry", "10kV", "BJ-C2-10", "multi_function", 90, 310, 8, true, true, false, FirmTrade::kFactory},
    {"large_industry", "35kV", "BJ-C2-35", "multi_function", 90, 14, 3, true, true, false, FirmTrade::kLargeFactory},
}};

namespace {

using Year = std::array<int, 12>;
constexpr Year kHomeYear{1150, 1120, 900, 760, 790, 960, 1400, 1500, 1080, 780, 810, 1030};
constexpr Year kDormitoryYear{850, 500, 1080, 1020, 1030, 1180, 1050, 750, 1240, 1040, 1090, 1170};
constexpr Year kFarmYear{420, 430, 780, 1150, 1450, 1720, 1760, 1600, 1050, 640, 540, 460};
constexpr Year kShopYear{1040, 930, 910, 870, 930, 1080, 1260, 1290, 1060, 870, 850, 950};
constexpr Year kIndustryYear{960, 680, 1030, 1010, 1020, 1030, 1070, 1060, 1020, 1020, 1050, 1050};

const Year& year_of(AccountKind kind) {
  switch (kind) {
    case AccountKind::kHome:
    case AccountKind::kHomeTou:
    case AccountKind::kHomeLarge:
    case AccountKind::kHomePv: return kHomeYear;
    case AccountKind::kShared:
    case AccountKind::kShared10: return kDormitoryYear;
    case AccountKind::kFarm:
    case AccountKind::kPump10: return kFarmYear;
    case AccountKind::kShopFlat:
    case AccountKind::kShop: return kShopYear;
    case AccountKind::kGeneral10:
    case AccountKind::kGeneral35:
    case AccountKind::kIndustry10:
    case AccountKind::kIndustry35: return kIndustryYear;
  }
  return kHomeYear;
}

// Average monthly kWh of homes at percentiles of all homes; in between it is interpolated. The lowest are empty flats.
struct Percentile { int permille, kwh; };
constexpr auto kHomeLevels = std::to_array<Percentile>({{0, 0}, {25, 0}, {80, 9}, {150, 45}, {300, 95}, {500, 152}, {700, 212},
                                                        {850, 300}, {950, 440}, {990, 720}, {1000, 1450}});

std::int64_t home_level_wh(Random& random) {
  const auto p = static_cast<int>(random.below(1'000));
  for (std::size_t i = 1; i < kHomeLevels.size(); ++i) {
    const auto& high = kHomeLevels[i];
    if (p >= high.permille) continue;
    const auto& low = kHomeLevels[i - 1];
    return 1'000LL * low.kwh + 1'000LL * (high.kwh - low.kwh) * (p - low.permille) / (high.permille - low.permille);
  }
  return 0;
}

// Between the bounds, small ones more often: the lower of two draws.
std::int64_t skewed(Random& random, std::int64_t low, std::int64_t high) {
  const auto a = random.between(low, high), b = random.between(low, high);
  return a < b ? a : b;
}

// Hours of use a month × capacity at 95 % power factor.
std::int64_t by_hours(Random& random, std::int64_t capacity_va, std::int64_t low_h, std::int64_t high_h) {
  return capacity_va * 95 / 100 * random.between(low_h, high_h);
}

}  // namespace

int season_permille(AccountKind kind, int month) { return year_of(kind)[static_cast<std::size_t>(month - 1)]; }

std::int64_t monthly_level_wh(Random& random, AccountKind kind, std::int64_t capacity_va) {
  switch (kind) {
    case AccountKind::kHome: return home_level_wh(random);
    case AccountKind::kHomeTou: return home_level_wh(random) * 14 / 10 + 20'000;
    case AccountKind::kHomeLarge: return home_level_wh(random) * 13 / 10 + 120'000;
    case AccountKind::kHomePv: return home_level_wh(random) + 90'000;
    case AccountKind::kShared: return 1'000 * skewed(random, 600, 9'000);
    case AccountKind::kFarm: return 1'000 * skewed(random, 25, 1'300);
    case AccountKind::kShopFlat: return 1'000 * skewed(random, 40, 1'100);
    case AccountKind::kShop: return by_hours(random, capacity_va, 25, 160);
    case AccountKind::kShared10: return by_hours(random, capacity_va, 40, 120);
    case AccountKind::kPump10: return by_hours(random, capacity_va, 30, 190);
    case AccountKind::kGeneral10: return by_hours(random, capacity_va, 50, 210);
    case AccountKind::kGeneral35: return by_hours(random, capacity_va, 90, 200);
    case AccountKind::kIndustry10: return by_hours(random, capacity_va, 140, 400);
    case AccountKind::kIndustry35: return by_hours(random, capacity_va, 230, 430);
  }
  return 0;
}

std::array<int, 4> period_shares(AccountKind kind, int month, std::int64_t noise_permille) {
  if (kind == AccountKind::kHomeTou) {
    const int peak = static_cast<int>(600 * noise_permille / 1'000);
    return {0, peak, 0, 1'000 - peak};
  }
  const bool shifts = is_industry(kind);  // works at night too
  const int peak_all = static_cast<int>((shifts ? 330 : 400) * noise_permille / 1'000);
  const int sharp = month == 7 || month == 8 ? peak_all / 4 : 0;
  const int valley = shifts ? 330 : 240;
  return {sharp, peak_all - sharp, 1'000 - peak_all - valley, valley};
}

}  // namespace mis::demo

#include <array>

#include <fmt/format.h>

#include "db/demo/layout_parts.hpp"
#include "db/demo/premises.hpp"
#include "mis/base/split.hpp"

namespace mis::demo {
namespace {

using administration::OrgKind;

struct Department { std::string_view code, name, name_en; };
constexpr auto kDepartments = std::to_array<Department>({
    {"D01", "营销部", "Marketing Department"},
    {"D02", "电费核算中心", "Billing Centre"},
    {"D03", "计量中心", "Metering Centre"},
    {"D04", "客户服务中心", "Customer Service Centre"},
    {"D05", "财务资产部", "Finance Department"},
    {"D06", "稽查与用电检查班", "Inspection and Audit Team"},
    {"D07", "信息通信班", "Information Systems Team"},
    {"D08", "调度控制中心", "Dispatch and Control Centre"},
});

struct SubstationPlan { std::string_view name; int voltage_kv; std::size_t township; };
constexpr auto kSubstations = std::to_array<SubstationPlan>({
    {"城关变", 110, 0}, {"北郊变", 110, 0}, {"工业园变", 110, 0}, {"东渡变", 110, 1}, {"石桥变", 110, 2},
    {"双河变", 35, 3},  {"柳林变", 35, 4},  {"青峰变", 35, 5},   {"白沙变", 35, 6},  {"龙泉变", 35, 7},
    {"竹溪变", 35, 8},  {"大湾变", 35, 9},  {"东渡南变", 35, 1}, {"石桥西变", 35, 2}, {"南门变", 35, 0},
});
constexpr int kFeeders10 = 106, kFeeders35 = 4;

constexpr auto kLineNames = std::to_array<std::string_view>(
    {"人民", "建设", "滨河", "文化", "新华", "园区一", "园区二", "迎宾", "朝阳", "育才", "北门", "南门", "水厂", "医院", "学院", "车站",
     "石马", "高岭", "桃园", "红旗", "东风", "胜利", "联合", "前进", "民主", "团结"});

// 10 kV lines per township, by its weight.
std::vector<std::int64_t> feeders_by_township() {
  std::array<std::int64_t, kTownships> weights{};
  for (std::size_t t = 0; t < kTownships; ++t) weights[t] = kTownshipTable[t].weight;
  return split_by_largest_remainder(kFeeders10, weights);
}

// The substations of a township take turns in its lines.
std::size_t substation_for(std::size_t township, std::int64_t n) {
  std::vector<std::size_t> its;
  for (std::size_t i = 0; i < kSubstations.size(); ++i)
    if (kSubstations[i].township == township) its.push_back(i);
  return its[static_cast<std::size_t>(n) % its.size()];
}

}  // namespace

std::vector<administration::OrgUnit> make_org_units() {
  std::vector<administration::OrgUnit> units;
  units.push_back({{1}, std::nullopt, OrgKind::kCompany, "C01", fmt::format("{}供电公司", kCountyName),
                   fmt::format("{} Power Supply Company", kCountyNameEn)});
  const auto next_id = [&] { return OrgId{static_cast<std::int64_t>(units.size()) + 1}; };
  for (std::size_t t = 0; t < kTownships; ++t) {
    const auto& town = kTownshipTable[t];
    units.push_back({next_id(), OrgId{1}, OrgKind::kSupplyStation, fmt::format("S{:02}", t + 1),
                     fmt::format("{}供电所", town.station), fmt::format("{} Supply Station", town.name_en)});
  }
  for (std::size_t t = 0; t < kTownships; ++t) {
    const auto& town = kTownshipTable[t];
    units.push_back({next_id(), OrgId{static_cast<std::int64_t>(t) + 2}, OrgKind::kBusinessHall, fmt::format("H{:02}", t + 1),
                     fmt::format("{}营业厅", town.station), fmt::format("{} Business Hall", town.name_en)});
  }
  for (const auto& department : kDepartments)
    units.push_back({next_id(), OrgId{1}, OrgKind::kDepartment, std::string(department.code), std::string(department.name),
                     std::string(department.name_en)});
  return units;
}

std::vector<network::Substation> make_substations() {
  std::vector<network::Substation> list;
  for (const auto& plan : kSubstations) {
    const auto id = static_cast<std::int64_t>(list.size()) + 1;
    list.push_back({{id}, fmt::format("B{:02}", id), fmt::format("{}kV{}", plan.voltage_kv, plan.name), plan.voltage_kv});
  }
  return list;
}

std::vector<network::Feeder> make_feeders() {
  std::vector<network::Feeder> list;
  const auto add = [&](std::size_t township, std::int64_t n, int voltage_kv) {
    const auto id = static_cast<std::int64_t>(list.size()) + 1;
    const auto substation = substation_for(township, n);
    list.push_back({{id}, {static_cast<std::int64_t>(substation) + 1}, fmt::format("L{:03}", id),
                    fmt::format("{}kV{}{}线", voltage_kv, kTownshipTable[township].station,
                                kLineNames[(static_cast<std::size_t>(n) + township * 5) % kLineNames.size()]),
                    voltage_kv});
  };
  const auto by_township = feeders_by_township();
  for (std::size_t t = 0; t < kTownships; ++t)
    for (std::int64_t n = 0; n < by_township[t]; ++n) add(t, n, 10);
  for (int n = 0; n < kFeeders35; ++n) add(static_cast<std::size_t>(n % 3), n, 35);
  return list;
}

std::size_t township_of_feeder(std::size_t index) {
  auto n = static_cast<std::int64_t>(index);
  if (n >= kFeeders10) return static_cast<std::size_t>((n - kFeeders10) % 3);
  const auto by_township = feeders_by_township();
  for (std::size_t t = 0; t < kTownships; ++t) {
    if (n < by_township[t]) return t;
    n -= by_township[t];
  }
  return 0;
}

void name_route(RoutePlan& plan, std::int64_t id, int route_class, int& low_voltage_routes) {
  plan.route.route_id = {id};
  plan.route.code = fmt::format("R{:04}", id);
  const auto station = kTownshipTable[plan.township].station;
  if (route_class != 0) {
    plan.route.name = fmt::format("{}{}", station, route_class == 1 ? "专变客户" : "大工业客户");
    plan.route.cycle_day = 28;
    return;
  }
  // Three neighbourhoods a route.
  for (int i = 0; i < 3; ++i) plan.neighbourhoods.push_back(neighbourhood(plan.township, low_voltage_routes * 3 + i));
  plan.route.name = fmt::format("{}{}{:02}段", station, plan.neighbourhoods[0].place, low_voltage_routes + 1);
  plan.route.cycle_day = 20 + low_voltage_routes % 8;
  ++low_voltage_routes;
}

void add_areas(CountyLayout& layout, RoutePlan& plan) {
  static const auto feeders_of = [] {
    std::array<std::vector<std::int64_t>, kTownships> lists;
    for (std::size_t i = 0; i < kFeeders10; ++i) lists[township_of_feeder(i)].push_back(static_cast<std::int64_t>(i) + 1);
    return lists;
  }();
  const auto& its = feeders_of[plan.township];
  plan.first_area = static_cast<std::int64_t>(layout.areas.size()) + 1;
  plan.areas = plan.large ? plan.accounts : (plan.accounts + kAccountsPerArea - 1) / kAccountsPerArea;
  for (std::int64_t i = 0; i < plan.areas; ++i) {
    const auto id = static_cast<std::int64_t>(layout.areas.size()) + 1;
    network::TransformerArea area;
    area.transformer_area_id = {id};
    area.org_id = plan.route.org_id;
    area.code = fmt::format("T{:06}", id);
    area.feeder_id = {its[static_cast<std::size_t>(plan.route.route_id.value + i) % its.size()]};
    if (plan.large) {
      const auto account_id = plan.first_account + i;
      const auto kind = layout.account(account_id).kind;
      area.is_public = false;
      area.name = fmt::format("{}专变{:03}", kTownshipTable[plan.township].station, i + 1);
      area.capacity = {capacity_va_of(layout.options.seed, account_id, kind)};
      if (kind == AccountKind::kGeneral35 || kind == AccountKind::kIndustry35) area.feeder_id = {kFeeders10 + 1 + account_id % kFeeders35};
    } else {
      constexpr std::array<std::int64_t, 5> kva{200, 315, 400, 400, 630};
      const auto& where = plan.neighbourhoods[static_cast<std::size_t>(i) % plan.neighbourhoods.size()];
      area.name = fmt::format("{}{}号公变", where.place, i + 1);
      area.capacity = {1'000 * kva[static_cast<std::size_t>(mix(static_cast<std::uint64_t>(id)) % kva.size())]};
    }
    layout.areas.push_back(std::move(area));
  }
}

}  // namespace mis::demo

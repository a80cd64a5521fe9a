#include "db/demo/premises.hpp"

#include <algorithm>
#include <array>

namespace mis::demo {
namespace {

// P0 and Pk of type S9, I0 as makers give it, Uk 4 %.
constexpr auto kNameplates = std::to_array<Nameplate>({
    {100, 290, 1'500, 16'000, 40'000},
    {125, 340, 1'800, 15'000, 40'000},
    {160, 400, 2'200, 14'000, 40'000},
    {200, 480, 2'600, 13'000, 40'000},
    {250, 560, 3'050, 12'000, 40'000},
    {315, 670, 3'650, 11'000, 40'000},
    {400, 800, 4'300, 10'000, 40'000},
    {500, 960, 5'150, 10'000, 40'000},
});

constexpr auto kSmall = std::to_array<std::int64_t>({100, 125, 160, 200, 250});
constexpr auto kMiddle = std::to_array<std::int64_t>({200, 250, 315, 400, 500});
constexpr auto kLarge = std::to_array<std::int64_t>({315, 315, 315, 400, 400, 400, 500, 500, 630, 630, 800, 1'000, 1'250, 2'000, 3'150});
constexpr auto kStations = std::to_array<std::int64_t>({2'000, 3'150, 4'000, 5'000});
constexpr auto kWorks = std::to_array<std::int64_t>({8'000, 10'000, 12'500, 16'000, 20'000});
constexpr auto kCurrents = std::to_array<int>({50, 75, 100, 150, 200, 250, 300, 400, 500, 600, 800, 1'000, 1'200, 1'500, 2'000, 3'000});
constexpr auto kHighVoltageCurrents = std::to_array<int>({5, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 400, 600});

// The smallest standard current transformer (secondary 5 A) that carries the rated current S / (√3 U).
template <std::size_t N>
int ct_ratio_for(const std::array<int, N>& currents, std::int64_t capacity_va, std::int64_t volts) {
  const std::int64_t amperes = capacity_va * 1'000 / (1'732 * volts);
  for (const int primary : currents)
    if (primary >= amperes) return primary / 5;
  return currents.back() / 5;
}

const Nameplate& nameplate_for(std::int64_t capacity_va) {
  for (const auto& plate : kNameplates)
    if (plate.kva * 1'000 >= capacity_va) return plate;
  return kNameplates.back();
}

Date date_between(Random& random, Date from, Date to) { return from + static_cast<int>(random.below(to - from)); }

void set_metering(Premises& p, AccountKind kind) {
  switch (kind) {
    case AccountKind::kHome:
    case AccountKind::kHomeTou:
    case AccountKind::kHomeLarge:
    case AccountKind::kHomePv:
    case AccountKind::kFarm:
    case AccountKind::kShopFlat: return;
    case AccountKind::kShared:
    case AccountKind::kShop:
      // Up to 40 kVA a meter carries the current itself.
      if (p.capacity_va > 40'000) p.ct_ratio = ct_ratio_for(kCurrents, p.capacity_va, 380);
      return;
    case AccountKind::kShared10:
    case AccountKind::kPump10:
    case AccountKind::kGeneral10:
      p.lv_metered = p.capacity_va <= 500'000;
      p.ct_ratio = ct_ratio_for(kCurrents, p.capacity_va, 400);
      return;
    case AccountKind::kIndustry10:
      p.lv_metered = p.capacity_va <= 315'000;
      if (p.lv_metered) {
        p.ct_ratio = ct_ratio_for(kCurrents, p.capacity_va, 400);
      } else {
        p.ct_ratio = ct_ratio_for(kHighVoltageCurrents, p.capacity_va, 10'000);
        p.pt_ratio = 100;
      }
      return;
    case AccountKind::kGeneral35:
    case AccountKind::kIndustry35:
      p.ct_ratio = ct_ratio_for(kHighVoltageCurrents, p.capacity_va, 35'000);
      p.pt_ratio = 350;
      return;
  }
}

// Half of large industry pays by capacity; the others by demand. A contract sits a little above the usual highest demand,
// and never below the 40 % of the capacity that are billed anyway.
void set_contract(Premises& p, Random& random) {
  const auto draw = random.below(10);
  if (draw < 5) {
    p.billing_mode = "capacity";
  } else if (draw < 8) {
    p.billing_mode = "contract_demand";
    constexpr std::int64_t hours = 730;
    const std::int64_t usual_w = p.level_wh / hours * p.demand_factor_permille / 1'000;
    const std::int64_t wanted_w = std::max(usual_w * random.between(98, 112) / 100, p.capacity_va * 40 / 100);
    p.contract_demand_w = std::min((wanted_w + 9'999) / 10'000 * 10'000, p.capacity_va);
  } else {
    p.billing_mode = "actual_demand";
  }
}

}  // namespace

std::int64_t capacity_va_of(std::uint64_t seed, std::int64_t account_id, AccountKind kind) {
  Random random(seed, Stream::kAgreement, static_cast<std::uint64_t>(account_id), 1);
  switch (kind) {
    case AccountKind::kHome:
    case AccountKind::kHomeTou:
    case AccountKind::kHomePv: return random.below(4) == 0 ? 4'000 : 8'000;
    case AccountKind::kHomeLarge: return 8'000;
    case AccountKind::kShared: return 1'000 * random.between(20, 80);
    case AccountKind::kFarm: return 1'000 * random.between(5, 15);
    case AccountKind::kShopFlat: return 1'000 * random.between(4, 10);
    case AccountKind::kShop: return 1'000 * (random.between(10, 99) * random.between(50, 100) / 100);
    case AccountKind::kShared10: return 1'000 * random.pick(kMiddle);
    case AccountKind::kPump10: return 1'000 * random.pick(kSmall);
    case AccountKind::kGeneral10: return 1'000 * random.pick(kSmall);
    case AccountKind::kGeneral35: return 1'000 * random.pick(kStations);
    case AccountKind::kIndustry10: return 1'000 * random.pick(kLarge);
    case AccountKind::kIndustry35: return 1'000 * random.pick(kWorks);
  }
  return 0;
}

Premises premises_of(const CountyLayout& layout, std::int64_t account_id) {
  const auto& plan = layout.account(account_id);
  const auto& terms = terms_of(plan.kind);
  const auto seed = layout.options.seed;
  const auto subject = static_cast<std::uint64_t>(account_id);
  Premises p;
  p.capacity_va = capacity_va_of(seed, account_id, plan.kind);
  set_metering(p, plan.kind);

  Random level(seed, Stream::kLevel, subject);
  p.level_wh = monthly_level_wh(level, plan.kind, p.capacity_va);
  if (plan.kind == AccountKind::kHomePv) p.panels_w = 1'000 * level.between(3, 15);

  Random random(seed, Stream::kAgreement, subject, 2);
  if (terms.reactive) {
    // tan φ of a power factor between about 0.80 and 0.98; most have compensated their reactive energy.
    constexpr auto kTan = std::to_array<int>({750, 646, 567, 512, 484, 456, 426, 395, 363, 329, 292, 292, 251, 203, 329, 363});
    p.reactive_permille = random.pick(kTan);
  }
  if (!is_low_voltage(plan.kind)) p.demand_factor_permille = static_cast<int>(random.between(1'300, 2'100));
  if (is_industry(plan.kind)) set_contract(p, random);
  if (p.lv_metered) {
    p.transformer = nameplate_for(p.capacity_va);
    constexpr auto kShifts = std::to_array<int>({30'000, 15'000, 15'000, 11'000});  // one, two, three shifts
    p.loss_k_e4 = random.pick(kShifts);
  }
  switch (static_cast<ChildKind>(plan.children)) {
    case ChildKind::kNone: break;
    case ChildKind::kChildMeter:
      p.child_level_wh = std::min<std::int64_t>(p.level_wh * random.between(3, 8) / 100, 60'000'000);
      p.child_ct_ratio = static_cast<int>(random.pick(std::to_array<int>({20, 30, 40})));
      break;
    case ChildKind::kFixedQuantity: p.child_level_wh = std::max<std::int64_t>(p.level_wh / 50 / 100'000, 1) * 100'000; break;
    case ChildKind::kFixedRatio: p.child_level_wh = p.level_wh * 3 / 100; break;
  }

  Random life(seed, Stream::kLife, subject);
  p.event_day = static_cast<int>(life.between(2, 18));
  const Date window = layout.opening_month().first_day();
  if (plan.event == Event::kConnected) {
    p.opened_on = layout.month(plan.event_month).first_day() + (p.event_day - 1);
  } else {
    p.opened_on = date_between(life, Date::of(1999, 3, 1), window + -60);
  }
  if (is_home(plan.kind)) {
    p.household_size = static_cast<int>(plan.kind == AccountKind::kHomeLarge ? life.between(5, 8) : life.between(1, 4));
  }
  if (plan.event == Event::kRollover) p.digits = 5;
  return p;
}

}  // namespace mis::demo

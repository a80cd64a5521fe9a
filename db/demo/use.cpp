#include "db/demo/use.hpp"

#include <algorithm>

namespace mis::demo {
namespace {

// Full-load hours of a panel in each calendar month, in thousandths.
constexpr std::array<int, 12> kSunHours{62'000, 68'000, 85'000, 98'000, 108'000, 96'000, 112'000, 110'000, 92'000, 86'000, 70'000, 63'000};

void add_photovoltaics(MonthUse& use, Random& random, std::int64_t panels_w, int month) {
  use.generated_wh = panels_w * kSunHours[static_cast<std::size_t>(month - 1)] / 1'000 * random.around_permille(120) / 1'000;
  // What the sun gives is used at once as far as the home needs it by day; the rest goes out.
  const auto own = std::min(use.generated_wh * 35 / 100, use.energy_wh * 55 / 100);
  use.fed_in_wh = use.generated_wh - own;
  use.energy_wh -= own;
}

}  // namespace

MonthUse use_of_month(const CountyLayout& layout, std::int64_t account_id, const Premises& premises, int index) {
  const auto& plan = layout.account(account_id);
  const auto& terms = terms_of(plan.kind);
  const int month = layout.month(index).month();
  Random random(layout.options.seed, Stream::kMonth, static_cast<std::uint64_t>(account_id), static_cast<std::uint64_t>(index));
  MonthUse use;
  const bool idle = plan.event == Event::kSuspended || (plan.event == Event::kZeroUse && index == plan.event_month);
  // Industry is steadier than a home; everybody grows by a few percent a year.
  const auto noise = random.around_permille(is_low_voltage(plan.kind) ? 220 : 90);
  const int growth = 1'000 + 3 * index;
  if (!idle) use.energy_wh = premises.level_wh * season_permille(plan.kind, month) / 1'000 * noise / 1'000 * growth / 1'000;
  if (plan.event == Event::kHighUse && index == plan.event_month) use.energy_wh = use.energy_wh * random.between(3, 8) + 300'000;
  // Nobody draws more than the transformer carries in all hours of a month.
  if (!is_low_voltage(plan.kind)) use.energy_wh = std::min(use.energy_wh, premises.capacity_va * 680);

  use.shares = period_shares(plan.kind, month, random.around_permille(60));
  if (terms.reactive) use.reactive_varh = use.energy_wh * premises.reactive_permille / 1'000 * random.around_permille(50) / 1'000;
  if (premises.demand_factor_permille != 0) {
    constexpr std::int64_t hours = 730;
    const auto highest = use.energy_wh / hours * premises.demand_factor_permille / 1'000 * random.around_permille(80) / 1'000;
    use.demand_w = std::min(highest, premises.capacity_va * 98 / 100);
  }
  if (plan.children == static_cast<int>(ChildKind::kChildMeter)) {
    const auto wanted = premises.child_level_wh * season_permille(AccountKind::kShared, month) / 1'000 * random.around_permille(80) / 1'000;
    use.child_wh = std::min(wanted, use.energy_wh / 4);
  }
  if (premises.panels_w != 0) add_photovoltaics(use, random, premises.panels_w, month);
  return use;
}

}  // namespace mis::demo

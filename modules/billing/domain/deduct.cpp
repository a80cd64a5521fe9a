// 套扣: what children take from their parents, parents first.
#include <algorithm>

#include "modules/billing/domain/energies.hpp"
#include "modules/billing/domain/engine.hpp"
#include "modules/billing/domain/split.hpp"

namespace mis::billing {
namespace {

constexpr int kMaxDepth = 8;  // parents above parents; more is a loop or a mistake in the records

// Takes up to `wanted` from the parent; returns the periods taken. `shape` is the parent before this kind of deduction.
PeriodEnergies take(UsagePointResult& parent, const PeriodEnergies& shape, const PeriodEnergies& wanted,
                    bool child_by_period, bool child_has_periods) {
  PeriodEnergies taken{};
  auto& have = parent.billed;
  const std::int64_t total = std::min(wanted[kTotalPeriod].value, have[kTotalPeriod].value);
  if (!parent.by_period) {
    have[kTotalPeriod].value -= total;
    taken[kTotalPeriod] = {total};
    return taken;
  }
  std::int64_t left = total;
  const auto take_from = [&](std::size_t p, std::int64_t most) {
    const std::int64_t part = std::min({left, most, have[p].value});
    have[p].value -= part;
    taken[p].value += part;
    left -= part;
  };
  if (child_by_period && child_has_periods) {
    // Both know their periods: each is taken from its own.
    for (std::size_t p = 1; p < tariffs::kPeriods; ++p) take_from(p, wanted[p].value);
  } else if (child_by_period) {
    // A TOU child without a meter has the parent's shape.
    std::array<std::int64_t, tariffs::kPeriods - 1> weight{}, part{};
    for (std::size_t p = 0; p < weight.size(); ++p) weight[p] = shape[p + 1].value;
    split_small(total, weight, part);
    for (std::size_t p = 0; p < weight.size(); ++p) take_from(p + 1, part[p]);
  }
  // A plain child takes from the flat period first, then from the others (rule of the deduction step).
  for (Period p : {Period::kFlat, Period::kPeak, Period::kValley, Period::kSharp, Period::kDeep})
    take_from(tariffs::index_of(p), left);
  have[kTotalPeriod].value -= total - left;
  taken[kTotalPeriod] = {total - left};
  return taken;
}

void deduct_child(Context& c, std::size_t parent_at, std::size_t child_at, const PeriodEnergies& before) {
  const UsagePointInput& child = c.point(child_at);
  UsagePointResult& p = c.result(parent_at);
  UsagePointResult& r = c.result(child_at);
  const bool whole = p.tariff != nullptr && p.tariff->rounding.whole_kwh;
  r.by_period = child.deduction == Deduction::kChildMeter ? r.by_period : r.tariff != nullptr && r.tariff->by_period;
  PeriodEnergies wanted{};
  bool has_periods = false;
  switch (child.deduction) {
    case Deduction::kNone:
      return;
    case Deduction::kFixedQuantity:
      if (child.fixed_energy.value < 0 || child.fixed_energy.value > kMaxEnergyWh) {
        c.raise(ExceptionKind::kBadHierarchy, static_cast<std::ptrdiff_t>(child_at));
        return;
      }
      wanted[kTotalPeriod] = child.fixed_energy;
      break;
    case Deduction::kFixedRatio:
      if (child.fixed_ratio_bp < 0 || child.fixed_ratio_bp > 10'000) {
        c.raise(ExceptionKind::kBadHierarchy, static_cast<std::ptrdiff_t>(child_at));
        return;
      }
      wanted[kTotalPeriod] = {round_to_unit(int128{before[kTotalPeriod].value} * child.fixed_ratio_bp, 10'000, whole)};
      break;
    case Deduction::kChildMeter:
      wanted = r.billed;
      has_periods = r.by_period;
      break;
  }
  if (wanted[kTotalPeriod] > p.billed[kTotalPeriod])
    c.raise(ExceptionKind::kDeductionTooLarge, static_cast<std::ptrdiff_t>(parent_at), wanted[kTotalPeriod].value,
            p.billed[kTotalPeriod].value);
  const PeriodEnergies taken = take(p, before, wanted, r.by_period, has_periods);
  p.deducted += taken[kTotalPeriod];
  if (child.deduction == Deduction::kChildMeter) return;
  // A TOU child of a plain parent has no shape to follow: all of it is flat.
  r.billed = taken;
  if (!r.by_period)
    for (std::size_t q = 1; q < tariffs::kPeriods; ++q) r.billed[q] = {};
  else if (!p.by_period)
    r.billed[tariffs::index_of(Period::kFlat)] = taken[kTotalPeriod];
  r.read = r.billed;
  r.measured = true;
}

void deduct_children(Context& c, std::size_t parent_at) {
  for (Deduction kind : {Deduction::kFixedQuantity, Deduction::kFixedRatio, Deduction::kChildMeter}) {
    // Shares and shapes are of what the kind before left, and TOU children go before plain ones, which empty the flat
    // period: so the order in which children are listed does not matter.
    const PeriodEnergies before = c.result(parent_at).billed;
    for (bool by_period : {true, false})
      for (std::size_t i = 0; i < c.count(); ++i) {
        const UsagePointInput& child = c.point(i);
        if (child.parent != static_cast<std::int32_t>(parent_at) || child.deduction != kind) continue;
        const bool child_by_period = child.tariff != nullptr ? child.tariff->by_period : c.result(i).by_period;
        if (child_by_period != by_period) continue;
        deduct_child(c, parent_at, i, before);
        if (c.blocked) return;
      }
  }
}

}  // namespace

// Parents before children, because a child that is a share of its parent may itself be a parent.
void deduct(Context& c) {
  const auto n = static_cast<std::int32_t>(c.count());
  bool any = false;
  int deepest = 0;
  const auto depth_of = [&](std::size_t i) {
    int depth = 0;
    for (std::int32_t at = c.point(i).parent; at >= 0 && depth <= kMaxDepth;
         at = c.point(static_cast<std::size_t>(at)).parent)
      ++depth;
    return depth;
  };
  for (std::size_t i = 0; i < c.count(); ++i) {
    const std::int32_t parent = c.point(i).parent;
    if (parent < -1 || parent >= n) {
      c.raise(ExceptionKind::kBadHierarchy, static_cast<std::ptrdiff_t>(i), parent);
      return;
    }
    any |= parent >= 0;
  }
  if (!any) return;
  for (std::size_t i = 0; i < c.count(); ++i) {
    const int depth = depth_of(i);
    if (depth > kMaxDepth) {
      c.raise(ExceptionKind::kBadHierarchy, static_cast<std::ptrdiff_t>(i), c.point(i).parent);
      return;
    }
    deepest = std::max(deepest, depth);
  }
  for (int depth = 0; depth < deepest; ++depth)
    for (std::size_t i = 0; i < c.count(); ++i)
      if (depth_of(i) == depth) {
        deduct_children(c, i);
        if (c.blocked) return;
      }
}

}  // namespace mis::billing

// From readings to billed energy: what the meters showed, what children take from their parents (套扣), what transformers
// and lines lost. The order is the one of a real Chinese engine: read, deduct, add losses.
#include <algorithm>

#include "modules/billing/domain/engine.hpp"
#include "modules/billing/domain/intervals.hpp"
#include "modules/billing/domain/split.hpp"
#include "modules/billing/domain/transformer_loss.hpp"

namespace mis::billing {
namespace {

constexpr std::int64_t kWhPerKwh = 1000;
constexpr int kMaxDepth = 8;  // parents above parents; more is a loop or a mistake in the records
// Each period register is cut to the dial's decimals, so five of them may differ from the total by so much per ratio.
constexpr std::int64_t kPeriodToleranceWh = 5'000;

constexpr Register kPeriodRegister[] = {Register::kTotal, Register::kSharp,  Register::kPeak,
                                        Register::kFlat,  Register::kValley, Register::kDeep};

Measured read(Context& c, std::size_t i, Register reg) {
  const Measured m = measure(c.point(i).segments, reg, c.in.plausibility);
  const auto at = static_cast<std::ptrdiff_t>(i);
  switch (m.fault) {
    case MeasureFault::kNone: break;
    case MeasureFault::kNegative: c.raise(ExceptionKind::kNegativeEnergy, at, static_cast<std::int64_t>(reg), m.detail); break;
    case MeasureFault::kImpossibleIndex: c.raise(ExceptionKind::kImpossibleIndex, at, static_cast<std::int64_t>(reg), m.detail); break;
    case MeasureFault::kBadMeter: {
      for (const auto& s : c.point(i).segments)
        if (s.ratio < 1 || s.digits < 1 || s.digits > 10 || s.ratio > 10'000'000) {
          c.raise(ExceptionKind::kBadMeterData, at, s.ratio, s.digits);
          break;
        }
      break;
    }
    case MeasureFault::kRange: c.raise(ExceptionKind::kArithmeticRange, at, static_cast<std::int64_t>(reg)); break;
  }
  if (m.rolled_over) {
    c.raise(ExceptionKind::kRollover, at, static_cast<std::int64_t>(reg), m.wh);
    c.result(i).rolled_over = true;
  }
  return m;
}

std::int64_t sum_of_periods(const PeriodEnergies& e) {
  std::int64_t sum = 0;
  for (std::size_t p = 1; p < tariffs::kPeriods; ++p) sum += e[p].value;
  return sum;
}

// The registers of a TOU customer. The bill sums the periods, not the total register; a flat register that the meter does
// not have is what the others leave of the total (TP-01).
void read_periods(Context& c, std::size_t i, const Measured& total) {
  UsagePointResult& r = c.result(i);
  const auto at = static_cast<std::ptrdiff_t>(i);
  bool any = false, has_flat = false;
  std::array<bool, tariffs::kPeriods> seen{};
  for (std::size_t p = 1; p < tariffs::kPeriods; ++p) {
    const Measured m = read(c, i, kPeriodRegister[p]);
    if (!m.present) continue;
    any = seen[p] = true;
    if (kPeriodRegister[p] == Register::kFlat) has_flat = true;
    r.read[p] = {m.wh};
  }
  if (c.blocked) return;
  const bool flat_is_priced = r.tariff == nullptr || r.tariff->prices(Period::kFlat);
  if (!any || (!has_flat && flat_is_priced && !total.present)) {
    c.raise(ExceptionKind::kNoReading, at, static_cast<std::int64_t>(Register::kFlat));
    return;
  }
  // Sharp and deep periods exist in some months only; a meter without a peak or valley register cannot be billed by period.
  for (Period p : {Period::kPeak, Period::kValley})
    if (r.tariff != nullptr && r.tariff->by_period && r.tariff->prices(p) && !seen[tariffs::index_of(p)]) {
      c.raise(ExceptionKind::kNoReading, at, static_cast<std::int64_t>(kPeriodRegister[tariffs::index_of(p)]));
      return;
    }
  std::int64_t sum = sum_of_periods(r.read);
  if (!has_flat && flat_is_priced) {
    const std::int64_t flat = total.wh - sum;
    if (flat < 0) {
      c.raise(ExceptionKind::kNegativeEnergy, at, static_cast<std::int64_t>(Register::kFlat), flat * 10);
      return;
    }
    r.read[tariffs::index_of(Period::kFlat)] = {flat};
    sum = total.wh;
  } else if (total.present) {
    const std::int64_t difference = sum > total.wh ? sum - total.wh : total.wh - sum;
    std::int64_t ratio = 1;
    for (const auto& s : c.point(i).segments) ratio = std::max<std::int64_t>(ratio, s.ratio);
    if (difference > kPeriodToleranceWh * ratio && difference > total.wh / 100) c.raise(ExceptionKind::kPeriodsDiffer, at, sum, total.wh);
  }
  r.read[kTotalPeriod] = {sum};
}

void read_intervals(Context& c, std::size_t i) {
  UsagePointResult& r = c.result(i);
  const auto at = static_cast<std::ptrdiff_t>(i);
  if (r.tariff == nullptr || !r.tariff->calendar) {
    c.raise(ExceptionKind::kNoCalendar, at);
    return;
  }
  const IntervalResult rated = rate_intervals(c.point(i).intervals, *r.tariff->calendar, {});
  switch (rated.fault) {
    case IntervalFault::kNone: break;
    case IntervalFault::kGap: c.raise(ExceptionKind::kIntervalGap, at, rated.position); return;
    case IntervalFault::kNegative: c.raise(ExceptionKind::kNegativeEnergy, at, rated.position); return;
    case IntervalFault::kBadSeries: c.raise(ExceptionKind::kBadCase, at); return;
  }
  r.read = rated.energy[0];
  r.read[kTotalPeriod] = {sum_of_periods(r.read)};
  if (r.read[kTotalPeriod].value > kMaxEnergyWh) c.raise(ExceptionKind::kArithmeticRange, at);
  r.by_period = r.tariff->by_period;
  r.measured = true;
}

void read_active(Context& c, std::size_t i) {
  const UsagePointInput& point = c.point(i);
  UsagePointResult& r = c.result(i);
  const auto at = static_cast<std::ptrdiff_t>(i);
  const Measured total = read(c, i, Register::kTotal);
  if (c.blocked) return;
  // Without a tariff (a point measured for its parent only) periods are kept where the meter has them.
  const bool has_periods = !point.segments.empty() && point.segments[0].has(Register::kPeak);
  r.by_period = point.tariff != nullptr ? point.tariff->by_period : has_periods;
  if (r.by_period) {
    read_periods(c, i, total);
  } else if (total.present) {
    r.read[kTotalPeriod] = {total.wh};
  } else if (has_periods) {
    read_periods(c, i, total);
    for (std::size_t p = 1; p < tariffs::kPeriods; ++p) r.read[p] = {};
  } else {
    c.raise(ExceptionKind::kNoReading, at, static_cast<std::int64_t>(Register::kTotal));
  }
  r.measured = !c.blocked;
}

void read_rest(Context& c, std::size_t i) {
  const UsagePointInput& point = c.point(i);
  if (point.segments.empty()) return;
  UsagePointResult& r = c.result(i);
  unsigned present = 0;
  for (const auto& s : point.segments) present |= s.present;
  // Most meters have none of these registers: one test spares four walks over the segments.
  if ((present >> static_cast<unsigned>(Register::kReactiveForward)) == 0) return;
  const Measured forward = read(c, i, Register::kReactiveForward);
  const Measured reverse = read(c, i, Register::kReactiveReverse);
  r.has_reactive = forward.present || reverse.present;
  r.reactive = {forward.wh + reverse.wh};
  r.max_demand = {read(c, i, Register::kMaxDemand).wh};
  r.exported = {read(c, i, Register::kExport).wh};
}

void check_jump(Context& c, std::size_t i) {
  const UsagePointInput& point = c.point(i);
  if (!point.has_previous) return;
  const std::int64_t now = c.result(i).read[kTotalPeriod].value;
  const std::int64_t before = std::max<std::int64_t>(point.previous_energy.value, 0);
  if (now > c.in.plausibility.jump_floor.value && int128{now} * 100 > int128{before} * c.in.plausibility.jump_percent)
    c.raise(ExceptionKind::kAbsurdJump, static_cast<std::ptrdiff_t>(i), now, before);
}

// Adds (or takes, where negative) energy in proportion to what is there; nothing there: to the flat period.
void spread(PeriodEnergies& energy, bool by_period, std::int64_t wh, std::int64_t unit) {
  energy[kTotalPeriod].value += wh;
  if (!by_period) return;
  std::array<std::int64_t, tariffs::kPeriods - 1> weight{}, part{};
  std::int64_t sum = 0;
  for (std::size_t p = 0; p < weight.size(); ++p) {
    weight[p] = std::max<std::int64_t>(energy[p + 1].value, 0);
    sum += weight[p];
  }
  if (sum == 0) {
    energy[tariffs::index_of(Period::kFlat)].value += wh;
    return;
  }
  split_small(wh / unit, weight, part);
  for (std::size_t p = 0; p < weight.size(); ++p) energy[p + 1].value += part[p] * unit;
  // What is no whole unit joins the flat period, so that the periods still add up to the total.
  energy[tariffs::index_of(Period::kFlat)].value += wh % unit;
}

void add_manual_energy(Context& c, std::size_t i) {
  const std::int64_t manual = c.point(i).manual_energy.value;
  UsagePointResult& r = c.result(i);
  r.billed = r.read;
  if (manual == 0) return;
  if (manual > kMaxEnergyWh || manual < -kMaxEnergyWh) {
    c.raise(ExceptionKind::kArithmeticRange, static_cast<std::ptrdiff_t>(i), manual);
    return;
  }
  spread(r.billed, r.by_period, manual, 1);
  for (const Energy& e : r.billed)
    if (e.value < 0) {
      c.raise(ExceptionKind::kNegativeEnergy, static_cast<std::ptrdiff_t>(i), static_cast<std::int64_t>(Register::kTotal), e.value * 10);
      return;
    }
}

std::int64_t round_to_unit(int128 numerator, int128 denominator, bool whole_kwh) {
  if (!whole_kwh) return static_cast<std::int64_t>(divide_rounded(numerator, denominator, Rounding::kHalfUp));
  return static_cast<std::int64_t>(divide_rounded(numerator, denominator * kWhPerKwh, Rounding::kHalfUp)) * kWhPerKwh;
}

// Takes up to `wanted` from the parent; returns the periods taken. `shape` is the parent before this kind of deduction.
PeriodEnergies take(UsagePointResult& parent, const PeriodEnergies& shape, const PeriodEnergies& wanted, bool child_by_period,
                    bool child_has_periods) {
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
  for (Period p : {Period::kFlat, Period::kPeak, Period::kValley, Period::kSharp, Period::kDeep}) take_from(tariffs::index_of(p), left);
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
    case Deduction::kNone: return;
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
    c.raise(ExceptionKind::kDeductionTooLarge, static_cast<std::ptrdiff_t>(parent_at), wanted[kTotalPeriod].value, p.billed[kTotalPeriod].value);
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

// Parents before children, because a child that is a share of its parent may itself be a parent.
void deduct(Context& c) {
  const auto n = static_cast<std::int32_t>(c.count());
  bool any = false;
  int deepest = 0;
  const auto depth_of = [&](std::size_t i) {
    int depth = 0;
    for (std::int32_t at = c.point(i).parent; at >= 0 && depth <= kMaxDepth; at = c.point(static_cast<std::size_t>(at)).parent) ++depth;
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

void add_transformer_loss(Context& c, std::size_t transformer_at) {
  const Transformer& transformer = c.in.transformers[transformer_at];
  TransformerLoad load;
  load.days = c.in.service.days();
  const auto is_member = [&](std::size_t i) { return c.point(i).transformer == static_cast<std::int32_t>(transformer_at); };
  std::int64_t members = 0, reactive_members = 0;
  std::size_t first = 0;
  for (std::size_t i = 0; i < c.count(); ++i) {
    if (!is_member(i)) continue;
    if (members++ == 0) first = i;
    reactive_members += c.result(i).has_reactive ? 1 : 0;
    load.active += c.result(i).billed[kTotalPeriod];
    load.reactive += c.result(i).reactive;
    load.has_reactive |= c.result(i).has_reactive;
  }
  if (members == 0) return;
  const TransformerLoss loss = transformer_loss(transformer, load);
  if (!loss.in_range) {
    c.raise(ExceptionKind::kBadMeterData, static_cast<std::ptrdiff_t>(first), static_cast<std::int64_t>(transformer_at));
    return;
  }
  // Shared by energy; an idle transformer's iron loss in equal parts. All in whole kWh where the loss is.
  const std::int64_t unit = transformer.whole_kwh && loss.active.value % kWhPerKwh == 0 ? kWhPerKwh : 1;
  std::int64_t active_left = loss.active.value / unit, weight_left = load.active.value;
  const bool idle = weight_left == 0;
  if (idle) weight_left = members;
  std::int64_t reactive_left = loss.reactive.value;
  for (std::size_t i = 0; i < c.count(); ++i) {
    if (!is_member(i)) continue;
    UsagePointResult& r = c.result(i);
    const std::int64_t weight = idle ? 1 : r.billed[kTotalPeriod].value;
    // Each takes its share of what is left, so the last takes the rest and the parts add up.
    const std::int64_t part = weight_left == 0 ? 0 : static_cast<std::int64_t>(divide_rounded(int128{active_left} * weight, int128{weight_left}, Rounding::kHalfUp));
    active_left -= part;
    weight_left -= weight;
    spread(r.billed, r.by_period, part * unit, unit);
    r.loss += Energy{part * unit};
    if (r.has_reactive) {
      const std::int64_t varh = divide_rounded(reactive_left, reactive_members, Rounding::kHalfUp);
      r.reactive += Energy{varh};
      reactive_left -= varh;
      --reactive_members;
    }
  }
}

void add_losses(Context& c) {
  for (std::size_t t = 0; t < c.in.transformers.size() && !c.blocked; ++t) add_transformer_loss(c, t);
  for (std::size_t i = 0; i < c.count() && !c.blocked; ++i) {
    const UsagePointInput& point = c.point(i);
    UsagePointResult& r = c.result(i);
    if (point.transformer < -1 || point.transformer >= static_cast<std::int32_t>(c.in.transformers.size()) ||
        point.line_loss_bp < 0 || point.line_loss_bp > 10'000) {
      c.raise(ExceptionKind::kBadMeterData, static_cast<std::ptrdiff_t>(i), point.transformer, point.line_loss_bp);
      return;
    }
    const bool whole = r.tariff != nullptr && r.tariff->rounding.whole_kwh;
    if (point.line_loss_bp != 0) {
      const std::int64_t line = round_to_unit(int128{r.billed[kTotalPeriod].value} * point.line_loss_bp, 10'000, whole);
      spread(r.billed, r.by_period, line, whole ? kWhPerKwh : 1);
      r.loss += Energy{line};
      r.reactive += Energy{round_to_unit(int128{r.reactive.value} * point.line_loss_bp, 10'000, whole)};
    }
    if (whole) {
      for (Energy& e : r.billed) e = {round_to_unit(e.value, 1, true)};
      if (r.by_period) r.billed[kTotalPeriod] = {sum_of_periods(r.billed)};
    }
    if (r.billed[kTotalPeriod].value > kMaxEnergyWh || r.reactive.value > kMaxEnergyWh)
      c.raise(ExceptionKind::kArithmeticRange, static_cast<std::ptrdiff_t>(i), r.billed[kTotalPeriod].value);
  }
}

// The power factor is that of the whole meter: children are added back, losses counted (lighting takes part, PF-07).
void find_power_factor_energy(Context& c) {
  for (std::size_t i = 0; i < c.count(); ++i) {
    UsagePointResult& r = c.result(i);
    r.pf_active = r.billed[kTotalPeriod] + r.deducted;
    if (r.pf_active.value > kMaxEnergyWh) r.pf_active = {kMaxEnergyWh};
  }
}

}  // namespace

void settle(Context& c) {
  c.bill.usage_points.resize(c.count());
  for (std::size_t i = 0; i < c.count(); ++i) {
    const UsagePointInput& point = c.point(i);
    UsagePointResult& r = c.result(i);
    r.id = point.id;
    r.tariff = point.tariff;
    // Fixed quantities and shares have no meter; their energy comes from the parent.
    const bool has_meter = point.deduction == Deduction::kNone || point.deduction == Deduction::kChildMeter;
    if (!has_meter) continue;
    if (!point.intervals.energy_wh.empty()) read_intervals(c, i);
    else read_active(c, i);
    read_rest(c, i);
    if (c.blocked) continue;  // the other points still say what is wrong with them
    check_jump(c, i);
    add_manual_energy(c, i);
  }
  if (c.blocked) return;
  deduct(c);
  if (c.blocked) return;
  add_losses(c);
  if (!c.blocked) find_power_factor_energy(c);
}

}  // namespace mis::billing

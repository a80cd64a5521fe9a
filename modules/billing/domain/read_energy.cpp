// 抄见电量: what a usage point's meters or intervals showed, and whether it can be true.
#include <algorithm>

#include "modules/billing/domain/energies.hpp"
#include "modules/billing/domain/engine.hpp"
#include "modules/billing/domain/intervals.hpp"

namespace mis::billing {
namespace {

// Each period register is cut to the dial's decimals, so five of them may differ from the total by so much per ratio.
constexpr std::int64_t kPeriodToleranceWh = 5'000;

constexpr Register kPeriodRegister[] = {Register::kTotal, Register::kSharp,  Register::kPeak,
                                        Register::kFlat,  Register::kValley, Register::kDeep};

Measured read(Context& c, std::size_t i, Register reg) {
  const Measured m = measure(c.point(i).segments, reg, c.in.plausibility);
  const auto at = static_cast<std::ptrdiff_t>(i);
  switch (m.fault) {
    case MeasureFault::kNone:
      break;
    case MeasureFault::kNegative:
      c.raise(ExceptionKind::kNegativeEnergy, at, static_cast<std::int64_t>(reg), m.detail);
      break;
    case MeasureFault::kImpossibleIndex:
      c.raise(ExceptionKind::kImpossibleIndex, at, static_cast<std::int64_t>(reg), m.detail);
      break;
    case MeasureFault::kBadMeter: {
      for (const auto& s : c.point(i).segments)
        if (s.ratio < 1 || s.digits < 1 || s.digits > 10 || s.ratio > 10'000'000) {
          c.raise(ExceptionKind::kBadMeterData, at, s.ratio, s.digits);
          break;
        }
      break;
    }
    case MeasureFault::kRange:
      c.raise(ExceptionKind::kArithmeticRange, at, static_cast<std::int64_t>(reg));
      break;
  }
  if (m.rolled_over) {
    c.raise(ExceptionKind::kRollover, at, static_cast<std::int64_t>(reg), m.wh);
    c.result(i).rolled_over = true;
  }
  return m;
}

// The registers of a TOU customer. The bill sums the periods, not the total register; a flat register that the meter
// does not have is what the others leave of the total (TP-01).
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
  // Sharp and deep periods exist in some months only; a meter without a peak or valley register cannot be billed by
  // period.
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
    if (difference > kPeriodToleranceWh * ratio && difference > total.wh / 100)
      c.raise(ExceptionKind::kPeriodsDiffer, at, sum, total.wh);
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
    case IntervalFault::kNone:
      break;
    case IntervalFault::kGap:
      c.raise(ExceptionKind::kIntervalGap, at, rated.position);
      return;
    case IntervalFault::kNegative:
      c.raise(ExceptionKind::kNegativeEnergy, at, rated.position);
      return;
    case IntervalFault::kBadSeries:
      c.raise(ExceptionKind::kBadCase, at);
      return;
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
      c.raise(ExceptionKind::kNegativeEnergy, static_cast<std::ptrdiff_t>(i),
              static_cast<std::int64_t>(Register::kTotal), e.value * 10);
      return;
    }
}

}  // namespace

void read_energy(Context& c, std::size_t i) {
  if (!c.point(i).intervals.energy_wh.empty())
    read_intervals(c, i);
  else
    read_active(c, i);
  read_rest(c, i);
  if (c.blocked) return;
  check_jump(c, i);
  add_manual_energy(c, i);
}

}  // namespace mis::billing

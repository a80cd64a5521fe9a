// 功率因数调整电费: a percentage of energy and basic charge, funds and surcharges left out; and the photovoltaic
// export, which is a price of its own.
#include "modules/billing/domain/engine.hpp"

namespace mis::billing {
namespace {

using tariffs::PowerFactorStandard;

// The usage point whose reactive register speaks for this one: itself, or the parent that it shares a meter with.
std::ptrdiff_t reactive_source(const Context& c, std::size_t i) {
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(i); at >= 0; at = c.point(static_cast<std::size_t>(at)).parent)
    if (c.bill.usage_points[static_cast<std::size_t>(at)].has_reactive) return at;
  return -1;
}

PowerFactorStandard standard_of(const Context& c, std::size_t i) {
  const PowerFactorStandard own = c.point(i).tariff->power_factor.standard;
  // The agreement names the standard of the customer; a tariff without adjustment (lighting, homes) stays without.
  return c.in.agreement.has_pf_standard && own != PowerFactorStandard::kNone ? c.in.agreement.pf_standard : own;
}

// False where the percentage cannot be known.
bool adjustment_of(Context& c, std::size_t i, PowerFactorStandard standard, std::int32_t& bp, int& percent) {
  const std::ptrdiff_t source = reactive_source(c, i);
  if (source >= 0) {
    const UsagePointResult& meter = c.bill.usage_points[static_cast<std::size_t>(source)];
    percent = tariffs::power_factor_percent(meter.pf_active, meter.reactive);
    c.result(i).power_factor = static_cast<std::int16_t>(percent);
  }
  if (standard == PowerFactorStandard::kFixed) {
    bp = c.point(i).tariff->power_factor.fixed_bp;
    return true;
  }
  if (source < 0) {
    // A share or a fixed quantity of a parent without a reactive meter has no power factor; a meter of its own must.
    const Deduction deduction = c.point(i).deduction;
    if (deduction == Deduction::kFixedQuantity || deduction == Deduction::kFixedRatio) return false;
    c.raise(ExceptionKind::kNoReading, static_cast<std::ptrdiff_t>(i),
            static_cast<std::int64_t>(Register::kReactiveForward));
    return false;
  }
  if (percent < 0) return false;  // neither active nor reactive energy: nothing to adjust
  bp = tariffs::power_factor_adjustment_bp(standard, percent);
  return true;
}

}  // namespace

void price_power_factor(Context& c) {
  for (std::size_t i = 0; i < c.count() && !c.blocked; ++i) {
    if (!c.point(i).billed) continue;
    const PowerFactorStandard standard = standard_of(c, i);
    if (standard == PowerFactorStandard::kNone) continue;
    std::int32_t bp = 0;
    int percent = -1;
    if (!adjustment_of(c, i, standard, bp, percent)) continue;
    const Tariff& tariff = *c.point(i).tariff;
    const UsagePointResult& r = c.result(i);
    const int128 base = int128{r.energy_amount.value} + r.basic_amount.value -
                        (tariff.power_factor.excludes_funds ? r.funds_amount.value : 0);
    const int128 fen = divide_rounded(base * bp, int128{10'000}, tariff.rounding.power_factor);
    // Within ±9·10¹⁵ fen each, so base and product are far inside 128 bits; the result is checked like any line.
    Line line;
    line.kind = LineKind::kPowerFactor;
    line.unit = Unit::kPercentOfBase;
    line.rounding = tariff.rounding.power_factor;
    line.usage_point = static_cast<std::int32_t>(i);
    line.tariff_version = tariff.version_id;
    line.power_factor = static_cast<std::uint8_t>(percent < 0 ? 0 : percent);
    line.percent_bp = bp;
    if (!fits_money(Charge{base * kNanoFenPerFen}) || !fits_money(Charge{fen * kNanoFenPerFen})) {
      c.raise(ExceptionKind::kArithmeticRange, static_cast<std::ptrdiff_t>(i));
      return;
    }
    line.base = {static_cast<std::int64_t>(base)};
    line.amount = {static_cast<std::int64_t>(fen)};
    c.bill.lines.push_back(line);
  }
}

// Import and export are settled apart: no kWh is netted within a month, and what the utility owes is a payable line.
void price_export(Context& c) {
  for (std::size_t i = 0; i < c.count() && !c.blocked; ++i) {
    const UsagePointInput& point = c.point(i);
    const UsagePointResult& r = c.result(i);
    if (!point.billed || point.export_tariff == nullptr) continue;
    if (point.segments.empty() || !point.segments[0].has(Register::kExport)) {
      c.raise(ExceptionKind::kNoReading, static_cast<std::ptrdiff_t>(i), static_cast<std::int64_t>(Register::kExport));
      return;
    }
    const Tariff& tariff = *point.export_tariff;
    Line line;
    line.kind = LineKind::kExport;
    line.role = LineRole::kPayable;
    line.usage_point = static_cast<std::int32_t>(i);
    line.rounding = tariff.rounding.energy;
    line.tariff_version = tariff.version_id;
    line.quantity = r.exported.value;
    line.price = tariff.price[kTotalPeriod];
    c.add(line, Charge{-(line.price * r.exported).nano_fen});
  }
}

}  // namespace mis::billing

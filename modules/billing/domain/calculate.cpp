#include "modules/billing/domain/calculate.hpp"

#include "modules/billing/domain/engine.hpp"

namespace mis::billing {
namespace {

Severity severity_of(ExceptionKind kind) {
  switch (kind) {
    case ExceptionKind::kRollover:
      return Severity::kNote;
    case ExceptionKind::kAbsurdJump:
    case ExceptionKind::kPeriodsDiffer:
    case ExceptionKind::kDeductionTooLarge:
      return Severity::kReview;
    case ExceptionKind::kNoReading:
    case ExceptionKind::kNegativeEnergy:
    case ExceptionKind::kImpossibleIndex:
    case ExceptionKind::kBadMeterData:
    case ExceptionKind::kUnknownTariff:
    case ExceptionKind::kTariffNotValid:
    case ExceptionKind::kBadHierarchy:
    case ExceptionKind::kBadAgreement:
    case ExceptionKind::kBadCase:
    case ExceptionKind::kIntervalGap:
    case ExceptionKind::kNoCalendar:
    case ExceptionKind::kNoPrice:
    case ExceptionKind::kArithmeticRange:
      return Severity::kBlocking;
  }
  return Severity::kBlocking;
}

constexpr std::int32_t kMaxServiceDays = 1000;    // a first bill after years of a locked door; more is a wrong date
constexpr std::size_t kMaxUsagePoints = 100'000;  // × 10 TWh still fits 64 bits, so no sum over points needs a check
constexpr std::size_t kMaxChanges = 366;

bool in_energy_range(Energy e) { return e.value >= 0 && e.value <= kMaxEnergyWh; }

// What is wrong with the account as a whole is found before any product is formed with it.
void check_account(Context& c) {
  const AccountInput& in = c.in;
  const Agreement& a = in.agreement;
  // Subtracted in 64 bits: dates come from files and may be anything.
  const std::int64_t days = std::int64_t{in.service.to.days} - in.service.from.days;
  const std::int64_t cycle_days = std::int64_t{in.cycle.to.days} - in.cycle.from.days;
  const bool has_cycle = in.cycle.from.days != 0 || in.cycle.to != kForever;
  if (in.usage_points.size() > kMaxUsagePoints || in.capacity_changes.size() > kMaxChanges || !in.month.valid() ||
      days < 1 || days > kMaxServiceDays || in.months_of_use < 1 || in.months_of_use > 12 ||
      (has_cycle && (cycle_days < 0 || cycle_days > kMaxServiceDays)) || !in_energy_range(in.tier_energy_before) ||
      (a.household_persons != 0 && a.household_since.yyyymm != 0 && !a.household_since.valid()))
    c.raise(ExceptionKind::kBadCase, -1);
  if (a.capacity.value < 0 || a.capacity.value > kMaxEnergyWh || a.suspended.value < 0 || a.suspended > a.capacity ||
      a.contract_demand.value < 0 || a.contract_demand.value > kMaxEnergyWh)
    c.raise(ExceptionKind::kBadAgreement, -1, static_cast<std::int64_t>(a.basic_mode));
  if (in.usage_points.empty()) c.raise(ExceptionKind::kNoReading, -1);
}

void check_tariffs(Context& c) {
  const Date last_day = c.in.service.to + -1;
  for (std::size_t i = 0; i < c.count(); ++i) {
    const UsagePointInput& point = c.point(i);
    if (!point.billed) continue;
    if (point.tariff == nullptr)
      c.raise(ExceptionKind::kUnknownTariff, static_cast<std::ptrdiff_t>(i));
    else if (!point.tariff->valid.contains(last_day))
      c.raise(ExceptionKind::kTariffNotValid, static_cast<std::ptrdiff_t>(i));
    if (point.export_tariff != nullptr && !point.export_tariff->valid.contains(last_day))
      c.raise(ExceptionKind::kTariffNotValid, static_cast<std::ptrdiff_t>(i));
  }
}

}  // namespace

bool Bill::blocked() const {
  for (const auto& e : exceptions)
    if (e.severity == Severity::kBlocking) return true;
  return false;
}

bool Bill::needs_review() const {
  for (const auto& e : exceptions)
    if (e.severity != Severity::kNote) return true;
  return false;
}

void Context::raise(ExceptionKind kind, std::ptrdiff_t usage_point, std::int64_t a, std::int64_t b) {
  const Severity severity = severity_of(kind);
  if (severity == Severity::kBlocking) blocked = true;
  bill.exceptions.push_back({kind, severity, static_cast<std::int32_t>(usage_point), a, b});
}

void Context::add(Line& line, Charge charge) {
  if (!fits_money(charge)) {
    raise(ExceptionKind::kArithmeticRange, line.usage_point, line.quantity, line.price.value);
    return;
  }
  line.amount = round_charge(charge, line.rounding);
  bill.lines.push_back(line);
}

void add_up(Context& c) {
  Totals& totals = c.bill.totals;
  std::int64_t amount = 0, payable = 0;
  bool overflow = false;
  for (const Line& line : c.bill.lines) {
    switch (line.role) {
      case LineRole::kCharge:
        overflow |= __builtin_add_overflow(amount, line.amount.value, &amount);
        break;
      case LineRole::kPayable:
        overflow |= __builtin_add_overflow(payable, line.amount.value, &payable);
        break;
      case LineRole::kIncluded:
        break;
    }
  }
  if (overflow) {
    c.raise(ExceptionKind::kArithmeticRange, -1);
    return;
  }
  totals.amount = {amount};
  totals.export_amount = {payable};
  for (std::size_t i = 0; i < c.count(); ++i) {
    if (!c.point(i).billed) continue;
    totals.energy += c.result(i).billed[kTotalPeriod];
    totals.exported += c.result(i).exported;
  }
}

void calculate(const AccountInput& input, Bill& out) {
  out.clear();
  Context c{input, out, {}, false};
  // The order is that of the 营业 rules: what the account is, what it used, what that costs. Percentages come after
  // what they are taken of.
  static constexpr void (*kSteps[])(Context&) = {check_account,      check_tariffs,      settle,       price_energy,
                                                 price_basic_charge, price_power_factor, price_export, add_up};
  for (auto* step : kSteps) {
    step(c);
    if (c.blocked) {
      out.lines.clear();
      out.totals = {};
      return;
    }
  }
}

}  // namespace mis::billing

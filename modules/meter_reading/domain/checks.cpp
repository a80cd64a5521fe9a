#include "modules/meter_reading/domain/checks.hpp"

namespace mis::meter_reading {
namespace {

std::int64_t dial_e4(int digits) {
  std::int64_t dial = 10'000;
  for (int i = 0; i < digits; ++i) dial *= 10;
  return dial;
}

constexpr std::int64_t Registers::* kEnergyRegisters[] = {
    &Registers::total_e4,  &Registers::sharp_e4, &Registers::peak_e4,
    &Registers::flat_e4,   &Registers::valley_e4, &Registers::deep_e4,
    &Registers::reactive_forward_e4, &Registers::reactive_reverse_e4, &Registers::reverse_total_e4};

constexpr std::int64_t Registers::* kPeriodRegisters[] = {&Registers::sharp_e4, &Registers::peak_e4, &Registers::flat_e4,
                                                         &Registers::valley_e4, &Registers::deep_e4};

// What the dial moved by, across its end where it fell. Nothing where one of the two was not read.
std::optional<std::int64_t> moved(std::int64_t before, std::int64_t now, std::int64_t dial) {
  if (before == kNoIndex || now == kNoIndex) return {};
  return now >= before ? now - before : now - before + dial;
}

bool outside_month(const Reading& reading) {
  const Date day = local_date(reading.read_at);
  const DateRange month = reading.billing_month.range();
  return day < month.from + -kEarlyDays || day >= month.to + kLateDays;
}

bool too_large(const Registers& r, std::int64_t dial) {
  for (const auto member : kEnergyRegisters) {
    if (r.*member != kNoIndex && r.*member >= dial) return true;
  }
  return false;
}

bool periods_differ(const Registers& r) {
  std::int64_t sum = 0;
  int periods = 0;
  for (const auto member : kPeriodRegisters) {
    if (r.*member == kNoIndex) continue;
    sum += r.*member;
    ++periods;
  }
  // Meters without a flat register and those whose total came with another history cannot be judged by it.
  if (periods == 0 || r.flat_e4 == kNoIndex || r.total_e4 == kNoIndex) return false;
  const std::int64_t difference = sum > r.total_e4 ? sum - r.total_e4 : r.total_e4 - sum;
  return difference > kPeriodTolerance_e4;
}

bool falling(const Registers& before, const Registers& now, std::int64_t dial) {
  for (const auto member : kEnergyRegisters) {
    if (before.*member == kNoIndex || now.*member == kNoIndex || now.*member >= before.*member) continue;
    if (*moved(before.*member, now.*member, dial) > dial / kRolloverDialPart) return true;
  }
  return false;
}

bool jump(const Registers& usual_from, const Registers& before, const Registers& now, std::int64_t dial) {
  const auto usual = moved(usual_from.total_e4, before.total_e4, dial);
  const auto used = moved(before.total_e4, now.total_e4, dial);
  return usual && used && *used > kJumpMin_e4 && *used / kJumpFactor > *usual;
}

}  // namespace

bool refused(Finding finding) {
  switch (finding) {
    case Finding::kOutsideMonth:
    case Finding::kTooLarge: return true;
    case Finding::kPeriodsDiffer:
    case Finding::kFalling:
    case Finding::kJump: return false;
  }
  return true;
}

std::optional<Finding> check(const Reading& reading, const CheckContext& context) {
  const std::int64_t dial = dial_e4(context.register_digits);
  if (reading.kind == ReadingKind::kRegular && outside_month(reading)) return Finding::kOutsideMonth;
  if (too_large(reading.registers, dial)) return Finding::kTooLarge;
  if (reading.kind == ReadingKind::kInstallation) return {};  // the first of its meter: nothing to compare with
  if (context.previous && falling(*context.previous, reading.registers, dial)) return Finding::kFalling;
  if (context.previous && context.before_previous && jump(*context.before_previous, *context.previous, reading.registers, dial)) return Finding::kJump;
  if (periods_differ(reading.registers)) return Finding::kPeriodsDiffer;
  return {};
}

}  // namespace mis::meter_reading

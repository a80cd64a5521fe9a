#include "modules/billing/domain/measure.hpp"

namespace mis::billing {
namespace {

constexpr std::uint8_t kMaxDigits = 10;
constexpr std::int32_t kMaxRatio = 10'000'000;

// 10^(digits + 4): the first index that a dial of so many digits cannot show.
constexpr std::array<std::int64_t, kMaxDigits + 1> kRange = [] {
  std::array<std::int64_t, kMaxDigits + 1> range{};
  std::int64_t value = 10'000;
  for (auto& r : range) {
    r = value;
    value *= 10;
  }
  return range;
}();

}  // namespace

Measured measure(std::span<const MeterSegment> segments, Register reg, const Plausibility& plausibility) {
  Measured result;
  if (segments.empty()) return result;
  const bool demand = reg == Register::kMaxDemand;
  int128 sum = 0;
  for (const MeterSegment& segment : segments) {
    if (!segment.has(reg)) return result;
    if (segment.digits < 1 || segment.digits > kMaxDigits || segment.ratio < 1 || segment.ratio > kMaxRatio) {
      result.fault = MeasureFault::kBadMeter;
      return result;
    }
    const auto [start, end] = segment.index[static_cast<std::size_t>(reg)];
    const std::int64_t range = kRange[segment.digits];
    for (std::int64_t index : {demand ? end : start, end}) {
      if (index >= 0 && index < range) continue;
      result.fault = MeasureFault::kImpossibleIndex;
      result.detail = index;
      return result;
    }
    if (demand) {
      const int128 value = int128{end} * segment.ratio;
      if (value > sum) sum = value;
      continue;
    }
    std::int64_t difference = end - start;
    if (difference < 0) {
      const std::int64_t forward = difference + range;
      // Compared in ten-thousandths of the range, so that neither side overflows.
      if (int128{forward} * 10'000 >= int128{range} * plausibility.rollover_share_bp) {
        result.fault = MeasureFault::kNegative;
        result.detail = difference;
        return result;
      }
      difference = forward;
      result.rolled_over = true;
    }
    sum += int128{difference} * segment.ratio;
  }
  // One rounding over all segments: a meter change with the same ratio must not move a Wh.
  const int128 wh = (sum + 5) / 10;
  if (wh > kMaxEnergyWh) {
    result.fault = MeasureFault::kRange;
    return result;
  }
  result.wh = static_cast<std::int64_t>(wh);
  result.present = true;
  return result;
}

}  // namespace mis::billing

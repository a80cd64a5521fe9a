// From register indexes to energy: difference × ratio, rollovers by the dial's digits, several meters in one month.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mis/base/money.hpp"
#include "mis/base/time.hpp"

namespace mis::billing {

// The registers of a meter that a bill can need. The first six follow tariffs::Period.
enum class Register : std::uint8_t {
  kTotal,
  kSharp,
  kPeak,
  kFlat,
  kValley,
  kDeep,
  kReactiveForward,
  kReactiveReverse,
  kExport,     // reverse active
  kMaxDemand,  // only the end index counts: the register is reset at each reading
};
inline constexpr std::size_t kRegisters = 10;

// Indexes are whole numbers of 10⁻⁴ kWh, kvarh or kW, so that meters with up to four decimals are exact.
struct RegisterIndexes {
  std::int64_t start_e4 = 0;
  std::int64_t end_e4 = 0;
};

// One meter's part of the month. A meter change inside the month makes two segments, each with its own ratio and
// digits.
struct MeterSegment {
  std::int32_t ratio = 1;     // CT × PT
  std::uint8_t digits = 6;    // integer digits of the dial: it rolls over at 10^digits kWh
  std::uint16_t present = 0;  // bit per Register
  std::array<RegisterIndexes, kRegisters> index{};

  void set(Register r, std::int64_t start_e4, std::int64_t end_e4) {
    index[static_cast<std::size_t>(r)] = {start_e4, end_e4};
    present = static_cast<std::uint16_t>(present | 1u << static_cast<unsigned>(r));
  }
  bool has(Register r) const { return present >> static_cast<unsigned>(r) & 1u; }
};

// Interval energies of one channel, already × ratio, from a local minute on. INT32_MIN says that a value is missing;
// other negatives are faults.
inline constexpr std::int32_t kMissingInterval = INT32_MIN;
struct IntervalSeries {
  std::span<const std::int32_t> energy_wh;
  Date first_day;
  std::int32_t first_minute = 0;  // of that day, utility's zone
  std::int32_t minutes = 60;      // 15, 30 or 60
};

// What counts as absurd. A rollover is believed only where it moves the dial by less than `rollover_share_bp` of its
// range; otherwise the end index is simply lower than the start, which is somebody's mistake.
struct Plausibility {
  std::int32_t rollover_share_bp = 5000;
  std::int32_t jump_percent = 500;  // more than 5 × last month …
  Energy jump_floor{1'000'000};     // … and more than 1,000 kWh: look at it (a holiday home wakes up below it)
};

// Beyond this no usage point of a month is believed, and within it no product of the engine can overflow: 10 TWh.
inline constexpr std::int64_t kMaxEnergyWh = 10'000'000'000'000;

enum class MeasureFault : std::uint8_t { kNone, kNegative, kImpossibleIndex, kBadMeter, kRange };

struct Measured {
  std::int64_t wh = 0;  // Wh, varh, or W for max demand; rounded half-up once, over all segments
  bool present = false;
  bool rolled_over = false;
  MeasureFault fault = MeasureFault::kNone;
  std::int64_t detail = 0;
};

// Sums a register over the month's segments. `present` only where every segment has the register.
Measured measure(std::span<const MeterSegment> segments, Register reg, const Plausibility& plausibility);

}  // namespace mis::billing

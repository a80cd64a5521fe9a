// Basic checks of a reading against the one before it: what cannot be true is refused, what is unlikely is doubted.
#pragma once

#include <cstdint>
#include <optional>

#include "modules/meter_reading/meter_reading.hpp"

namespace mis::meter_reading {

enum class Finding : std::uint8_t {
  kOutsideMonth,    // read at a time that does not belong to the billing month: refused
  kTooLarge,        // an index that the dial cannot show: refused
  kPeriodsDiffer,   // the registers of the periods do not add up to the total: doubted
  kFalling,         // lower than last month and no rollover: doubted
  kJump,            // far more than last month: doubted
};
bool refused(Finding finding);

struct CheckContext {
  int register_digits = 6;
  std::optional<Registers> previous;        // of the month before, the same installation
  std::optional<Registers> before_previous; // the month before that: what a usual month is
};

// A regular reading may be taken from three days before the month begins (a reader is early) to ten days after it has
// ended (late, or midnight of its last day).
inline constexpr int kEarlyDays = 3;
inline constexpr int kLateDays = 10;

// A drop counts as a rollover where the month's use, taken across the end of the dial, is at most this part of the dial.
inline constexpr std::int64_t kRolloverDialPart = 10;

// A jump: more than ten times the use of the month before, and more than 1,000 kWh on the dial.
inline constexpr std::int64_t kJumpFactor = 10;
inline constexpr std::int64_t kJumpMin_e4 = 1'000 * 10'000;

// The registers of the periods may differ from the total by what rounding on a dial gives, a kilowatt-hour each.
inline constexpr std::int64_t kPeriodTolerance_e4 = 5 * 10'000;

// The first finding, the gravest first; nothing where all is well.
std::optional<Finding> check(const Reading& reading, const CheckContext& context);

}  // namespace mis::meter_reading

// Why a reviewer should look at a bill that is otherwise complete.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "mis/base/money.hpp"

namespace mis::billing {

enum class Flag : std::uint16_t {
  kJump = 1,          // energy beyond the plausible multiple of last month
  kDrop = 2,          // less than a tenth of a substantial last month
  kZero = 4,          // nothing used, but something last month
  kHighAmount = 8,    // an amount that deserves a second look whatever last month was
  kEstimated = 16,    // made of an estimated index
  kRollover = 32,     // a register passed its end
  kMeterChange = 64,  // two meters in the month
  kAgreementChange = 128,  // two agreements in the month that differ in more than capacity; the last one priced it
};
inline constexpr Flag kAllFlags[] = {Flag::kJump,      Flag::kDrop,     Flag::kZero,       Flag::kHighAmount,
                                     Flag::kEstimated, Flag::kRollover, Flag::kMeterChange, Flag::kAgreementChange};

// "jump", "drop", … as the API names them; and back (0 where there is no such flag).
std::string_view name_of(Flag flag);
int flag_of(std::string_view name);
std::vector<std::string_view> names_of_flags(int flags);

struct Comparison {
  Energy energy, previous_energy;
  Money amount, previous_amount;
  bool has_previous = false;
};

// The flags that follow from the amounts alone. Thresholds are the utility's habit, not law: a drop below a tenth of
// more than 100 kWh, an amount above 500,000 yuan or above five times a previous one of 1,000 yuan and more.
int compare_flags(const Comparison& c);

}  // namespace mis::billing

// What a fee-controlled account has left: its advance, less what it owes, less what it has used since the last bill. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "mis/base/money.hpp"
#include "mis/base/time.hpp"

namespace mis::dunning {

// The newest bill of an account, and what was read after it.
struct Use {
  Money amount;        // of the bill
  Energy energy;       // of the bill
  DateRange period;    // of the bill: from, and to as its exclusive end
  Energy read_energy;  // since the end of the period, of meters that were read again
  Date read_to;        // the day of that reading; the end of the period where there was none
};

// What the energy since the last bill costs on a day: what was read, at the bill's average price; for the days after that, at
// the bill's amount per day (its energy per day at its average price). Exact until the one rounding, half up. Nothing where
// the bill covers no day.
Money estimated_cost(const Use& use, Date on);

struct PrepaidLimits {
  Money warn, stop, credit;
};
enum class Level : std::uint8_t { kGood, kLow, kEmpty };
std::string_view name_of(Level level);  // "good", "low", "empty"
constexpr Level level_of(Money balance, const PrepaidLimits& limits) {
  const Money left = balance + limits.credit;
  return left <= limits.stop ? Level::kEmpty : left <= limits.warn ? Level::kLow : Level::kGood;
}

// The difference of two indexes of a register with so many digits before the point, in 1/10,000 kWh; one that fell has rolled over.
constexpr std::int64_t index_difference(std::int64_t from_e4, std::int64_t to_e4, int digits) {
  std::int64_t size = 10'000;
  for (int i = 0; i < digits; ++i) size *= 10;
  return to_e4 >= from_e4 ? to_e4 - from_e4 : to_e4 + size - from_e4;
}

}  // namespace mis::dunning

#include "modules/dunning/domain/prepaid.hpp"

#include <algorithm>

namespace mis::dunning {

Money estimated_cost(const Use& use, Date on) {
  const int128 bill_days = use.period.days();
  if (bill_days <= 0 || use.amount.value <= 0) return {};
  const int128 days = std::max(0, on - std::max(use.read_to, use.period.to));
  // amount · (read / energy + days / bill_days), over the common denominator where the bill has energy.
  if (use.energy.value <= 0) return {static_cast<std::int64_t>(divide_rounded(int128{use.amount.value} * days, bill_days, Rounding::kHalfUp))};
  const int128 energy = use.energy.value, read = std::max<std::int64_t>(0, use.read_energy.value);
  const int128 parts = read * bill_days + days * energy, whole = energy * bill_days;
  // The quotient first and the rest after it, so that no product leaves 128 bits however large the meter is.
  const int128 amount = use.amount.value;
  const int128 cost = amount * (parts / whole) + divide_rounded(amount * (parts % whole), whole, Rounding::kHalfUp);
  constexpr int128 kMost = 9'000'000'000'000'000;
  return {static_cast<std::int64_t>(std::min(cost, kMost))};
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::kGood: return "good";
    case Level::kLow: return "low";
    case Level::kEmpty: return "empty";
  }
  return "";
}

}  // namespace mis::dunning

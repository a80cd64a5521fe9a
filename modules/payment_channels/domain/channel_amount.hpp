// An amount as channels write it, in and out, and the limits that hold for every one of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mis/base/money.hpp"

namespace mis::payment_channels {

// No single amount and no total of a file reaches this: below 2⁵³, so that the peers that compute in binary floating point
// (and JSON) cannot have changed it on the way.
inline constexpr Money kAmountLimit{9'000'000'000'000'000};

enum class AmountUnit : std::uint8_t { kYuan, kFen };

// Reads "12.50" (kYuan: xs:decimal with any number of zeros behind, so "12.5", "12.50000" and ".5" too) or "1250" (kFen: digits
// only). Nothing where it is not such a number, has parts of a fen, has a sign, or reaches kAmountLimit.
std::optional<Money> parse_amount(std::string_view text, AmountUnit unit);

// The sum of two amounts that are inside the limit; nothing where it is not. Sums of a stranger's numbers are made with this.
constexpr std::optional<Money> sum_inside_limit(Money a, Money b) {
  const Money sum = a + b;
  if (sum >= kAmountLimit || -sum >= kAmountLimit) return {};
  return sum;
}

// "12.50" or "1250".
void append_amount(std::string& out, Money amount, AmountUnit unit);

// Why `parse_amount` said no, as what stands behind "found": "'-5.00', which is negative".
std::string explain_amount(std::string_view text, AmountUnit unit);

// A number of lines: digits only, inside int64.
std::optional<std::int64_t> parse_count(std::string_view text);

// CNY goes by its letters, its number and its old name.
bool is_cny(std::string_view currency);  // "CNY", "156", "RMB"

}  // namespace mis::payment_channels

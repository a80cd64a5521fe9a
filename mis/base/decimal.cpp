#include "mis/base/decimal.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace mis {

std::optional<std::int64_t> parse_decimal(std::string_view text, int scale) {
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const auto point = text.find('.');
  std::string_view whole = text.substr(0, point);
  std::string_view fraction = point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  if (whole.empty() || (point != std::string_view::npos && fraction.empty())) return {};
  while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
  if (fraction.size() > static_cast<std::size_t>(scale)) {
    return {};
  }
  constexpr int128 limit = std::numeric_limits<std::int64_t>::max();
  int128 value = 0;
  const auto take = [&value](char c) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
    return value <= limit;
  };
  for (char c : whole) if (!take(c)) return {};
  for (char c : fraction) if (!take(c)) return {};
  for (auto n = fraction.size(); n < static_cast<std::size_t>(scale); ++n) if (!take('0')) return {};
  return static_cast<std::int64_t>(negative ? -value : value);
}

void append_decimal(std::string& out, std::int64_t value, int scale, int min_decimals) {
  std::array<char, 24> digits{};
  auto magnitude = value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), magnitude).ptr;
  std::string_view all(digits.data(), static_cast<std::size_t>(end - digits.data()));
  std::string padded;
  if (all.size() <= static_cast<std::size_t>(scale)) {
    padded.assign(static_cast<std::size_t>(scale) + 1 - all.size(), '0');
    padded += all;
    all = padded;
  }
  const auto whole = all.substr(0, all.size() - static_cast<std::size_t>(scale));
  auto fraction = all.substr(whole.size());
  while (fraction.size() > static_cast<std::size_t>(min_decimals) && fraction.back() == '0') fraction.remove_suffix(1);
  if (value < 0) out += '-';
  out += whole;
  if (!fraction.empty()) {
    out += '.';
    out += fraction;
  }
}

std::string format_decimal(std::int64_t value, int scale, int min_decimals) {
  std::string out;
  append_decimal(out, value, scale, min_decimals);
  return out;
}

}  // namespace mis

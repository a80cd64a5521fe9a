#include "modules/payment_channels/domain/channel_amount.hpp"

#include <algorithm>

#include "mis/base/decimal.hpp"

namespace mis::payment_channels {
namespace {

constexpr std::size_t kShownBytes = 60;

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::int64_t> parse_unsigned(std::string_view text, int scale) {
  if (text.empty() || text.front() == '-' || text.front() == '+') return {};
  if (text.front() == '.') return all_digits(text.substr(1)) ? parse_decimal("0" + std::string(text), scale) : std::nullopt;
  return parse_decimal(text, scale);
}

}  // namespace

std::optional<Money> parse_amount(std::string_view text, AmountUnit unit) {
  std::optional<std::int64_t> value;
  switch (unit) {
    case AmountUnit::kYuan: value = parse_unsigned(text, 2); break;
    case AmountUnit::kFen: value = all_digits(text) ? parse_decimal(text, 0) : std::nullopt; break;
  }
  if (!value || *value >= kAmountLimit.value) return {};
  return Money{*value};
}

void append_amount(std::string& out, Money amount, AmountUnit unit) {
  switch (unit) {
    case AmountUnit::kYuan: append_decimal(out, amount.value, 2, 2); break;
    case AmountUnit::kFen: append_decimal(out, amount.value, 0, 0); break;
  }
}

std::string explain_amount(std::string_view text, AmountUnit unit) {
  if (text.empty()) return "nothing";
  const std::string shown = "'" + std::string(text.substr(0, kShownBytes)) + (text.size() > kShownBytes ? "…'" : "'");
  if (text.front() == '-') return shown + ", which is negative";
  if (text.front() == '+') return shown + ", which has a sign";
  if (unit == AmountUnit::kYuan && parse_unsigned(text, 2).value_or(0) < kAmountLimit.value && parse_unsigned(text, 8)) {
    return parse_unsigned(text, 2) ? shown : shown + ", which has parts of a fen";
  }
  const auto whole = text.substr(0, text.find('.'));
  if (all_digits(whole) && whole.size() >= 14) return shown + ", which is too much";
  return shown;
}

std::optional<std::int64_t> parse_count(std::string_view text) { return all_digits(text) ? parse_decimal(text, 0) : std::nullopt; }

bool is_cny(std::string_view currency) { return currency == "CNY" || currency == "156" || currency == "RMB"; }

}  // namespace mis::payment_channels

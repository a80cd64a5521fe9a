#include "mis/base/id.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace mis {
namespace {

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int luhn_digit(std::string_view digits) {
  int sum = 0;
  bool twice = true;
  for (auto it = digits.rbegin(); it != digits.rend(); ++it, twice = !twice) {
    int d = *it - '0';
    if (twice && (d *= 2) > 9) d -= 9;
    sum += d;
  }
  return (10 - sum % 10) % 10;
}

int weight_3_1_digit(std::string_view digits) {
  int sum = 0, weight = 3;
  for (auto it = digits.rbegin(); it != digits.rend(); ++it, weight = 4 - weight) sum += (*it - '0') * weight;
  return (10 - sum % 10) % 10;
}

}  // namespace

std::string make_account_no(std::int64_t serial) {
  std::string digits = fmt::format("{:09}", serial);
  digits += static_cast<char>('0' + luhn_digit(digits));
  return digits;
}

bool is_valid_account_no(std::string_view text) {
  return text.size() == 10 && all_digits(text) && text.back() - '0' == luhn_digit(text.substr(0, 9));
}

std::string make_asset_no(std::string_view unit, std::string_view type, std::int64_t serial) {
  std::string digits = fmt::format("{:0>3}00{:0>2}{:014}", unit, type, serial);
  digits += static_cast<char>('0' + weight_3_1_digit(digits));
  return digits;
}

}  // namespace mis

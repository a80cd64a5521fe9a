#include "modules/payment_channels/domain/middle_business/header.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "modules/payment_channels/domain/middle_business/record.hpp"

namespace mis::payment_channels::middle_business {
namespace {

constexpr std::size_t kCodeDigits = 4, kBankDigits = 6, kBranchWidth = 9, kDateDigits = 8, kSerialWidth = 20;
static_assert(kLengthDigits + kCodeDigits + kBankDigits + kBranchWidth + kDateDigits + kSerialWidth == kHeaderBytes);

Error complaint(std::string_view field, const std::string& expected, std::string_view found) {
  std::string message = fmt::format("{}: expected {} but found {}", field, expected, quoted(found));
  std::vector<FieldError> fields{{"/header/" + std::string(field), "header", message}};
  return invalid("payment_channels.middle_header", std::move(message), std::move(fields));
}

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
  });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string filled(std::string text, std::size_t width) {
  text.resize(width, ' ');
  return text;
}

}  // namespace

Result<std::size_t> frame_size(std::string_view stream) {
  const std::string_view digits = stream.substr(0, kLengthDigits);
  if (!is_digits(digits)) return complaint("length", "6 digits", digits);
  if (digits.size() < kLengthDigits) return std::size_t{0};
  std::size_t length = 0;
  for (const char c : digits) length = length * 10 + static_cast<std::size_t>(c - '0');
  constexpr std::size_t kLeast = kHeaderBytes - kLengthDigits, kMost = kMostFrameBytes - kLengthDigits;
  if (length < kLeast || length > kMost) return complaint("length", fmt::format("{} to {}", kLeast, kMost), digits);
  return stream.size() < kLengthDigits + length ? std::size_t{0} : kLengthDigits + length;
}

Result<Header> parse_header(std::string_view frame) {
  const auto size = frame_size(frame);
  if (!size) return size.error();
  if (*size != frame.size() || frame.empty()) return complaint("length", fmt::format("the number of bytes that follow it, {}", frame.size() < kLengthDigits ? 0 : frame.size() - kLengthDigits), frame.substr(0, kLengthDigits));
  std::size_t at = kLengthDigits;
  const auto take = [&](std::size_t width) {
    const std::string_view part = frame.substr(at, width);
    at += width;
    return part;
  };
  const std::string_view code = take(kCodeDigits), bank = take(kBankDigits), branch = trimmed(take(kBranchWidth)), date = take(kDateDigits), serial = trimmed(take(kSerialWidth));
  if (!is_digits(code)) return complaint("code", "4 digits", code);
  if (!is_digits(bank)) return complaint("bank", "6 digits", bank);
  if (!is_word(branch)) return complaint("branch", "letters and digits", branch);
  const auto day = parse_day(date);
  if (!day) return complaint("date", "a day yyyymmdd", date);
  if (!is_word(serial)) return complaint("serial", "letters and digits", serial);
  return Header{std::string(code), std::string(bank), std::string(branch), *day, std::string(serial)};
}

Result<std::string> with_header(const Header& header, std::string_view body) {
  if (header.code.size() != kCodeDigits || !is_digits(header.code)) return complaint("code", "4 digits", header.code);
  if (header.bank.size() != kBankDigits || !is_digits(header.bank)) return complaint("bank", "6 digits", header.bank);
  if (header.branch.size() > kBranchWidth || !is_word(header.branch)) return complaint("branch", "at most 9 letters and digits", header.branch);
  if (header.serial.size() > kSerialWidth || !is_word(header.serial)) return complaint("serial", "at most 20 letters and digits", header.serial);
  const std::string date = format_day(header.date);
  if (date.size() != kDateDigits) return complaint("date", "a day yyyymmdd", date);
  const std::size_t length = kHeaderBytes - kLengthDigits + body.size();
  if (length > kMostFrameBytes - kLengthDigits) return complaint("length", fmt::format("at most {} bytes", kMostFrameBytes - kLengthDigits), std::to_string(length));
  std::string frame = fmt::format("{:06}{}{}", length, header.code, header.bank);
  frame += filled(header.branch, kBranchWidth);
  frame += date;
  frame += filled(header.serial, kSerialWidth);
  frame += body;
  return frame;
}

}  // namespace mis::payment_channels::middle_business

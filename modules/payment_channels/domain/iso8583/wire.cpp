#include "modules/payment_channels/domain/iso8583/wire.hpp"

#include <algorithm>

namespace mis::payment_channels::iso8583::wire {
namespace {

constexpr std::size_t kMostQuoted = 24;
constexpr std::size_t kMostQuotedHex = 6;  // what is longer may be a card number: of that only
constexpr std::size_t kCardHex = 3;
constexpr std::size_t kCardDigits = 12;
constexpr int kSeparator = 13;  // of tracks
constexpr int kFill = 15;

int half_byte(char byte, bool high) {
  const auto value = static_cast<unsigned char>(byte);
  return high ? value >> 4 : value & 15;
}

char digit_of(int value, bool track) {
  if (value <= 9) return static_cast<char>('0' + value);
  return track && value == kSeparator ? '=' : '\0';
}

int value_of(char hex) {
  if (hex >= '0' && hex <= '9') return hex - '0';
  if (hex >= 'A' && hex <= 'F') return hex - 'A' + 10;
  if (hex >= 'a' && hex <= 'f') return hex - 'a' + 10;
  return -1;
}

}  // namespace

bool is_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::string> from_bcd(std::string_view bytes, std::size_t digits, BcdFill fill, bool track) {
  if (bytes.size() != bcd_bytes(digits)) return {};
  const bool odd = digits % 2 != 0;
  std::string text;
  text.reserve(digits);
  for (std::size_t i = 0; i < bytes.size() * 2; ++i) {
    const int value = half_byte(bytes[i / 2], i % 2 == 0);
    const bool filling = odd && (fill == BcdFill::kLeft ? i == 0 : i + 1 == bytes.size() * 2);
    if (filling) {
      if (value != 0 && value != kFill) return {};
      continue;
    }
    const char c = digit_of(value, track);
    if (c == '\0') return {};
    text += c;
  }
  return text;
}

std::string to_bcd(std::string_view digits, BcdFill fill) {
  std::string even(digits);
  if (even.size() % 2 != 0) even.insert(fill == BcdFill::kLeft ? 0 : even.size(), 1, '0');
  std::string bytes;
  for (std::size_t i = 0; i < even.size(); i += 2) {
    const auto value = [](char c) { return c == '=' ? kSeparator : c - '0'; };
    bytes += static_cast<char>(value(even[i]) * 16 + value(even[i + 1]));
  }
  return bytes;
}

std::optional<std::string> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return {};
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = value_of(hex[i]), low = value_of(hex[i + 1]);
    if (high < 0 || low < 0) return {};
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::string to_hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string hex;
  for (const char c : bytes) {
    hex += kDigits[half_byte(c, true)];
    hex += kDigits[half_byte(c, false)];
  }
  return hex;
}

std::string quoted_hex(std::string_view bytes) {
  return bytes.size() > kMostQuotedHex ? to_hex(bytes.substr(0, kCardHex)) + "… (hex)" : to_hex(bytes) + " (hex)";
}

std::string quoted(std::string_view bytes, Cards cards) {
  const bool printable = std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (!printable) return quoted_hex(bytes);
  std::string text(bytes.substr(0, kMostQuoted));
  for (std::size_t begin = 0; cards == Cards::kHidden && begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    if (end - begin > kCardDigits) std::fill(text.begin() + static_cast<std::ptrdiff_t>(begin + 6), text.begin() + static_cast<std::ptrdiff_t>(end - 4), '*');
    begin = end + 1;
  }
  text.insert(0, 1, '"');
  text += bytes.size() > kMostQuoted ? "…\"" : "\"";
  return text;
}

}  // namespace mis::payment_channels::iso8583::wire

// How digits, bitmaps and binary values stand in bytes: the small print below codec.cpp. Private to this folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "modules/payment_channels/domain/iso8583/profile.hpp"

namespace mis::payment_channels::iso8583::wire {

bool is_digits(std::string_view text);

// Bytes that `digits` BCD digits take.
constexpr std::size_t bcd_bytes(std::size_t digits) { return (digits + 1) / 2; }

// Digits (and, for tracks, '=') of BCD bytes; nothing where a half byte is no digit or the filling is none. 0 and F are
// taken for filling: both are in use.
std::optional<std::string> from_bcd(std::string_view bytes, std::size_t digits, BcdFill fill, bool track);
// `digits` holds digits only (and '=' for tracks).
std::string to_bcd(std::string_view digits, BcdFill fill);

std::optional<std::string> from_hex(std::string_view hex);
std::string to_hex(std::string_view bytes);  // upper case

// A few bytes as a complaint quotes them: printable ones as text, others as hexadecimal digits, never more than 24.
// Long runs of digits may be card numbers: of them only the first six and last four are shown.
enum class Cards : bool { kHidden, kNone };
std::string quoted(std::string_view bytes, Cards cards = Cards::kHidden);
// The first bytes as hexadecimal digits, for BCD.
std::string quoted_hex(std::string_view bytes);

}  // namespace mis::payment_channels::iso8583::wire

#include "mis/http/text_check.hpp"

#include <cstdint>

namespace mis::http {
namespace {

// The code point at the beginning of `text`, and its length; 0 bytes where there is no UTF-8.
struct CodePoint { std::uint32_t value; std::size_t bytes; };

CodePoint next_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 && lead < 0xF5 ? 4 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xC2 && lead < 0xE0 ? 2 : 0;
  if (bytes == 0 || bytes > text.size()) return {0, 0};
  std::uint32_t value = lead & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0, 0};
    value = (value << 6) | (byte(i) & 0x3F);
  }
  const std::uint32_t least = bytes == 2 ? 0x80 : bytes == 3 ? 0x800 : 0x10000;
  if (value < least || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return {0, 0};
  return {value, bytes};
}

// Marks that turn the direction of what follows: they make one text look like another on the screen.
bool turns_direction(std::uint32_t c) { return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }

}  // namespace

std::optional<TextShape> shape_of(std::string_view text) {
  TextShape shape;
  while (!text.empty()) {
    const auto [value, bytes] = next_code_point(text);
    if (bytes == 0) return {};
    if (value == '\n' || value == '\r') {
      shape.has_line_end = true;
    } else if ((value < 0x20 && value != '\t') || (value >= 0x7F && value < 0xA0) || turns_direction(value)) {
      shape.has_control = true;
    }
    ++shape.characters;
    text.remove_prefix(bytes);
  }
  return shape;
}

}  // namespace mis::http

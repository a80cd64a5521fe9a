// Walking over UTF-8 text by characters.
#pragma once

#include <cstddef>
#include <string_view>

namespace mis::customers {

// The character at `at`, which moves behind it. A broken byte is a character by itself (U+FFFD), so a walk always ends.
inline char32_t next_character(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at++);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : -1;
  if (more < 0 || at + static_cast<std::size_t>(more) > text.size()) return 0xFFFD;
  char32_t c = lead & (0x3F >> more);
  for (int i = 0; i < more; ++i) {
    if ((byte(at) & 0xC0) != 0x80) return 0xFFFD;
    c = c << 6 | (byte(at++) & 0x3F);
  }
  return c;
}

}  // namespace mis::customers

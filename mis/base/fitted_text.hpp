// A text's beginning that fits so many bytes, cut between characters: for columns and messages that have an end. Not for what must be
// whole or refused.
#pragma once

#include <string>
#include <string_view>

namespace mis {

// `utf8` itself where it fits; else its longest beginning of whole characters of at most `most_bytes`.
inline std::string fitted_text(std::string_view utf8, std::size_t most_bytes) {
  if (utf8.size() <= most_bytes) return std::string(utf8);
  while (most_bytes > 0 && (static_cast<unsigned char>(utf8[most_bytes]) & 0xC0U) == 0x80U) --most_bytes;
  return std::string(utf8.substr(0, most_bytes));
}

}  // namespace mis

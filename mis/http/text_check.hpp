// Text from outside: is it UTF-8, how many characters are there, is there anything that no person typed?
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace mis::http {

struct TextShape {
  std::size_t characters = 0;
  bool has_line_end = false;
  bool has_control = false;  // other than line ends and tabs, or a bidirectional override
};

// Nothing where the bytes are no UTF-8 (overlong forms and surrogates are none).
std::optional<TextShape> shape_of(std::string_view text);

}  // namespace mis::http

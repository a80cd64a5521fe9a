// JSON strings for the log, without a JSON library in every room.
#pragma once

#include <string>
#include <string_view>

namespace mis::observe {

// Appends `text` as a JSON string with its quotes. Bytes that are no UTF-8 are the reader's trouble, control characters
// are escaped: a log line is always one line.
void append_json_string(std::string& out, std::string_view text);

}  // namespace mis::observe

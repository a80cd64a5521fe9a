// Reads a JSON document from outside: complete, not nested without end, and no name twice in one object (of two
// amounts in one request, which would count?).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "mis/base/result.hpp"

namespace mis::http {

inline constexpr int kMaxJsonDepth = 32;

Result<nlohmann::json> parse_json(std::string_view text);

}  // namespace mis::http

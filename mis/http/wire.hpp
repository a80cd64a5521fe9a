// The text on the wire: what of an address and a query is accepted, and how an answer's head looks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mis/http/answer.hpp"
#include "mis/http/request.hpp"

namespace mis::http {

// Splits and decodes "/bills/7?limit=20". Nothing where it is no plain path of ours: another scheme or host, an encoded
// slash or NUL, bytes that are no UTF-8, "." or ".." as a part, more than a hundred parameters.
struct Target {
  std::string path;
  NameValues query;
};
std::optional<Target> parse_target(std::string_view target);

// Status line and headers with the empty line behind them. Answers that say nothing about caching are not cached.
std::string answer_head(const Answer& answer, std::string_view request_id, bool keep_alive);

}  // namespace mis::http

#include "mis/http/json_body.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace mis::http {
namespace {

using nlohmann::json;

Error malformed(std::string message) { return {ErrorKind::kInvalid, "http.malformed_json", std::move(message), {}}; }

// nlohmann's words without their number: "[json.exception.parse_error.101] parse error at line 1, …".
std::string without_prefix(std::string_view what) {
  const auto end = what.find("] ");
  return std::string(end == std::string_view::npos ? what : what.substr(end + 2));
}

}  // namespace

Result<json> parse_json(std::string_view text) {
  std::vector<std::set<std::string>> names;
  std::string twice;
  bool too_deep = false;
  const auto watch = [&](int depth, json::parse_event_t event, json& value) {
    if (depth > kMaxJsonDepth) too_deep = true;
    switch (event) {
      case json::parse_event_t::object_start: names.emplace_back(); break;
      case json::parse_event_t::object_end: names.pop_back(); break;
      case json::parse_event_t::key:
        if (!names.back().insert(value.get<std::string>()).second) twice = value.get<std::string>();
        break;
      case json::parse_event_t::array_start:
      case json::parse_event_t::array_end:
      case json::parse_event_t::value: break;
    }
    // What is nested too deeply is skipped rather than kept: the document is refused in any case.
    return !too_deep;
  };
  try {
    json document = json::parse(text, watch);
    if (too_deep) return malformed("expected at most " + std::to_string(kMaxJsonDepth) + " levels of nesting but there are more");
    if (!twice.empty()) return malformed("expected each name once in an object but \"" + twice + "\" stands there twice");
    return document;
  } catch (const json::exception& failure) {
    return malformed("expected a JSON document but found: " + without_prefix(failure.what()));
  }
}

}  // namespace mis::http

#include "mis/base/json_fields.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "mis/base/decimal.hpp"
#include "mis/base/fitted_text.hpp"

namespace mis {
namespace {

constexpr std::size_t kShownLength = 60;

std::string place_of(std::string_view text, std::size_t byte) {
  std::size_t line = 1, column = 1;
  for (std::size_t i = 0; i + 1 < byte && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++line;
      column = 1;
    } else
      ++column;
  }
  return fmt::format("line {}, column {}", line, column);
}

}  // namespace

Result<nlohmann::json> parse_json(std::string_view text) {
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& e) {
    const std::string place = place_of(text, e.byte);
    // The library's text opens with its own error number and place; what follows the last colon group is the reason.
    std::string reason = e.what();
    if (const auto at = reason.find(": "); at != std::string::npos) reason = reason.substr(at + 2);
    return invalid("json.syntax", fmt::format("expected JSON but found a syntax error at {}: {}", place, reason),
                   {{"", "syntax", fmt::format("expected JSON but found a syntax error at {}: {}", place, reason)}});
  }
}

JsonFields::JsonFields(const nlohmann::json& json, std::string pointer, std::vector<FieldError>& errors)
    : json_(&json), pointer_(std::move(pointer)), errors_(errors) {
  if (!json.is_object()) {
    complain("", "type", "expected an object but found " + shown(json));
    json_ = nullptr;
  }
}

std::string JsonFields::shown(const nlohmann::json& json) {
  std::string text = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (text.size() <= kShownLength) return text;
  return fitted_text(text, kShownLength) + "…";
}

void JsonFields::complain(const std::string& name, std::string code, std::string message) {
  errors_.push_back({pointer_of(name), std::move(code), std::move(message)});
}

bool JsonFields::has(const char* name) const {
  if (json_ == nullptr) return false;
  const auto found = json_->find(name);
  return found != json_->end() && !found->is_null();
}

const nlohmann::json* JsonFields::value(const char* name, Need need) {
  known_.emplace_back(name);
  if (has(name)) return &*json_->find(name);
  if (need == Need::kRequired && json_ != nullptr) complain(name, "missing", "expected a value but found none");
  return nullptr;
}

std::string JsonFields::text(const char* name, Need need, std::string fallback) {
  const auto* found = value(name, need);
  if (found == nullptr) return fallback;
  if (found->is_string()) return found->get<std::string>();
  complain(name, "type", "expected text but found " + shown(*found));
  return fallback;
}

bool JsonFields::boolean(const char* name, bool fallback) {
  const auto* found = value(name, Need::kOptional);
  if (found == nullptr) return fallback;
  if (found->is_boolean()) return found->get<bool>();
  complain(name, "type", "expected true or false but found " + shown(*found));
  return fallback;
}

std::int64_t JsonFields::integer(const char* name, std::int64_t low, std::int64_t high, Need need,
                                 std::int64_t fallback) {
  const auto* found = value(name, need);
  if (found == nullptr) return fallback;
  const bool fits =
      found->is_number_integer() &&
      !(found->is_number_unsigned() && found->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX));
  if (fits && found->get<std::int64_t>() >= low && found->get<std::int64_t>() <= high)
    return found->get<std::int64_t>();
  complain(name, "integer",
           fmt::format("expected a whole number from {} to {} but found {}", low, high, shown(*found)));
  return fallback;
}

std::int64_t JsonFields::decimal(const char* name, int scale, Need need, std::int64_t fallback) {
  const auto* found = value(name, need);
  if (found == nullptr) return fallback;
  if (found->is_string())
    if (const auto parsed = parse_decimal(found->get_ref<const std::string&>(), scale)) return *parsed;
  complain(name, "decimal",
           fmt::format("expected a decimal string with up to {} decimals, such as \"12.5\", but found {}", scale,
                       shown(*found)));
  return fallback;
}

Date JsonFields::date(const char* name, Need need, Date fallback) {
  const auto* found = value(name, need);
  if (found == nullptr) return fallback;
  if (found->is_string())
    if (const auto parsed = Date::parse(found->get_ref<const std::string&>())) return *parsed;
  complain(name, "date", "expected a date such as \"2027-01-31\" but found " + shown(*found));
  return fallback;
}

BillingMonth JsonFields::month(const char* name, Need need, BillingMonth fallback) {
  const auto* found = value(name, need);
  if (found == nullptr) return fallback;
  if (found->is_string())
    if (const auto parsed = BillingMonth::parse(found->get_ref<const std::string&>())) return *parsed;
  complain(name, "month", "expected a month such as \"2027-01\" but found " + shown(*found));
  return fallback;
}

std::vector<std::pair<const nlohmann::json*, std::string>> JsonFields::items(const char* name, Need need) {
  std::vector<std::pair<const nlohmann::json*, std::string>> result;
  const auto* found = value(name, need);
  if (found == nullptr) return result;
  if (!found->is_array()) {
    complain(name, "type", "expected a list but found " + shown(*found));
    return result;
  }
  for (std::size_t i = 0; i < found->size(); ++i)
    result.emplace_back(&(*found)[i], fmt::format("{}/{}", pointer_of(name), i));
  return result;
}

std::vector<std::pair<std::string, const nlohmann::json*>> JsonFields::members() {
  std::vector<std::pair<std::string, const nlohmann::json*>> result;
  if (json_ == nullptr) return result;
  for (const auto& [key, item] : json_->items()) {
    known_.push_back(key);
    result.emplace_back(key, &item);
  }
  return result;
}

void JsonFields::finish() {
  if (json_ == nullptr) return;
  for (const auto& [key, item] : json_->items()) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    std::string expected;
    for (const auto& name : known_) {
      if (!expected.empty()) expected += ", ";
      expected += name;
    }
    complain(key, "unknown_field", fmt::format("expected one of the fields {} but found \"{}\"", expected, key));
  }
}

}  // namespace mis

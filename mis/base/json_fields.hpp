// Reads a JSON object field by field and collects every complaint instead of stopping at the first, each with its JSON
// pointer and "expected … but …". For documents that people write: tariffs, cases, configuration.
//
// Include it from .cpp files only; it needs the JSON library's full header.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mis/base/result.hpp"
#include "mis/base/time.hpp"

namespace mis {

// Parses the text; a syntax error names line and column.
Result<nlohmann::json> parse_json(std::string_view text);

class JsonFields {
 public:
  // `json` must outlive this; anything but an object is the first complaint, and every field is then absent.
  JsonFields(const nlohmann::json& json, std::string pointer, std::vector<FieldError>& errors);

  enum class Need : std::uint8_t { kRequired, kOptional };

  bool has(const char* name) const;
  // The field's value, marked as known; nullptr where it is absent (a complaint if required) or null.
  const nlohmann::json* value(const char* name, Need need);

  std::string text(const char* name, Need need = Need::kRequired, std::string fallback = {});
  bool boolean(const char* name, bool fallback);
  std::int64_t integer(const char* name, std::int64_t low, std::int64_t high, Need need, std::int64_t fallback = 0);
  // A decimal string ("12.5") as an integer of 10^-scale. A JSON number is refused: it may have been a binary fraction.
  std::int64_t decimal(const char* name, int scale, Need need, std::int64_t fallback = 0);
  Date date(const char* name, Need need, Date fallback = {});
  BillingMonth month(const char* name, Need need, BillingMonth fallback = {});

  // One of a list of names. `names` pairs each with its enumerator.
  template <class Enum>
  Enum choice(const char* name, std::span<const std::pair<const char*, Enum>> names, Need need, Enum fallback) {
    const nlohmann::json* found = value(name, need);
    if (found == nullptr) return fallback;
    if (found->is_string())
      for (const auto& [text, item] : names)
        if (found->get_ref<const std::string&>() == text) return item;
    std::string expected;
    for (const auto& [text, item] : names) {
      if (!expected.empty()) expected += ", ";
      expected += text;
    }
    complain(name, "choice", "expected one of " + expected + " but found " + shown(*found));
    return fallback;
  }

  // An array's elements with their pointers; empty where it is absent.
  std::vector<std::pair<const nlohmann::json*, std::string>> items(const char* name, Need need);
  // Every field of this object itself, for objects whose names are data.
  std::vector<std::pair<std::string, const nlohmann::json*>> members();

  // Complains about fields that nobody asked for: a misspelt name must not be ignored silently.
  void finish();

  void complain(const std::string& name, std::string code, std::string message);
  std::string pointer_of(const std::string& name) const { return name.empty() ? pointer_ : pointer_ + "/" + name; }
  std::vector<FieldError>& errors() { return errors_; }
  // A value as a complaint quotes it, shortened.
  static std::string shown(const nlohmann::json& json);

 private:
  const nlohmann::json* json_;
  std::string pointer_;
  std::vector<FieldError>& errors_;
  std::vector<std::string> known_;
};

}  // namespace mis

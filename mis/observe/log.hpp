// The structured log: one JSON line an event, to standard error or a file.
//
//   log(Level::kInfo, "http.started", {{"port", 8443}, {"address", "127.0.0.1"}});
//
// Never a secret: no password, token, cookie, identity number or body of a request goes into a field.
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace mis::observe {

enum class Level : std::uint8_t { kDebug, kInfo, kWarning, kError };

struct LogField {
  LogField(std::string_view field, bool flag) : name(field), value(flag) {}
  template <std::integral Int>
    requires(!std::same_as<Int, bool>)
  LogField(std::string_view field, Int number) : name(field), value(static_cast<std::int64_t>(number)) {}
  LogField(std::string_view field, std::string_view text) : name(field), value(text) {}
  LogField(std::string_view field, const std::string& text) : name(field), value(std::string_view(text)) {}
  LogField(std::string_view field, const char* text) : name(field), value(std::string_view(text)) {}

  std::string_view name;
  std::variant<bool, std::int64_t, std::string_view> value;
};

void log(Level level, std::string_view event, std::initializer_list<LogField> fields = {});

// Events below this level are dropped; kInfo at first.
void set_log_level(Level level);

// Sends the log to the end of a file from now on; lines of several processes do not mix, as each is one write. Throws
// std::runtime_error where the file cannot be opened.
void log_to_file(const std::filesystem::path& file);

// The line itself, for tests: {"time":"…","level":"info","event":"…",…}
std::string log_line(std::string_view time, Level level, std::string_view event, std::initializer_list<LogField> fields);

}  // namespace mis::observe

#include "mis/observe/log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "mis/base/time.hpp"
#include "mis/observe/json_text.hpp"

namespace mis::observe {
namespace {

std::atomic<int> log_descriptor{STDERR_FILENO};
std::atomic<Level> lowest_level{Level::kInfo};

std::string_view name_of(Level level) {
  switch (level) {
    case Level::kDebug: return "debug";
    case Level::kInfo: return "info";
    case Level::kWarning: return "warning";
    case Level::kError: return "error";
  }
  return "info";
}

}  // namespace

std::string log_line(std::string_view time, Level level, std::string_view event, std::initializer_list<LogField> fields) {
  std::string line = "{\"time\":";
  append_json_string(line, time);
  line += ",\"level\":";
  append_json_string(line, name_of(level));
  line += ",\"event\":";
  append_json_string(line, event);
  for (const LogField& field : fields) {
    line += ',';
    append_json_string(line, field.name);
    line += ':';
    if (const bool* flag = std::get_if<bool>(&field.value)) {
      line += *flag ? "true" : "false";
    } else if (const std::int64_t* number = std::get_if<std::int64_t>(&field.value)) {
      line += std::to_string(*number);
    } else {
      append_json_string(line, std::get<std::string_view>(field.value));
    }
  }
  line += "}\n";
  return line;
}

void log(Level level, std::string_view event, std::initializer_list<LogField> fields) {
  if (level < lowest_level.load(std::memory_order_relaxed)) return;
  const std::string line = log_line(SystemClock().now().to_string(), level, event, fields);
  // A log that cannot be written (full disk, closed terminal) must not stop the work that it tells of.
  [[maybe_unused]] const auto written = ::write(log_descriptor.load(std::memory_order_relaxed), line.data(), line.size());
}

void set_log_level(Level level) { lowest_level.store(level, std::memory_order_relaxed); }

void log_to_file(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (descriptor < 0) {
    throw std::runtime_error("expected to write the log to " + file.string() + " but " + std::strerror(errno));
  }
  const int before = log_descriptor.exchange(descriptor);
  if (before != STDERR_FILENO) ::close(before);
}

}  // namespace mis::observe

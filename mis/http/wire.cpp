#include "mis/http/wire.hpp"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

#include "mis/http/dispatcher.hpp"
#include "mis/http/problem.hpp"
#include "mis/http/text_check.hpp"

namespace mis::http {
namespace {

constexpr std::size_t kMaxParameters = 100;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

enum class Part : unsigned char { kPath, kQuery };

std::optional<std::string> decoded(std::string_view text, Part part) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && part == Part::kQuery) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size()) return {};
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return {};
      const char c = static_cast<char>(high * 16 + low);
      // An encoded slash would be one segment for the sender and two for the router.
      if (c == '\0' || (c == '/' && part == Part::kPath)) return {};
      out += c;
      i += 2;
    }
  }
  if (!shape_of(out)) return {};
  return out;
}

bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    if (segment == "." || segment == "..") return true;
    path.remove_prefix(segment.size());
  }
  return false;
}

bool has_header(const Answer& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers) {
    if (key == name) return true;
  }
  return false;
}

}  // namespace

std::optional<Target> parse_target(std::string_view target) {
  target = target.substr(0, target.find('#'));
  const auto question = target.find('?');
  const std::string_view path = target.substr(0, question);
  if (!path.starts_with('/')) return {};
  Target out;
  auto plain = decoded(path, Part::kPath);
  if (!plain || has_dot_segment(*plain)) return {};
  out.path = std::move(*plain);
  std::string_view rest = question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
  while (!rest.empty()) {
    const auto ampersand = rest.find('&');
    const std::string_view pair = rest.substr(0, ampersand);
    rest = ampersand == std::string_view::npos ? std::string_view{} : rest.substr(ampersand + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = decoded(pair.substr(0, equals), Part::kQuery);
    auto value = decoded(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), Part::kQuery);
    if (!name || !value || out.query.size() == kMaxParameters) return {};
    out.query.emplace_back(std::move(*name), std::move(*value));
  }
  return out;
}

std::string answer_head(const Answer& answer, std::string_view request_id, bool keep_alive) {
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " ";
  head += reason_of(answer.status);
  head += "\r\nDate: ";
  Poco::DateTimeFormatter::append(head, Poco::Timestamp(), Poco::DateTimeFormat::HTTP_FORMAT);
  head += "\r\n";
  if (!answer.content_type.empty() && answer.status != 304) {
    head += "Content-Type: ";
    head += answer.content_type;
    head += "\r\n";
  }
  // 204 and 304 have no body and no length; a stream ends with its connection.
  if (!answer.stream && answer.status != 204 && answer.status != 304) {
    head += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
  }
  head += keep_alive ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
  head += "X-Request-Id: ";
  head += request_id;
  head += "\r\n";
  if (!has_header(answer, "Cache-Control")) head += "Cache-Control: no-store\r\n";
  for (const auto& [name, value] : answer.headers) {
    // A line end in a value would begin a header of somebody else's making.
    if (value.find_first_of("\r\n") != std::string::npos) continue;
    head += name;
    head += ": ";
    head += value;
    head += "\r\n";
  }
  add_security_headers(head);
  head += "\r\n";
  return head;
}

}  // namespace mis::http

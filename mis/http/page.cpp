#include "mis/http/page.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

namespace mis::http {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '-') return 62;
  if (c == '_') return 63;
  return -1;
}

// FNV-1a over the payload: tells a cut or mistyped cursor from a whole one.
std::string check_of(std::string_view payload) {
  std::uint32_t hash = 2166136261u;
  for (const char c : payload) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  std::string out(4, '\0');
  for (std::size_t i = 0; i < 4; ++i) out[i] = static_cast<char>(hash >> (8 * i));
  return out;
}

}  // namespace

std::string base64url(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    count += 8;
    while (count >= 6) {
      count -= 6;
      out += kAlphabet[(bits >> count) & 63];
    }
  }
  if (count > 0) out += kAlphabet[(bits << (6 - count)) & 63];
  return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
  if (text.size() % 4 == 1) return {};
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = value_of(c);
    if (value < 0) return {};
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((bits >> count) & 255);
    }
  }
  // Left-over bits must be zero, so that one value has one text only.
  if ((bits & ((1u << count) - 1)) != 0) return {};
  return out;
}

std::string encode_cursor(const std::vector<std::string>& keys) {
  std::string payload;
  for (const std::string& key : keys) payload += std::to_string(key.size()) + ":" + key;
  return base64url(check_of(payload) + payload);
}

std::optional<std::vector<std::string>> decode_cursor(std::string_view cursor) {
  if (cursor.size() > 1000) return {};
  const auto bytes = from_base64url(cursor);
  if (!bytes || bytes->size() < 4) return {};
  std::string_view rest = std::string_view(*bytes).substr(4);
  if (check_of(rest) != std::string_view(*bytes).substr(0, 4)) return {};
  std::vector<std::string> keys;
  while (!rest.empty()) {
    std::size_t size = 0;
    const auto [end, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
    if (failure != std::errc{} || end == rest.data() + rest.size() || *end != ':') return {};
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + 1);
    if (size > rest.size()) return {};
    keys.emplace_back(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  return keys;
}

std::int64_t PageRequest::key(std::size_t index, std::int64_t otherwise) const {
  if (index >= after.size()) return otherwise;
  const std::string& text = after[index];
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc{} && end == text.data() + text.size() ? value : otherwise;
}

std::string PageRequest::key_text(std::size_t index, std::string otherwise) const {
  return index < after.size() ? after[index] : otherwise;
}

Answer page_answer(nlohmann::json items, const PageRequest& page,
                   const std::function<std::vector<std::string>(std::size_t)>& keys_of) {
  return page_answer(std::move(items), page, keys_of, nlohmann::json::object());
}

Answer page_answer(nlohmann::json items, const PageRequest& page,
                   const std::function<std::vector<std::string>(std::size_t)>& keys_of, const nlohmann::json& beside) {
  const auto limit = static_cast<std::size_t>(page.limit);
  const bool has_more = items.size() > limit;
  if (has_more) items.erase(items.begin() + page.limit, items.end());
  nlohmann::json body = beside;
  body["has_more"] = has_more;
  body["next_cursor"] = has_more ? nlohmann::json(encode_cursor(keys_of(limit - 1))) : nlohmann::json(nullptr);
  body["items"] = std::move(items);
  return json_answer(body);
}

}  // namespace mis::http

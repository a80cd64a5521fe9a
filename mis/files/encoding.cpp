#include "mis/files/encoding.hpp"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

namespace mis::files {
namespace {

// The length of the valid character at the start of `text`; 0 where there is none, -1 where it is cut off.
int utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  for (std::size_t i = 1; i < length; ++i) {
    if (i == text.size()) return -1;
    unsigned char low = 0x80, high = 0xBF;
    if (i == 1) {  // the second byte is where overlong forms, surrogates and what is beyond U+10FFFF show
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
    }
    if (byte(i) < low || byte(i) > high) return 0;
  }
  return static_cast<int>(length);
}

}  // namespace

std::string_view to_text(Encoding encoding) {
  switch (encoding) {
    case Encoding::kDetect: return "detect";
    case Encoding::kUtf8: return "utf-8";
    case Encoding::kGb18030: return "gb18030";
  }
  return "";
}

std::optional<Encoding> parse_encoding(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (lower == "utf-8" || lower == "utf8") return Encoding::kUtf8;
  if (lower == "gb18030" || lower == "gbk" || lower == "gb2312") return Encoding::kGb18030;
  if (lower == "detect") return Encoding::kDetect;
  return {};
}

std::size_t valid_utf8_prefix(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const int length = utf8_length(text.substr(at));
    if (length <= 0) break;
    at += static_cast<std::size_t>(length);
  }
  return at;
}

Encoding guess_encoding(std::string_view sample) {
  std::size_t characters = 0, breaks = 0;
  while (!sample.empty()) {
    const int length = utf8_length(sample);
    if (length == -1) break;  // the cut
    characters += length > 1;
    std::size_t step = static_cast<std::size_t>(std::max(length, 1));
    if (length == 0) {
      ++breaks;
      while (step < sample.size() && (static_cast<unsigned char>(sample[step]) & 0xC0) == 0x80) ++step;
    }
    sample.remove_prefix(step);
  }
  return characters >= 2 * breaks ? Encoding::kUtf8 : Encoding::kGb18030;
}

struct Converter::Impl {
  iconv_t handle;
};

Converter::Converter(Direction direction) : impl_(std::make_unique<Impl>()) {
  impl_->handle = direction == Direction::kGb18030ToUtf8 ? iconv_open("UTF-8", "GB18030") : iconv_open("GB18030", "UTF-8");
  if (impl_->handle == reinterpret_cast<iconv_t>(-1)) {
    throw std::runtime_error("expected the C library to convert GB18030 but it does not (locale data for gconv is missing)");
  }
}
Converter::~Converter() {
  if (impl_) iconv_close(impl_->handle);
}
Converter::Converter(Converter&&) noexcept = default;
Converter& Converter::operator=(Converter&&) noexcept = default;

std::optional<std::size_t> Converter::append(std::string_view in, std::string& out) {
  char* from = const_cast<char*>(in.data());  // iconv's signature; it does not write there
  std::size_t from_left = in.size();
  iconv(impl_->handle, nullptr, nullptr, nullptr, nullptr);
  while (from_left > 0) {
    const std::size_t before = out.size();
    out.resize(before + from_left * 2 + 16);
    char* to = out.data() + before;
    std::size_t to_left = out.size() - before;
    const std::size_t rc = iconv(impl_->handle, &from, &from_left, &to, &to_left);
    out.resize(out.size() - to_left);
    if (rc == static_cast<std::size_t>(-1) && errno != E2BIG) return in.size() - from_left;
  }
  return {};
}

}  // namespace mis::files

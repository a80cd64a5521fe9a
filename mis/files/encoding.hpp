// The two encodings that a Chinese utility's files come in. Inside Watthour all text is UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mis::files {

enum class Encoding : std::uint8_t {
  kDetect,   // by byte-order mark, else UTF-8 where the text is (mostly) that, else GB18030
  kUtf8,
  kGb18030,  // also what GBK and GB2312 files are read as
};

std::string_view to_text(Encoding encoding);  // "utf-8", "gb18030", "detect"
std::optional<Encoding> parse_encoding(std::string_view text);

// How many bytes from the start are whole, valid UTF-8 characters (no overlong forms, no surrogates).
std::size_t valid_utf8_prefix(std::string_view text);
inline bool is_valid_utf8(std::string_view text) { return valid_utf8_prefix(text) == text.size(); }

// Tells the encoding of a sample with other characters than ASCII, cut off anywhere. A few broken characters do not turn
// UTF-8 into GB18030: that would load the whole file as nonsense without an error. Chinese text in GB18030 has about three
// breaks for each pair of bytes that happens to look like UTF-8, so twice as many characters as breaks decide.
Encoding guess_encoding(std::string_view sample);

// Converts between GB18030 and UTF-8. Not for several threads at once.
class Converter {
 public:
  enum class Direction : std::uint8_t { kGb18030ToUtf8, kUtf8ToGb18030 };
  explicit Converter(Direction direction);
  ~Converter();
  Converter(Converter&&) noexcept;
  Converter& operator=(Converter&&) noexcept;

  // Appends the converted text. Returns nothing where all went well, else the offset of the first byte that is no
  // (whole) character; what stands before it has been appended.
  std::optional<std::size_t> append(std::string_view in, std::string& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mis::files

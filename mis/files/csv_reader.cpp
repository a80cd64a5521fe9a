#include "mis/files/csv_reader.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "mis/files/byte_source.hpp"

namespace mis::files {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr std::size_t kMaxRecordFields = 8;  // a record may be as long as so many fields of the longest kind
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_ascii(std::string_view text) {
  for (; text.size() >= 8; text.remove_prefix(8)) {
    std::uint64_t word;
    std::memcpy(&word, text.data(), 8);
    if (word & 0x8080808080808080ULL) return false;
  }
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::string to_text(const Problem& p) {
  const std::string column = p.column.empty() ? "" : fmt::format(", column {}", p.column);
  return fmt::format("line {}{}: expected {} but found {}", p.line, column, p.expected, p.found);
}

// The bytes of separators, quotes and line ends never stand inside a character of UTF-8 or GB18030 (whose second bytes are
// digits or 0x40 and above), so records are taken apart first and decoded field by field, and an error has a place.
struct CsvReader::Impl {
  explicit Impl(ByteSource s, CsvOptions o) : source(std::move(s)), options(o), encoding(o.encoding) {}

  ByteSource source;
  CsvOptions options;
  Encoding encoding;
  std::vector<std::string> names;

  std::vector<char> buffer = std::vector<char>(kBufferBytes);
  std::size_t begin = 0, end = 0;
  bool at_end = false;
  std::optional<Error> failure;  // of the source; reported once what came before it has been used up

  std::int64_t next_line = 1;    // of the byte at `begin`
  std::int64_t record_line = 1;
  std::string raw;               // the fields of the record, unquoted, one behind the other
  std::vector<std::size_t> ends; // where each of them ends in `raw`
  std::string decoded;
  std::vector<std::string_view> fields;
  std::optional<Problem> problem;
  std::optional<Converter> converter;

  // True where there is a byte at `begin`.
  bool have_byte() {
    if (begin < end) return true;
    begin = end = 0;
    fill();
    return begin < end;
  }

  // Reads until the buffer is full or the source has no more for now.
  void fill() {
    if (at_end) return;
    auto n = source.read(buffer.data() + end, buffer.size() - end);
    if (!n) {
      failure = std::move(n).error();
      at_end = true;
    } else if (*n == 0) {
      at_end = true;
    } else {
      end += *n;
    }
  }

  void complain(std::size_t field, std::string code, std::string expected, std::string found) {
    if (problem) return;  // the first one is the cause of the others
    problem = Problem{record_line, field < names.size() ? names[field] : fmt::format("#{}", field + 1), std::move(code),
                      std::move(expected), std::move(found)};
  }

  // Decides on the encoding at the first byte that is not ASCII, by as much text behind it as the buffer can hold.
  void detect(std::string_view in_record) {
    while (!at_end && end - begin < buffer.size() / 2 && end < buffer.size()) fill();
    encoding = guess_encoding(std::string(in_record) + "\n" + std::string(buffer.data() + begin, end - begin));
  }

  void skip_line() {
    while (have_byte()) {
      const char* from = buffer.data() + begin;
      const char* newline = static_cast<const char*>(std::memchr(from, '\n', end - begin));
      if (newline) {
        begin += static_cast<std::size_t>(newline - from) + 1;
        ++next_line;
        return;
      }
      begin = end;
    }
  }

  void end_field() { ends.push_back(raw.size()); }
  std::size_t field_start() const { return ends.empty() ? 0 : ends.back(); }

  // Copies bytes up to one of the `stops` (or NUL, which is a problem of its own). False where the field became too long.
  bool copy_until(const char* stops) {
    while (have_byte()) {
      const char* from = buffer.data() + begin;
      const char* to = from;
      const char* last = buffer.data() + end;
      while (to < last && *to != stops[0] && *to != stops[1] && *to != stops[2] && *to != stops[3] && *to != '\0') {
        next_line += *to == '\n';
        ++to;
      }
      raw.append(from, to);
      begin += static_cast<std::size_t>(to - from);
      if (raw.size() - field_start() > options.max_field_bytes || raw.size() > kMaxRecordFields * options.max_field_bytes) {
        complain(ends.size(), "files.field_too_long", fmt::format("at most {} bytes in a field", options.max_field_bytes),
                 "a longer one (is a closing quote missing?)");
        return false;
      }
      if (to == last) continue;
      if (*to != '\0') return true;
      complain(ends.size(), "files.nul_byte", "text", "a NUL byte");
      ++begin;
      raw += ' ';
    }
    return true;
  }

  // Takes the record at `begin` apart. True where the line was blank.
  bool split() {
    raw.clear();
    ends.clear();
    problem.reset();
    record_line = next_line;
    for (;;) {  // a field
      if (ends.size() >= options.max_fields) {
        complain(ends.size(), "files.too_many_fields", fmt::format("at most {} fields", options.max_fields), "more");
        skip_line();
        return false;
      }
      if (have_byte() && buffer[begin] == '"') {
        if (!quoted()) return false;
      } else if (!copy_until("\",\n\r") ) {
        end_field();
        skip_line();
        return false;
      }
      // Now at a comma, a line end, the end of the file, or at what should not be there.
      for (;;) {
        if (!have_byte()) {
          end_field();
          return ends.size() == 1 && raw.empty() && !problem;
        }
        const char c = buffer[begin];
        if (c == ',') {
          ++begin;
          end_field();
          break;
        }
        if (c == '\r') {
          ++begin;
          if (have_byte() && buffer[begin] != '\n') raw += '\r';  // a bare CR is part of the text
          if (!copy_until("\",\n\r")) {
            end_field();
            skip_line();
            return false;
          }
          continue;
        }
        if (c == '\n') {
          ++begin;
          ++next_line;
          end_field();
          return ends.size() == 1 && raw.empty() && !problem;
        }
        complain(ends.size(), "files.stray_quote", "a quote only around a whole field, doubled inside it", "a quote beside other text");
        if (c == '"') ++begin;
        if (!copy_until("\",\n\r")) {
          end_field();
          skip_line();
          return false;
        }
      }
    }
  }

  // A quoted field, up to behind its closing quote. False where it has none or is too long; the record ends there.
  bool quoted() {
    ++begin;
    for (;;) {
      if (!copy_until("\"\"\"\"")) {
        end_field();
        skip_line();
        return false;
      }
      if (!have_byte()) {
        complain(ends.size(), "files.open_quote", "a closing quote", "the end of the file");
        end_field();
        return false;
      }
      ++begin;  // the quote
      if (!have_byte() || buffer[begin] != '"') return true;
      raw += '"';
      ++begin;
    }
  }

  void decode() {
    fields.clear();
    if (is_ascii(raw)) {
      take_fields(raw, ends);
      return;
    }
    if (encoding == Encoding::kDetect) detect(raw);
    decoded.clear();
    std::vector<std::size_t> decoded_ends;
    decoded_ends.reserve(ends.size());
    std::size_t from = 0;
    for (std::size_t i = 0; i < ends.size(); ++i) {
      decode_field(i, std::string_view(raw).substr(from, ends[i] - from));
      decoded_ends.push_back(decoded.size());
      from = ends[i];
    }
    take_fields(decoded, decoded_ends);
  }

  void take_fields(std::string_view text, const std::vector<std::size_t>& field_ends) {
    std::size_t from = 0;
    for (std::size_t to : field_ends) {
      fields.push_back(text.substr(from, to - from));
      from = to;
    }
  }

  void decode_field(std::size_t field, std::string_view text) {
    while (!text.empty()) {
      std::size_t good = 0;
      if (encoding == Encoding::kUtf8) {
        good = valid_utf8_prefix(text);
        decoded.append(text.substr(0, good));
      } else {
        if (!converter) converter.emplace(Converter::Direction::kGb18030ToUtf8);
        good = converter->append(text, decoded).value_or(text.size());
      }
      if (good == text.size()) return;
      complain(field, "files.broken_character", fmt::format("{} text", to_text(encoding)),
               fmt::format("byte 0x{:02X}, which is no whole character of it", static_cast<unsigned char>(text[good])));
      decoded += "\xEF\xBF\xBD";
      text.remove_prefix(good + 1);
    }
  }
};

CsvReader::CsvReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;
CsvReader::~CsvReader() = default;

Result<CsvReader> CsvReader::open(const std::filesystem::path& path, CsvOptions options) {
  auto source = ByteSource::open(path);
  if (!source) return source.error();
  auto impl = std::make_unique<Impl>(std::move(source).value(), options);
  while (!impl->at_end && impl->end < kByteOrderMark.size()) impl->fill();
  if (std::string_view(impl->buffer.data(), impl->end).starts_with(kByteOrderMark)) {
    impl->begin += kByteOrderMark.size();
    if (options.encoding == Encoding::kDetect) impl->encoding = Encoding::kUtf8;
  }
  return CsvReader(std::move(impl));
}

Result<bool> CsvReader::next() {
  Impl& in = *impl_;
  for (;;) {
    if (!in.have_byte()) {
      if (in.failure) return *in.failure;
      return false;
    }
    if (in.split()) continue;
    // A record that the cut of the file ended is not a record: half a number would look like a whole one.
    if (in.failure && in.begin == in.end) return *in.failure;
    in.decode();
    return true;
  }
}

std::int64_t CsvReader::line() const { return impl_->record_line; }
const std::vector<std::string_view>& CsvReader::fields() const { return impl_->fields; }
const std::optional<Problem>& CsvReader::problem() const { return impl_->problem; }
void CsvReader::name_columns(std::vector<std::string> names) { impl_->names = std::move(names); }
Encoding CsvReader::encoding() const { return impl_->encoding; }

}  // namespace mis::files

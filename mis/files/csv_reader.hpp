// Reads records of comma-separated values (RFC 4180) from a file of any size in bounded memory: quoted fields, line breaks
// in them, CRLF or LF, a byte-order mark, UTF-8 or GB18030, plain or gzip.
//
// A record that is wrong in itself (a stray quote, a NUL, half a character) is reported and reading goes on behind it. A file
// that cannot be read on (cut gzip) ends with an error; the records before it were good.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/result.hpp"
#include "mis/files/encoding.hpp"

namespace mis::files {

// A complaint about one place in a file.
struct Problem {
  std::int64_t line = 0;  // where the record begins, counted from 1
  std::string column;     // its name, "#3" where it has none, empty where the whole record is meant
  std::string code;       // "files.stray_quote", "customers.unknown_route"
  std::string expected;
  std::string found;
};
std::string to_text(const Problem& problem);  // "line 17, column phone: expected … but found …"

struct CsvOptions {
  Encoding encoding = Encoding::kDetect;
  std::size_t max_field_bytes = 1 << 20;
  std::size_t max_fields = 4096;
};

class CsvReader {
 public:
  static Result<CsvReader> open(const std::filesystem::path& path, CsvOptions options = {});
  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) noexcept;
  ~CsvReader();

  // Goes to the next record; false at the end. Blank lines are no records. An error ends the file.
  Result<bool> next();

  // The present record, in UTF-8. Views are good until next().
  std::int64_t line() const;
  const std::vector<std::string_view>& fields() const;
  // What is wrong with it, if anything. Its fields are then as far as they could be read, broken characters as U+FFFD.
  const std::optional<Problem>& problem() const;
  // Columns of problems are named by it where it has been set.
  void name_columns(std::vector<std::string> names);

  // What the text turned out to be: kDetect as long as only ASCII has been seen.
  Encoding encoding() const;

 private:
  struct Impl;
  explicit CsvReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mis::files

// Writes comma-separated values (RFC 4180, CRLF): UTF-8 or GB18030, plain or gzip.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "mis/base/result.hpp"
#include "mis/files/encoding.hpp"

namespace mis::files {

struct CsvWriterOptions {
  Encoding encoding = Encoding::kUtf8;
  bool gzip = false;
  bool byte_order_mark = false;  // for spreadsheets that take UTF-8 for something else without it
};

class CsvWriter {
 public:
  // Creates the file or empties it. The folder must exist.
  static Result<CsvWriter> create(const std::filesystem::path& path, CsvWriterOptions options = {});
  CsvWriter(CsvWriter&&) noexcept;
  CsvWriter& operator=(CsvWriter&&) noexcept;
  ~CsvWriter();

  // One record. Fields are UTF-8; they are quoted where they need it.
  CsvWriter& row(std::span<const std::string_view> fields);
  CsvWriter& row(std::initializer_list<std::string_view> fields) {
    return row(std::span<const std::string_view>(fields.begin(), fields.size()));
  }
  // Field by field: add() … end_row(), without vectors in between.
  CsvWriter& add(std::string_view field);
  CsvWriter& add(std::int64_t number);
  CsvWriter& end_row();

  // Writes what is pending and closes the file; tells of any error since it was created (a full disk).
  Status close();

 private:
  struct Impl;
  explicit CsvWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mis::files

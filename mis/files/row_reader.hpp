// One row of an imported file, column by column, as the types that the house computes with. A getter that finds something
// else keeps a complaint and returns a value of no meaning, so all that is wrong with a row is known at once.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/time.hpp"
#include "mis/files/csv_reader.hpp"

namespace mis::files {

// A column of an import file, as it is documented and checked. A column that is not required may be left out or empty.
struct Column {
  std::string_view name;
  bool required = true;
  std::string_view format;   // "at most 60 characters", "yyyy-mm-dd", "kWh, up to four decimals"
  std::string_view meaning;
};

class RowReader {
 public:
  // `positions[i]` is where column i stands in the record, -1 where the file has no such column.
  RowReader(std::span<const Column> columns, std::span<const int> positions, const std::vector<std::string_view>& fields,
            std::int64_t line)
      : columns_(columns), positions_(positions), fields_(fields), line_(line) {}

  // Columns go by their number in the list of the kind. A required column that is empty is a complaint.
  std::string text(int column, std::size_t max_characters);
  std::string code(int column, std::size_t max_length);  // letters, digits and "-_./" only
  std::string digits(int column, std::size_t min_length, std::size_t max_length);
  std::string one_of(int column, std::span<const std::string_view> words, std::string_view otherwise = {});
  std::int64_t integer(int column, std::int64_t min, std::int64_t max, std::int64_t otherwise = 0);
  std::int64_t decimal(int column, int scale, std::int64_t min, std::int64_t max, std::int64_t otherwise = 0);
  bool yes_no(int column);
  Date date(int column, Date otherwise = {});  // yyyy-mm-dd, yyyy/m/d or yyyymmdd
  BillingMonth month(int column);
  // With an offset ("2026-10-31T16:00:00Z") or without: then the utility's own zone.
  Instant instant(int column);

  bool empty(int column) const { return value(column).empty(); }
  std::string_view value(int column) const;  // as it stands in the file, without blanks around it

  void complain(int column, std::string code, std::string expected);
  void complain(int column, std::string code, std::string expected, std::string found);
  const std::vector<Problem>& problems() const { return problems_; }
  std::int64_t line() const { return line_; }

 private:
  bool missing(int column);

  std::span<const Column> columns_;
  std::span<const int> positions_;
  const std::vector<std::string_view>& fields_;
  std::int64_t line_;
  std::vector<Problem> problems_;
};

// Dates and instants in the forms that files have.
std::optional<Date> parse_file_date(std::string_view text);
std::optional<Instant> parse_file_instant(std::string_view text);

}  // namespace mis::files

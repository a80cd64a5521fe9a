#include "mis/files/row_reader.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "mis/base/decimal.hpp"
#include "mis/base/fitted_text.hpp"

namespace mis::files {
namespace {

constexpr std::size_t kShownBytes = 60;  // of a wrong value in a message

std::string quoted(std::string_view value) {
  if (value.size() <= kShownBytes) return fmt::format("\"{}\"", value);
  return fmt::format("\"{}…\" ({} bytes)", fitted_text(value, kShownBytes), value.size());
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<int> parse_int(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0) return {};
  return value;
}

std::optional<Date> make_date(std::string_view y, std::string_view m, std::string_view d) {
  const auto year = parse_int(y), month = parse_int(m), day = parse_int(d);
  if (!year || !month || !day || y.size() != 4) return {};
  return Date::parse(fmt::format("{:04}-{:02}-{:02}", *year, *month, *day));
}

}  // namespace

std::optional<Date> parse_file_date(std::string_view text) {
  if (text.size() == 8 && std::all_of(text.begin(), text.end(), is_digit)) return make_date(text.substr(0, 4), text.substr(4, 2), text.substr(6));
  const char separator = text.find('/') != std::string_view::npos ? '/' : '-';
  const std::size_t first = text.find(separator);
  if (first == std::string_view::npos) return {};
  const std::size_t second = text.find(separator, first + 1);
  if (second == std::string_view::npos) return {};
  return make_date(text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1));
}

std::optional<Instant> parse_file_instant(std::string_view text) {
  // Only what names its offset is an instant by itself; all else is the utility's own time.
  const bool has_offset = text.ends_with('Z') || text.ends_with('z') || text.find_first_of("+-", std::min<std::size_t>(text.size(), 10)) != std::string_view::npos;
  if (has_offset) return Instant::parse(text);
  const std::size_t split = text.find_first_of(" T");
  const auto day = parse_file_date(text.substr(0, split));
  if (!day) return {};
  std::string_view rest = split == std::string_view::npos ? std::string_view("00:00") : text.substr(split + 1);
  int parts[3] = {0, 0, 0};
  int count = 0;
  for (; count < 3; ++count) {
    const std::size_t colon = rest.find(':');
    const auto part = parse_int(rest.substr(0, colon));
    if (!part) return {};
    parts[count] = *part;
    if (colon == std::string_view::npos) {
      rest = {};
      break;
    }
    rest.remove_prefix(colon + 1);
  }
  const bool end_of_day = parts[0] == 24 && parts[1] == 0 && parts[2] == 0;  // how meters write midnight at the end of a day
  if (!rest.empty() || count == 0 || (parts[0] > 23 && !end_of_day) || parts[1] > 59 || parts[2] > 59) return {};
  const std::int64_t local_s = std::int64_t{day->days} * 86'400 + parts[0] * 3'600 + parts[1] * 60 + parts[2];
  return Instant{(local_s - kChinaOffsetMinutes * 60) * 1'000'000};
}

std::string_view RowReader::value(int column) const {
  const int position = positions_[static_cast<std::size_t>(column)];
  if (position < 0 || static_cast<std::size_t>(position) >= fields_.size()) return {};
  std::string_view text = fields_[static_cast<std::size_t>(position)];
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

void RowReader::complain(int column, std::string code, std::string expected) {
  complain(column, std::move(code), std::move(expected), quoted(value(column)));
}

void RowReader::complain(int column, std::string code, std::string expected, std::string found) {
  problems_.push_back({line_, std::string(columns_[static_cast<std::size_t>(column)].name), std::move(code), std::move(expected), std::move(found)});
}

bool RowReader::missing(int column) {
  if (!value(column).empty()) return false;
  const Column& c = columns_[static_cast<std::size_t>(column)];
  if (c.required) complain(column, "files.missing_value", std::string(c.format), "nothing");
  return true;
}

std::string RowReader::text(int column, std::size_t max_characters) {
  if (missing(column)) return {};
  const std::string_view v = value(column);
  if (characters(v) > max_characters) complain(column, "files.too_long", fmt::format("at most {} characters", max_characters));
  if (std::any_of(v.begin(), v.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; })) {
    complain(column, "files.control_character", "one line of text");
  }
  return std::string(v);
}

std::string RowReader::code(int column, std::size_t max_length) {
  if (missing(column)) return {};
  const std::string_view v = value(column);
  const bool good = std::all_of(v.begin(), v.end(), [](char c) {
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || std::string_view("-_./").find(c) != std::string_view::npos;
  });
  // A spreadsheet turns 22 digits into 9.9E+21 and keeps 15 of them; what was there cannot be told any more.
  if (!good) complain(column, "files.code", "letters, digits and -_./ only");
  if (v.size() > max_length) complain(column, "files.too_long", fmt::format("at most {} characters", max_length));
  return std::string(v);
}

std::string RowReader::digits(int column, std::size_t min_length, std::size_t max_length) {
  if (missing(column)) return {};
  const std::string_view v = value(column);
  if (v.size() < min_length || v.size() > max_length || !std::all_of(v.begin(), v.end(), is_digit)) {
    complain(column, "files.digits", min_length == max_length ? fmt::format("{} digits", min_length)
                                                              : fmt::format("{} to {} digits", min_length, max_length));
  }
  return std::string(v);
}

std::string RowReader::one_of(int column, std::span<const std::string_view> words, std::string_view otherwise) {
  if (missing(column)) return std::string(otherwise);
  const std::string_view v = value(column);
  if (std::find(words.begin(), words.end(), v) == words.end()) {
    complain(column, "files.unknown_word", fmt::format("one of {}", fmt::join(words, ", ")));
  }
  return std::string(v);
}

std::int64_t RowReader::integer(int column, std::int64_t min, std::int64_t max, std::int64_t otherwise) {
  return decimal(column, 0, min, max, otherwise);
}

std::int64_t RowReader::decimal(int column, int scale, std::int64_t min, std::int64_t max, std::int64_t otherwise) {
  if (missing(column)) return otherwise;
  const auto parsed = parse_decimal(value(column), scale);
  if (!parsed) {
    complain(column, "files.number", scale == 0 ? "a whole number" : fmt::format("a number with at most {} decimals", scale));
    return otherwise;
  }
  if (*parsed < min || *parsed > max) {
    complain(column, "files.range", fmt::format("a number from {} to {}", format_decimal(min, scale, 0), format_decimal(max, scale, 0)));
  }
  return *parsed;
}

bool RowReader::yes_no(int column) {
  if (missing(column)) return false;
  const std::string_view v = value(column);
  if (v == "yes" || v == "1" || v == "是") return true;
  if (v != "no" && v != "0" && v != "否") complain(column, "files.unknown_word", "yes or no");
  return false;
}

Date RowReader::date(int column, Date otherwise) {
  if (missing(column)) return otherwise;
  const auto parsed = parse_file_date(value(column));
  if (!parsed) complain(column, "files.date", "a date like 2026-10-31");
  return parsed.value_or(otherwise);
}

BillingMonth RowReader::month(int column) {
  if (missing(column)) return {};
  const auto parsed = BillingMonth::parse(value(column));
  if (!parsed || !parsed->valid()) complain(column, "files.month", "a month like 2026-10");
  return parsed.value_or(BillingMonth{});
}

Instant RowReader::instant(int column) {
  if (missing(column)) return {};
  const auto parsed = parse_file_instant(value(column));
  if (!parsed) complain(column, "files.instant", "a time like 2026-10-31 16:00:00 or 2026-10-31T08:00:00Z");
  return parsed.value_or(Instant{});
}

}  // namespace mis::files

#include <catch2/catch.hpp>

#include "mis/files/row_reader.hpp"

using namespace mis;
using namespace mis::files;

namespace {

constexpr Column kColumns[] = {{"a", true, "something", "the first"}, {"b", false, "something", "the second"}};
constexpr int kPositions[] = {0, 1};

struct Example {
  std::vector<std::string_view> fields;
  RowReader row{kColumns, kPositions, fields, 7};
  explicit Example(std::string_view a, std::string_view b = {}) : fields{a, b} {}
  std::string complaint() const { return row.problems().empty() ? "none" : to_text(row.problems().front()); }
};

}  // namespace

TEST_CASE("a required value must be there, another may be missing") {
  Example empty("", "");
  CHECK(empty.row.text(0, 10).empty());
  CHECK(empty.row.integer(1, 0, 10, 5) == 5);
  CHECK(empty.row.problems().size() == 1);
  CHECK(empty.complaint() == "line 7, column a: expected something but found nothing");
}

TEST_CASE("numbers are exact: too many decimals are refused, not rounded") {
  CHECK(Example("123.4567").row.decimal(0, 4, 0, 100'000'000) == 1'234'567);
  for (const char* wrong : {"123.45678", "1,000", "1e3", "12a", "--1", "0x10", "９"}) {
    Example example(wrong);
    example.row.decimal(0, 4, 0, 100'000'000);
    CHECK(example.row.problems().size() == 1);
  }
  Example large("11");
  large.row.integer(0, 0, 10);
  CHECK(large.complaint() == "line 7, column a: expected a number from 0 to 10 but found \"11\"");
}

TEST_CASE("a number that a spreadsheet has shortened is no code") {
  Example example("9.9E+21");
  example.row.code(0, 24);
  CHECK(example.row.problems().size() == 1);
}

TEST_CASE("text is counted in characters, not bytes, and is one line") {
  CHECK(Example("柳树村").row.text(0, 3) == "柳树村");
  Example longer("柳树村口");
  longer.row.text(0, 3);
  CHECK(longer.complaint() == "line 7, column a: expected at most 3 characters but found \"柳树村口\"");
  Example lines("a\nb");
  lines.row.text(0, 10);
  CHECK(lines.row.problems().front().code == "files.control_character");
}

TEST_CASE("dates come in the forms that files have") {
  for (const char* text : {"2026-02-03", "2026/2/3", "2026/02/03", "20260203"}) CHECK(parse_file_date(text) == Date::of(2026, 2, 3));
  for (const char* text : {"2026-02-30", "03.02.2026", "26-02-03", "2026-02", "", "2026-13-01", "20260230"}) CHECK(!parse_file_date(text));
}

TEST_CASE("a time without an offset is the utility's own; a day may end at 24:00") {
  const auto at = [](const char* text) { return *Instant::parse(text); };
  CHECK(parse_file_instant("2026-10-31 16:30") == at("2026-10-31T08:30:00Z"));
  CHECK(parse_file_instant("2026/10/31 16:30:05") == at("2026-10-31T08:30:05Z"));
  CHECK(parse_file_instant("2026-10-31T16:30:00Z") == at("2026-10-31T16:30:00Z"));
  CHECK(parse_file_instant("2026-10-31T16:30:00+08:00") == at("2026-10-31T08:30:00Z"));
  CHECK(parse_file_instant("2026-10-31 24:00") == at("2026-10-31T16:00:00Z"));
  CHECK(parse_file_instant("2026-10-31") == at("2026-10-30T16:00:00Z"));
  for (const char* text : {"2026-10-31 25:00", "2026-10-31 24:01", "2026-10-31 12", "2026-10-31 12:60", "16:30", "2026-10-31 1:2:3:4", "2026-10-31 "}) CHECK_FALSE(parse_file_instant(text).has_value());
}

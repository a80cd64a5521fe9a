#include <catch2/catch.hpp>

#include "mis/base/decimal.hpp"
#include "mis/base/fitted_text.hpp"
#include "mis/base/id.hpp"
#include "mis/base/money.hpp"
#include "mis/base/split.hpp"
#include "mis/base/time.hpp"

using namespace mis;

TEST_CASE("a price times an energy is exact and rounds in one named way") {
  // 0.59286875 yuan/kWh × 1 kWh = 59.286875 fen
  const Charge charge = *parse_price("0.59286875") * *parse_kwh("1");
  CHECK(round_to_money(charge, Rounding::kHalfUp) == Money{59});
  CHECK(round_to_money(charge, Rounding::kCeiling) == Money{60});
  // The two readings of a published invoice (水电财字 example PF-03): -2311.6761 yuan.
  const Charge reward{int128{-231167'61} * (kNanoFenPerFen / 100)};
  CHECK(round_to_money(reward, Rounding::kTowardZero) == Money{-231167});
  CHECK(round_to_money(reward, Rounding::kHalfUp) == Money{-231168});
}

TEST_CASE("halves round as their name says, on both sides of zero") {
  struct Row { int value; Rounding mode; int expected; };
  for (auto [value, mode, expected] : {Row{25, Rounding::kHalfUp, 3}, {-25, Rounding::kHalfUp, -3}, {25, Rounding::kHalfEven, 2},
                                       {35, Rounding::kHalfEven, 4}, {-25, Rounding::kHalfEven, -2}, {29, Rounding::kTowardZero, 2},
                                       {-29, Rounding::kTowardZero, -2}, {-21, Rounding::kFloor, -3}, {21, Rounding::kCeiling, 3},
                                       {-29, Rounding::kCeiling, -2}, {20, Rounding::kCeiling, 2}}) {
    CAPTURE(value, static_cast<int>(mode));
    CHECK(divide_rounded(value, 10, mode) == expected);
  }
}

TEST_CASE("decimal text is read exactly or not at all") {
  CHECK(parse_decimal("0.59286875", 8) == 59286875);
  CHECK(parse_decimal("-12.50", 2) == -1250);
  CHECK(parse_decimal("7", 3) == 7000);
  CHECK(parse_decimal("9223372036854775807", 0) == INT64_MAX);
  for (const char* wrong : {"", "-", ".5", "5.", "1.234", "1e3", "12a", "1,000", "92233720368547758.08", " 1"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_decimal(wrong, 2));
  }
  CHECK(format_decimal(59286875, 8, 2) == "0.59286875");
  CHECK(format_decimal(-5, 2, 2) == "-0.05");
  CHECK(format_decimal(1500, 3, 0) == "1.5");
  CHECK(format_decimal(2000, 3, 0) == "2");
  CHECK(format_decimal(INT64_MIN, 2, 2) == "-92233720368547758.08");
}

TEST_CASE("parts of a split add up to the whole") {
  const std::vector<std::int64_t> weights{1, 1, 1};
  CHECK(split_by_largest_remainder(100, weights) == std::vector<std::int64_t>{34, 33, 33});
  CHECK(split_by_largest_remainder(-100, weights) == std::vector<std::int64_t>{-34, -33, -33});
  CHECK(split_by_largest_remainder(5, std::vector<std::int64_t>{0, 0}) == std::vector<std::int64_t>{3, 2});
  CHECK(split_by_largest_remainder(7, {}).empty());
}

TEST_CASE("days, months and instants") {
  CHECK(Date::parse("2027-02-28")->to_string() == "2027-02-28");
  CHECK_FALSE(Date::parse("2027-02-29"));
  CHECK_FALSE(Date::parse("2027-2-1"));
  CHECK(BillingMonth::parse("2027-01")->plus(-1) == BillingMonth{202612});
  CHECK(BillingMonth{202612}.plus(13) == BillingMonth{202801});
  CHECK(BillingMonth{202701}.range().days() == 31);
  CHECK(BillingMonth{202703}.months_since({202611}) == 4);
  CHECK_FALSE(BillingMonth::parse("2027-13"));
  CHECK(Instant::parse("2027-01-31T23:30:00+08:00")->to_string() == "2027-01-31T15:30:00Z");
  CHECK(Instant::parse("1969-12-31T23:59:59.5Z")->to_sql() == "1969-12-31 23:59:59.500000");
  CHECK_FALSE(Instant::parse("2027-01-31T24:00:00Z"));
  CHECK(local_date(*Instant::parse("2027-01-31T16:00:00Z")) == Date::of(2027, 2, 1));
}

TEST_CASE("an account number finds a wrong digit") {
  const auto no = make_account_no(123456789);
  CHECK(no.size() == 10);
  CHECK(is_valid_account_no(no));
  for (std::size_t i = 0; i < no.size(); ++i) {
    auto wrong = no;
    wrong[i] = static_cast<char>('0' + (wrong[i] - '0' + 1) % 10);
    CHECK_FALSE(is_valid_account_no(wrong));
  }
  CHECK(make_asset_no("123", "01", 42).size() == 22);
}

TEST_CASE("a text that does not fit ends before the character that would be cut", "[base]") {
  CHECK(fitted_text("", 4).empty());
  CHECK(fitted_text("abcd", 4) == "abcd");
  CHECK(fitted_text("abcde", 4) == "abcd");
  CHECK(fitted_text("电费", 6) == "电费");
  CHECK(fitted_text("电费", 5) == "电");
  CHECK(fitted_text("电费", 3) == "电");
  CHECK(fitted_text("电费", 2).empty());
  CHECK(fitted_text("a😀b", 4) == "a");
  CHECK(fitted_text("a😀b", 5) == "a😀");
  CHECK(fitted_text("电费", 0).empty());
}

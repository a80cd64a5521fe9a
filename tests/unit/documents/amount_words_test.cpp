#include <catch2/catch.hpp>

#include <array>
#include <random>
#include <string_view>

#include "mis/documents/amount_words.hpp"

using mis::Money;
using mis::documents::amount_in_words;

namespace {

// Reads the words back by what the numerals are worth, as a person would: the other direction, so that it cannot share a
// mistake with the writer.
Money value_of(std::string_view words) {
  struct Numeral { std::string_view text; std::int64_t worth; };
  static constexpr std::array kDigits = {Numeral{"壹", 1}, Numeral{"贰", 2}, Numeral{"叁", 3}, Numeral{"肆", 4}, Numeral{"伍", 5},
                                         Numeral{"陆", 6}, Numeral{"柒", 7}, Numeral{"捌", 8}, Numeral{"玖", 9}};
  static constexpr std::array kUnits = {Numeral{"拾", 10}, Numeral{"佰", 100}, Numeral{"仟", 1000}};
  const bool negative = words.substr(0, 3) == "负";
  if (negative) words.remove_prefix(3);
  std::uint64_t fen = 0, big = 0, group = 0, digit = 0;  // big: what stands before 亿, times 亿
  std::uint64_t wan = 0;
  for (; !words.empty(); words.remove_prefix(3)) {
    const auto sign = words.substr(0, 3);
    bool known = sign == "零" || sign == "整";
    for (const auto& d : kDigits)
      if (sign == d.text) { digit = static_cast<std::uint64_t>(d.worth); known = true; }
    for (const auto& u : kUnits)
      if (sign == u.text) { group += digit * static_cast<std::uint64_t>(u.worth); digit = 0; known = true; }
    if (sign == "万") { wan = (group + digit) * 10'000; group = digit = 0; known = true; }
    if (sign == "亿") { big = (big + wan + group + digit) * 100'000'000; wan = group = digit = 0; known = true; }
    if (sign == "元") { fen = (big + wan + group + digit) * 100; digit = 0; known = true; }
    if (sign == "角") { fen += digit * 10; digit = 0; known = true; }
    if (sign == "分") { fen += digit; digit = 0; known = true; }
    if (!known) FAIL("expected a numeral, a unit or 零 but found " << words);
  }
  return {static_cast<std::int64_t>(negative ? ~fen + 1 : fen)};
}

}  // namespace

TEST_CASE("amounts in words follow the examples of the central bank's rules", "[documents]") {
  struct Row { std::int64_t fen; const char* words; };
  for (const auto& [fen, words] : {Row{140950, "壹仟肆佰零玖元伍角整"}, Row{600714, "陆仟零柒元壹角肆分"}, Row{168032, "壹仟陆佰捌拾元零叁角贰分"},
                                   Row{10700053, "壹拾万柒仟元零伍角叁分"}, Row{1640902, "壹万陆仟肆佰零玖元零贰分"}, Row{32504, "叁佰贰拾伍元零肆分"}}) {
    CAPTURE(fen);
    CHECK(amount_in_words({fen}) == words);
  }
}

TEST_CASE("amounts in words: every empty place and every boundary", "[documents]") {
  struct Row { std::int64_t fen; const char* words; };
  for (const auto& [fen, words] :
       {Row{0, "零元整"}, Row{1, "壹分"}, Row{10, "壹角整"}, Row{11, "壹角壹分"}, Row{100, "壹元整"}, Row{101, "壹元零壹分"}, Row{110, "壹元壹角整"},
        Row{111, "壹元壹角壹分"}, Row{1000, "壹拾元整"}, Row{1001, "壹拾元零壹分"}, Row{1010, "壹拾元零壹角整"}, Row{1900, "壹拾玖元整"},
        Row{10000, "壹佰元整"}, Row{10100, "壹佰零壹元整"}, Row{11000, "壹佰壹拾元整"}, Row{100000, "壹仟元整"}, Row{100100, "壹仟零壹元整"},
        Row{101000, "壹仟零壹拾元整"}, Row{110100, "壹仟壹佰零壹元整"}, Row{999999, "玖仟玖佰玖拾玖元玖角玖分"}, Row{1'000000, "壹万元整"},
        Row{1'000100, "壹万零壹元整"}, Row{1'010000, "壹万零壹佰元整"}, Row{1'100000, "壹万壹仟元整"}, Row{10'000000, "壹拾万元整"},
        Row{10'100000, "壹拾万壹仟元整"}, Row{1000'000000, "壹仟万元整"}, Row{1000'000100, "壹仟万零壹元整"}, Row{9999'999999, "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"},
        Row{1'0000'000000, "壹亿元整"}, Row{1'0000'000001, "壹亿元零壹分"}, Row{1'0000'000100, "壹亿零壹元整"}, Row{1'0001'000000, "壹亿零壹万元整"},
        Row{1'1000'000000, "壹亿壹仟万元整"}, Row{1'0100'000000, "壹亿零壹佰万元整"}, Row{10'0000'050000, "壹拾亿零伍佰元整"},
        Row{1'0001'000100, "壹亿零壹万零壹元整"}, Row{1'0000'0000'000000, "壹万亿元整"}, Row{1'0000'0000'000100, "壹万亿零壹元整"},
        Row{1'0000'0001'000000, "壹万亿零壹万元整"}, Row{9'007'199'254'740'992, "玖拾万零柒佰壹拾玖亿玖仟贰佰伍拾肆万柒仟肆佰零玖元玖角贰分"}}) {
    CAPTURE(fen);
    CHECK(amount_in_words({fen}) == words);
    CHECK(amount_in_words({-fen}) == (fen == 0 ? std::string(words) : std::string("负") + words));
  }
}

TEST_CASE("amounts in words can be read back, all of them", "[documents]") {
  const auto check = [](std::int64_t fen) {
    const auto words = amount_in_words({fen});
    if (value_of(words) != Money{fen} || words.find("零零") != std::string::npos) FAIL_CHECK(fen << " fen became " << words);
  };
  for (std::int64_t fen = 0; fen < 1'200'000; fen += 7) check(fen);
  // Ones and noughts in every pattern: each decides on a 零 of its own.
  for (unsigned pattern = 0; pattern < 1U << 16; ++pattern) {
    std::int64_t fen = 0;
    for (int place = 0; place < 16; ++place) fen = fen * 10 + (pattern >> place & 1U);
    check(fen);
  }
  std::mt19937_64 chance(20270131);
  for (int i = 0; i < 20'000; ++i) check(static_cast<std::int64_t>(chance() >> (chance() % 60)));
  for (const auto fen : {INT64_MAX, INT64_MIN, -(std::int64_t{1} << 53)}) check(fen);
  CHECK(value_of("壹万亿零壹万元整") == Money{1'0000'0001'000000});
}

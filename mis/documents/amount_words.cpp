#include "mis/documents/amount_words.hpp"

#include <array>
#include <cstdint>

namespace mis::documents {
namespace {

constexpr std::array kDigits = {"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"};
constexpr std::uint64_t kWan = 10'000;
constexpr std::uint64_t kYi = 100'000'000;

void append_whole(std::string& out, std::uint64_t number);

// A number in units of 万 or 亿 and what is left below the unit. One 零 stands for all places that the rest leaves empty.
void append_split(std::string& out, std::uint64_t number, std::uint64_t unit, const char* name) {
  append_whole(out, number / unit);
  out += name;
  const auto rest = number % unit;
  if (rest == 0) return;
  if (rest < unit / 10) out += kDigits[0];
  append_whole(out, rest);
}

void append_below_wan(std::string& out, std::uint64_t number) {
  struct Place { std::uint64_t worth; const char* name; };
  static constexpr std::array kPlaces = {Place{1000, "仟"}, Place{100, "佰"}, Place{10, "拾"}, Place{1, ""}};
  bool begun = false;
  bool gap = false;
  for (const auto& place : kPlaces) {
    const auto digit = number / place.worth % 10;
    if (digit == 0) {
      gap = begun;
      continue;
    }
    if (gap) out += kDigits[0];
    out += kDigits[digit];
    out += place.name;
    begun = true;
    gap = false;
  }
}

void append_whole(std::string& out, std::uint64_t number) {
  if (number >= kYi) append_split(out, number, kYi, "亿");
  else if (number >= kWan) append_split(out, number, kWan, "万");
  else append_below_wan(out, number);
}

}  // namespace

std::string amount_in_words(Money amount) {
  std::string out;
  if (amount.value < 0) out += "负";
  // The magnitude of INT64_MIN has no int64.
  const auto fen_in_all = amount.value < 0 ? ~static_cast<std::uint64_t>(amount.value) + 1 : static_cast<std::uint64_t>(amount.value);
  const auto yuan = fen_in_all / 100;
  const auto jiao = fen_in_all / 10 % 10;
  const auto fen = fen_in_all % 10;
  if (yuan > 0 || fen_in_all == 0) {
    if (yuan > 0) append_whole(out, yuan);
    else out += kDigits[0];
    out += "元";
  }
  // A 零 before the jiao where the yuan's own place is empty, and before the fen where the jiao's is.
  if (jiao > 0) {
    if (yuan > 0 && yuan % 10 == 0) out += kDigits[0];
    out += kDigits[jiao];
    out += "角";
  } else if (fen > 0 && yuan > 0) {
    out += kDigits[0];
  }
  if (fen > 0) {
    out += kDigits[fen];
    out += "分";
  } else {
    out += "整";
  }
  return out;
}

}  // namespace mis::documents

#include "modules/payment_channels/domain/iso8583/profile.hpp"

#include <fmt/format.h>

#include <utility>

namespace mis::payment_channels::iso8583 {
namespace {

constexpr int kMostLl = 99;
constexpr int kMostLll = 999;
constexpr int kMostFixed = 999;
constexpr int kMacBytes = 8;
constexpr std::size_t kLeastMessage = 12;  // MTI in ASCII and a bitmap
constexpr std::size_t kMostBinary2 = 65'535;
constexpr std::size_t kMostAscii4 = 9'999;

constexpr FieldSpec n(int size) { return {LengthKind::kFixed, Content::kNumeric, size, {}, {}}; }
constexpr FieldSpec an(int size) { return {LengthKind::kFixed, Content::kText, size, {}, {}}; }
constexpr FieldSpec xn(int size) { return {LengthKind::kFixed, Content::kSigned, size, {}, {}}; }
constexpr FieldSpec b(int size) { return {LengthKind::kFixed, Content::kBinary, size, {}, {}}; }
constexpr FieldSpec ll_n(int size) { return {LengthKind::kLlVar, Content::kNumeric, size, {}, {}}; }
constexpr FieldSpec ll_ans(int size) { return {LengthKind::kLlVar, Content::kText, size, {}, {}}; }
constexpr FieldSpec ll_z(int size) { return {LengthKind::kLlVar, Content::kTrack, size, {}, {}}; }
constexpr FieldSpec lll_ans(int size) { return {LengthKind::kLllVar, Content::kText, size, {}, {}}; }

int most_of(LengthKind kind) {
  switch (kind) {
    case LengthKind::kFixed: return kMostFixed;
    case LengthKind::kLlVar: return kMostLl;
    case LengthKind::kLllVar: return kMostLll;
  }
  return 0;
}

std::size_t most_bytes_of(LengthHeader header) { return header == LengthHeader::kAscii4 ? kMostAscii4 : kMostBinary2; }

}  // namespace

// ISO 8583:1987, table of data elements. Those of cards alone (tracks apart) are left out: who needs one adds it.
Profile standard_1987() {
  Profile p;
  p.name = "iso8583-1987-ascii";
  p.header = LengthHeader::kBinary2;
  p.bitmap = BitmapForm::kHexText;
  const auto put = [&p](std::initializer_list<std::pair<int, FieldSpec>> specs) {
    for (const auto& [field, spec] : specs) p.fields[static_cast<std::size_t>(field)] = spec;
  };
  put({{2, ll_n(19)}, {3, n(6)}, {4, n(12)}, {5, n(12)}, {6, n(12)}, {7, n(10)}, {11, n(6)}, {12, n(6)}, {13, n(4)}, {14, n(4)}, {15, n(4)}, {17, n(4)}});
  put({{18, n(4)}, {22, n(3)}, {23, n(3)}, {24, n(3)}, {25, n(2)}, {26, n(2)}, {28, xn(9)}, {32, ll_n(11)}, {33, ll_n(11)}, {35, ll_z(37)}, {37, an(12)}});
  put({{38, an(6)}, {39, an(2)}, {40, an(3)}, {41, an(8)}, {42, an(15)}, {43, an(40)}, {44, ll_ans(25)}, {45, ll_ans(76)}});
  for (const int field : {46, 47, 48, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63}) put({{field, lll_ans(999)}});
  put({{49, n(3)}, {50, n(3)}, {51, n(3)}, {52, b(8)}, {53, n(16)}, {64, b(8)}});
  put({{66, n(1)}, {70, n(3)}, {73, n(6)}, {74, n(10)}, {75, n(10)}, {76, n(10)}, {77, n(10)}, {86, n(16)}, {87, n(16)}, {88, n(16)}, {89, n(16)}, {90, n(42)}});
  put({{97, xn(17)}, {99, ll_n(11)}, {100, ll_n(11)}, {102, ll_ans(28)}, {103, ll_ans(28)}, {128, b(8)}});
  for (const int field : {120, 121, 122, 123}) put({{field, lll_ans(999)}});
  return p;
}

Profile bcd_1987() {
  Profile p = standard_1987();
  p.name = "iso8583-1987-bcd";
  p.header = LengthHeader::kBinary2Tpdu5;
  p.bitmap = BitmapForm::kBinary;
  p.mti = p.lengths = p.numbers = NumberForm::kBcd;
  // Card numbers and codes of institutions stand at the left of their bytes, amounts and the like at the right.
  for (const std::size_t field : {2, 32, 33, 35, 99, 100}) p.fields[field]->fill = BcdFill::kRight;
  return p;
}

Status check(const Profile& profile) {
  std::vector<FieldError> errors;
  const auto complain = [&errors](std::string pointer, std::string message) { errors.push_back({std::move(pointer), "profile", std::move(message)}); };
  if (profile.name.empty()) complain("/name", "expected a name but found none");
  const std::size_t most = most_bytes_of(profile.header);
  if (profile.most_bytes < kLeastMessage || profile.most_bytes > most)
    complain("/most_bytes", fmt::format("expected {} to {} bytes with this length header but found {}", kLeastMessage, most, profile.most_bytes));
  for (int field = 0; field <= kLastField; ++field) {
    const auto& spec = profile.fields[static_cast<std::size_t>(field)];
    if (!spec) continue;
    const std::string pointer = fmt::format("/fields/{}", field);
    if (field < kFirstField || field == 65) complain(pointer, "expected the fields 2 to 128 without 65, which are bitmaps, but found this one");
    const int least = spec->content == Content::kSigned ? 2 : 1;
    if (spec->size < least || spec->size > most_of(spec->length))
      complain(pointer, fmt::format("expected a size of {} to {} but found {}", least, most_of(spec->length), spec->size));
  }
  if (profile.has_mac)
    for (const int field : {64, 128}) {
      const auto& spec = profile.fields[static_cast<std::size_t>(field)];
      const bool good = spec && spec->length == LengthKind::kFixed && spec->size == kMacBytes && (spec->content == Content::kBinary || spec->content == Content::kBinaryHex);
      if (!good) complain(fmt::format("/fields/{}", field), "expected 8 fixed bytes for the message authentication code but found something else");
    }
  if (errors.empty()) return ok();
  std::string message = errors.front().pointer + ": " + errors.front().message;
  return invalid("payment_channels.iso8583_profile", std::move(message), std::move(errors));
}

}  // namespace mis::payment_channels::iso8583

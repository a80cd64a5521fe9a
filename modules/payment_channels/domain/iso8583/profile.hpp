// How one bank writes ISO 8583: the standard leaves framing, number forms and half of the fields to agreement, so they are
// data here, not code. profile_json.hpp reads a profile from a bank's configuration.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "mis/base/result.hpp"
#include "modules/payment_channels/domain/iso8583/message.hpp"

namespace mis::payment_channels::iso8583 {

enum class LengthHeader : std::uint8_t {
  kNone,          // the bytes are one message; something else frames them
  kBinary2,       // two bytes, big-endian
  kAscii4,        // four decimal digits
  kBinary2Tpdu5,  // two bytes, big-endian, then a TPDU of five bytes, which the length counts
};

enum class BitmapForm : std::uint8_t { kBinary, kHexText };
enum class NumberForm : std::uint8_t { kAscii, kBcd };
// Where an odd number of BCD digits has its filling digit 0: before the first one or behind the last one.
enum class BcdFill : std::uint8_t { kLeft, kRight };

enum class LengthKind : std::uint8_t { kFixed, kLlVar, kLllVar };

enum class Content : std::uint8_t {
  kNumeric,    // n: digits; ASCII or BCD as the profile (or the field) says
  kText,       // a, an, ans: bytes as they are; a fixed field is filled with blanks on the right
  kSigned,     // x+n: 'C' or 'D' in ASCII, then digits
  kTrack,      // z: digits and the separator, written '=' in the value; BCD has 1101 for it
  kBinary,     // b: raw bytes
  kBinaryHex,  // b, written as two hexadecimal digits a byte; lengths count bytes
};

struct FieldSpec {
  LengthKind length = LengthKind::kFixed;
  Content content = Content::kText;
  int size = 0;  // digits, characters or bytes: exactly so many if fixed, at most so many if not
  std::optional<NumberForm> numbers;  // where this field differs from the rest
  std::optional<BcdFill> fill;
  bool operator==(const FieldSpec&) const = default;
};

struct Profile {
  std::string name;
  LengthHeader header = LengthHeader::kBinary2;
  bool length_counts_itself = false;
  bool heartbeats = false;  // a length of nothing is a sign of life and no message; it is sent back
  BitmapForm bitmap = BitmapForm::kBinary;
  bool always_second_bitmap = false;  // sends bit 1 and an all-zero second bitmap too; both are accepted either way
  NumberForm mti = NumberForm::kAscii;
  NumberForm lengths = NumberForm::kAscii;  // of LLVAR and LLLVAR fields
  NumberForm numbers = NumberForm::kAscii;
  BcdFill fill = BcdFill::kLeft;
  bool has_mac = false;           // the last field is 64, or 128 where there are fields above 64, and covers all before it
  bool mac_on_network = false;    // 08xx messages bear the code too; without it they may, as keys are agreed by them
  std::size_t most_bytes = 4096;  // of a message without its length header
  std::array<std::optional<FieldSpec>, kLastField + 1> fields;

  bool operator==(const Profile&) const = default;
};

// The fields of ISO 8583:1987 that bill payment uses, all ASCII with a hex bitmap; banks' profiles start from it.
Profile standard_1987();
// The same fields as UnionPay's terminals send them: TPDU, BCD, binary bitmap.
Profile bcd_1987();

// Says what cannot be in a profile: sizes that the length prefix cannot tell, a code's field that is no 8 bytes, a
// message longer than its header can say. Errors name the field as "/fields/48".
Status check(const Profile& profile);

}  // namespace mis::payment_channels::iso8583

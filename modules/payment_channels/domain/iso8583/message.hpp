// An ISO 8583 message as values, whatever the bytes on the wire look like; codec.hpp reads and writes those.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace mis::payment_channels::iso8583 {

inline constexpr int kFirstField = 2;
inline constexpr int kLastField = 128;

// Fields by number. Digits are text ("000000010000"), text is as it came (with the blanks that fill a fixed field), binary
// fields are raw bytes whatever form they have on the wire. The bitmaps (and so field 1) and the message authentication
// code's place are the codec's business, not part of the value; a received code stands in field 64 or 128.
struct Message {
  std::string mti;   // "0200"
  std::string tpdu;  // 5 raw bytes where the bank's profile has them, else empty
  std::map<int, std::string> fields;

  bool operator==(const Message&) const = default;
  bool has(int field) const { return fields.contains(field); }
  // Empty where the field is absent.
  std::string_view get(int field) const {
    const auto found = fields.find(field);
    return found == fields.end() ? std::string_view{} : std::string_view(found->second);
  }
  // Without blanks at the end, for text fields.
  std::string_view trimmed(int field) const {
    std::string_view text = get(field);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
  }
  Message& set(int field, std::string value) {
    fields[field] = std::move(value);
    return *this;
  }
};

}  // namespace mis::payment_channels::iso8583

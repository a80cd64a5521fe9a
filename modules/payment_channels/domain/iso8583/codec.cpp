#include "modules/payment_channels/domain/iso8583/codec.hpp"

#include <fmt/format.h>

#include <array>
#include <bitset>

#include "modules/payment_channels/domain/iso8583/wire.hpp"

namespace mis::payment_channels::iso8583 {
namespace {

constexpr std::size_t kMtiDigits = 4;
constexpr std::size_t kBitmapBytes = 8;
constexpr std::size_t kTpduBytes = 5;
constexpr int kFirstBitmapFields = 64;
constexpr int kThirdBitmap = 65;

using Present = std::bitset<kLastField + 1>;

Error complaint(int field, std::string_view code, std::string message) {
  std::string pointer = field == 0 ? "/mti" : field == 1 ? "/bitmap" : fmt::format("/{}", field);
  std::string whole = "payment_channels.iso8583_" + std::string(code);
  std::vector<FieldError> fields{{std::move(pointer), std::string(code), message}};
  return invalid(std::move(whole), std::move(message), std::move(fields));
}

std::string name_of(int field) { return field == 0 ? "MTI" : field == 1 ? "bitmap" : fmt::format("field {}", field); }

std::size_t header_bytes(LengthHeader header) {
  switch (header) {
    case LengthHeader::kNone: return 0;
    case LengthHeader::kBinary2:
    case LengthHeader::kBinary2Tpdu5: return 2;
    case LengthHeader::kAscii4: return 4;
  }
  return 0;
}

std::size_t tpdu_bytes(const Profile& profile) { return profile.header == LengthHeader::kBinary2Tpdu5 ? kTpduBytes : 0; }

std::size_t length_digits(LengthKind kind) { return kind == LengthKind::kLlVar ? 2 : kind == LengthKind::kLllVar ? 3 : 0; }

NumberForm form_of(const Profile& profile, const FieldSpec& spec) { return spec.numbers.value_or(profile.numbers); }
BcdFill fill_of(const Profile& profile, const FieldSpec& spec) { return spec.fill.value_or(profile.fill); }

bool is_bcd(const Profile& profile, const FieldSpec& spec) {
  const bool digits = spec.content == Content::kNumeric || spec.content == Content::kTrack || spec.content == Content::kSigned;
  return digits && form_of(profile, spec) == NumberForm::kBcd;
}

// How many bytes a value of `size` digits, characters or bytes takes on the wire.
std::size_t bytes_of(const Profile& profile, const FieldSpec& spec, std::size_t size) {
  const bool bcd = form_of(profile, spec) == NumberForm::kBcd;
  switch (spec.content) {
    case Content::kNumeric:
    case Content::kTrack: return bcd ? wire::bcd_bytes(size) : size;
    case Content::kSigned: return bcd && size > 0 ? 1 + wire::bcd_bytes(size - 1) : size;
    case Content::kText:
    case Content::kBinary: return size;
    case Content::kBinaryHex: return size * 2;
  }
  return size;
}

std::string expected_of(const FieldSpec& spec, std::size_t size) {
  switch (spec.content) {
    case Content::kNumeric: return fmt::format("{} digits", size);
    case Content::kText: return fmt::format("{} characters", size);
    case Content::kSigned: return size > 0 ? fmt::format("C or D and {} digits", size - 1) : "C or D and digits";
    case Content::kTrack: return fmt::format("{} digits of a track", size);
    case Content::kBinary: return fmt::format("{} bytes", size);
    case Content::kBinaryHex: return fmt::format("{} bytes in hexadecimal digits", size);
  }
  return {};
}

bool is_track(std::string_view text) {
  for (const char c : text)
    if (!(c >= '0' && c <= '9') && c != '=') return false;
  return true;
}

bool is_signed(std::string_view text) { return text.empty() || ((text[0] == 'C' || text[0] == 'D') && wire::is_digits(text.substr(1))); }

// The bytes of a frame from left to right. `take` is the one place that looks at them.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::size_t at() const { return at_; }
  std::size_t left() const { return bytes_.size() - at_; }
  std::string_view rest() const { return bytes_.substr(at_); }

  Result<std::string_view> take(int field, std::size_t count, const std::string& expected) {
    if (count > left())
      return complaint(field, "short", fmt::format("{} at byte {}: expected {} ({} bytes) but only {} bytes are left", name_of(field), at_, expected, count, left()));
    const std::string_view taken = bytes_.substr(at_, count);
    at_ += count;
    return taken;
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

// `found` is quoted already.
Error bad_content(int field, std::size_t at, const std::string& expected, const std::string& found) {
  return complaint(field, "content", fmt::format("{} at byte {}: expected {} but found {}", name_of(field), at, expected, found));
}

Result<std::string> read_digits(Reader& reader, int field, std::size_t digits, NumberForm form, BcdFill fill, const std::string& expected) {
  const std::size_t at = reader.at();
  const auto raw = reader.take(field, form == NumberForm::kBcd ? wire::bcd_bytes(digits) : digits, expected);
  if (!raw) return raw.error();
  if (form == NumberForm::kAscii) {
    if (!wire::is_digits(*raw)) return bad_content(field, at, expected, wire::quoted(*raw));
    return std::string(*raw);
  }
  auto text = wire::from_bcd(*raw, digits, fill, false);
  if (!text) return bad_content(field, at, expected + " in BCD", wire::quoted_hex(*raw));
  return *std::move(text);
}

// The value of raw bytes whose number is right already.
std::optional<std::string> value_of(const Profile& profile, const FieldSpec& spec, std::size_t size, std::string_view raw) {
  const bool bcd = form_of(profile, spec) == NumberForm::kBcd;
  const BcdFill fill = fill_of(profile, spec);
  switch (spec.content) {
    case Content::kNumeric:
      if (bcd) return wire::from_bcd(raw, size, fill, false);
      return wire::is_digits(raw) ? std::optional<std::string>(raw) : std::nullopt;
    case Content::kTrack: {
      if (bcd) return wire::from_bcd(raw, size, fill, true);
      std::string text(raw);
      for (char& c : text)
        if (c == 'D') c = '=';
      return is_track(text) ? std::optional<std::string>(std::move(text)) : std::nullopt;
    }
    case Content::kSigned: {
      if (!bcd || raw.empty()) return is_signed(raw) ? std::optional<std::string>(raw) : std::nullopt;
      auto digits = wire::from_bcd(raw.substr(1), size - 1, fill, false);
      if (!digits || (raw[0] != 'C' && raw[0] != 'D')) return {};
      return raw[0] + *digits;
    }
    case Content::kText:
    case Content::kBinary: return std::string(raw);
    case Content::kBinaryHex: return wire::from_hex(raw);
  }
  return {};
}

Result<std::string> read_field(Reader& reader, const Profile& profile, int field, const FieldSpec& spec) {
  std::size_t size = static_cast<std::size_t>(spec.size);
  if (spec.length != LengthKind::kFixed) {
    const std::size_t at = reader.at(), digits = length_digits(spec.length);
    const auto length = read_digits(reader, field, digits, profile.lengths, BcdFill::kLeft, fmt::format("a length of {} digits", digits));
    if (!length) return length.error();
    size = 0;
    for (const char c : *length) size = size * 10 + static_cast<std::size_t>(c - '0');
    if (size > static_cast<std::size_t>(spec.size))
      return complaint(field, "length", fmt::format("field {} at byte {}: expected a length of at most {} but found {}", field, at, spec.size, size));
  }
  const std::size_t at = reader.at();
  const std::string expected = expected_of(spec, size);
  const auto raw = reader.take(field, bytes_of(profile, spec, size), expected);
  if (!raw) return raw.error();
  auto value = value_of(profile, spec, size, *raw);
  if (!value) return bad_content(field, at, expected, is_bcd(profile, spec) ? wire::quoted_hex(*raw) : wire::quoted(*raw));
  return *std::move(value);
}

Result<std::string> read_bitmap(Reader& reader, BitmapForm form, const char* which) {
  const std::size_t at = reader.at();
  const auto raw = reader.take(1, form == BitmapForm::kBinary ? kBitmapBytes : 2 * kBitmapBytes, which);
  if (!raw) return raw.error();
  if (form == BitmapForm::kBinary) return std::string(*raw);
  auto bytes = wire::from_hex(*raw);
  if (!bytes) return bad_content(1, at, std::string(which) + " in hexadecimal digits", wire::quoted(*raw, wire::Cards::kNone));
  return *std::move(bytes);
}

void mark(Present& present, std::string_view bitmap, int first_field) {
  for (int i = 0; i < kFirstBitmapFields; ++i)
    if ((static_cast<unsigned char>(bitmap[static_cast<std::size_t>(i / 8)]) >> (7 - i % 8)) & 1) present.set(static_cast<std::size_t>(first_field + i));
}

Result<Present> read_bitmaps(Reader& reader, BitmapForm form) {
  Present present;
  const auto first = read_bitmap(reader, form, "the bitmap");
  if (!first) return first.error();
  mark(present, *first, 1);
  if (present.test(1)) {
    const std::size_t at = reader.at();
    const auto second = read_bitmap(reader, form, "the second bitmap");
    if (!second) return second.error();
    mark(present, *second, kFirstBitmapFields + 1);
    if (present.test(kThirdBitmap))
      return complaint(1, "bitmap", fmt::format("bitmap at byte {}: expected no third bitmap (field 65) but it is announced", at));
  }
  present.reset(1);
  return present;
}

int last_of(const Present& present) {
  for (int field = kLastField; field >= kFirstField; --field)
    if (present.test(static_cast<std::size_t>(field))) return field;
  return 0;
}

bool is_network(std::string_view mti) { return mti.size() == kMtiDigits && mti[1] == '8'; }

std::string be16(std::size_t value) { return {static_cast<char>(value >> 8 & 0xFF), static_cast<char>(value & 0xFF)}; }

// The fields behind the bitmaps, and where the code's field begins.
Result<std::size_t> read_fields(Reader& reader, const Profile& profile, const Present& present, Message& message) {
  std::size_t last_begins = reader.at();
  for (int field = kFirstField; field <= kLastField; ++field) {
    const auto index = static_cast<std::size_t>(field);
    if (!present.test(index)) continue;
    const auto& spec = profile.fields[index];
    if (!spec)
      return complaint(field, "unknown_field", fmt::format("field {} at byte {}: expected a field that the profile {} has but found this one in the bitmap", field,
                                                           reader.at(), profile.name));
    last_begins = reader.at();
    auto value = read_field(reader, profile, field, *spec);
    if (!value) return value.error();
    message.fields.emplace_hint(message.fields.end(), field, *std::move(value));
  }
  return last_begins;
}

Status write_digits(std::string& out, int field, std::string_view digits, NumberForm form, BcdFill fill, const std::string& expected) {
  if (!wire::is_digits(digits)) return complaint(field, "content", fmt::format("{}: expected {} but found {}", name_of(field), expected, wire::quoted(digits)));
  out += form == NumberForm::kBcd ? wire::to_bcd(digits, fill) : std::string(digits);
  return ok();
}

Status write_field(std::string& out, const Profile& profile, int field, const FieldSpec& spec, std::string value) {
  const auto most = static_cast<std::size_t>(spec.size);
  const bool fixed = spec.length == LengthKind::kFixed;
  if (fixed && spec.content == Content::kText && value.size() < most) value.resize(most, ' ');
  const std::string expected = (fixed ? "" : "at most ") + expected_of(spec, most);
  if (value.size() > most || (fixed && value.size() != most))
    return complaint(field, "length", fmt::format("field {}: expected {} but found {} of them", field, expected, value.size()));
  if (!fixed)
    if (const auto written = write_digits(out, field, fmt::format("{:0{}}", value.size(), length_digits(spec.length)), profile.lengths, BcdFill::kLeft, expected); !written) return written.error();
  const bool bcd = form_of(profile, spec) == NumberForm::kBcd;
  const BcdFill fill = fill_of(profile, spec);
  const bool good = spec.content == Content::kNumeric  ? wire::is_digits(value)
                    : spec.content == Content::kSigned ? is_signed(value)
                    : spec.content == Content::kTrack  ? is_track(value)
                                                       : true;
  if (!good) return complaint(field, "content", fmt::format("field {}: expected {} but found {}", field, expected, wire::quoted(value)));
  switch (spec.content) {
    case Content::kNumeric:
    case Content::kTrack: out += bcd ? wire::to_bcd(value, fill) : value; break;
    case Content::kSigned: out += bcd && !value.empty() ? value[0] + wire::to_bcd(std::string_view(value).substr(1), fill) : value; break;
    case Content::kText:
    case Content::kBinary: out += value; break;
    case Content::kBinaryHex: out += wire::to_hex(value); break;
  }
  return ok();
}

void append_bitmaps(std::string& out, const Present& present, bool second, BitmapForm form) {
  std::string bitmap(second ? 2 * kBitmapBytes : kBitmapBytes, '\0');
  for (std::size_t field = 1; field <= bitmap.size() * 8; ++field)
    if (present.test(field)) bitmap[(field - 1) / 8] = static_cast<char>(bitmap[(field - 1) / 8] | (0x80 >> ((field - 1) % 8)));
  if (second) bitmap[0] = static_cast<char>(bitmap[0] | 0x80);
  out += form == BitmapForm::kHexText ? wire::to_hex(bitmap) : bitmap;
}

Result<std::string> with_header(const Profile& profile, const Message& message, const std::string& body) {
  if (body.size() > profile.most_bytes)
    return invalid("payment_channels.iso8583_too_long", fmt::format("expected a message of at most {} bytes but it has {}", profile.most_bytes, body.size()));
  const std::size_t tpdu = tpdu_bytes(profile), header = header_bytes(profile.header);
  if (message.tpdu.size() != tpdu)
    return invalid("payment_channels.iso8583_tpdu", fmt::format("expected a TPDU of {} bytes but found one of {}", tpdu, message.tpdu.size()));
  const std::size_t length = tpdu + body.size() + (profile.length_counts_itself ? header : 0);
  if (length > (profile.header == LengthHeader::kAscii4 ? 9'999U : 65'535U))
    return invalid("payment_channels.iso8583_too_long", fmt::format("expected a message that the length header can tell but it has {} bytes", length));
  std::string frame;
  switch (profile.header) {
    case LengthHeader::kNone: break;
    case LengthHeader::kBinary2:
    case LengthHeader::kBinary2Tpdu5: frame = be16(length); break;
    case LengthHeader::kAscii4: frame = fmt::format("{:04}", length); break;
  }
  return frame + message.tpdu + body;
}

}  // namespace

Result<std::size_t> frame_size(const Profile& profile, std::string_view stream) {
  const std::size_t header = header_bytes(profile.header);
  if (header == 0) return stream.size();
  if (stream.size() < header) return std::size_t{0};
  const std::string_view text = stream.substr(0, header);
  std::size_t length = 0;
  if (profile.header == LengthHeader::kAscii4) {
    if (!wire::is_digits(text))
      return invalid("payment_channels.iso8583_frame", fmt::format("length header: expected 4 digits but found {}", wire::quoted(text)));
    for (const char c : text) length = length * 10 + static_cast<std::size_t>(c - '0');
  } else {
    length = static_cast<std::size_t>(static_cast<unsigned char>(text[0])) << 8 | static_cast<unsigned char>(text[1]);
  }
  const std::size_t itself = profile.length_counts_itself ? header : 0;
  if (profile.heartbeats && length == itself) return header;
  const std::size_t least = itself + tpdu_bytes(profile) + kMtiDigits / 2 + kBitmapBytes, most = itself + tpdu_bytes(profile) + profile.most_bytes;
  if (length < least || length > most)
    return invalid("payment_channels.iso8583_frame", fmt::format("length header: expected {} to {} but found {}", least, most, length));
  const std::size_t whole = header + length - itself;
  return stream.size() < whole ? std::size_t{0} : whole;
}

bool is_heartbeat(const Profile& profile, std::string_view frame) {
  if (!profile.heartbeats || frame.empty() || frame.size() != header_bytes(profile.header)) return false;
  const auto size = frame_size(profile, frame);
  return size && *size == frame.size();
}

Result<Decoded> decode(const Profile& profile, std::string_view frame) {
  if (is_heartbeat(profile, frame)) return invalid("payment_channels.iso8583_frame", "expected a message but found a heartbeat");
  const auto size = frame_size(profile, frame);
  if (!size) return size.error();
  if (*size != frame.size() || frame.empty())
    return invalid("payment_channels.iso8583_frame", *size == 0 ? fmt::format("expected a whole message but found only {} bytes of it", frame.size())
                                                               : fmt::format("expected one message of {} bytes but found {} bytes", *size, frame.size()));
  if (frame.size() > header_bytes(profile.header) + tpdu_bytes(profile) + profile.most_bytes)
    return invalid("payment_channels.iso8583_too_long", fmt::format("expected a message of at most {} bytes but it has {}", profile.most_bytes, frame.size()));
  Decoded decoded;
  Reader reader(frame);
  if (const auto header = reader.take(0, header_bytes(profile.header), "a length header"); !header) return header.error();
  const auto tpdu = reader.take(0, tpdu_bytes(profile), "a TPDU");
  if (!tpdu) return tpdu.error();
  decoded.message.tpdu = *tpdu;
  const std::size_t begin = reader.at();
  auto mti = read_digits(reader, 0, kMtiDigits, profile.mti, BcdFill::kLeft, "4 digits");
  if (!mti) return mti.error();
  decoded.message.mti = *std::move(mti);
  const auto present = read_bitmaps(reader, profile.bitmap);
  if (!present) return present.error();
  const auto last_begins = read_fields(reader, profile, *present, decoded.message);
  if (!last_begins) return last_begins.error();
  if (reader.left() != 0)
    return complaint(1, "trailing", fmt::format("bitmap: expected the message to end at byte {} but {} more bytes follow", reader.at(), reader.left()));
  if (!profile.has_mac) return decoded;

  const int last = last_of(*present);
  const bool bears_code = last == 64 || last == 128;
  if (present->test(64) && last > 64)
    return complaint(64, "mac_place", "field 64: expected the message authentication code to be the last field but fields follow that it does not cover");
  if (!bears_code && (profile.mac_on_network || !is_network(decoded.message.mti)))
    return complaint(64, "mac_missing", "field 64 or 128: expected a message authentication code but found none");
  if (bears_code) {
    decoded.covered = frame.substr(begin, *last_begins - begin);
    decoded.mac = decoded.message.get(last);
  }
  return decoded;
}

Result<std::string> encode(const Profile& profile, const Message& message, const MacFunction& mac) {
  const bool with_mac = profile.has_mac && (profile.mac_on_network || !is_network(message.mti));
  Present present;
  for (const auto& [field, value] : message.fields) {
    if (field < kFirstField || field > kLastField || field == kThirdBitmap || !profile.fields[static_cast<std::size_t>(field)])
      return complaint(field, "unknown_field", fmt::format("field {}: expected a field that the profile {} has but found this one", field, profile.name));
    if (!profile.has_mac || (field != 64 && field != 128)) present.set(static_cast<std::size_t>(field));
  }
  const bool second = last_of(present) > kFirstBitmapFields || profile.always_second_bitmap;
  const int mac_field = last_of(present) > kFirstBitmapFields ? 128 : 64;
  if (with_mac) present.set(static_cast<std::size_t>(mac_field));
  if (with_mac && !mac) return complaint(mac_field, "mac_missing", fmt::format("field {}: expected a way to compute the code but none was given", mac_field));

  std::string body;
  if (message.mti.size() != kMtiDigits) return complaint(0, "length", fmt::format("MTI: expected 4 digits but found {}", wire::quoted(message.mti)));
  if (const auto written = write_digits(body, 0, message.mti, profile.mti, BcdFill::kLeft, "4 digits"); !written) return written.error();
  append_bitmaps(body, present, second, profile.bitmap);
  for (const auto& [field, value] : message.fields) {
    if (!present.test(static_cast<std::size_t>(field)) || (with_mac && field == mac_field)) continue;
    if (const auto written = write_field(body, profile, field, *profile.fields[static_cast<std::size_t>(field)], value); !written) return written.error();
  }
  if (with_mac) {
    auto code = mac(body);
    if (!code) return code.error();
    const auto& spec = profile.fields[static_cast<std::size_t>(mac_field)];
    if (!spec) return complaint(mac_field, "unknown_field", fmt::format("field {}: expected the profile {} to have the code's field but it has not", mac_field, profile.name));
    if (const auto written = write_field(body, profile, mac_field, *spec, *std::move(code)); !written) return written.error();
  }
  return with_header(profile, message, body);
}

std::string answer_tpdu(std::string_view tpdu) {
  std::string answer(tpdu);
  if (answer.size() == kTpduBytes) answer = std::string{tpdu[0], tpdu[3], tpdu[4], tpdu[1], tpdu[2]};
  return answer;
}

}  // namespace mis::payment_channels::iso8583

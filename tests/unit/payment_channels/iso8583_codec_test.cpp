#include <catch2/catch.hpp>

#include "modules/payment_channels/domain/iso8583/codec.hpp"
#include "tests/unit/payment_channels/vectors.hpp"

using namespace mis;
using namespace mis::payment_channels;
using namespace mis::payment_channels::iso8583;
using payment_channels::test::bytes_of;
using payment_channels::test::text_profile;

namespace {

Message payment() {
  Message m;
  m.mti = "0200";
  m.set(3, "180000").set(4, "000000012345").set(7, "1115093001").set(11, "000042").set(12, "093001").set(13, "1115");
  m.set(32, "01020000").set(37, "000000000042").set(41, "T0000001").set(42, "WATTHOUR").set(48, "0101010000000010").set(49, "156");
  return m;
}

// What encode fills up: fixed text to its whole width.
Message as_received(Message m, const Profile& profile) {
  for (auto& [field, value] : m.fields) {
    const auto& spec = profile.fields[static_cast<std::size_t>(field)];
    if (spec->length == LengthKind::kFixed && spec->content == Content::kText) value.resize(static_cast<std::size_t>(spec->size), ' ');
  }
  return m;
}

std::string encoded(const Profile& profile, const Message& message, const MacFunction& mac = {}) {
  auto bytes = encode(profile, message, mac);
  if (!bytes) FAIL(bytes.error().message);
  return std::move(bytes).value();
}

Error refusal(const Profile& profile, std::string_view frame) {
  const auto decoded = decode(profile, frame);
  if (decoded) FAIL("expected a refusal but the message was read");
  return decoded.error();
}

std::string refused(const Profile& profile, std::string_view frame) { return refusal(profile, frame).message; }

Result<std::string> checksum(std::string_view covered) {
  unsigned char sum = 0;
  for (const char c : covered) sum = static_cast<unsigned char>(sum * 31 + static_cast<unsigned char>(c));
  return std::string(8, static_cast<char>(sum));
}

}  // namespace

TEST_CASE("a reversal of a bill payment is read field by field", "[iso8583]") {
  const auto decoded = decode(text_profile(), payment_channels::test::kReversal);
  REQUIRE(decoded);
  const Message& m = decoded->message;
  CHECK(m.mti == "0400");
  CHECK(m.get(2) == "1111111110000000000");
  CHECK(m.get(3) == "180000");
  CHECK(m.get(4) == "000000030000");
  CHECK(m.has(32));
  CHECK(m.get(32).empty());
  CHECK(m.get(42) == "00003430003948 ");
  CHECK(m.trimmed(42) == "00003430003948");
  CHECK(m.get(48) == "08110012000004096565733200000003000001");
  CHECK(m.get(90) == "020000331609080645190000000020000000000000");
  CHECK_FALSE(m.has(39));
  CHECK(m.fields.size() == 17);
  CHECK(encoded(text_profile(), m) == payment_channels::test::kReversal);
}

TEST_CASE("every form of a profile gives back the message that went in", "[iso8583]") {
  for (const auto header : {LengthHeader::kNone, LengthHeader::kBinary2, LengthHeader::kAscii4, LengthHeader::kBinary2Tpdu5})
    for (const auto bitmap : {BitmapForm::kBinary, BitmapForm::kHexText})
      for (const auto numbers : {NumberForm::kAscii, NumberForm::kBcd})
        for (const auto fill : {BcdFill::kLeft, BcdFill::kRight})
          for (const bool itself : {false, true})
            for (const bool second : {false, true})
              for (const bool mac : {false, true}) {
                Profile p = standard_1987();
                p.header = header;
                p.length_counts_itself = itself && header != LengthHeader::kNone;
                p.bitmap = bitmap;
                p.mti = p.lengths = p.numbers = numbers;
                p.fill = fill;
                p.always_second_bitmap = second;
                p.has_mac = mac;
                REQUIRE(check(p));
                Message m = payment();
                if (header == LengthHeader::kBinary2Tpdu5) m.tpdu = bytes_of("6000030000");
                for (const bool wide : {false, true}) {
                  if (wide) m.set(90, std::string(42, '7')).set(97, "D0000000000012345").set(35, "62222222=1234").set(52, std::string("\0\x01\xFF\x80\0\0\0\x09", 8)).set(23, "001");
                  const std::string frame = encoded(p, m, checksum);
                  const auto size = frame_size(p, frame);
                  REQUIRE(size);
                  CHECK(*size == frame.size());
                  auto decoded = decode(p, frame);
                  if (!decoded) FAIL(decoded.error().message);
                  CHECK(decoded->has_mac() == mac);
                  if (mac) {
                    CHECK(checksum(decoded->covered).value() == decoded->mac);
                    decoded->message.fields.erase(wide ? 128 : 64);
                  }
                  CHECK(decoded->message == as_received(m, p));
                }
              }
}

TEST_CASE("the bytes of BCD, binary bitmap and TPDU are those that UnionPay's terminals send", "[iso8583]") {
  Message m;
  m.mti = "0200";
  m.tpdu = bytes_of("6000030000");
  m.set(2, "6222021").set(3, "380000").set(11, "000042").set(49, "156").set(62, "AB");
  CHECK(wire::to_hex(encoded(bcd_1987(), m)) ==
        "0020" "6000030000" "0200" "6020000000008004" "0762220210" "380000" "000042" "0156" "00024142");
}

TEST_CASE("bit 1 with an all-zero second bitmap is accepted, as npm's iso_8583 sends it", "[iso8583]") {
  const std::string plain = "08000220000000800000" "0102030405" "000042" "12345678";
  std::string with_bit_1 = "08008220000000800000" "0000000000000000" "0102030405" "000042" "12345678";
  const auto first = decode(text_profile(), plain), second = decode(text_profile(), with_bit_1);
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->message == second->message);
  Profile always = text_profile();
  always.always_second_bitmap = true;
  CHECK(encoded(always, first->message) == with_bit_1);
  CHECK(encoded(text_profile(), second->message) == plain);
  with_bit_1.replace(20, 16, "8000000000000000");  // field 65: a third bitmap
  CHECK(refused(text_profile(), with_bit_1).find("third bitmap") != std::string::npos);
}

TEST_CASE("messages that npm's iso_8583 2.6.7 has written are read, and written back as it writes them", "[iso8583]") {
  const std::string pay = bytes_of(
      "008230323030b238000108c180000000000000000000313830303030303030303030303132333435313131353039333030313030303034323039333030313131313530383031303230303030"
      "303030303030303030303432543030303030303157415454484f555220202020202020303135303130313030313030303030303130313536");
  const std::string echo = bytes_of("0027303830308220000000000000040000000000000031313135303933303031303030303031333031");
  Profile p = standard_1987();
  p.bitmap = BitmapForm::kBinary;
  p.always_second_bitmap = true;
  const auto decoded = decode(p, pay);
  if (!decoded) FAIL(decoded.error().message);
  CHECK(decoded->message == as_received(payment().set(48, "010100100000010"), p));
  CHECK(encoded(p, decoded->message) == pay);
  CHECK(decode(p, echo).value().message.get(70) == "301");
  CHECK(encoded(p, decode(p, echo).value().message) == echo);
}

TEST_CASE("a frame's size is told from its header alone, and impossible ones are refused at once", "[iso8583]") {
  Profile p = standard_1987();
  CHECK(frame_size(p, "").value() == 0);
  CHECK(frame_size(p, std::string("\x00", 1)).value() == 0);
  CHECK(frame_size(p, std::string("\x00\x20", 2)).value() == 0);
  CHECK(frame_size(p, std::string("\x00\x20", 2) + std::string(31, '0')).value() == 0);
  CHECK(frame_size(p, std::string("\x00\x20", 2) + std::string(40, '0')).value() == 34);
  CHECK_FALSE(frame_size(p, std::string("\x00\x00", 2)));
  CHECK_FALSE(frame_size(p, std::string("\xFF\xFF", 2)));
  p.header = LengthHeader::kAscii4;
  CHECK(frame_size(p, "003").value() == 0);
  CHECK(frame_size(p, "0032").value() == 0);
  const auto text = frame_size(p, "GET / HTTP/1.1");
  REQUIRE_FALSE(text);
  CHECK(text.error().message == "length header: expected 4 digits but found \"GET \"");
}

TEST_CASE("a heartbeat is a frame of its own where a bank sends them, and an impossible length elsewhere", "[iso8583]") {
  Profile p = standard_1987();
  p.header = LengthHeader::kAscii4;
  CHECK_FALSE(frame_size(p, "0000"));
  CHECK_FALSE(is_heartbeat(p, "0000"));
  p.heartbeats = true;
  CHECK(frame_size(p, "0000" "0105").value() == 4);
  CHECK(frame_size(p, "000").value() == 0);
  CHECK(is_heartbeat(p, "0000"));
  CHECK_FALSE(is_heartbeat(p, "0001"));
  CHECK_FALSE(is_heartbeat(p, "00000"));
  CHECK(refused(p, "0000") == "expected a message but found a heartbeat");
  p.length_counts_itself = true;
  CHECK(is_heartbeat(p, "0004"));
  CHECK_FALSE(is_heartbeat(p, "0000"));
}

TEST_CASE("a refusal says field, place, what was expected and what was found", "[iso8583]") {
  const Profile p = text_profile();
  const std::string good(payment_channels::test::kAdvice);
  CHECK(refused(p, "04A0" + good.substr(4)) == "MTI at byte 0: expected 4 digits but found \"04A0\"");
  CHECK(refused(p, good.substr(0, 4) + "723000810000000G" + good.substr(20)) ==
        "bitmap at byte 4: expected the bitmap in hexadecimal digits but found \"723000810000000G\"");
  std::string letters = good;
  letters.replace(28, 12, "00000000O300");
  CHECK(refused(p, letters) == "field 4 at byte 28: expected 12 digits but found \"00000000O300\"");
  CHECK(refused(p, good.substr(0, good.size() - 1)) == "field 32 at byte 66: expected 11 digits (11 bytes) but only 10 bytes are left");
  CHECK(refused(p, good + "9").find("1 more bytes follow") != std::string::npos);
  std::string long_pan = good;
  long_pan.replace(20, 2, "20");
  CHECK(refused(p, long_pan) == "field 2 at byte 20: expected a length of at most 19 but found 20");
  Profile without = p;
  without.fields[25].reset();
  const Error error = refusal(without, good);
  CHECK(error.code == "payment_channels.iso8583_unknown_field");
  REQUIRE(error.fields.size() == 1);
  CHECK(error.fields[0].pointer == "/25");
}

TEST_CASE("a refusal does not quote a whole card number", "[iso8583]") {
  Message m = payment();
  m.set(2, "6222021234567890123X");
  Profile p = text_profile();
  p.fields[2]->size = 25;
  const auto bytes = encode(p, m);
  REQUIRE_FALSE(bytes);
  CHECK(bytes.error().message.find("622202*********0123X") != std::string::npos);
  CHECK(wire::quoted_hex(bytes_of("62220212345678901230")) == "622202… (hex)");
}

TEST_CASE("what does not fit its field is refused, never cut or sent as something else", "[iso8583]") {
  const std::vector<std::pair<int, std::string>> wrong = {{4, "12345"},          {4, "0000000123456"},   {4, "00000001234 "},       {32, "123456789012"},
                                                          {42, "1234567890123456"}, {49, "RMB"},          {97, "X0000000000000001"}, {97, "D1"},
                                                          {48, std::string(1000, 'x')}, {64, "short"},   {1, "x"},                  {129, "x"},
                                                          {0, "x"},              {-7, "x"},              {65, "x"},                 {111, "x"},
                                                          {35, "12D34"},         {52, std::string(9, 'x')}};
  for (const auto& [field, value] : wrong) {
    CAPTURE(field, value);
    const auto bytes = encode(text_profile(), payment().set(field, value));
    REQUIRE_FALSE(bytes);
    CHECK(bytes.error().kind == ErrorKind::kInvalid);
    CHECK(bytes.error().message.find("field " + std::to_string(field)) == 0);
  }
  Message m = payment();
  m.mti = "200";
  CHECK_FALSE(encode(text_profile(), m));
  m = payment();
  m.tpdu = "12345";
  CHECK_FALSE(encode(text_profile(), m));
  Profile small = text_profile();
  small.most_bytes = 60;
  CHECK(encode(small, payment()).error().code == "payment_channels.iso8583_too_long");
}

TEST_CASE("the authentication code covers everything before its field, and nothing may follow it", "[iso8583]") {
  Profile p = text_profile();
  p.has_mac = true;
  const std::string frame = encoded(p, payment(), checksum);
  const auto decoded = decode(p, frame);
  REQUIRE(decoded);
  CHECK(decoded->covered == std::string_view(frame).substr(0, frame.size() - 8));
  CHECK(decoded->mac == frame.substr(frame.size() - 8));

  Profile none = p;
  none.has_mac = false;
  CHECK(refusal(p, encoded(none, payment())).code == "payment_channels.iso8583_mac_missing");
  // Field 64 in the middle would leave field 90, what is to be reversed, to whoever wants to change it.
  CHECK(refusal(p, encoded(none, payment().set(64, "12345678").set(90, std::string(42, '0')))).code == "payment_channels.iso8583_mac_place");
  CHECK_FALSE(encode(p, payment()));
  CHECK(encode(p, payment(), [](std::string_view) -> Result<std::string> { return std::string("four"); }).error().message.find("field 64") == 0);

  Message sign_on;
  sign_on.mti = "0800";
  sign_on.set(7, "1115093001").set(11, "000001").set(70, "001");
  CHECK(decode(p, encoded(p, sign_on)).value().mac.empty());
  p.mac_on_network = true;
  CHECK_FALSE(encode(p, sign_on));
  CHECK(decode(p, encoded(p, sign_on, checksum)).value().has_mac());
}

TEST_CASE("BCD that is none, and filling that is none, are refused", "[iso8583]") {
  Message m;
  m.mti = "0200";
  m.tpdu = bytes_of("6000030000");
  m.set(3, "380000").set(49, "156");
  const std::string good = encoded(bcd_1987(), m);
  REQUIRE(decode(bcd_1987(), good));
  std::string wrong = good;
  wrong[wrong.size() - 2] = '\x21';
  CHECK(refused(bcd_1987(), wrong) == "field 49 at byte 20: expected 3 digits but found 2156 (hex)");
  wrong = good;
  wrong[wrong.size() - 1] = '\x5A';
  CHECK(refused(bcd_1987(), wrong).find("field 49 at byte 20") == 0);
  wrong = good;
  wrong[wrong.size() - 2] = '\xF1';  // F is in use as filling too
  CHECK(decode(bcd_1987(), wrong).value().message.get(49) == "156");
}

TEST_CASE("an answer's TPDU goes back where the request came from", "[iso8583]") {
  CHECK(wire::to_hex(answer_tpdu(bytes_of("6000030001"))) == "6000010003");
  CHECK(answer_tpdu("").empty());
}

TEST_CASE("a profile that cannot be written is told what is wrong with it", "[iso8583]") {
  CHECK(check(standard_1987()));
  CHECK(check(bcd_1987()));
  Profile p = standard_1987();
  p.fields[2]->size = 120;
  p.fields[65] = FieldSpec{LengthKind::kFixed, Content::kText, 8, {}, {}};
  p.has_mac = true;
  p.fields[128].reset();
  p.header = LengthHeader::kAscii4;
  p.most_bytes = 20'000;
  const auto status = check(p);
  REQUIRE_FALSE(status);
  std::vector<std::string> pointers;
  for (const auto& error : status.error().fields) pointers.push_back(error.pointer);
  CHECK(pointers == std::vector<std::string>{"/most_bytes", "/fields/2", "/fields/65", "/fields/128"});
}

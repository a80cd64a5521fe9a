#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "modules/payment_channels/domain/iso8583/codec.hpp"
#include "modules/payment_channels/profile_json.hpp"
#include "tests/fuzz/check_decoders.hpp"
#include "tests/unit/payment_channels/mutations.hpp"
#include "tests/unit/payment_channels/vectors.hpp"

using namespace mis;
using namespace mis::payment_channels;
using namespace mis::payment_channels::iso8583;
using payment_channels::test::bytes_of;

namespace {

Profile with(Profile p, std::initializer_list<std::pair<int, FieldSpec>> specs) {
  for (const auto& [field, spec] : specs) p.fields[static_cast<std::size_t>(field)] = spec;
  return p;
}

constexpr FieldSpec n(int size) { return {LengthKind::kFixed, Content::kNumeric, size, {}, {}}; }
constexpr FieldSpec text(int size) { return {LengthKind::kFixed, Content::kText, size, {}, {}}; }
constexpr FieldSpec ll(int size, Content content = Content::kText) { return {LengthKind::kLlVar, content, size, {}, {}}; }
constexpr FieldSpec lll(int size, Content content = Content::kText) { return {LengthKind::kLllVar, content, size, {}, {}}; }
constexpr FieldSpec bytes(int size, Content content = Content::kBinary) { return {LengthKind::kFixed, content, size, {}, {}}; }

// jPOS' packagers, as far as their test messages go. They give field 1 a bit but no message uses 65 and up, except 90.
Profile jpos_87a() {
  Profile p = payment_channels::test::text_profile();
  p = with(p, {{8, n(8)}, {9, n(8)}, {10, n(8)}, {16, n(4)}, {19, n(3)}, {20, n(3)}, {21, n(3)}, {27, n(1)}, {28, n(9)}, {29, n(9)}, {30, n(9)}, {31, n(9)}});
  p = with(p, {{34, ll(28)}, {36, lll(104)}, {52, bytes(8, Content::kBinaryHex)}, {64, bytes(8, Content::kBinaryHex)}});
  return p;
}

Profile jpos_93(Content binary) {
  Profile p = jpos_87a();
  p = with(p, {{12, n(12)}, {15, n(6)}, {22, text(12)}, {25, n(4)}, {26, n(4)}, {28, n(6)}, {29, n(3)}, {30, n(24)}, {31, ll(99)}, {39, n(3)}, {40, n(3)}});
  p = with(p, {{43, ll(99)}, {44, ll(99)}, {45, ll(76)}, {52, bytes(8, binary)}, {53, ll(48, Content::kBinary)}, {54, lll(120)}});
  p = with(p, {{55, lll(255, Content::kBinary)}, {56, ll(35)}, {57, n(3)}, {58, ll(11, Content::kNumeric)}, {64, bytes(8, binary)}, {90, n(10)}});
  return p;
}

Profile jpos_93b() {
  Profile p = jpos_93(Content::kBinary);
  p.bitmap = BitmapForm::kBinary;
  p.mti = p.lengths = p.numbers = NumberForm::kBcd;
  p.fill = BcdFill::kRight;
  return with(p, {{35, {LengthKind::kLlVar, Content::kTrack, 37, NumberForm::kAscii, {}}}, {49, text(3)}, {50, text(3)}, {51, text(3)}, {56, ll(35, Content::kNumeric)}});
}

// Binary values stand as "hex:…" in the collection.
std::string value_of(const std::string& text) { return text.rfind("hex:", 0) == 0 ? bytes_of(text.substr(4)) : text; }

std::optional<Profile> profile_of(const std::string& id) {
  if (id == "iso8583-14") return jpos_87a();
  if (id == "iso8583-16") return jpos_93(Content::kBinaryHex);
  if (id == "iso8583-17") return jpos_93b();
  if (id == "iso8583-24") return std::nullopt;
  return payment_channels::test::text_profile();
}

}  // namespace

TEST_CASE("the collected ISO 8583 messages are read as their publishers read them, and written back byte by byte; changed ones do no harm", "[iso8583]") {
  const std::filesystem::path file = WATTHOUR_SOURCE_DIR "/../shared/protocols/iso8583.json";
  if (!std::filesystem::exists(file)) {
    WARN("0 collected messages: the folder with them is not beside this checkout; those written into the tests were checked");
    return;
  }
  const auto json = nlohmann::json::parse(std::ifstream(file));
  std::size_t checked = 0, fields = 0;
  for (const auto& vector : json.at("messages")) {
    const std::string id = vector.at("id"), frame = bytes_of(vector.at("hex").get<std::string>());
    CAPTURE(id);
    const auto profile = profile_of(id);
    if (!profile) {
      // Shorter than its own length says: bcd, binary bitmap. Header and bitmap are all that can be trusted.
      Profile p = bcd_1987();
      p.header = LengthHeader::kBinary2;
      CHECK(frame_size(p, frame).value() == 0);
      CHECK_FALSE(decode(p, frame));
      ++checked;
      continue;
    }
    REQUIRE(check(*profile));
    const auto decoded = decode(*profile, frame);
    if (!decoded) FAIL(decoded.error().message);
    CHECK(decoded->message.mti == vector.at("decoded").at("mti").get<std::string>());
    for (const auto& [number, value] : vector.at("decoded").at("fields").items()) {
      CAPTURE(number);
      // The BCD message was written from "EFGH", of which BCD keeps the lower half bytes.
      const bool packed_letters = id == "iso8583-17" && number == "56";
      CHECK(decoded->message.get(std::stoi(number)) == (packed_letters ? "5678" : value_of(value.get<std::string>())));
      ++fields;
    }
    CHECK(decoded->message.fields.size() == vector.at("decoded").at("fields").size());
    const auto again = encode(*profile, decoded->message);
    if (!again) FAIL(again.error().message);
    CHECK(*again == frame);
    CHECK(payment_channels::test::first_wrong(frame, [&](std::string_view bytes) { return payment_channels::fuzz::check_iso8583_with(*profile, bytes); }) == "");
    ++checked;
  }
  CHECK(checked >= 13);
  CHECK(fields >= 300);
}

TEST_CASE("a profile is written as JSON and read back the same", "[iso8583]") {
  for (const auto& profile : {standard_1987(), bcd_1987(), jpos_93b(), jpos_87a()}) {
    auto again = iso8583_profile_from_json(to_json(profile));
    if (!again) FAIL(again.error().message);
    CHECK(*again == profile);
  }
}

TEST_CASE("a bank's profile is what differs from its base", "[iso8583]") {
  const auto profile = parse_iso8583_profile(R"({"name": "icbc", "base": "iso8583-1987-bcd", "header": "ascii4", "mac": true,
      "fields": {"48": {"length": "lllvar", "content": "text", "size": 512}, "62": null, "4": {"content": "numeric", "size": 12, "numbers": "ascii"}}})");
  if (!profile) FAIL(profile.error().message);
  CHECK(profile->header == LengthHeader::kAscii4);
  CHECK(profile->numbers == NumberForm::kBcd);
  CHECK(profile->has_mac);
  CHECK(profile->fields[48]->size == 512);
  CHECK_FALSE(profile->fields[62]);
  CHECK(profile->fields[4]->numbers == NumberForm::kAscii);
  CHECK(profile->fields[11] == bcd_1987().fields[11]);
}

TEST_CASE("every mistake in a profile is told with its place", "[iso8583]") {
  const auto profile = parse_iso8583_profile(R"({"header": "binary4", "mac": "yes", "colour": "red",
      "fields": {"48": {"content": "text"}, "1": null, "200": null, "x": null, "50": {"content": "words", "size": 5000}}})");
  REQUIRE_FALSE(profile);
  std::vector<std::string> pointers;
  for (const auto& error : profile.error().fields) pointers.push_back(error.pointer);
  std::sort(pointers.begin(), pointers.end());
  CHECK(pointers == std::vector<std::string>{"/colour", "/fields/1", "/fields/200", "/fields/48/size", "/fields/50/content", "/fields/50/size", "/fields/x", "/header", "/mac", "/name"});
  CHECK(parse_iso8583_profile("{").error().message.find("line 1") != std::string::npos);
  CHECK(parse_iso8583_profile(R"({"name": "x", "mac": true, "fields": {"128": null}})").error().fields.at(0).pointer == "/fields/128");
}

#include "modules/payment_channels/profile_json.hpp"

#include <charconv>

#include "mis/base/json_fields.hpp"

namespace mis::payment_channels {
namespace {

using namespace iso8583;
using Need = JsonFields::Need;

enum class Base : std::uint8_t { kAscii, kBcd, kEmpty };

constexpr std::pair<const char*, Base> kBases[] = {{"iso8583-1987-ascii", Base::kAscii}, {"iso8583-1987-bcd", Base::kBcd}, {"empty", Base::kEmpty}};
constexpr std::pair<const char*, LengthHeader> kHeaders[] = {
    {"none", LengthHeader::kNone}, {"binary2", LengthHeader::kBinary2}, {"ascii4", LengthHeader::kAscii4}, {"binary2_tpdu5", LengthHeader::kBinary2Tpdu5}};
constexpr std::pair<const char*, BitmapForm> kBitmaps[] = {{"binary", BitmapForm::kBinary}, {"hex", BitmapForm::kHexText}};
constexpr std::pair<const char*, NumberForm> kNumbers[] = {{"ascii", NumberForm::kAscii}, {"bcd", NumberForm::kBcd}};
constexpr std::pair<const char*, BcdFill> kFills[] = {{"left", BcdFill::kLeft}, {"right", BcdFill::kRight}};
constexpr std::pair<const char*, LengthKind> kLengths[] = {{"fixed", LengthKind::kFixed}, {"llvar", LengthKind::kLlVar}, {"lllvar", LengthKind::kLllVar}};
constexpr std::pair<const char*, Content> kContents[] = {{"numeric", Content::kNumeric}, {"text", Content::kText},     {"signed", Content::kSigned},
                                                         {"track", Content::kTrack},     {"binary", Content::kBinary}, {"binary_hex", Content::kBinaryHex}};

template <class Enum, std::size_t n>
const char* name_in(const std::pair<const char*, Enum> (&names)[n], Enum item) {
  for (const auto& [text, value] : names)
    if (value == item) return text;
  return "";
}

constexpr const char* kCode = "payment_channels.iso8583_profile";

Profile base_profile(Base base) {
  switch (base) {
    case Base::kAscii: return standard_1987();
    case Base::kBcd: return bcd_1987();
    case Base::kEmpty: break;
  }
  return {};
}

FieldSpec read_spec(const nlohmann::json& json, const std::string& pointer, std::vector<FieldError>& errors) {
  JsonFields in(json, pointer, errors);
  FieldSpec spec;
  spec.length = in.choice<LengthKind>("length", kLengths, Need::kOptional, LengthKind::kFixed);
  spec.content = in.choice<Content>("content", kContents, Need::kRequired, Content::kText);
  spec.size = static_cast<int>(in.integer("size", 1, 999, Need::kRequired, 1));
  if (in.has("numbers")) spec.numbers = in.choice<NumberForm>("numbers", kNumbers, Need::kOptional, NumberForm::kAscii);
  if (in.has("fill")) spec.fill = in.choice<BcdFill>("fill", kFills, Need::kOptional, BcdFill::kLeft);
  in.finish();
  return spec;
}

void read_specs(const nlohmann::json& json, Profile& profile, std::vector<FieldError>& errors) {
  JsonFields in(json, "/fields", errors);
  for (const auto& [name, value] : in.members()) {
    int field = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), field);
    if (error != std::errc{} || end != name.data() + name.size() || field < kFirstField || field > kLastField) {
      in.complain(name, "field", "expected the number of a field, 2 to 128, but found \"" + name + "\"");
      continue;
    }
    auto& spec = profile.fields[static_cast<std::size_t>(field)];
    if (value->is_null()) spec.reset();
    else spec = read_spec(*value, in.pointer_of(name), errors);
  }
}

}  // namespace

Result<Profile> iso8583_profile_from_json(const nlohmann::json& json) {
  std::vector<FieldError> errors;
  JsonFields in(json, "", errors);
  Profile profile = base_profile(in.choice<Base>("base", kBases, Need::kOptional, Base::kAscii));
  profile.name = in.text("name", Need::kRequired);
  profile.header = in.choice<LengthHeader>("header", kHeaders, Need::kOptional, profile.header);
  profile.length_counts_itself = in.boolean("length_counts_itself", profile.length_counts_itself);
  profile.heartbeats = in.boolean("heartbeats", profile.heartbeats);
  profile.bitmap = in.choice<BitmapForm>("bitmap", kBitmaps, Need::kOptional, profile.bitmap);
  profile.always_second_bitmap = in.boolean("always_second_bitmap", profile.always_second_bitmap);
  profile.mti = in.choice<NumberForm>("mti", kNumbers, Need::kOptional, profile.mti);
  profile.lengths = in.choice<NumberForm>("lengths", kNumbers, Need::kOptional, profile.lengths);
  profile.numbers = in.choice<NumberForm>("numbers", kNumbers, Need::kOptional, profile.numbers);
  profile.fill = in.choice<BcdFill>("fill", kFills, Need::kOptional, profile.fill);
  profile.has_mac = in.boolean("mac", profile.has_mac);
  profile.mac_on_network = in.boolean("mac_on_network", profile.mac_on_network);
  profile.most_bytes = static_cast<std::size_t>(in.integer("most_bytes", 12, 65'535, Need::kOptional, static_cast<std::int64_t>(profile.most_bytes)));
  if (const auto* fields = in.value("fields", Need::kOptional)) read_specs(*fields, profile, errors);
  in.finish();
  if (errors.empty()) {
    if (auto checked = check(profile); !checked) return std::move(checked).error();
    return profile;
  }
  std::string message = errors.front().pointer + ": " + errors.front().message;
  return invalid(kCode, std::move(message), std::move(errors));
}

Result<Profile> parse_iso8583_profile(std::string_view text) {
  const auto json = parse_json(text);
  if (!json) return json.error();
  return iso8583_profile_from_json(*json);
}

nlohmann::json to_json(const Profile& profile) {
  nlohmann::json fields = nlohmann::json::object();
  for (int field = kFirstField; field <= kLastField; ++field) {
    const auto& spec = profile.fields[static_cast<std::size_t>(field)];
    if (!spec) continue;
    nlohmann::json item = {{"length", name_in(kLengths, spec->length)}, {"content", name_in(kContents, spec->content)}, {"size", spec->size}};
    if (spec->numbers) item["numbers"] = name_in(kNumbers, *spec->numbers);
    if (spec->fill) item["fill"] = name_in(kFills, *spec->fill);
    fields[std::to_string(field)] = std::move(item);
  }
  return {{"name", profile.name},
          {"base", "empty"},
          {"header", name_in(kHeaders, profile.header)},
          {"length_counts_itself", profile.length_counts_itself},
          {"heartbeats", profile.heartbeats},
          {"bitmap", name_in(kBitmaps, profile.bitmap)},
          {"always_second_bitmap", profile.always_second_bitmap},
          {"mti", name_in(kNumbers, profile.mti)},
          {"lengths", name_in(kNumbers, profile.lengths)},
          {"numbers", name_in(kNumbers, profile.numbers)},
          {"fill", name_in(kFills, profile.fill)},
          {"mac", profile.has_mac},
          {"mac_on_network", profile.mac_on_network},
          {"most_bytes", profile.most_bytes},
          {"fields", std::move(fields)}};
}

}  // namespace mis::payment_channels

#include "tests/fuzz/check_decoders.hpp"

#include "modules/payment_channels/domain/iso8583/bill_payment.hpp"
#include "modules/payment_channels/domain/iso8583/codec.hpp"
#include "modules/payment_channels/formats/middle_business.hpp"

namespace mis::payment_channels::fuzz {
namespace {

using namespace iso8583;

std::string complaint_of(const Error& error) {
  if (error.message.find("expected") == std::string::npos) return "an error without what was expected: " + error.message;
  if (error.code.rfind("payment_channels.", 0) != 0) return "an error of an unknown code: " + error.code;
  return {};
}

std::vector<Profile> make_profiles() {
  Profile text = standard_1987();
  text.header = LengthHeader::kNone;
  Profile bcd = bcd_1987();
  Profile sealed = standard_1987();
  sealed.has_mac = true;
  sealed.header = LengthHeader::kAscii4;
  sealed.length_counts_itself = true;
  Profile odd = bcd_1987();
  odd.header = LengthHeader::kBinary2;
  odd.fill = BcdFill::kRight;
  odd.always_second_bitmap = true;
  odd.heartbeats = true;
  odd.has_mac = odd.mac_on_network = true;
  odd.fields[64]->content = odd.fields[128]->content = Content::kBinaryHex;
  odd.fields[44]->content = Content::kSigned;
  odd.fields[45] = FieldSpec{LengthKind::kLlVar, Content::kBinaryHex, 40, {}, {}};
  return {text, bcd, sealed, odd};
}

const std::vector<Profile>& profiles() {
  static const std::vector<Profile> all = make_profiles();
  return all;
}

Result<std::string> some_mac(std::string_view covered) { return std::string(8, static_cast<char>(covered.size())); }

// The helpers look at every decoded message as the service will.
void look_at(const Message& message) {
  (void)parse_mti(message.mti);
  (void)payment_amount(message);
  (void)parse_original(message.get(90));
  (void)read_reconciliation(message);
  (void)parse_bill_data(message.get(48), 48);
  (void)day_of(message, 13, Date::of(2026, 11, 15));
  (void)answer_mti(message.mti);
}

}  // namespace

std::string check_iso8583(std::string_view bytes) {
  return bytes.empty() ? std::string{} : check_iso8583_with(profiles()[static_cast<unsigned char>(bytes[0]) % profiles().size()], bytes.substr(1));
}

std::string check_iso8583_with(const Profile& profile, std::string_view frame) {
  if (const auto size = frame_size(profile, frame); size && *size > frame.size()) return "a frame longer than its bytes";
  const auto decoded = decode(profile, frame);
  if (!decoded) return complaint_of(decoded.error());
  look_at(decoded->message);
  if (decoded->has_mac() && (decoded->covered.data() < frame.data() || decoded->covered.data() + decoded->covered.size() > frame.data() + frame.size()))
    return "a code that covers what is not there";
  const auto again = encode(profile, decoded->message, some_mac);
  if (!again) return again.error().code == "payment_channels.iso8583_too_long" ? "" : "a message that is read and cannot be written: " + again.error().message;
  auto twice = decode(profile, *again);
  if (!twice) return "a message that is written and cannot be read: " + twice.error().message;
  Message first = decoded->message, second = twice->message;
  if (profile.has_mac)
    for (Message* m : {&first, &second})
      for (const int field : {64, 128}) m->fields.erase(field);
  return first == second ? "" : "a message that changes on its way";
}

std::vector<std::string> iso8583_seeds() {
  std::vector<std::string> seeds;
  Message pay;
  pay.mti = "0200";
  pay.set(3, "180000").set(4, "000000012345").set(7, "1115093001").set(11, "000042").set(13, "1115").set(32, "01020000").set(39, "00").set(48, "010100100000010").set(49, "156");
  Message reversal = pay;
  reversal.mti = "0420";
  reversal.set(90, "020000004211150930010000102000000000000000").set(35, "6222=12").set(52, "12345678").set(97, "D0000000000012345");
  Message totals;
  totals.mti = "0500";
  (void)set_reconciliation(totals, Reconciliation{'0', 1, 2, 3, 4, Money{5}, Money{6}, Money{7}, Money{8}, Money{}});
  Message sign_on;
  sign_on.mti = "0800";
  sign_on.set(7, "1115093001").set(11, "000001").set(70, "001");
  for (std::size_t i = 0; i < profiles().size(); ++i)
    for (Message m : {pay, reversal, totals, sign_on}) {
      if (profiles()[i].header == LengthHeader::kBinary2Tpdu5) m.tpdu = std::string("\x60\0\x03\0\0", 5);
      if (const auto frame = encode(profiles()[i], m, some_mac)) seeds.push_back(static_cast<char>(i) + *frame);
    }
  return seeds;
}

std::string check_middle_business(std::string_view bytes) {
  using namespace middle_business;
  if (bytes.empty()) return {};
  const BodyForm form = static_cast<unsigned char>(bytes[0]) % 2 == 0 ? BodyForm::kFixed : BodyForm::kXml;
  const std::string_view frame = bytes.substr(1);
  if (const auto size = middle_business::frame_size(frame); size && *size > frame.size()) return "a frame longer than its bytes";
  const auto decoded = middle_business::decode(form, frame);
  if (!decoded) return complaint_of(decoded.error());
  const auto again = middle_business::encode(form, *decoded);
  if (!again) return again.error().fields.empty() ? "a refusal without a field: " + again.error().message : "a message that is read and cannot be written: " + again.error().message;
  const auto twice = middle_business::decode(form, *again);
  if (!twice) return "a message that is written and cannot be read: " + twice.error().message;
  return *twice == *decoded ? "" : "a message that changes on its way";
}

std::vector<std::string> middle_business_seeds() {
  using namespace middle_business;
  std::vector<std::string> seeds;
  for (const auto& rule : all_rules())
    for (const BodyForm form : {BodyForm::kFixed, BodyForm::kXml}) {
      middle_business::Message m;
      m.header = {std::string(rule.code), "010200", "0200A1", Date::of(2026, 11, 15), "20261115000042"};
      m.transaction = rule.transaction;
      m.direction = rule.direction;
      const auto fill = [](std::span<const FieldRule> fields, Values& values) {
        for (const auto& field : fields) {
          const auto width = static_cast<std::size_t>(field.width);
          std::string value;
          switch (field.kind) {
            case Kind::kText: value = width > 12 ? "电力 & 所" : "A1"; break;
            case Kind::kCode: value = std::string(width, '1'); break;
            case Kind::kNumber:
            case Kind::kAmount: value = "12345"; break;
            case Kind::kDate: value = "20261115"; break;
            case Kind::kMonth: value = "202611"; break;
          }
          values.emplace(field.name, std::move(value));
        }
      };
      fill(rule.fields, m.record.values);
      if (!rule.row_fields.empty())
        for (int i = 0; i < 2; ++i) fill(rule.row_fields, m.record.rows.emplace_back());
      if (const auto frame = middle_business::encode(form, m)) seeds.push_back((form == BodyForm::kFixed ? '\0' : '\1') + *frame);
    }
  return seeds;
}

}  // namespace mis::payment_channels::fuzz

#include "modules/payment_channels/bank_messages.hpp"

#include <fmt/format.h>

#include "modules/payment_channels/domain/iso8583/bill_payment.hpp"
#include "modules/payment_channels/formats/sealed_iso8583.hpp"

namespace mis::payment_channels {

using namespace iso8583;

std::string BankMessages::time(Instant at) {
  const std::int64_t local_s = at.micros / 1'000'000 + kChinaOffsetMinutes * 60;
  const auto ymd = local_date(at).ymd();
  const auto rest = local_s % 86'400;
  return fmt::format("{:02}{:02}{:02}{:02}{:02}", static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()), rest / 3'600, rest / 60 % 60, rest % 60);
}

Message BankMessages::message(const char* mti, Instant at, std::uint32_t stan) const {
  Message m;
  m.mti = mti;
  if (open_.channel.profile.iso.header == LengthHeader::kBinary2Tpdu5) m.tpdu = std::string("\x60\x00\x01\x00\x02", 5);
  m.set(7, time(at)).set(11, fmt::format("{:06}", stan % 1'000'000)).set(32, "00010001");
  return m;
}

Message BankMessages::network(std::string_view what, Instant at, std::uint32_t stan) const { return message("0800", at, stan).set(70, std::string(what)); }

void BankMessages::put_bill(Message& m, const std::string& account_no) const {
  const int field = open_.channel.profile.bill_field;
  if (auto text = format_bill_data({{std::string(bill_tag::kAccountNo), account_no}}, field)) m.set(field, std::move(*text));
}

Message BankMessages::query(const std::string& account_no, Instant at, std::uint32_t stan) const {
  Message m = message("0200", at, stan);
  m.set(3, "380000");
  put_bill(m, account_no);
  return m;
}

Message BankMessages::payment(const std::string& account_no, Money amount, Instant at, std::uint32_t stan) const {
  Message m = message("0200", at, stan);
  m.set(3, "180000").set(37, fmt::format("{:012}", stan));
  (void)set_amount(m, amount);
  put_bill(m, account_no);
  return m;
}

Result<std::string> BankMessages::sealed(const Message& m) const { return seal(open_.channel.profile.iso, open_.channel.profile.mac, open_.mac_key, m); }
Result<Message> BankMessages::opened(std::string_view bytes) const { return open_sealed(open_.channel.profile.iso, open_.channel.profile.mac, open_.mac_key, bytes); }

}  // namespace mis::payment_channels

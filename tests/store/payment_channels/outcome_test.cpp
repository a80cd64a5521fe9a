// What was done is answered as done, even where the database is lost while it is committed; and where nobody knows nobody is told that
// nothing was done.
#include <catch2/catch.hpp>

#include "mis/security/key_transport.hpp"
#include "modules/payment_channels/bank_messages.hpp"
#include "modules/payment_channels/domain/iso8583/bill_payment.hpp"
#include "modules/payment_channels/formats/middle_business.hpp"
#include "modules/payment_channels/iso8583_adapter.hpp"
#include "modules/payment_channels/key_change.hpp"
#include "modules/payment_channels/middle_business_adapter.hpp"
#include "tests/store/payment_channels/channel_books.hpp"
#include "tests/store/payment_channels/losing_line.hpp"

using namespace mis;
using namespace mis::payment_channels;
using books::ChannelBooks;
using books::LosingLine;

namespace {

constexpr const char* kIsoBank = R"({"transport": "iso8583", "iso8583": {"name": "test", "header": "ascii4", "mac": true}, "mac": {"algorithm": "x9.19"}})";
constexpr const char* kMiddleBank = R"({"transport": "middle_business", "body": "fixed"})";
constexpr const char *kMacKey = "0123456789ABCDEFFEDCBA9876543210", *kNewKey = "89ABCDEF01234567102030405060708F", *kTransportKey = "0011223344556677FFEEDDCCBBAA9988";

// A bank whose requests are worked on over a line to the database that loses commits.
class LosingBank : public ChannelBooks {
 public:
  explicit LosingBank(const char* profile = kBankProfile) : ChannelBooks(profile), line(app().endpoint()), database(line.endpoint()), over{database, clock, metrics}, service(over), secrets({folder.path()}), book(ChannelBooks::services, {&secrets, [](Secrets*) {}}) {
    // Ids are taken in blocks, and committed: not what the tests are about.
    REQUIRE(service.pay(bank, request("WARM", 11, 100)));
    REQUIRE(service.reverse(bank, {"WARM-R", "WARM"}));
  }

  ReverseRequest reversal(const char* key, const char* original) { return {key, original}; }
  std::int64_t paid() { return items("paid"); }

  LosingLine line;
  db::Database database;
  Services over;
  ChannelService service;
  fixture::TemporaryFolder folder;
  Secrets secrets;
  ChannelBook book;
};

class LosingIsoBank : public LosingBank {
 public:
  LosingIsoBank() : LosingBank(kIsoBank), adapter(over, book) {
    REQUIRE(app().transact([&](db::Session& s) -> Status {
      if (auto done = secrets.write(s, bank, secret_name::kMacKey, kMacKey, clock.now(), books::kSupervisor); !done) return done;
      return secrets.write(s, bank, secret_name::kKeyEncryptionKey, kTransportKey, clock.now(), books::kSupervisor);
    }));
    open = book.by_code("BANK").value();
    messages.emplace(*open);
  }

  // Field 39; "nothing" where it is not answered.
  std::string told(const iso8583::Message& message) {
    const auto answer = adapter.answer(*open, messages->sealed(message).value());
    if (answer.bytes.empty()) return "nothing";
    return std::string(messages->opened(answer.bytes).value().get(39));
  }
  iso8583::Message payment(std::uint32_t stan) { return messages->payment(make_account_no(12), Money{800}, clock.now(), stan); }
  iso8583::Message reversal(std::uint32_t stan, const iso8583::Message& of) {
    auto m = messages->message("0420", clock.now(), stan);
    m.set(3, "180000").set(4, std::string(of.get(4))).set(49, std::string(of.get(49))).set(90, iso8583::format_original(iso8583::original_of(of)).value());
    return m;
  }
  iso8583::Message key_change(std::uint32_t stan) {
    const auto key = [](const char* hex) { return security::SecretBytes::from_hex(hex).value(); };
    const auto hex = [](const std::string& bytes) {
      std::string text;
      for (const unsigned char c : bytes)
        for (const int digit : {c >> 4, c & 15}) text += "0123456789ABCDEF"[digit];
      return text;
    };
    const auto& mac = bank.profile.mac;
    auto m = messages->network(iso8583::network::kKeyChange, clock.now(), stan);
    m.set(bank.profile.bill_field, iso8583::format_bill_data({{std::string(iso8583::bill_tag::kNewKey), hex(security::wrap_key(mac.algorithm, key(kTransportKey), key(kNewKey)).value())},
                                                             {std::string(iso8583::bill_tag::kCheckValue), hex(security::key_check_value(mac.algorithm, key(kNewKey)).value())}}, bank.profile.bill_field).value());
    return m;
  }
  std::string key_in_force() {
    const auto stored = secrets.read(*app().lease(), bank.id).value();
    const auto& key = stored.at(std::string(secret_name::kMacKey));
    return {reinterpret_cast<const char*>(key.data()), key.size()};
  }

  Iso8583Adapter adapter;
  std::shared_ptr<const OpenChannel> open;
  std::optional<BankMessages> messages;
};

middle_business::Message platform_message(const char* serial, middle_business::Transaction what) {
  middle_business::Message m{{"", "010200", "0200A1", books::day("2026-11-22"), serial}, what, middle_business::Direction::kRequest, {}};
  m.record.set("account_no", make_account_no(12)).set("amount_fen", Money{800}).set("business_date", books::day("2026-11-22"));
  return m;
}
middle_business::Message platform_payment(const char* serial) {
  auto m = platform_message(serial, middle_business::Transaction::kPay);
  m.record.set("payment_method", std::string("01"));
  return m;
}
middle_business::Message platform_reversal(const char* serial, const char* original) {
  auto m = platform_message(serial, middle_business::Transaction::kReverse);
  m.record.set("original_serial", std::string(original)).set("original_date", books::day("2026-11-22"));
  return m;
}

// The code that a platform is answered, or what happens to its connection.
std::string told_by(MiddleBusinessAdapter& adapter, const OpenChannel& open, const middle_business::Message& message) {
  const auto answer = adapter.answer(open, middle_business::encode(middle_business::BodyForm::kFixed, message).value());
  if (answer.bytes.empty()) return answer.close ? "closed" : "nothing";
  return std::string(middle_business::decode(middle_business::BodyForm::kFixed, answer.bytes).value().record.get("return_code"));
}

}  // namespace

TEST_CASE("a payment whose commit was lost is answered from its row, and done once") {
  LosingBank b;
  const bool confirmed = GENERATE(true, false);
  CAPTURE(confirmed);
  const auto lose = [&](int commits) { confirmed ? b.line.lose_confirmations(commits) : b.line.lose_commits(commits); };
  lose(2);
  const auto paid = b.service.pay(b.bank, b.request("K1", 12, 800));
  REQUIRE(paid);
  CHECK(paid->approved());
  CHECK(b.line.lost() == 2);
  CHECK(b.in_transit() == Money{800});
  lose(1);
  REQUIRE(b.service.pay(b.bank, b.request("K2", 999, 500)));
  CHECK(b.items("refused") == 1);
  lose(1);
  const auto back = b.service.reverse(b.bank, b.reversal("R1", "K1"));
  REQUIRE(back);
  CHECK(back->approved());
  CHECK(b.in_transit() == Money{0});
  // A protocol whose reversals have no key of their own.
  REQUIRE(b.service.pay(b.bank, b.request("K3", 12, 300)));
  lose(1);
  const auto bare = b.service.reverse(b.bank, b.reversal("", "K3"));
  REQUIRE(bare);
  CHECK(bare->approved());
  CHECK(b.line.lost() == 5);
  CHECK(b.paid() == 0);
  CHECK(b.number("SELECT COUNT(*) FROM receivables_payment") == 3);  // with the one before
  CHECK(b.all_differences().empty());
}

TEST_CASE("where nobody knows whether it was done, the error says so, and whoever asks again is answered") {
  LosingBank b;
  PaymentGroups groups(b.over);
  const bool in_group = GENERATE(true, false);
  CAPTURE(in_group);
  const auto pay = [&](const char* key) { return in_group ? groups.pay(b.bank, b.request(key, 12, 800)) : b.service.pay(b.bank, b.request(key, 12, 800)); };
  const auto code_of = [](const Result<ItemAnswer>& answer) { return answer ? std::string("answered") : answer.error().code; };
  SECTION("each attempt is lost") { b.line.lose_confirmations(1'000); }
  SECTION("the database has gone for good") {
    b.line.stay_broken();
    b.line.lose_confirmations(1);
  }
  CHECK(code_of(pay("K1")) == "db.outcome_unknown");
  CHECK(b.in_transit() == Money{800});
  b.line.mend();
  const auto again = pay("K1");
  REQUIRE(again);
  CHECK(again->approved());
  CHECK(again->repeated);
  b.line.stay_broken();
  b.line.lose_confirmations(1);
  CHECK(code_of(b.service.reverse(b.bank, b.reversal("R1", "K1"))) == "db.outcome_unknown");
  // Of what never began it is known.
  CHECK(code_of(pay("K2")) == "db.unavailable");
  b.line.mend();
  CHECK(b.service.reverse(b.bank, b.reversal("R1", "K1"))->approved());
  CHECK(b.in_transit() == Money{0});
  CHECK(b.paid() == 0);
  CHECK(b.all_differences().empty());
}

TEST_CASE("a bank is not told 96 about a payment that may have been done") {
  LosingIsoBank b;
  b.line.lose_confirmations(2);  // in the group, and alone
  CHECK(b.told(b.payment(1)) == "00");
  b.line.stay_broken();
  b.line.lose_confirmations(1);
  CHECK(b.told(b.payment(2)) == "nothing");
  CHECK(b.told(b.payment(3)) == "96");  // and it was not
  b.line.mend();
  CHECK(b.told(b.payment(2)) == "00");
  CHECK(b.paid() == 2);
  b.line.lose_confirmations(1);
  CHECK(b.told(b.reversal(4, b.payment(2))) == "00");
  b.line.stay_broken();
  b.line.lose_confirmations(1);
  CHECK(b.told(b.reversal(5, b.payment(1))) == "nothing");
  b.line.mend();
  CHECK(b.told(b.reversal(5, b.payment(1))) == "00");
  CHECK(b.in_transit() == Money{0});
  CHECK(b.all_differences().empty());
}

TEST_CASE("a key change whose confirmation was lost is answered as what it is: done") {
  LosingIsoBank b;
  SECTION("by the row that it left") {
    b.line.lose_confirmations(1);
    CHECK(b.told(b.key_change(7)) == "00");
    CHECK(b.key_in_force() == kNewKey);
    CHECK(b.number("SELECT COUNT(*) FROM payment_channels_key_change") == 1);
  }
  SECTION("once more, where it was not done") {
    b.line.lose_commits(1);
    CHECK(b.told(b.key_change(7)) == "00");
    CHECK(b.key_in_force() == kNewKey);
    CHECK(b.number("SELECT COUNT(*) FROM payment_channels_key_change") == 1);
  }
  SECTION("and not at all where nobody knows") {
    b.line.stay_broken();
    b.line.lose_confirmations(1);
    CHECK(b.told(b.key_change(7)) == "nothing");
    CHECK(b.key_in_force() == kNewKey);
    b.line.mend();
    // Sent again it is an old one, whatever was lost.
    CHECK(b.told(b.key_change(8)) == "94");
  }
  SECTION("but another message with the same key is still refused") {
    REQUIRE(b.told(b.key_change(7)) == "00");
    b.line.lose_confirmations(1);
    CHECK(b.told(b.key_change(8)) == "94");
  }
}

TEST_CASE("a platform is not told 9003 about a payment that may have been done") {
  LosingBank b(kMiddleBank);
  MiddleBusinessAdapter adapter(b.over, b.book);
  const auto open = b.book.by_code("BANK").value();
  const auto told = [&](const middle_business::Message& message) { return told_by(adapter, *open, message); };
  for (const auto& each : {platform_payment("S0000001"), platform_reversal("S0000002", "S0000001")}) {
    b.line.stay_broken();
    b.line.lose_confirmations(1);
    CHECK(told(each) == "closed");
    auto other = each;  // that never began
    other.header.serial = "S0000003";
    CHECK(told(other) == "9003");
    b.line.mend();
    CHECK(told(each) == "0000");
  }
  CHECK(b.in_transit() == Money{0});
  CHECK(b.all_differences().empty());
}

TEST_CASE("a platform hears that a payment was done where the receipt's number has no place in the answer") {
  LosingBank b(kMiddleBank);
  b.bank = b.make_channel("BANK_OF_TWENTY_BYTES", kMiddleBank);
  MiddleBusinessAdapter adapter(b.over, b.book);
  const auto open = b.book.by_code("BANK_OF_TWENTY_BYTES").value();
  CHECK(told_by(adapter, *open, platform_payment("S0000001")) == "0000");
  CHECK(b.paid() == 1);
  CHECK(told_by(adapter, *open, platform_reversal("S0000002", "S0000001")) == "0000");
  CHECK(b.paid() == 0);
  CHECK(b.all_differences().empty());
}

// Banks at the port, over TLS on the loopback: what an honest and a hostile one are answered, and what it does to the money.
#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "mis/http/certificate.hpp"
#include "mis/http/digest.hpp"
#include "mis/security/key_transport.hpp"
#include "modules/payment_channels/bank_port.hpp"
#include "modules/payment_channels/bank_sim.hpp"
#include "modules/payment_channels/domain/iso8583/bill_payment.hpp"
#include "modules/payment_channels/formats/framers.hpp"
#include "modules/payment_channels/formats/middle_business.hpp"
#include "modules/payment_channels/formats/sealed_iso8583.hpp"
#include "modules/payment_channels/formats/signatures.hpp"
#include "modules/payment_channels/iso8583_adapter.hpp"
#include "modules/payment_channels/key_change.hpp"
#include "modules/payment_channels/honest_bank.hpp"
#include "tests/store/payment_channels/channel_books.hpp"
#include "tests/unit/net/test_certificates.hpp"

using namespace mis;
using namespace mis::payment_channels;
using books::ChannelBooks;
using books::day;

namespace {

constexpr const char* kIsoBank = R"({"transport": "iso8583", "sign_on": true, "iso8583": {"name": "test", "header": "ascii4", "mac": true}, "mac": {"algorithm": "x9.19"}})";
constexpr const char* kBcdBank = R"({"transport": "iso8583", "iso8583": {"name": "test", "base": "iso8583-1987-bcd", "header": "binary2_tpdu5"}})";
constexpr const char* kMiddleBank = R"({"transport": "middle_business", "body": "fixed", "sign_on": true})";
constexpr const char* kMacKey = "0123456789ABCDEFFEDCBA9876543210";

std::string fingerprint_of(const std::string& file) {
  std::ifstream in(file);
  const std::string pem{std::istreambuf_iterator<char>(in), {}};
  const auto begin = pem.find("-----BEGIN CERTIFICATE-----") + 27, end = pem.find("-----END");
  std::string text;
  for (const char c : pem.substr(begin, end - begin))
    if (c != '\n' && c != '\r') text += c;
  return http::sha256_hex(*from_base64(text));
}

// A bank with its certificate and key, and the port that knows it.
class Port : public ChannelBooks {
 public:
  explicit Port(const char* profile = kIsoBank, bool tls = true)
      : ChannelBooks(profile), authority("Authority of banks"), server_files(http::own_certificate(folder.path() / "tls")), bank_files(authority.issue("bank")), secrets({folder.path()}), book(services, {&secrets, [](Secrets*) {}}) {
    bank.client_certificate = fingerprint_of(bank_files.certificate);
    const auto stored = app().transact([&](db::Session& s) -> Status {
      auto saved = save_channel(s, bank, clock.now(), books::kSupervisor);
      if (!saved) return saved.error();
      return bank.profile.iso.has_mac ? secrets.write(s, bank, secret_name::kMacKey, kMacKey, clock.now(), books::kSupervisor) : ok();
    });
    REQUIRE(stored);
    open_port(tls);
  }

  void open_port(bool tls = true) {
    BankPortOptions options;
    options.channel = "BANK";
    options.server.tls_wanted = tls;
    if (tls) options.server.tls = {server_files.certificate.string(), server_files.key.string(), authority.certificate_file()};
    port = std::make_unique<BankPort>(services, KeyPlace{folder.path()}, options);
  }

  net::FramedClientOptions line(const net::test::CertificateFiles& files, bool tls = true) const {
    net::FramedClientOptions options;
    options.port = port->port();
    options.tls_wanted = tls;
    options.answer_ms = 5'000;
    if (tls) options.tls = {server_files.certificate.string(), "localhost", files.certificate, files.key};
    return options;
  }
  std::vector<BankSimRow> play(const net::FramedClientOptions& connection, BankSimOptions options = {}) {
    options.connection = connection;
    options.account_no = make_account_no(11);
    book.forget();
    auto open = book.by_code("BANK");
    REQUIRE(open);
    auto rows = play_bank(**open, options, clock);
    if (!rows) FAIL(rows.error().message);
    return *rows;
  }

  fixture::TemporaryFolder folder;
  net::test::TestAuthority authority;
  http::CertificateFiles server_files;
  net::test::CertificateFiles bank_files;
  Secrets secrets;
  ChannelBook book;
  std::unique_ptr<BankPort> port;
};

void check(const std::vector<BankSimRow>& rows) {
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(row.answered == row.expected);
  }
}

}  // namespace

TEST_CASE("an honest and a hostile bank are answered as they deserve, and no money is left over") {
  Port p;
  const auto rows = p.play(p.line(p.bank_files));
  CHECK(rows.size() == 29);
  check(rows);
  CHECK(p.in_transit() == Money{0});
  CHECK(p.items("paid") == 0);
  CHECK(p.number("SELECT COUNT(*) FROM receivables_payment") == 1);  // paid once, and taken back
  CHECK(p.all_differences().empty());
}

TEST_CASE("the same piece in BCD behind a TPDU, without a code") {
  Port p(kBcdBank, false);
  check(p.play(p.line({}, false)));
  CHECK(p.in_transit() == Money{0});
  CHECK(p.all_differences().empty());
}

TEST_CASE("a good certificate that is no channel's gets no answer") {
  Port p;
  const auto stranger = p.authority.issue("stranger");
  auto client = net::FramedClient::connect(p.line(stranger), iso8583_framer(p.bank.profile.iso).value());
  REQUIRE(client);
  CHECK_FALSE(client->call("0004" "0800"));
  CHECK(p.items("paid") == 0);
  net::test::TestAuthority another("Somebody else");
  auto files = another.issue("bank");
  auto forged = net::FramedClient::connect(p.line(files), iso8583_framer(p.bank.profile.iso).value());
  CHECK((!forged || !forged->call("0004" "0800")));
}

TEST_CASE("the port does not open without TLS to others, without its authority, or for a channel that has no framing") {
  Port p;
  BankPortOptions options;
  options.channel = "BANK";
  options.server.tls_wanted = false;
  options.server.address = "0.0.0.0";
  CHECK_THROWS_WITH(BankPort(p.services, {p.folder.path()}, options), Catch::Contains("expected TLS"));
  options.server.tls_wanted = true;
  CHECK_THROWS_WITH(BankPort(p.services, {p.folder.path()}, options), Catch::Contains("expected the authority"));
  options.server.tls_wanted = false;
  options.server.address = "127.0.0.1";
  options.channel = "NOBODY";
  CHECK_THROWS_WITH(BankPort(p.services, {p.folder.path()}, options), Catch::Contains("expected a payment channel"));
  p.make_channel("REST", ChannelBooks::kBankProfile);
  options.channel = "REST";
  CHECK_THROWS_WITH(BankPort(p.services, {p.folder.path()}, options), Catch::Contains("bank port"));
}

TEST_CASE("the simulator does not attack other people's machines") {
  Port p;
  BankSimOptions options;
  options.connection.host = "192.0.2.1";
  options.account_no = make_account_no(11);
  auto open = p.book.by_code("BANK");
  CHECK(play_bank(**open, options, p.clock).error().code == "payment_channels.bank_sim");
}

TEST_CASE("a middle-business platform signs on, asks, pays, asks again, reverses and reconciles") {
  using namespace middle_business;
  Port p(kMiddleBank);
  auto client = net::FramedClient::connect(p.line(p.bank_files), middle_business_framer());
  REQUIRE(client);
  int serial = 0;
  const auto header = [&] { return Header{"", "010200", "0200A1", day("2026-11-22"), std::to_string(++serial)}; };
  const auto call = [&](const Message& request) {
    auto bytes = encode(BodyForm::kFixed, request);
    if (!bytes) FAIL(bytes.error().message);
    auto back = client->call(*bytes);
    if (!back) FAIL(back.error().message);
    return decode(BodyForm::kFixed, *back).value();
  };
  Message query{header(), Transaction::kQuery, Direction::kRequest, {}};
  query.record.set("account_no", make_account_no(11));
  CHECK(call(query).record.get("return_code") == return_code::kNotSignedOn);
  CHECK(call({header(), Transaction::kSignOn, Direction::kRequest, {}}).record.get("return_code") == return_code::kDone);
  const auto due = call(query);
  CHECK(due.record.get("return_code") == return_code::kDone);
  CHECK(due.record.get("total_fen") == "15510");
  CHECK(due.record.get("customer_name") == "*户11");
  REQUIRE(due.record.rows.size() == 2);
  CHECK(text_of(due.record.rows[0], "receivable_id") == "202609-1");

  Message pay{header(), Transaction::kPay, Direction::kRequest, {}};
  pay.record.set("account_no", make_account_no(11)).set("amount_fen", Money{10'410}).set("payment_method", std::string("01")).set("business_date", day("2026-11-22"));
  pay.record.rows = {{{"receivable_id", "202609-1"}, {"amount_fen", "10410"}}};
  const auto paid = call(pay);
  CHECK(paid.record.get("return_code") == return_code::kDone);
  CHECK(paid.record.get("paid_fen") == "10410");
  CHECK(call(pay).record.get("receipt_no") == paid.record.get("receipt_no"));
  CHECK(p.in_transit() == Money{10'410});

  Message ask{header(), Transaction::kQueryPayment, Direction::kRequest, {}};
  ask.record.set("original_serial", pay.header.serial).set("original_date", pay.header.date);
  CHECK(call(ask).record.get("payment_state") == "1");
  Message back{header(), Transaction::kReverse, Direction::kRequest, {}};
  back.record.set("original_serial", pay.header.serial).set("original_date", pay.header.date).set("account_no", make_account_no(11)).set("amount_fen", Money{10'410}).set("business_date", day("2026-11-22"));
  CHECK(call(back).record.get("return_code") == return_code::kDone);
  CHECK(call(ask).record.get("payment_state") == "2");
  Message totals{header(), Transaction::kReconcile, Direction::kRequest, {}};
  totals.record.set("business_date", day("2026-11-22")).set("file_name", std::string("day.txt")).set("count", std::int64_t{0}).set("amount_fen", Money{0}).set("reversal_count", std::int64_t{1}).set("reversal_fen", Money{10'410});
  CHECK(call(totals).record.get("our_count") == "0");
  CHECK(p.in_transit() == Money{0});
  CHECK(p.all_differences().empty());
}

TEST_CASE("a channel's keys are sealed: no copy of the database tells them, and no row serves as another's") {
  Port p;
  const auto other = p.make_channel("OTHER", kIsoBank);
  CHECK(p.number("SELECT COUNT(*) FROM payment_channels_secret WHERE sealed LIKE '%0123456789ABCDEF%'") == 0);
  CHECK(Secrets::names(*p.app().lease(), p.bank.id) == std::vector<std::string>{"mac_key"});
  REQUIRE(p.secrets.read(*p.app().lease(), p.bank.id));
  p.owner().lease()->execute("INSERT INTO payment_channels_secret SELECT ?, name, sealed, changed_by, changed_at FROM payment_channels_secret", other.id);
  CHECK(p.secrets.read(*p.app().lease(), other.id).error().code == "security.not_ours");
  // Another installation's key file opens nothing.
  fixture::TemporaryFolder elsewhere;
  Secrets stolen({elsewhere.path()});
  CHECK(stolen.read(*p.app().lease(), p.bank.id).error().code == "security.not_ours");
  // Faults are told without the secret.
  const auto wrong = secret_complaint(p.bank, secret_name::kMacKey, "0123456789ABCDEFXX");
  REQUIRE(wrong);
  CHECK(wrong->message.find("0123456789") == std::string::npos);
  CHECK(secret_complaint(p.bank, secret_name::kMacKey, "0123456789ABCDEF"));  // X9.19 has keys of 16 bytes
  CHECK(secret_complaint(p.bank, "password", "x"));
  CHECK_FALSE(secret_complaint(p.bank, secret_name::kMacKey, kMacKey));
}

TEST_CASE("a bank changes its working key over the line, and nobody brings back an old one") {
  Port p;
  constexpr const char *kKek = "0011223344556677FFEEDDCCBBAA9988", *kNewKey = "89ABCDEF01234567102030405060708F";
  REQUIRE(p.app().transact([&](db::Session& s) { return p.secrets.write(s, p.bank, secret_name::kKeyEncryptionKey, kKek, p.clock.now(), books::kSupervisor); }));
  p.port.reset();
  p.open_port();  // asks for the keys anew
  BankSimOptions options;
  options.new_key = kNewKey;
  const auto rows = p.play(p.line(p.bank_files), options);
  CHECK(rows.size() == 38);
  check(rows);
  CHECK(p.number("SELECT COUNT(*) FROM payment_channels_key_change") == 1);
  CHECK(Secrets::names(*p.app().lease(), p.bank.id) == std::vector<std::string>{"key_encryption_key", "mac_key"});  // the old one is gone
  CHECK(p.number(fmt::format("SELECT COUNT(*) FROM payment_channels_secret WHERE sealed LIKE '%{}%'", kNewKey)) == 0);
  auto secrets = p.secrets.read(*p.app().lease(), p.bank.id);
  REQUIRE(secrets);
  const auto& stored = secrets->at("mac_key");
  CHECK(std::string(reinterpret_cast<const char*>(stored.data()), stored.size()) == kNewKey);
  CHECK(p.all_differences().empty());
}

TEST_CASE("the key before a change is good for a while, where the new one is not used") {
  Port p(kIsoBank, false);
  auto key = [](const char* hex) { return security::SecretBytes::from_hex(hex).value(); };
  constexpr const char* kNewKey = "89ABCDEF01234567102030405060708F";
  REQUIRE(p.app().transact([&](db::Session& s) { return p.secrets.write(s, p.bank, secret_name::kKeyEncryptionKey, "0011223344556677FFEEDDCCBBAA9988", p.clock.now(), books::kSupervisor); }));
  const auto& mac = p.bank.profile.mac;
  const NewKey fresh{security::wrap_key(mac.algorithm, key("0011223344556677FFEEDDCCBBAA9988"), key(kNewKey)).value(), security::key_check_value(mac.algorithm, key(kNewKey)).value(), "000001"};
  const auto open = [&] { return p.book.by_code("BANK").value(); };
  Iso8583Adapter adapter(p.services, p.book);
  const auto code_by = [&](const char* with) {
    iso8583::Message m;
    m.mti = "0200";
    m.set(3, "380000").set(7, "1122100000").set(11, "000007").set(32, "00010001").set(48, *iso8583::format_bill_data({{"01", make_account_no(11)}}, 48));
    const auto answer = adapter.answer(*open(), iso8583::seal(p.bank.profile.iso, mac, key(with), m).value());
    // Whoever asked with the old key is answered with it.
    for (const char* mine : {with, kNewKey})
      if (auto read = iso8583::open_sealed(p.bank.profile.iso, mac, key(mine), answer.bytes)) return std::string(read->get(39));
    return std::string("unreadable");
  };
  auto broken = fresh;
  broken.check_value[0] = static_cast<char>(broken.check_value[0] ^ 1);
  CHECK(change_mac_key(p.services, p.book, *open(), broken).value() == Response::kKeyRefused);
  CHECK(change_mac_key(p.services, p.book, *open(), fresh).value() == Response::kApproved);
  CHECK(change_mac_key(p.services, p.book, *open(), fresh).value() == Response::kReused);
  CHECK(code_by(kMacKey) == "91");  // good, although nobody has signed on
  CHECK(code_by(kMacKey) == "91");
  p.clock.set("2026-11-22T10:01:01+08:00");
  CHECK(code_by(kMacKey) == "A0");
  CHECK(code_by(kNewKey) == "91");
  // A key that a person writes ends the one before it at once, and what was sent once is taken no more.
  REQUIRE(p.app().transact([&](db::Session& s) { return p.secrets.write(s, p.bank, secret_name::kMacKey, kMacKey, p.clock.now(), books::kSupervisor); }));
  p.book.forget();
  CHECK(change_mac_key(p.services, p.book, *open(), fresh).value() == Response::kReused);
  CHECK(code_by(kMacKey) == "91");
  CHECK(secret_complaint(p.bank, secret_name::kOldMacKey, kMacKey));
  CHECK(secret_complaint(p.bank, secret_name::kKeyEncryptionKey, "0123456789ABCDEF"));
}

TEST_CASE("a channel without a key-encryption key changes no key over the line") {
  Port p(kIsoBank, false);
  CHECK(change_mac_key(p.services, p.book, *p.book.by_code("BANK").value(), {"x", "y", "1"}).value() == Response::kUnsupported);
}

TEST_CASE("a platform's bank signs and cancels a mandate, in both forms, and hostile bytes sign nothing") {
  const auto profile = GENERATE(as<std::string>{}, kMiddleBank, R"({"transport": "middle_business", "body": "xml"})");
  CAPTURE(profile);
  Port p(profile.c_str());
  BankSimOptions options;
  options.customer_name = "客户11";
  check(p.play(p.line(p.bank_files), options));
  CHECK(p.number("SELECT COUNT(*) FROM payment_channels_mandate") == 1);
  CHECK(p.number("SELECT COUNT(*) FROM payment_channels_mandate WHERE state = 'cancelled'") == 1);
  CHECK(p.number("SELECT COUNT(*) FROM payment_channels_mandate_event") == 2);
}

TEST_CASE("an honest bank's day is paid once, however often the bank tells it, and its file names each payment as we do", "[bank_port]") {
  Port p;
  const std::vector<BankPayment> payments{{make_account_no(11), Money{15'510}, p.clock.now()}, {make_account_no(12), Money{8'100}, {p.clock.now().micros + 60'000'000}}};
  auto open = p.book.by_code("BANK");
  REQUIRE(open);
  HonestBankOptions options;
  options.connection = p.line(p.bank_files);
  options.lines = 2;
  std::atomic<int> before{0};
  options.before = [&](Instant) { ++before; };
  for (int times = 0; times < 2; ++times) {
    CAPTURE(times);
    const auto day = play_honest_bank(**open, options, payments);
    REQUIRE(day);
    CHECK(day->paid == 2);
    CHECK(day->refused == 0);
    CHECK(day->amount == Money{23'610});
    CHECK(day->totals_agree);
    CHECK(p.items("paid") == 2);
    CHECK(p.in_transit() == Money{23'610});
  }
  CHECK(before == 6);  // the morning and each payment, twice
  CHECK(p.all_differences().empty());

  const auto file = honest_bank_file(**open, Date::of(2026, 11, 22), 1, payments);
  REQUIRE(file);
  CHECK(file->starts_with("2|236.10\r\n"));
  CHECK(file->find("20261122|10001-20261122100000-000001|" + make_account_no(11) + "|155.10|") != std::string::npos);
  CHECK(p.app().lease()->query("SELECT 1 FROM payment_channels_item WHERE request_key = ?", "10001-20261122100000-000001").next());

  // An account that nobody has is refused when it is asked about, and the bank's day ends there.
  const std::vector<BankPayment> stranger{{"0000000000", Money{100}, p.clock.now()}};
  CHECK(play_honest_bank(**open, options, stranger).error().code == "payment_channels.honest_bank");
}

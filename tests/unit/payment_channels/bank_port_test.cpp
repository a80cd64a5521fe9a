// Codecs and port together, as a bank will use them: what stands in between is the service's.
#include <catch2/catch.hpp>

#include "mis/net/framed_client.hpp"
#include "mis/net/framed_server.hpp"
#include "modules/payment_channels/domain/iso8583/bill_payment.hpp"
#include "modules/payment_channels/formats/framers.hpp"
#include "modules/payment_channels/formats/middle_business.hpp"
#include "modules/payment_channels/formats/sealed_iso8583.hpp"

using namespace mis;
using namespace mis::payment_channels;

namespace {

net::FramedServerOptions plain() {
  net::FramedServerOptions options;
  options.tls_wanted = false;
  return options;
}

net::FramedClient connected(const net::FramedServer& server, net::Framer framer) {
  net::FramedClientOptions options;
  options.port = server.port();
  options.tls_wanted = false;
  auto client = net::FramedClient::connect(options, std::move(framer));
  if (!client) FAIL(client.error().message);
  return std::move(client).value();
}

}  // namespace

TEST_CASE("a bank pays by ISO 8583 over the port, sealed, and a changed message is answered as such", "[iso8583][net]") {
  using namespace iso8583;
  Profile profile = standard_1987();
  profile.header = LengthHeader::kAscii4;
  profile.heartbeats = true;
  profile.has_mac = true;
  const security::MacScheme scheme{security::MacAlgorithm::kX919, security::MacPadding::kZeros, 8};
  const security::SecretBytes key(std::vector<std::uint8_t>(16, 0x2B));
  const auto framer = iso8583_framer(profile).value();

  net::FramedServer server(plain(), framer, [&](const net::Peer&, std::string_view frame) -> net::Answer {
    if (is_heartbeat(profile, frame)) return {std::string(frame), false};
    const auto request = open_sealed(profile, scheme, key, frame);
    Message answer;
    answer.mti = request ? answer_mti(request->mti).value_or("0210") : "0210";
    answer.set(39, std::string(request ? response::kApproved : request.error().kind == ErrorKind::kForbidden ? response::kMacWrong : response::kFormatError));
    if (request) answer.set(11, std::string(request->get(11)));
    return {seal(profile, scheme, key, answer).value(), false};
  });

  net::FramedClient bank = connected(server, framer);
  Message pay;
  pay.mti = "0200";
  pay.set(3, "180000").set(7, "1115093001").set(11, "000042");
  REQUIRE(set_amount(pay, Money{12345}));
  const std::string frame = seal(profile, scheme, key, pay).value();
  CHECK(bank.call("0000").value() == "0000");
  const auto answer = open_sealed(profile, scheme, key, bank.call(frame).value());
  REQUIRE(answer);
  CHECK(answer->mti == "0210");
  CHECK(answer->get(39) == response::kApproved);
  CHECK(answer->get(11) == "000042");

  std::string changed = frame;
  changed[changed.find("000000012345") + 11] = '6';
  CHECK(open_sealed(profile, scheme, key, bank.call(changed).value()).value().get(39) == response::kMacWrong);
}

TEST_CASE("a bank's platform asks in XML over the port", "[middle][net]") {
  using namespace middle_business;
  net::FramedServer server(plain(), middle_business_framer(), [](const net::Peer&, std::string_view frame) -> net::Answer {
    const auto request = decode(BodyForm::kXml, frame);
    if (!request) return {{}, true};
    return {encode(BodyForm::kXml, answer_to(*request, return_code::kNothingOwed, "无欠费")).value(), false};
  });
  net::FramedClient bank = connected(server, middle_business_framer());
  middle_business::Message query{{"", "010200", "0200A1", Date::of(2026, 11, 15), "42"}, Transaction::kQuery, Direction::kRequest, {}};
  query.record.set("account_no", "0100000010");
  const auto answer = decode(BodyForm::kXml, bank.call(encode(BodyForm::kXml, query).value()).value());
  REQUIRE(answer);
  CHECK(answer->transaction == Transaction::kQuery);
  CHECK(answer->direction == Direction::kAnswer);
  CHECK(answer->record.get("message") == "无欠费");
  CHECK_FALSE(bank.call("not a frame"));
}

TEST_CASE("a profile without a length cannot be listened for", "[iso8583][net]") {
  iso8583::Profile profile = iso8583::standard_1987();
  profile.header = iso8583::LengthHeader::kNone;
  CHECK(iso8583_framer(profile).error().message.find("/header: expected a length header") == 0);
}

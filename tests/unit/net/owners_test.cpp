// Banks beside each other at one port, and people who are no bank: nobody takes another one's turn or place.
#include <catch2/catch.hpp>

#include "mis/http/certificate.hpp"
#include "tests/unit/net/parts.hpp"
#include "tests/unit/net/test_certificates.hpp"

using namespace mis;
using namespace mis::net;
using namespace mis::net::test;

namespace {

// A port for the banks "big" and "small", who show certificates; all come from the loopback.
struct Port {
  TestAuthority authority{"Banks of a test"};
  http::CertificateFiles own = http::own_certificate(authority.folder() / "own");
  CertificateFiles big = authority.issue("big"), small = authority.issue("small");
  Record record;

  FramedServerOptions options() const {
    FramedServerOptions o = plain_options();
    o.tls_wanted = true;
    o.tls = {own.certificate.string(), own.key.string(), authority.certificate_file()};
    return o;
  }
  Hooks hooks() {
    Hooks hooks = record.hooks();
    hooks.owner_of = [](const Peer& peer) { return std::optional(peer.certificate_subject); };
    return hooks;
  }
  Result<FramedClient> try_to_connect(const FramedServer& server, const CertificateFiles& files) const {
    FramedClientOptions o;
    o.port = server.port();
    o.answer_ms = 60'000;
    o.tls = {own.certificate.string(), "localhost", files.certificate, files.key};
    return FramedClient::connect(o, two_byte_frames);
  }
  FramedClient connect(const FramedServer& server, const CertificateFiles& files) const {
    auto client = try_to_connect(server, files);
    if (!client) FAIL(client.error().message);
    return std::move(*client);
  }
};

Answer echo(const Peer&, std::string_view frame) { return {std::string(frame), false}; }

bool is_served(Result<FramedClient> client) { return client && client->call(framed("hello")); }

}  // namespace

TEST_CASE("a bank with many connections does not starve a bank with one", "[net][tls]") {
  constexpr int kLines = 40, kEach = 5;
  Port port;
  Record order;
  Gate gate;
  FramedServerOptions options = port.options();
  options.workers = 1;
  FramedServer server(options, two_byte_frames, [&](const Peer& peer, std::string_view frame) {
    gate.pass();
    order.add(peer.owner);
    return Answer{std::string(frame), false};
  }, port.hooks());
  std::vector<FramedClient> many;
  for (int i = 0; i < kLines; ++i) many.push_back(port.connect(server, port.big));
  FramedClient one = port.connect(server, port.small);
  std::string flood;
  for (int i = 0; i < kEach; ++i) flood += framed("flood");
  for (auto& line : many) REQUIRE(line.send(flood));
  REQUIRE(port.record.wait_for("received", kLines * kEach));  // all stand in the queue before the other bank asks
  REQUIRE(one.send(framed("a") + framed("b") + framed("c")));
  REQUIRE(port.record.wait_for("received", kLines * kEach + 3));
  gate.open();
  for (int i = 0; i < 3; ++i) REQUIRE(one.receive());
  for (auto& line : many)
    for (int i = 0; i < kEach; ++i) REQUIRE(line.receive());
  const auto lines = order.lines();
  std::size_t place_of_last = 0;
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (lines[i] == "CN=small") place_of_last = i;
  // One of the flood was at work already and one may have been taken; after that the banks take turns.
  CHECK(place_of_last <= 7);
  CHECK(lines.size() == kLines * kEach + 3);
}

TEST_CASE("a bank whose work is slow on all of its lines leaves workers to others", "[net][tls]") {
  Port port;
  Gate gate;
  FramedServerOptions options = port.options();
  options.workers = 3;
  options.max_parallel_of_owner = 2;
  FramedServer server(options, two_byte_frames, [&](const Peer&, std::string_view frame) {
    if (body_of(frame) == "slow") gate.pass();
    return Answer{std::string(frame), false};
  }, port.hooks());
  std::vector<FramedClient> slow;
  for (int i = 0; i < 6; ++i) {
    slow.push_back(port.connect(server, port.big));
    REQUIRE(slow.back().send(framed("slow")));
  }
  REQUIRE(gate.wait_for_arrivals(2));
  FramedClient quick = port.connect(server, port.small);
  CHECK(body_of(quick.call(framed("quick")).value()) == "quick");
  gate.open();
  for (auto& line : slow) CHECK(line.receive());
}

TEST_CASE("a bank that has all its places leaves those of other banks alone", "[net][tls]") {
  Port port;
  FramedServerOptions options = port.options();
  options.max_per_owner = 3;
  options.max_connections = 3;
  options.kept_per_owner = 1;
  FramedServer server(options, two_byte_frames, echo, port.hooks());
  std::vector<FramedClient> all;
  for (int i = 0; i < 3; ++i) {
    all.push_back(port.connect(server, port.big));
    REQUIRE(all.back().call(framed("hello")));
  }
  CHECK_FALSE(is_served(port.try_to_connect(server, port.big)));
  FramedClient small = port.connect(server, port.small);  // although all are taken, one is kept for it
  CHECK(small.call(framed("hello")));
  CHECK_FALSE(is_served(port.try_to_connect(server, port.small)));
  all.front().close();
  REQUIRE(port.record.wait_for("closed peer_closed"));
  all.back().close();
  REQUIRE(port.record.wait_for("closed peer_closed", 2));
  CHECK(is_served(port.try_to_connect(server, port.big)));
}

TEST_CASE("connections that show nothing take no bank's place", "[net][tls]") {
  Port port;
  FramedServerOptions options = port.options();
  options.max_handshakes = 4;
  FramedServer server(options, two_byte_frames, echo, port.hooks());
  std::vector<FramedClient> silent;
  for (int i = 0; i < 20; ++i) {
    auto client = connect_plain(server);  // TCP and no more
    REQUIRE(client);
    silent.push_back(std::move(*client));
  }
  REQUIRE(port.record.wait_for("closed displaced", 16));
  // The oldest makes room, since an honest handshake is over in no time.
  FramedClient bank = port.connect(server, port.small);
  CHECK(bank.call(framed("hello")));
  CHECK(server.load().connections <= 4 + 1);
}

TEST_CASE("an address has so many handshakes at once and in a minute; who has shown his certificate is counted no more", "[net][tls]") {
  Port port;
  FramedServerOptions options = port.options();
  options.max_per_address = 2;
  FramedServer server(options, two_byte_frames, echo, port.hooks());
  std::vector<FramedClient> banks;
  for (int i = 0; i < 5; ++i) {
    banks.push_back(port.connect(server, port.big));
    REQUIRE(banks.back().call(framed("hello")));
  }
  auto silent = connect_plain(server), another = connect_plain(server), third = connect_plain(server);
  REQUIRE(third);
  CHECK(third->receive().error().code == "net.closed");
  CHECK(port.record.wait_for("refused too_many_from_address"));
  CHECK(banks.front().call(framed("still here")));

  options.max_per_address = 1000;
  options.handshakes_per_minute = 1;
  FramedServer slow(options, two_byte_frames, echo, port.hooks());
  // At most two, where a minute turns between them.
  int served = 0;
  for (int i = 0; i < 6; ++i) served += is_served(port.try_to_connect(slow, port.big)) ? 1 : 0;
  CHECK(served >= 1);
  CHECK(served <= 2);
  CHECK(port.record.wait_for("refused too_fast", 4));
}

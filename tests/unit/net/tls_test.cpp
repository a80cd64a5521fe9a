#include <catch2/catch.hpp>

#include "mis/http/certificate.hpp"
#include "tests/unit/net/parts.hpp"
#include "tests/unit/net/test_certificates.hpp"

using namespace mis;
using namespace mis::net;
using namespace mis::net::test;

namespace {

// A port that wants certificates of `banks`, and the client options of somebody who has one.
struct Port {
  TestAuthority banks{"Banks of a test"};
  http::CertificateFiles own = http::own_certificate(banks.folder() / "own");
  Record record;

  FramedServerOptions options() const {
    FramedServerOptions o = plain_options();
    o.tls_wanted = true;
    o.tls = {own.certificate.string(), own.key.string(), banks.certificate_file()};
    return o;
  }
  FramedClientOptions client(const FramedServer& server, const CertificateFiles& files) const {
    FramedClientOptions o;
    o.port = server.port();
    o.tls = {own.certificate.string(), "localhost", files.certificate, files.key};
    return o;
  }
};

// TLS 1.3 lets a client believe that all is well until the server's refusal arrives, so it may show at either step.
bool is_refused(const FramedClientOptions& options) {
  auto client = FramedClient::connect(options, two_byte_frames);
  return !client || !client->call(framed("let me in"));
}

}  // namespace

TEST_CASE("a bank with its certificate is served, and the handler knows whose it is", "[net][tls]") {
  Port port;
  std::mutex mutex;
  Peer seen;
  FramedServer server(port.options(), two_byte_frames, [&](const Peer& peer, std::string_view frame) {
    const std::lock_guard lock(mutex);
    seen = peer;
    return Answer{std::string(frame), false};
  }, port.record.hooks());
  auto client = FramedClient::connect(port.client(server, port.banks.issue("bank-01")), two_byte_frames);
  if (!client) FAIL(client.error().message);
  CHECK(body_of(client->call(framed("hello")).value()) == "hello");
  std::string many;
  for (int i = 0; i < 40; ++i) many += framed(std::string(3000, 'x'));  // more than one TLS record
  REQUIRE(client->send(many));
  for (int i = 0; i < 40; ++i) REQUIRE(client->receive().value().size() == 3002);
  const std::lock_guard lock(mutex);
  CHECK(seen.certificate_subject == "CN=bank-01");
  CHECK(seen.certificate_sha256.size() == 64);
  CHECK(seen.certificate_sha256.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(seen.address == "127.0.0.1");
}

TEST_CASE("without a certificate, with a stranger's or with an expired one nobody is served", "[net][tls]") {
  Port port;
  const TestAuthority strangers("Banks of a test");  // the same name, another key
  FramedServer server(port.options(), two_byte_frames, [&](const Peer&, std::string_view frame) {
    port.record.add("handled");
    return Answer{std::string(frame), false};
  }, port.record.hooks());
  CHECK(is_refused(port.client(server, {})));
  CHECK(is_refused(port.client(server, strangers.issue("bank-01"))));
  CHECK(is_refused(port.client(server, port.banks.issue("bank-02", true))));
  // A server's certificate is no client's, even if it were signed by the right authority.
  CHECK(is_refused(port.client(server, {port.own.certificate.string(), port.own.key.string()})));
  CHECK(port.record.wait_for("closed handshake_failed", 4));
  CHECK(port.record.count("opened") == 0);
  CHECK(port.record.count("handled") == 0);
}

TEST_CASE("a good certificate that is nobody's whom we know is refused before its first frame", "[net][tls]") {
  Port port;
  Hooks hooks = port.record.hooks();
  hooks.owner_of = [](const Peer& peer) { return peer.certificate_subject == "CN=bank-01" ? std::optional<std::string>("one") : std::nullopt; };
  FramedServer server(port.options(), two_byte_frames, [](const Peer&, std::string_view frame) { return Answer{std::string(frame), false}; }, hooks);
  CHECK_FALSE(is_refused(port.client(server, port.banks.issue("bank-01"))));
  CHECK(is_refused(port.client(server, port.banks.issue("bank-07"))));
  CHECK(port.record.wait_for("closed peer_refused"));
}

TEST_CASE("who speaks no TLS, or none for long, is cut off", "[net][tls]") {
  Port port;
  FramedServerOptions options = port.options();
  options.handshake_ms = 300;
  FramedServer server(options, two_byte_frames, [](const Peer&, std::string_view frame) { return Answer{std::string(frame), false}; }, port.record.hooks());
  auto plain = connect_plain(server), silent = connect_plain(server);
  REQUIRE(plain);
  REQUIRE(silent);
  REQUIRE(plain->send(framed("in clear")));
  CHECK_FALSE(plain->receive());
  CHECK(silent->receive().error().code == "net.closed");
  CHECK(port.record.wait_for("closed handshake_timeout"));
}

TEST_CASE("a client trusts only the server that it was told to", "[net][tls]") {
  Port port;
  const TestAuthority others("Other servers");
  FramedServer server(port.options(), two_byte_frames, [](const Peer&, std::string_view frame) { return Answer{std::string(frame), false}; });
  FramedClientOptions options = port.client(server, port.banks.issue("bank-01"));
  options.tls.server_ca_file = others.certificate_file();
  CHECK(FramedClient::connect(options, two_byte_frames).error().code == "net.tls");
  options = port.client(server, port.banks.issue("bank-01"));
  options.tls.server_name = "bank.example";
  CHECK(FramedClient::connect(options, two_byte_frames).error().code == "net.tls");
}

TEST_CASE("a certificate that cannot be used says which file", "[net][tls]") {
  Port port;
  FramedServerOptions options = port.options();
  options.tls.client_ca_file = "nowhere.crt";
  const auto handler = [](const Peer&, std::string_view frame) { return Answer{std::string(frame), false}; };
  CHECK_THROWS_WITH(FramedServer(options, two_byte_frames, handler), Catch::Contains("nowhere.crt"));
  options = port.options();
  options.tls.key_file = port.banks.issue("bank-01").key;
  CHECK_THROWS(FramedServer(options, two_byte_frames, handler));
}

#include <catch2/catch.hpp>
#include <sys/resource.h>

#include <set>
#include <thread>

#include "tests/unit/net/parts.hpp"

using namespace mis;
using namespace mis::net;
using namespace mis::net::test;

namespace {

Answer echo(const Peer&, std::string_view frame) { return {std::string(frame), false}; }

FramedClient connected(const FramedServer& server) {
  auto client = connect_plain(server);
  if (!client) FAIL(client.error().message);
  return std::move(client).value();
}

// What the other side does after it has closed: an error, and which.
std::string refusal(FramedClient& client) {
  const auto answer = client.receive();
  return answer ? "an answer" : answer.error().code;
}

}  // namespace

TEST_CASE("frames are found however the network splits and glues them, and answered in their order", "[net]") {
  FramedServer server(plain_options(), two_byte_frames, echo);
  FramedClient client = connected(server);
  CHECK(body_of(client.call(framed("one")).value()) == "one");

  std::string all;
  for (int i = 0; i < 50; ++i) all += framed("request " + std::to_string(i));
  REQUIRE(client.send(all));
  for (int i = 0; i < 50; ++i) CHECK(body_of(client.receive().value()) == "request " + std::to_string(i));

  for (const char c : framed("byte by byte")) REQUIRE(client.send(std::string_view(&c, 1)));
  CHECK(body_of(client.receive().value()) == "byte by byte");
  REQUIRE(client.send(framed("whole") + framed("half of it").substr(0, 5)));
  CHECK(body_of(client.receive().value()) == "whole");
  REQUIRE(client.send(framed("half of it").substr(5)));
  CHECK(body_of(client.receive().value()) == "half of it");
  CHECK(body_of(client.call(framed("")).value()).empty());
}

TEST_CASE("answers come in the order of the requests although several are worked on at once", "[net]") {
  Gate gate;
  FramedServerOptions options = plain_options();
  options.workers = 4;
  options.max_parallel = 4;
  FramedServer server(options, two_byte_frames, [&](const Peer&, std::string_view frame) {
    if (body_of(frame) == "slow") gate.pass();
    return Answer{std::string(frame), false};
  });
  FramedClient client = connected(server);
  Record record;
  REQUIRE(client.send(framed("slow") + framed("quick 1") + framed("quick 2")));
  REQUIRE(gate.wait_for_arrivals(1));
  gate.open();
  CHECK(body_of(client.receive().value()) == "slow");
  CHECK(body_of(client.receive().value()) == "quick 1");
  CHECK(body_of(client.receive().value()) == "quick 2");
}

TEST_CASE("what is no frame closes the connection, and only that one", "[net]") {
  Record record;
  FramedServer server(plain_options(), two_byte_frames, echo, record.hooks());
  FramedClient bad = connected(server), good = connected(server);
  REQUIRE(bad.send("GET / HTTP/1.1\r\n\r\n"));
  CHECK(refusal(bad) == "net.closed");
  CHECK(record.wait_for("closed protocol_error"));
  CHECK(body_of(good.call(framed("still here")).value()) == "still here");
}

TEST_CASE("a frame above the limit is not collected", "[net]") {
  Record record;
  FramedServerOptions options = plain_options();
  options.max_frame_bytes = 100;
  FramedServer server(options, two_byte_frames, echo, record.hooks());
  FramedClient fits = connected(server), large = connected(server), endless = connected(server);
  CHECK(fits.call(framed(std::string(98, 'x'))).value().size() == 100);
  REQUIRE(large.send(framed(std::string(99, 'x'))));
  CHECK(refusal(large) == "net.closed");
  REQUIRE(endless.send(framed(std::string(4000, 'x')).substr(0, 3000)));
  CHECK(refusal(endless) == "net.closed");
  CHECK(record.wait_for("closed frame_too_large", 2));
  CHECK(record.count("received") == 1);
}

TEST_CASE("a slow sender is cut off although bytes keep coming; who begins nothing is not", "[net]") {
  Record record;
  FramedServerOptions options = plain_options();
  options.frame_ms = 200;
  options.max_frame_bytes = std::size_t{1} << 30;
  // Endless frames: whatever comes, more is needed.
  const auto endless = [](std::string_view bytes) { return bytes[0] == 'e' ? need_more() : two_byte_frames(bytes); };
  FramedServer server(options, endless, echo, record.hooks());
  FramedClient dripping = connected(server), silent = connected(server), waiting = connected(server);
  REQUIRE(silent.send("e"));
  // The limit is for the whole frame and not for each byte, so this comes to an end.
  constexpr int kMostBytes = 50'000'000;
  int sent = 0;
  while (sent < kMostBytes && dripping.send("e")) ++sent;
  CHECK(sent < kMostBytes);
  CHECK(refusal(silent) == "net.closed");
  CHECK(record.wait_for("closed frame_timeout", 2));
  CHECK(body_of(waiting.call(framed("nothing begun, nothing late")).value()) == "nothing begun, nothing late");
}

TEST_CASE("who says nothing for long is cut off", "[net]") {
  Record record;
  FramedServerOptions options = plain_options();
  options.idle_ms = 100;
  FramedServer server(options, two_byte_frames, echo, record.hooks());
  FramedClient idle = connected(server);
  CHECK(refusal(idle) == "net.closed");
  CHECK(record.wait_for("closed idle_timeout"));
}

TEST_CASE("who does not take its answers is cut off, and holds nobody up", "[net]") {
  Record record;
  FramedServerOptions options = plain_options();
  options.write_ms = 100;
  options.workers = 1;
  // More than any network buffer holds.
  const std::string large(std::size_t{64} << 20, 'x');
  FramedServer server(options, two_byte_frames, [&](const Peer&, std::string_view frame) {
    return Answer{body_of(frame) == "large" ? large : std::string(frame), false};
  }, record.hooks());
  FramedClient deaf = connected(server), other = connected(server);
  REQUIRE(deaf.send(framed("large")));
  REQUIRE(record.wait_for("worked"));
  CHECK(body_of(other.call(framed("meanwhile")).value()) == "meanwhile");
  CHECK(record.wait_for("closed write_timeout"));
}

TEST_CASE("a handler at work is no idleness", "[net]") {
  Record record;
  Gate gate;
  FramedServerOptions options = plain_options();
  options.idle_ms = 50;
  FramedServer server(options, two_byte_frames, [&](const Peer&, std::string_view frame) {
    if (body_of(frame) == "long") gate.pass();
    return Answer{std::string(frame), false};
  }, record.hooks());
  FramedClient busy = connected(server), idle = connected(server);
  REQUIRE(busy.send(framed("long")));
  REQUIRE(gate.wait_for_arrivals(1));
  REQUIRE(record.wait_for("closed idle_timeout"));  // the other one's, who came later
  CHECK(record.count("closed idle_timeout") == 1);
  gate.open();
  CHECK(body_of(busy.receive().value()) == "long");
}

TEST_CASE("five hundred connections are held while requests go on", "[net]") {
  constexpr int kHeld = 500;
  rlimit files{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
  files.rlim_cur = files.rlim_max;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &files) == 0);
  if (files.rlim_max < 4 * kHeld) FAIL("expected at least 2000 open files to be allowed but the limit is " << files.rlim_max);

  Record record;
  FramedServerOptions options = plain_options();
  options.workers = 2;
  FramedServer server(options, two_byte_frames, echo, record.hooks());
  std::vector<FramedClient> held;
  for (int i = 0; i < kHeld; ++i) held.push_back(connected(server));
  REQUIRE(record.wait_for("opened", kHeld));
  CHECK(server.load().connections == kHeld);
  FramedClient busy = connected(server);
  for (int i = 0; i < 200; ++i) REQUIRE(body_of(busy.call(framed(std::to_string(i))).value()) == std::to_string(i));
  // And each that was held is still served.
  for (int i = 0; i < kHeld; ++i) REQUIRE(body_of(held[static_cast<std::size_t>(i)].call(framed(std::to_string(i))).value()) == std::to_string(i));
  CHECK(record.count("received") == 200 + kHeld);
}

TEST_CASE("connections are counted, in all and per address, and freed places are given again", "[net]") {
  Record record;
  FramedServerOptions options = plain_options();
  options.max_connections = 4;
  options.max_per_address = 2;
  FramedServer server(options, two_byte_frames, echo, record.hooks());
  FramedClient first = connected(server), second = connected(server);
  CHECK(first.call(framed("1")));
  CHECK(second.call(framed("2")));
  FramedClient third = connected(server);
  CHECK(refusal(third) == "net.closed");
  CHECK(record.wait_for("refused too_many_from_address"));
  first.close();
  REQUIRE(record.wait_for("closed peer_closed"));
  FramedClient fourth = connected(server);
  CHECK(body_of(fourth.call(framed("4")).value()) == "4");

  options.max_connections = 1;
  FramedServer small(options, two_byte_frames, echo, record.hooks());
  FramedClient only = connected(small);
  CHECK(only.call(framed("1")));
  FramedClient other = connected(small);
  CHECK(refusal(other) == "net.closed");
  CHECK(record.wait_for("refused too_many_connections"));
}

TEST_CASE("who floods waits for himself: others get every other place", "[net]") {
  Record record, order;
  Gate gate;
  FramedServerOptions options = plain_options();
  options.workers = 1;
  options.max_in_flight = 100;
  FramedServer server(options, two_byte_frames, [&](const Peer&, std::string_view frame) {
    gate.pass();
    order.add(body_of(frame));
    return Answer{std::string(frame), false};
  }, record.hooks());
  FramedClient flooder = connected(server), polite = connected(server);
  std::string flood;
  for (int i = 0; i < 100; ++i) flood += framed("flood");
  REQUIRE(flooder.send(flood));
  REQUIRE(record.wait_for("received", 100));  // all stand in the queue before the other one comes
  REQUIRE(polite.send(framed("polite") + framed("polite") + framed("polite")));
  REQUIRE(record.wait_for("received", 103));
  gate.open();
  for (int i = 0; i < 3; ++i) REQUIRE(polite.receive());
  for (int i = 0; i < 100; ++i) REQUIRE(flooder.receive());
  const auto lines = order.lines();
  int place_of_last = 0;
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (lines[i] == "polite") place_of_last = static_cast<int>(i);
  // One flood was at work already and one may have been taken; after that they take turns.
  CHECK(place_of_last <= 7);
  CHECK(lines.size() == 103);
}

TEST_CASE("a connection is not read from while it has enough in flight", "[net]") {
  Record record;
  Gate gate;
  FramedServerOptions options = plain_options();
  options.max_in_flight = 3;
  FramedServer server(options, two_byte_frames, [&](const Peer&, std::string_view frame) {
    if (body_of(frame) != "probe") gate.pass();
    return Answer{std::string(frame), false};
  }, record.hooks());
  FramedClient greedy = connected(server), probe = connected(server);
  std::string many;
  for (int i = 0; i < 10; ++i) many += framed("x");
  REQUIRE(greedy.send(many));
  REQUIRE(record.wait_for("received", 3));
  // The network's thread has gone round since: nothing more of the greedy one was taken.
  REQUIRE(probe.call(framed("probe")));
  CHECK(record.count("received") == 4);
  gate.open();
  for (int i = 0; i < 10; ++i) REQUIRE(greedy.receive());
  CHECK(record.count("received") == 11);
}

TEST_CASE("one connection cannot take all workers", "[net]") {
  Record record;
  Gate gate;
  FramedServerOptions options = plain_options();
  options.workers = 3;
  options.max_parallel = 2;
  FramedServer server(options, two_byte_frames, [&](const Peer&, std::string_view frame) {
    if (body_of(frame) == "slow") gate.pass();
    return Answer{std::string(frame), false};
  }, record.hooks());
  FramedClient slow = connected(server), other = connected(server);
  REQUIRE(slow.send(framed("slow") + framed("slow") + framed("slow") + framed("slow")));
  REQUIRE(gate.wait_for_arrivals(2));
  CHECK(body_of(other.call(framed("quick")).value()) == "quick");
  gate.open();
  for (int i = 0; i < 4; ++i) REQUIRE(slow.receive());
}

TEST_CASE("a handler that throws leaves its request unanswered and closes the connection", "[net]") {
  Record record;
  FramedServer server(plain_options(), two_byte_frames, [](const Peer&, std::string_view frame) -> Answer {
    if (body_of(frame) == "bad") throw std::runtime_error("no database");
    return {std::string(frame), false};
  }, record.hooks());
  FramedClient client = connected(server);
  CHECK(client.call(framed("good")));
  REQUIRE(client.send(framed("bad")));
  CHECK(refusal(client) == "net.closed");
  CHECK(record.wait_for("failed no database"));
  CHECK(record.wait_for("closed handler_failed"));
}

TEST_CASE("an answer may end the connection, or be nothing", "[net]") {
  FramedServer server(plain_options(), two_byte_frames, [](const Peer&, std::string_view frame) -> Answer {
    if (body_of(frame) == "notice") return {};
    return {std::string(frame), body_of(frame) == "bye"};
  });
  FramedClient client = connected(server);
  REQUIRE(client.send(framed("notice") + framed("question")));
  CHECK(body_of(client.receive().value()) == "question");
  CHECK(body_of(client.call(framed("bye")).value()) == "bye");
  CHECK(refusal(client) == "net.closed");
}

TEST_CASE("who has sent all and closed that side is still answered", "[net]") {
  Gate gate;
  Record record;
  FramedServer server(plain_options(), two_byte_frames, [&](const Peer&, std::string_view frame) {
    gate.pass();
    return Answer{std::string(frame), false};
  }, record.hooks());
  FramedClient client = connected(server);
  REQUIRE(client.send(framed("last words")));
  client.finish_sending();
  REQUIRE(gate.wait_for_arrivals(1));
  gate.open();
  CHECK(body_of(client.receive().value()) == "last words");
  CHECK(refusal(client) == "net.closed");
  CHECK(record.wait_for("closed peer_closed"));
}

TEST_CASE("a stop lets requests in flight be answered and takes no new ones", "[net]") {
  Gate gate;
  Record record;
  FramedServerOptions options = plain_options();
  options.workers = 1;
  options.stop_grace_ms = 120'000;
  FramedServer server(options, two_byte_frames, [&](const Peer&, std::string_view frame) {
    gate.pass();
    return Answer{std::string(frame), false};
  }, record.hooks());
  FramedClient busy = connected(server), idle = connected(server);
  REQUIRE(busy.send(framed("first") + framed("second")));
  REQUIRE(record.wait_for("received", 2));
  std::thread stopper([&] { server.stop(); });
  REQUIRE(record.wait_for("closed stopped", 1));  // the idle one: the stop has begun
  gate.open();
  CHECK(body_of(busy.receive().value()) == "first");
  CHECK(body_of(busy.receive().value()) == "second");
  CHECK(refusal(busy) == "net.closed");
  stopper.join();
  CHECK(refusal(idle) == "net.closed");
  CHECK(record.count("closed stopped") == 2);
  CHECK(record.count("answer lost") == 0);
  CHECK_FALSE(connect_plain(server));
  server.stop();
}

TEST_CASE("what is not done when a stop's patience ends is told as lost", "[net]") {
  Gate gate;
  Record record;
  FramedServerOptions options = plain_options();
  options.workers = 1;
  options.stop_grace_ms = 1;
  FramedServer server(options, two_byte_frames, [&](const Peer&, std::string_view frame) {
    gate.pass();
    return Answer{std::string(frame), false};
  }, record.hooks());
  FramedClient busy = connected(server);
  REQUIRE(busy.send(framed("first") + framed("never begun")));
  REQUIRE(record.wait_for("received", 2));
  REQUIRE(gate.wait_for_arrivals(1));
  std::thread stopper([&] { server.stop(); });
  REQUIRE(record.wait_for("closed stopped"));
  CHECK(refusal(busy) == "net.closed");
  gate.open();
  stopper.join();
  CHECK(record.count("worked") == 1);
  CHECK(record.count("answer lost") == 1);
}

TEST_CASE("a port that cannot be opened says which and why", "[net]") {
  FramedServer server(plain_options(), two_byte_frames, echo);
  FramedServerOptions taken = plain_options();
  taken.port = server.port();
  CHECK_THROWS_WITH(FramedServer(taken, two_byte_frames, echo), Catch::Contains("127.0.0.1:" + std::to_string(server.port())));
  taken.address = "bank.example";
  CHECK_THROWS_WITH(FramedServer(taken, two_byte_frames, echo), Catch::Contains("bank.example"));
  FramedServerOptions none = plain_options();
  none.workers = 0;
  CHECK_THROWS_WITH(FramedServer(none, two_byte_frames, echo), Catch::Contains("at least one worker"));
}

TEST_CASE("a client tells what it knows: refused, out of time, closed", "[net]") {
  Gate gate;
  FramedServer server(plain_options(), two_byte_frames, [&](const Peer&, std::string_view frame) {
    gate.pass();
    return Answer{std::string(frame), false};
  });
  FramedClientOptions options;
  options.port = server.port();
  options.tls_wanted = false;
  options.answer_ms = 50;
  auto client = FramedClient::connect(options, two_byte_frames);
  REQUIRE(client);
  CHECK(client->call(framed("x")).error().code == "net.timeout");
  CHECK(client->send(framed("x")).error().code == "net.closed");
  gate.open();
  server.stop();
  CHECK(FramedClient::connect(options, two_byte_frames).error().code == "net.connect");
}

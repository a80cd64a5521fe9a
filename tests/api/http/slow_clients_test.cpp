// Clients that do not behave: they must not take anything from those that do.
#include <Poco/Net/Context.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "tests/api/running_server.hpp"

using fixture::Client;
using fixture::RunningServer;
using Poco::Net::SocketAddress;
using std::chrono::steady_clock;

namespace {

Poco::Net::SecureStreamSocket connect_tls(const RunningServer& house) {
  Poco::Net::Context::Ptr context =
      new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, "", "", house.certificate, Poco::Net::Context::VERIFY_STRICT, 9, false);
  return Poco::Net::SecureStreamSocket(SocketAddress("127.0.0.1", house.port()), "localhost", context);
}

// True once the server has closed the connection.
bool is_closed(Poco::Net::StreamSocket& socket) {
  char byte;
  try {
    socket.setReceiveTimeout(Poco::Timespan(5, 0));
    return socket.receiveBytes(&byte, 1) <= 0;
  } catch (const Poco::TimeoutException&) {
    return false;
  } catch (const Poco::Exception&) {
    return true;
  }
}

std::string send_raw(const RunningServer& house, const std::string& text) {
  auto socket = connect_tls(house);
  socket.sendBytes(text.data(), static_cast<int>(text.size()));
  socket.setReceiveTimeout(Poco::Timespan(5, 0));
  std::string reply;
  char buffer[4096];
  try {
    for (int n; (n = socket.receiveBytes(buffer, sizeof buffer)) > 0;) reply.append(buffer, static_cast<std::size_t>(n));
  } catch (const Poco::Exception&) {
  }
  return reply;
}

}  // namespace

TEST_CASE("a client that sends a byte now and then is cut off at the deadline, while others are served") {
  RunningServer house({}, {.read_deadline_ms = 700});
  auto slow = connect_tls(house);
  const auto begin = steady_clock::now();
  Client client = house.client();
  bool cut = false;
  for (int i = 0; i < 40 && !cut; ++i) {
    try {
      slow.sendBytes(i == 0 ? "G" : "E", 1);
    } catch (const Poco::Exception&) {
      cut = true;
    }
    CHECK(client.get("/health").status == 200);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    cut = cut || (steady_clock::now() - begin > std::chrono::milliseconds(1500) && is_closed(slow));
  }
  CHECK(cut);
  CHECK(steady_clock::now() - begin < std::chrono::seconds(4));
}

TEST_CASE("connections that never begin a handshake, or never finish a body, are cut off too") {
  RunningServer house({}, {.read_deadline_ms = 500});
  Poco::Net::StreamSocket silent(SocketAddress("127.0.0.1", house.port()));
  auto half = connect_tls(house);
  const std::string head = "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{";
  half.sendBytes(head.data(), static_cast<int>(head.size()));
  CHECK(is_closed(half));
  CHECK(is_closed(silent));
}

TEST_CASE("a crowd of idle connections makes room for somebody with a request") {
  RunningServer house({}, {.max_threads = 10, .read_deadline_ms = 2000});
  std::vector<Client> idle;
  for (int i = 0; i < 9; ++i) {
    idle.push_back(house.client());
    CHECK(idle.back().get("/health").status == 200);
  }
  for (int i = 0; i < 5; ++i) {
    Client another = house.client();
    CHECK(another.get("/health").status == 200);
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
  }
}

TEST_CASE("one address cannot hold more than its share of connections") {
  RunningServer house({}, {.max_connections_per_address = 3, .limit_loopback = true});
  std::vector<Client> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(house.client());
    CHECK(clients.back().get("/health").status == 200);
  }
  Client fourth = house.client();
  CHECK_THROWS_AS(fourth.get("/health"), Poco::Exception);
}

TEST_CASE("requests that could be read in two ways are refused") {
  RunningServer house;
  const std::string host = " HTTP/1.1\r\nHost: localhost\r\n";
  struct Row { std::string request; const char* status; };
  for (const auto& [request, status] :
       {Row{"POST /api/v1/session" + host + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
        {"POST /api/v1/session" + host + "Transfer-Encoding: gzip\r\n\r\n", "400"},
        {"POST /api/v1/session" + host + "Content-Length: -5\r\n\r\n", "400"},
        {"POST /api/v1/session" + host + "Content-Length: abc\r\n\r\n", "400"},
        {"POST /api/v1/session" + host + "Content-Length: 99999999999\r\n\r\n", "413"},
        {"GET http://elsewhere/health" + host + "\r\n", "400"},
        {"GET /health" + host + "X-Long: " + std::string(10'000, 'x') + "\r\n\r\n", "400"},
        {"GET /health?q=%zz" + host + "\r\n", "400"},
        {"GARBAGE\r\n\r\n", "400"}}) {
    CAPTURE(request.substr(0, 100));
    CHECK(send_raw(house, request).substr(0, 12) == std::string("HTTP/1.1 ") + status);
  }
}

TEST_CASE("plain HTTP gets no answer") {
  RunningServer house;
  Poco::Net::StreamSocket plain(SocketAddress("127.0.0.1", house.port()));
  const std::string request = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
  plain.sendBytes(request.data(), static_cast<int>(request.size()));
  char buffer[100];
  int received = 0;
  try {
    plain.setReceiveTimeout(Poco::Timespan(5, 0));
    received = plain.receiveBytes(buffer, sizeof buffer);
  } catch (const Poco::Exception&) {
  }
  CHECK(std::string(buffer, static_cast<std::size_t>(std::max(received, 0))).find("HTTP/1.1") == std::string::npos);
}

TEST_CASE("the server stops soon, though clients are connected") {
  auto house = std::make_unique<RunningServer>();
  Client idle = house->client();
  CHECK(idle.get("/health").status == 200);
  const auto begin = steady_clock::now();
  house->server->stop();
  CHECK(steady_clock::now() - begin < std::chrono::seconds(3));
  CHECK_THROWS_AS(idle.get("/health"), Poco::Exception);
}

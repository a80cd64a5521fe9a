#include <Poco/Net/Context.h>
#include <Poco/Net/SecureStreamSocket.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "tests/api/running_server.hpp"

using fixture::Client;
using fixture::RunningServer;
using namespace mis;

namespace {

// Tells the numbers behind the last one the listener has, up to five.
void register_count(Registry& registry) {
  registry.route({.method = http::Method::kGet, .path = "/api/v1/count/events", .permission = http::Permission::open(), .summary = "Count",
                  .handler = [](const http::Request&, const security::Caller&) -> Result<http::Answer> {
                    return http::event_stream([](http::EventStream& events) {
                      for (std::int64_t n = events.last_event_id() + 1; n <= 5; ++n) {
                        if (!events.send(n, "progress", "{\"n\":" + std::to_string(n) + "}") || !events.wait(20)) return;
                      }
                    });
                  }});
  registry.route({.method = http::Method::kGet, .path = "/api/v1/wait/events", .permission = http::Permission::open(), .summary = "Wait",
                  .handler = [](const http::Request&, const security::Caller&) -> Result<http::Answer> {
                    return http::event_stream([](http::EventStream& events) {
                      while (events.wait(10'000)) {
                      }
                    });
                  }});
}

}  // namespace

TEST_CASE("events arrive with their numbers, and a listener that comes back goes on where it was") {
  RunningServer house(register_count);
  Client client = house.client();
  const auto all = client.get("/api/v1/count/events");
  CHECK(all.header("Content-Type") == "text/event-stream");
  CHECK(all.body.starts_with("id: 1\nevent: progress\ndata: {\"n\":1}\n\nid: 2\n"));
  client.drop_connection();
  const auto rest = client.get("/api/v1/count/events", {{"Last-Event-ID", "4"}});
  CHECK(rest.body == "id: 5\nevent: progress\ndata: {\"n\":5}\n\n");
}

TEST_CASE("listeners hold up neither the stop of the server nor, beyond their share, its threads") {
  auto house = std::make_unique<RunningServer>(register_count, http::ServerOptions{.max_streams = 1});
  Client listener = house->client();
  std::thread listening([&] { listener.get("/api/v1/wait/events"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  Client second = house->client();
  const auto busy = second.get("/api/v1/wait/events");
  CHECK(busy.status == 503);
  CHECK(busy.code() == "http.too_many_streams");
  const auto begin = std::chrono::steady_clock::now();
  house->server->stop();
  listening.join();
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(3));
}

#include <atomic>
#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "mis/http/idempotency.hpp"
#include "tests/api/running_server.hpp"

using fixture::Client;
using fixture::idempotency_key;
using fixture::Reply;
using fixture::RunningServer;
using namespace mis;
using nlohmann::json;

namespace {

// "Pays": takes the next number of a sequence, slowly enough that two requests meet. A negative amount is refused after
// the effect, to see it undone.
void register_payment(Registry& registry) {
  const Services services = registry.services();
  registry.route({.method = http::Method::kPost, .path = "/api/v1/payments", .permission = http::Permission::signed_in(), .summary = "Pay",
                  .handler = [services](const http::Request& request, const security::Caller& caller) {
                    return http::idempotent(services, request, caller, [&](db::Session& session) -> Result<http::Answer> {
                      session.execute("INSERT INTO mis_sequence (name, next_value) VALUES ('payments', 1) ON DUPLICATE KEY UPDATE next_value = next_value + 1");
                      std::this_thread::sleep_for(std::chrono::milliseconds(100));
                      auto rows = session.query("SELECT next_value FROM mis_sequence WHERE name = 'payments'");
                      rows.next();
                      if (request.body.find('-') != std::string::npos) return conflict("payments.negative", "expected money but got a debt");
                      return http::json_answer({{"number", rows.i64(0)}}, 201).with_header("Location", "/payments/" + std::to_string(rows.i64(0)));
                    });
                  },
                  .idempotency_key = true});
}

std::int64_t payments(RunningServer& house) {
  auto session = house.database.app().lease();
  auto rows = session->query("SELECT next_value FROM mis_sequence WHERE name = 'payments'");
  return rows.next() ? rows.i64(0) : 0;
}

}  // namespace

TEST_CASE("a keyed request happens once: the same content gives the first answer, other content an error") {
  RunningServer house(register_payment);
  Client client = house.client_of("clerk");
  const json body{{"amount", "5.00"}};
  CHECK(client.post("/api/v1/payments", body).status == 400);
  CHECK(client.post("/api/v1/payments", body, {idempotency_key("short")}).status == 400);

  const Reply first = client.post("/api/v1/payments", body, {idempotency_key("0d2f-payment-1")});
  CHECK(first.status == 201);
  CHECK(first.header("Idempotency-Replayed").empty());
  const Reply again = client.post("/api/v1/payments", body, {idempotency_key("0d2f-payment-1")});
  CHECK(again.status == 201);
  CHECK(again.body == first.body);
  CHECK(again.header("Location") == first.header("Location"));
  CHECK(again.header("Idempotency-Replayed") == "true");
  CHECK(payments(house) == 1);

  const Reply other = client.post("/api/v1/payments", {{"amount", "6.00"}}, {idempotency_key("0d2f-payment-1")});
  CHECK(other.status == 422);
  CHECK(other.code() == "http.idempotency_key_reused");

  // Keys are each person's own.
  Client somebody = house.client_of("manager");
  CHECK(somebody.post("/api/v1/payments", body, {idempotency_key("0d2f-payment-1")}).json()["number"] == 2);
}

TEST_CASE("a refused request leaves its key free and nothing behind") {
  RunningServer house(register_payment);
  Client client = house.client_of("clerk");
  CHECK(client.post("/api/v1/payments", {{"amount", "-5.00"}}, {idempotency_key("0d2f-payment-2")}).code() == "payments.negative");
  CHECK(payments(house) == 0);
  CHECK(client.post("/api/v1/payments", {{"amount", "5.00"}}, {idempotency_key("0d2f-payment-2")}).status == 201);
  CHECK(payments(house) == 1);
}

TEST_CASE("requests with one key at the same moment have one effect") {
  RunningServer house(register_payment);
  Client first = house.client_of("clerk");
  for (int round = 1; round <= 3; ++round) {
    const auto key = idempotency_key("race-" + std::to_string(round) + "-0000");
    std::vector<Client> clients;
    for (int i = 0; i < 6; ++i) {
      clients.push_back(house.client());
      clients.back().cookie = first.cookie;
      clients.back().csrf_token = first.csrf_token;
    }
    std::vector<Reply> replies(clients.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < clients.size(); ++i) {
      threads.emplace_back([&, i] { replies[i] = clients[i].post("/api/v1/payments", {{"amount", "5.00"}}, {key}); });
    }
    for (auto& thread : threads) thread.join();
    int good = 0;
    std::set<std::string> bodies;
    for (const Reply& reply : replies) {
      if (reply.status == 201) {
        ++good;
        bodies.insert(reply.body);
      } else {
        CHECK(reply.status == 409);
        CHECK(reply.code() == "http.idempotency_in_flight");
      }
    }
    CHECK(good >= 1);
    CHECK(bodies.size() == 1);
    CHECK(payments(house) == round);
  }
}

TEST_CASE("two servers on one database do a keyed request once") {
  RunningServer house(register_payment);
  // The second server is another process as far as the first one's memory goes: the use case is run directly, holding the
  // key's row in a transaction of its own while the request arrives.
  Client client = house.client_of("clerk");
  auto other = house.database.app().lease();
  other->begin();
  other->execute("INSERT INTO http_idempotency (user_id, idempotency_key, request_sha256, status, answer, created_at) VALUES (2, 'both-servers', ?, 201, ?, NOW())",
                 std::string(64, 'a'), R"({"content_type":"application/json","headers":[],"secret":false,"body":"{}"})");
  std::atomic<bool> answered{false};
  Reply reply;
  std::thread request([&] {
    reply = client.post("/api/v1/payments", {{"amount", "5.00"}}, {idempotency_key("both-servers")});
    answered = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  CHECK_FALSE(answered);  // it waits for the other server's decision
  other->commit();
  request.join();
  CHECK(reply.code() == "http.idempotency_key_reused");  // the other one's content was another
  CHECK(payments(house) == 0);
}

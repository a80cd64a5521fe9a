// What the server does with requests before and around the handlers: addresses, methods, bodies, files, headers.
#include <catch2/catch.hpp>
#include <fstream>

#include "mis/http/fields.hpp"
#include "tests/api/running_server.hpp"

using fixture::Client;
using fixture::Reply;
using fixture::RunningServer;
using namespace mis;
using nlohmann::json;

namespace {

// A route that gives back what it understood.
void register_echo(Registry& registry) {
  registry.route({.method = http::Method::kPost, .path = "/api/v1/echo/{id}", .permission = http::Permission::open(), .summary = "Echo",
                  .handler = [](const http::Request& request, const security::Caller&) -> Result<http::Answer> {
                    const auto id = request.id_param("id");
                    if (!id) return id.error();
                    auto body = http::Fields::of_body(request);
                    if (!body) return body.error();
                    const Money amount = body->money("amount");
                    const BillingMonth month = body->month("billing_month");
                    const auto note = body->optional_text("note");
                    if (auto error = body->finish()) return *error;
                    return http::json_answer({{"id", *id}, {"fen", amount.value}, {"month", month.yyyymm}, {"note", note.value_or("")}}, 201);
                  },
                  .status = 201, .max_body_bytes = 1000});
  registry.route({.method = http::Method::kGet, .path = "/api/v1/throw", .permission = http::Permission::open(), .summary = "Throws",
                  .handler = [](const http::Request&, const security::Caller&) -> Result<http::Answer> {
                    throw std::runtime_error("secret detail of the inside");
                  }});
}

Reply echo(Client& client, const std::string& body) { return client.send("POST", "/api/v1/echo/7", body, {{"Content-Type", "application/json"}}); }

}  // namespace

TEST_CASE("addresses and methods that are not there are told apart") {
  RunningServer house(register_echo);
  Client client = house.client();
  const Reply unknown = client.get("/api/v1/nothing");
  CHECK(unknown.status == 404);
  CHECK(unknown.code() == "http.not_found");
  CHECK(unknown.json()["request_id"] == unknown.header("X-Request-Id"));
  const Reply wrong_method = client.get("/api/v1/echo/7");
  CHECK(wrong_method.status == 405);
  CHECK(wrong_method.header("Allow") == "POST");
  CHECK(client.send("PATCH", "/api/v1/echo/7", "", {}).status == 405);
  CHECK(client.post("/api/v1/echo/seven", json::object()).status == 404);
  CHECK(client.get("/api/v1/session/").status == 404);
}

TEST_CASE("a body that is no JSON object is refused with its reason") {
  RunningServer house(register_echo);
  Client client = house.client();
  struct Row { const char* body; int status; const char* code; };
  for (const auto& [body, status, code] : {Row{"{\"amount\":", 400, "http.malformed_json"}, {"[1,2]", 400, "http.malformed_json"}, {"", 400, "http.malformed_json"},
                                           {"{\"amount\":\"1\",\"amount\":\"2\"}", 400, "http.malformed_json"}, {"{\"note\":\"\xff\"}", 400, "http.malformed_json"},
                                           {"{\"amount\":12.5,\"billing_month\":\"2026-13\"}", 422, "http.invalid_fields"}}) {
    CAPTURE(body);
    const Reply reply = echo(client, body);
    CHECK(reply.status == status);
    CHECK(reply.code() == code);
  }
  CHECK(client.send("POST", "/api/v1/echo/7", "a=1", {{"Content-Type", "application/x-www-form-urlencoded"}}).status == 415);
  const Reply good = echo(client, R"({"amount":"12.50","billing_month":"2026-10","note":"抄表"})");
  CHECK(good.status == 201);
  CHECK(good.json() == json{{"id", 7}, {"fen", 1250}, {"month", 202610}, {"note", "抄表"}});
}

TEST_CASE("a body over the route's limit is refused, and the connection ends") {
  RunningServer house(register_echo);
  Client client = house.client();
  const Reply large = echo(client, "{\"note\":\"" + std::string(2000, 'x') + "\"}");
  CHECK(large.status == 413);
  CHECK(large.code() == "http.too_large");
  CHECK(large.header("Connection") == "close");
  client.drop_connection();
  CHECK(echo(client, R"({"amount":"1","billing_month":"2026-10"})").status == 201);
}

TEST_CASE("what fails inside stays inside") {
  RunningServer house(register_echo);
  Client client = house.client();
  const Reply reply = client.get("/api/v1/throw");
  CHECK(reply.status == 500);
  CHECK(reply.code() == "http.internal");
  CHECK(reply.body.find("secret detail") == std::string::npos);
}

TEST_CASE("every answer bears the security headers") {
  RunningServer house;
  Client client = house.client();
  for (const char* path : {"/health", "/api/v1/session", "/nothing"}) {
    CAPTURE(path);
    const Reply reply = client.get(path);
    CHECK(reply.header("Content-Security-Policy").starts_with("default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"));
    CHECK(reply.header("Content-Security-Policy").find("frame-ancestors 'none'") != std::string::npos);
    CHECK(reply.header("Strict-Transport-Security") == "max-age=31536000");
    CHECK(reply.header("X-Content-Type-Options") == "nosniff");
    CHECK(reply.header("Referrer-Policy") == "no-referrer");
    CHECK(reply.header("Cache-Control") == "no-store");
  }
}

TEST_CASE("health, readiness, metrics and the API's description need no session") {
  RunningServer house;
  Client client = house.client();
  CHECK(client.get("/health").json() == json{{"status", "ok"}});
  CHECK(client.get("/ready").json() == json{{"status", "ready"}, {"database", "ok"}});
  const Reply metrics = client.get("/metrics");
  CHECK(metrics.header("Content-Type").starts_with("text/plain"));
  CHECK(metrics.body.find("watthour_http_request_seconds_count{method=\"GET\",route=\"/health\"} 1\n") != std::string::npos);
  // A proxy on this machine asks for somebody else.
  CHECK(client.get("/metrics", {{"X-Forwarded-For", "203.0.113.9"}}).status == 403);
  const json api = client.get("/openapi.json").json();
  CHECK(api["openapi"] == "3.1.0");
  CHECK(api["paths"]["/api/v1/users"]["post"]["parameters"][0]["name"] == "Idempotency-Key");
}

TEST_CASE("the terminals' files are served, and nothing outside their folder") {
  fixture::TemporaryFolder folder;
  const auto dist = folder.path() / "dist";
  std::filesystem::create_directories(dist / "assets");
  std::ofstream(dist / "index.html") << "<!doctype html><title>Watthour</title>";
  std::ofstream(dist / "assets" / "app-1a2b3c.js") << std::string(4000, ' ') + "export {}";
  std::ofstream(folder.path() / "secret.txt") << "not for you";
  RunningServer house({}, {.static_dir = dist});
  Client client = house.client();

  const Reply index = client.get("/");
  CHECK(index.status == 200);
  CHECK(index.header("Content-Type") == "text/html; charset=utf-8");
  CHECK(index.header("Cache-Control") == "no-cache");
  CHECK(client.get("/", {{"If-None-Match", index.header("ETag")}}).status == 304);
  CHECK(client.get("/accounts/1234567890", {{"Accept", "text/html"}}).body == index.body);  // a page of the terminal
  CHECK(client.get("/assets/gone.js", {{"Accept", "text/html"}}).status == 404);
  CHECK(client.get("/api/v1/nothing", {{"Accept", "text/html"}}).code() == "http.not_found");

  const Reply script = client.get("/assets/app-1a2b3c.js");
  CHECK(script.header("Content-Type") == "text/javascript; charset=utf-8");
  CHECK(script.header("Cache-Control") == "public, max-age=31536000, immutable");
  const Reply packed = client.get("/assets/app-1a2b3c.js", {{"Accept-Encoding", "gzip, br"}});
  CHECK(packed.header("Content-Encoding") == "gzip");
  CHECK(packed.body.size() < 200);

  for (const char* path : {"/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/%2e%2e/%2e%2e/secret.txt",
                           "//secret.txt", "/index.html%00.js"}) {
    CAPTURE(path);
    const Reply reply = client.get(path);
    client.drop_connection();  // a malformed request ends its connection
    CHECK((reply.status == 400 || reply.status == 404));
    CHECK(reply.body.find("not for you") == std::string::npos);
  }
}

TEST_CASE("a route with a permission that nobody registered stops the start") {
  const auto register_slip = [](Registry& registry) {
    registry.route({.method = http::Method::kGet, .path = "/api/v1/slip", .permission = http::Permission("biling.view"), .summary = "A slip of the pen",
                    .handler = [](const http::Request&, const security::Caller&) -> Result<http::Answer> { return http::no_content(); }});
  };
  CHECK_THROWS_WITH(RunningServer(register_slip), "expected a registered permission for /api/v1/slip but nobody registered biling.view");
}

TEST_CASE("HEAD gives the head of a GET and no body") {
  RunningServer house;
  Client client = house.client();
  const Reply reply = client.send("HEAD", "/health", "", {});
  CHECK(reply.status == 200);
  CHECK(reply.header("Content-Length") == "15");
  CHECK(reply.body.empty());
}

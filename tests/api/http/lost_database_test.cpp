// The database is away: clear answers, nothing done, and work again when it is back.
#include <catch2/catch.hpp>

#include "mis/http/certificate.hpp"
#include "mis/http/system_routes.hpp"
#include "mis/security/routes.hpp"
#include "tests/api/running_server.hpp"

using fixture::Client;
using fixture::Reply;
using fixture::RunningServer;
using namespace mis;
using nlohmann::json;

TEST_CASE("without its database the server is alive, not ready, and says so to everybody") {
  db::Endpoint nowhere;
  nowhere.socket = "/nowhere/mariadb.sock";
  nowhere.user = "watthour_app";
  nowhere.database = "watthour";
  db::Database database(nowhere, {.max_sessions = 2, .wait_timeout_ms = 200, .max_attempts = 2});
  fixture::TestClock clock;
  observe::Metrics metrics;
  Registry registry({database, clock, metrics});
  security::Sessions sessions(registry.services());
  security::register_session_routes(registry, sessions);
  http::register_system_routes(registry);
  fixture::TemporaryFolder folder;
  const auto files = http::own_certificate(folder.path());
  http::Server server({.port = 0, .certificate = files.certificate, .key = files.key}, registry, sessions);
  Client client(server.port(), files.certificate.string());

  CHECK(client.get("/health").status == 200);
  const Reply ready = client.get("/ready");
  CHECK(ready.status == 503);
  CHECK(ready.json()["status"] == "not_ready");
  const Reply sign_in = client.post("/api/v1/session", {{"username", "clerk"}, {"password", "watthour-2026"}});
  CHECK(sign_in.status == 503);
  CHECK(sign_in.code() == "db.unavailable");
  CHECK(sign_in.header("Retry-After") == "2");
  CHECK(sign_in.json()["detail"].get<std::string>().starts_with("expected "));
  // A session that cannot be looked up is not a session that has ended: the terminal keeps its draft and asks again.
  client.cookie = "__Host-watthour=" + std::string(43, 'x');
  CHECK(client.get("/api/v1/session").status == 503);
}

TEST_CASE("a connection that the database cuts between two requests is replaced unseen") {
  RunningServer house;
  Client client = house.client_of("admin");
  auto owner = house.database.owner().lease();
  for (int round = 0; round < 3; ++round) {
    auto rows = owner->query("SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID()");
    std::vector<std::int64_t> ids;
    while (rows.next()) ids.push_back(rows.i64(0));
    for (const std::int64_t id : ids) {
      try {
        owner->run_raw("KILL " + std::to_string(id));
      } catch (const db::DbError&) {  // it has gone by itself
      }
    }
    CHECK(client.get("/api/v1/users").status == 200);
    CHECK(client.put("/api/v1/users/5", {{"name", "第" + std::to_string(round) + "任所长"}}).status == 200);
  }
}

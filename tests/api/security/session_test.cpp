#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/api/running_server.hpp"

using fixture::Client;
using fixture::Reply;
using fixture::RunningServer;
using nlohmann::json;

namespace {
Reply try_password(Client& client, const std::string& username, const std::string& password) {
  return client.post("/api/v1/session", {{"username", username}, {"password", password}});
}
}  // namespace

TEST_CASE("signing in gives a session, a CSRF token and what one may do") {
  RunningServer house;
  Client client = house.client();
  CHECK(client.get("/api/v1/session").status == 401);
  CHECK(client.get("/api/v1/session").code() == "security.no_session");

  const Reply reply = try_password(client, "clerk", "watthour-2026");
  REQUIRE(reply.status == 200);
  const std::string cookie = reply.header("Set-Cookie");
  CHECK(cookie.starts_with("__Host-watthour="));
  for (const char* attribute : {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"}) CHECK(cookie.find(attribute) != std::string::npos);
  const json session = reply.json();
  CHECK(session["user"]["name"] == "核算员");
  CHECK(session["user"]["org"] == json{{"org_id", 1}, {"code", "C"}, {"name", "清河县供电公司"}});
  CHECK(session["user"]["roles"][0] == json{{"code", "billing_clerk"}, {"name", "电费核算员"}, {"name_en", "Billing clerk"}});
  const auto permissions = session["user"]["permissions"].get<std::vector<std::string>>();
  CHECK(std::count(permissions.begin(), permissions.end(), "billing.run") == 1);
  CHECK(session["must_change_password"] == false);
  CHECK(session["expires_at"] == "2026-11-02T20:00:00Z");  // twelve hours

  client.sign_in("clerk");
  CHECK(client.get("/api/v1/session").json()["user"] == session["user"]);
}

TEST_CASE("only the hash of a session's token is stored") {
  RunningServer house;
  Client client = house.client_of("clerk");
  const std::string token = client.cookie.substr(client.cookie.find('=') + 1);
  auto session = house.database.owner().lease();
  auto rows = session->query("SELECT COUNT(*) FROM security_session WHERE token_sha256 = ?", token);
  rows.next();
  CHECK(rows.i64(0) == 0);
  auto hashed = session->query("SELECT COUNT(*) FROM security_session WHERE token_sha256 = SHA2(?, 256)", token);
  hashed.next();
  CHECK(hashed.i64(0) == 1);
}

TEST_CASE("a wrong password, an unknown name and a disabled user get the same answer") {
  RunningServer house;
  Client client = house.client();
  house.database.app().lease()->execute("UPDATE administration_user SET enabled = 0 WHERE username = 'west'");
  const Reply wrong = try_password(client, "clerk", "not-my-password");
  const Reply unknown = try_password(client, "nobody", "not-my-password");
  const Reply disabled = try_password(client, "west", "watthour-2026");
  for (const Reply* reply : {&wrong, &unknown, &disabled}) {
    CHECK(reply->status == 401);
    CHECK(reply->code() == "security.wrong_credentials");
    CHECK(reply->json()["detail"] == wrong.json()["detail"]);
  }
}

TEST_CASE("five wrong passwords in a row lock the name for fifteen minutes, whether it exists or not") {
  RunningServer house;
  Client client = house.client();
  for (const char* name : {"clerk", "nobody"}) {
    CAPTURE(name);
    for (int attempt = 1; attempt <= 4; ++attempt) CHECK(try_password(client, name, "wrong-password").status == 401);
    const Reply fifth = try_password(client, name, "wrong-password");
    CHECK(fifth.status == 403);
    CHECK(fifth.code() == "security.locked");
    CHECK(fifth.json()["detail"].get<std::string>().find("2026-11-02T08:15:00Z") != std::string::npos);
  }
  CHECK(try_password(client, "clerk", "watthour-2026").code() == "security.locked");
  house.clock.advance_minutes(14);
  CHECK(try_password(client, "clerk", "watthour-2026").status == 403);
  house.clock.advance_minutes(2);
  CHECK(try_password(client, "clerk", "watthour-2026").status == 200);
}

TEST_CASE("a right password starts the count of wrong ones anew") {
  RunningServer house;
  Client client = house.client();
  for (int round = 0; round < 2; ++round) {
    for (int attempt = 1; attempt <= 4; ++attempt) CHECK(try_password(client, "clerk", "wrong-password").status == 401);
    CHECK(try_password(client, "clerk", "watthour-2026").status == 200);
  }
}

TEST_CASE("a session ends when it idles, at its absolute end, and at sign-out") {
  RunningServer house;
  Client client = house.client_of("clerk");
  house.clock.advance_minutes(29);
  house.sessions.forget_all();
  CHECK(client.get("/api/v1/session").status == 200);  // seen again: the idle time begins anew
  house.clock.advance_minutes(29);
  house.sessions.forget_all();
  CHECK(client.get("/api/v1/session").status == 200);
  house.clock.advance_minutes(31);
  house.sessions.forget_all();
  CHECK(client.get("/api/v1/session").status == 401);

  Client all_day = house.client_of("clerk");
  for (int quarter = 0; quarter < 48; ++quarter) {
    CHECK(all_day.get("/api/v1/session").status == 200);
    house.clock.advance_minutes(15);
    house.sessions.forget_all();
  }
  CHECK(all_day.get("/api/v1/session").status == 401);  // twelve hours

  Client leaving = house.client_of("clerk");
  const Reply gone = leaving.del("/api/v1/session");
  CHECK(gone.status == 204);
  CHECK(gone.header("Set-Cookie").find("Max-Age=0") != std::string::npos);
  CHECK(leaving.get("/api/v1/session").status == 401);
}

TEST_CASE("a change without the session's CSRF token, or from another origin, is refused") {
  RunningServer house;
  Client client = house.client_of("admin");
  const json body{{"enabled", false}};
  const std::string right = client.csrf_token;
  client.csrf_token = "";
  CHECK(client.put("/api/v1/users/5", body).code() == "security.csrf");
  client.csrf_token = std::string(right.size(), 'A');
  CHECK(client.put("/api/v1/users/5", body).code() == "security.csrf");
  client.csrf_token = right;
  CHECK(client.put("/api/v1/users/5", body, {{"Origin", "https://evil.example"}}).code() == "security.csrf");
  // Signing in has no token yet, but another site's page cannot do it either (login CSRF).
  Client other = house.client();
  CHECK(other.post("/api/v1/session", {{"username", "admin"}, {"password", "watthour-2026"}}, {{"Origin", "https://evil.example"}}).status == 403);
  CHECK(client.get("/api/v1/users").json()["items"][4]["enabled"] == true);
  CHECK(client.put("/api/v1/users/5", body).status == 200);
}

TEST_CASE("a temporary password must be changed before anything else") {
  RunningServer house;
  Client client = house.client_of("newcomer");
  CHECK(client.get("/api/v1/session").json()["must_change_password"] == true);
  CHECK(client.get("/api/v1/org-units").code() == "security.password_change_required");

  const Reply same = client.put("/api/v1/session/password", {{"current", "watthour-2026"}, {"new", "watthour-2026"}});
  CHECK(same.status == 422);
  CHECK(same.pointers() == std::vector<std::string>{"/new"});
  CHECK(client.put("/api/v1/session/password", {{"current", "watthour-2026"}, {"new", "short"}}).status == 422);
  CHECK(client.put("/api/v1/session/password", {{"current", "watthour-2026"}, {"new", "xx-Newcomer-1"}}).status == 422);  // holds the name
  CHECK(client.put("/api/v1/session/password", {{"current", "wrong-password"}, {"new", "a brand new one"}}).status == 401);

  Client elsewhere = house.client_of("newcomer");
  CHECK(client.put("/api/v1/session/password", {{"current", "watthour-2026"}, {"new", "a brand new one"}}).status == 204);
  CHECK(client.get("/api/v1/org-units").status == 200);
  CHECK(elsewhere.get("/api/v1/session").status == 401);  // other sessions ended
  Client again = house.client();
  CHECK_THROWS(again.sign_in("newcomer"));
  again.sign_in("newcomer", "a brand new one");
  CHECK(again.get("/api/v1/org-units").status == 200);
}

TEST_CASE("guessing the present password in a stolen session locks the account too") {
  RunningServer house;
  Client client = house.client_of("clerk");
  for (int attempt = 1; attempt <= 5; ++attempt) client.put("/api/v1/session/password", {{"current", "guess"}, {"new", "a brand new one"}});
  Client other = house.client();
  CHECK(try_password(other, "clerk", "watthour-2026").code() == "security.locked");
}

TEST_CASE("every wrong field of a sign-in is named at once") {
  RunningServer house;
  Client client = house.client();
  const Reply reply = client.post("/api/v1/session", {{"username", 7}, {"password", ""}, {"remember", true}});
  CHECK(reply.status == 422);
  CHECK(reply.header("Content-Type") == "application/problem+json");
  CHECK(reply.pointers() == std::vector<std::string>{"/username", "/password", "/remember"});
}

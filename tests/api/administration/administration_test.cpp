#include <catch2/catch.hpp>

#include "mis/security/audit.hpp"
#include "mis/security/password.hpp"
#include "modules/administration/administration.hpp"
#include "tests/api/running_server.hpp"

using fixture::Client;
using fixture::idempotency_key;
using fixture::Reply;
using fixture::RunningServer;
using namespace mis;
using nlohmann::json;

namespace {
std::vector<std::string> names(const Reply& reply, const char* field) {
  std::vector<std::string> out;
  const auto body = reply.json();
  for (const auto& item : body.at("items")) out.push_back(item.at(field).get<std::string>());
  return out;
}
}  // namespace

TEST_CASE("one sees the units and users of one's own part of the county") {
  RunningServer house;
  Client company = house.client_of("admin");
  Client east = house.client_of("east");
  CHECK(names(company.get("/api/v1/org-units"), "code") == std::vector<std::string>{"C", "E", "W"});
  CHECK(names(east.get("/api/v1/org-units"), "code") == std::vector<std::string>{"E"});
  CHECK(names(east.get("/api/v1/users"), "username") == std::vector<std::string>{"east"});
  CHECK(names(company.get("/api/v1/users"), "username") == std::vector<std::string>{"admin", "clerk", "manager", "east", "west", "newcomer"});
  // Someone of another station does not exist for the eastern administrator.
  CHECK(east.put("/api/v1/users/5", {{"enabled", false}}).code() == "administration.no_such_user");
  CHECK(east.post("/api/v1/users/5/password-reset", json::object(), {idempotency_key("reset-west-0001")}).status == 404);
  const Reply into_west = east.post("/api/v1/users", {{"username", "spy"}, {"name", "某人"}, {"org_id", 12}, {"roles", {"cashier"}}}, {idempotency_key("create-spy-0001")});
  CHECK(into_west.status == 422);
  CHECK(into_west.pointers() == std::vector<std::string>{"/org_id"});
}

TEST_CASE("lists come in pages, and a search looks for what was typed as it stands") {
  RunningServer house;
  Client client = house.client_of("admin");
  const json first = client.get("/api/v1/users?limit=4").json();
  CHECK(first["items"].size() == 4);
  CHECK(first["has_more"] == true);
  const json second = client.get("/api/v1/users?limit=4&cursor=" + first["next_cursor"].get<std::string>()).json();
  CHECK(second["items"].size() == 2);
  CHECK(second["items"][0]["username"] == "west");
  CHECK(second["has_more"] == false);
  CHECK(second["next_cursor"].is_null());
  CHECK(names(client.get("/api/v1/users?q=ea"), "username") == std::vector<std::string>{"east"});
  CHECK(names(client.get("/api/v1/users?q=%E5%9F%8E%E8%A5%BF"), "username") == std::vector<std::string>{"west"});
  CHECK(names(client.get("/api/v1/users?q=%25"), "username").empty());
  const Reply wrong = client.get("/api/v1/users?limit=500&cursor=xyz&colour=red");
  CHECK(wrong.status == 422);
  CHECK(wrong.pointers() == std::vector<std::string>{"/limit", "/cursor", "/colour"});
}

TEST_CASE("a new user signs in with the temporary password, which only the first answer holds") {
  RunningServer house;
  Client admin = house.client_of("admin");
  const json body{{"username", "li.na"}, {"name", "李娜"}, {"org_id", 12}, {"roles", {"cashier", "counter_clerk"}}};
  const Reply made = admin.post("/api/v1/users", body, {idempotency_key("create-lina-0001")});
  REQUIRE(made.status == 201);
  CHECK(made.json()["roles"][0]["name_en"] == "Cashier");
  const std::string password = made.json()["temporary_password"];
  const Reply again = admin.post("/api/v1/users", body, {idempotency_key("create-lina-0001")});
  CHECK(again.status == 409);
  CHECK(again.code() == "http.answer_not_kept");
  auto rows = house.database.owner().lease()->query("SELECT COUNT(*) FROM http_idempotency WHERE answer LIKE ?", "%" + password + "%");
  rows.next();
  CHECK(rows.i64(0) == 0);

  const Reply taken = admin.post("/api/v1/users", body, {idempotency_key("create-lina-0002")});
  CHECK(taken.status == 409);
  CHECK(taken.code() == "administration.username_taken");
  Client newcomer = house.client();
  newcomer.sign_in("li.na", password);
  CHECK(newcomer.get("/api/v1/session").json()["must_change_password"] == true);
}

TEST_CASE("every wrong field of a new user is named at once") {
  RunningServer house;
  Client admin = house.client_of("admin");
  const Reply fields = admin.post("/api/v1/users", {{"username", "有空格 的"}, {"name", ""}, {"org_id", "twelve"}, {"roles", "cashier"}, {"salary", 1}},
                                  {idempotency_key("create-wrong-01")});
  CHECK(fields.status == 422);
  CHECK(fields.pointers() == std::vector<std::string>{"/username", "/name", "/org_id", "/roles", "/salary"});
  const Reply values = admin.post("/api/v1/users", {{"username", "x1"}, {"name", "某人"}, {"org_id", 99}, {"roles", {"cashier", "king"}}},
                                  {idempotency_key("create-wrong-02")});
  CHECK(values.pointers() == std::vector<std::string>{"/org_id", "/roles/1"});
}

TEST_CASE("rights change at once, and a disabled user is out at once") {
  RunningServer house;
  Client admin = house.client_of("admin");
  Client west = house.client_of("west");
  CHECK(west.get("/api/v1/users").code() == "security.permission");
  CHECK(admin.put("/api/v1/users/5", {{"roles", {"system_administrator"}}}).status == 200);
  CHECK(west.get("/api/v1/users").status == 200);
  CHECK(admin.put("/api/v1/users/5", {{"enabled", false}}).json()["enabled"] == false);
  CHECK(west.get("/api/v1/session").status == 401);
  CHECK_THROWS(house.client_of("west"));
}

TEST_CASE("nobody changes their own rights") {
  RunningServer house;
  Client admin = house.client_of("admin");
  CHECK(admin.put("/api/v1/users/1", {{"roles", {"billing_manager"}}}).code() == "administration.own_rights");
  CHECK(admin.post("/api/v1/users/1/password-reset", json::object(), {idempotency_key("reset-self-0001")}).status == 403);
}

TEST_CASE("a password reset opens a lock and ends the sessions") {
  RunningServer house;
  Client admin = house.client_of("admin");
  Client west = house.client_of("west");
  Client guesser = house.client();
  for (int i = 0; i < 5; ++i) guesser.post("/api/v1/session", {{"username", "west"}, {"password", "guess"}});
  CHECK(admin.get("/api/v1/users?q=west").json()["items"][0]["locked_until"] == "2026-11-02T08:15:00Z");
  const Reply reset = admin.send("POST", "/api/v1/users/5/password-reset", "", {{"X-CSRF-Token", admin.csrf_token}, idempotency_key("reset-west-0002")});
  REQUIRE(reset.status == 200);
  CHECK(west.get("/api/v1/session").status == 401);
  Client again = house.client();
  again.sign_in("west", reset.json()["temporary_password"]);
}

TEST_CASE("what was changed, by whom and from where stands in the audit chain") {
  RunningServer house;
  Client admin = house.client_of("admin");
  admin.put("/api/v1/users/5", {{"roles", {"cashier"}}, {"org_id", 11}});
  const json row = admin.get("/api/v1/audit?entity=user&entity_id=5").json()["items"][0];
  CHECK(row["action"] == "administration.change_user");
  CHECK(row["user"] == json{{"username", "admin"}, {"name", "管理员"}});
  CHECK(row["org"]["code"] == "C");
  CHECK(row["before"]["roles"] == json{"station_head"});
  CHECK(row["after"]["roles"] == json{"cashier"});
  CHECK(row["after"]["org_id"] == 11);
  CHECK(row["remote"] == "127.0.0.1");
  // The eastern administrator does not see what the company's people did.
  Client east = house.client_of("east");
  for (const auto& item : json(east.get("/api/v1/audit").json().at("items"))) CHECK(item["user"]["username"] == "east");
  CHECK(house.client_of("clerk").get("/api/v1/audit").code() == "security.permission");
}

TEST_CASE("whoever alters, removes or adds an audit row is found out") {
  RunningServer house;
  Client admin = house.client_of("admin");
  for (const char* role : {"cashier", "meter_reader", "inspector"}) admin.put("/api/v1/users/5", {{"roles", {role}}});
  auto& database = house.database.app();
  auto owner = house.database.owner().lease();
  const auto before = security::verify_audit_chain(database);
  REQUIRE(before);
  CHECK(before->intact());
  auto head = owner->query("SELECT hash FROM security_audit_head");
  head.next();
  CHECK(before->last_hash == head.text(0));
  CHECK(before->rows == 5);  // the people loaded, a sign-in, three changes

  SECTION("the application itself may not touch the rows") {
    CHECK_THROWS_AS(database.lease()->execute("UPDATE security_audit SET remote = 'x' WHERE seq = 3"), db::DbError);
    CHECK_THROWS_AS(database.lease()->execute("DELETE FROM security_audit WHERE seq = 3"), db::DbError);
  }
  SECTION("altered") {
    owner->execute("UPDATE security_audit SET after_json = REPLACE(after_json, 'cashier', 'general_manager') WHERE seq = 3");
    CHECK(security::verify_audit_chain(database)->first_broken_seq == 3);
  }
  SECTION("removed from the middle") {
    owner->execute("DELETE FROM security_audit WHERE seq = 4");
    CHECK(security::verify_audit_chain(database)->first_broken_seq == 4);
  }
  SECTION("cut off at the end") {
    owner->execute("DELETE FROM security_audit WHERE seq = 5");
    const auto check = security::verify_audit_chain(database);
    CHECK(check->first_broken_seq == 5);
    CHECK(check->reason == "expected 5 rows but the last 1 are missing");
  }
  SECTION("replaced by a row that fits by itself") {
    owner->execute("UPDATE security_audit SET remote = '10.0.0.9' WHERE seq = 5");
    auto rows = owner->query("SELECT at, user_id, action, entity, entity_id, before_json, after_json, previous_hash FROM security_audit WHERE seq = 5");
    rows.next();
    const security::AuditLink forged{5, rows.instant(0).to_sql(),
                                     {.user = rows.id<struct UserTag>(1), .action = rows.text(2), .entity = rows.text(3), .entity_id = rows.text(4),
                                      .before = rows.text_or_null(5), .after = rows.text_or_null(6), .remote = "10.0.0.9"},
                                     rows.text(7)};
    owner->execute("UPDATE security_audit SET hash = ? WHERE seq = 5", security::audit_hash(forged));
    CHECK(security::verify_audit_chain(database)->first_broken_seq == 5);
  }
}

TEST_CASE("loading the same units and people twice changes nothing; wrong rows are named") {
  RunningServer house;
  const auto load = [&](std::vector<administration::OrgUnit> units) {
    return house.database.app().transact([&](db::Session& session) { return administration::load_org_units(session, units); });
  };
  using administration::OrgKind;
  CHECK(load({{OrgId{11}, OrgId{1}, OrgKind::kSupplyStation, "E", "城东供电所", "East station"}}));
  const Status ring = load({{OrgId{21}, OrgId{22}, OrgKind::kDepartment, "A", "甲", "A"}, {OrgId{22}, OrgId{21}, OrgKind::kDepartment, "B", "乙", "B"}});
  REQUIRE_FALSE(ring);
  CHECK(ring.error().fields[0].pointer == "/0/parent_id");
  CHECK_FALSE(load({{OrgId{2}, {}, OrgKind::kCompany, "C2", "另一公司", "Another"}}));

  const auto load_clerk = [&](std::string role) {
    const std::vector<administration::NewUser> users{{{}, "clerk", "核算员", OrgId{1}, {std::move(role)}, "another password"}};
    return house.database.app().transact([&](db::Session& session) { return administration::load_users(session, users, house.clock.now()); });
  };
  CHECK(load_clerk("billing_clerk"));
  CHECK(house.client_of("clerk").get("/api/v1/session").status == 200);  // the password stayed
  CHECK(security::verify_audit_chain(house.database.app())->rows == 2);  // the first load and the sign-in: nothing new
  CHECK(load_clerk("nobody").error().fields[0].pointer == "/0/roles");
}

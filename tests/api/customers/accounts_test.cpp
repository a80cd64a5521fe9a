#include <catch2/catch.hpp>

#include "mis/db/database.hpp"
#include "modules/customers/customers.hpp"
#include "modules/meter_reading/meter_reading.hpp"
#include "modules/metering/metering.hpp"
#include "modules/tariffs/store.hpp"
#include "modules/tariffs/tariffs.hpp"
#include "tests/api/running_server.hpp"

using namespace mis;
using fixture::Client;
using fixture::Reply;
using fixture::RunningServer;
using nlohmann::json;

namespace {

void register_modules(Registry& registry) {
  customers::register_module(registry);
  metering::register_module(registry);
  tariffs::register_module(registry);
  meter_reading::register_module(registry);
}

// An account of each station, with a meter and two readings: 0000000109 of the eastern one (unit 11), 0000000208 of the western (12).
struct House : RunningServer {
  House() : RunningServer(register_modules, {}, fixture::DatabaseUse::kOwn) {
    const auto done = database.app().transact([](db::Session& session) -> Status {
      load(session, 1, "0000000109", "张三丰", "13800138888", {11});
      load(session, 2, "0000000208", "李四", "", {12});
      return ok();
    });
    if (!done) throw std::runtime_error(done.error().message);
  }

  static void load(db::Session& session, std::int64_t id, const std::string& account_no, const std::string& name, const std::string& phone, OrgId station) {
    customers::Customer customer;
    customer.customer_id = {id};
    customer.customer_no = "C" + std::to_string(id);
    customer.name = name;
    customer.id_no = "990102199001011234";
    customer.phone = phone;
    customers::load_customers(session, std::span(&customer, 1));
    customers::Account account;
    account.account_id = {id};
    account.account_no = account_no;
    account.customer_id = {id};
    account.org_id = station;
    account.route_id = {id};
    account.address = "松川县青石镇1号";
    account.opened_on = Date::of(2025, 1, 1);
    account.customer_name = name;
    account.customer_phone = phone;
    customers::load_accounts(session, std::span(&account, 1));
    const meter_reading::Route route{{id}, "R" + std::to_string(id), "一段", station, {}, 1};
    meter_reading::load_routes(session, std::span(&route, 1));
    metering::UsagePoint point;
    point.usage_point_id = {id};
    point.account_id = {id};
    point.usage_point_no = "UP" + std::to_string(id);
    metering::load_usage_points(session, std::span(&point, 1));
    metering::Meter meter;
    meter.meter_id = {id};
    meter.asset_no = "M" + std::to_string(id);
    meter.made_on = Date::of(2025, 1, 1);
    metering::load_meters(session, std::span(&meter, 1));
    const metering::Installation installation{{id}, {id}, {id}, {Date::of(2025, 1, 1), kForever}, 20, 1};
    metering::load_installations(session, std::span(&installation, 1));
    for (int month = 9; month <= 10; ++month) {
      meter_reading::Reading reading;
      reading.billing_month = {202600 + month};
      reading.route_id = {id};
      reading.installation_id = {id};
      reading.read_at = *Instant::parse(month == 9 ? "2026-09-30T16:00:00Z" : "2026-10-31T16:00:00Z");
      reading.registers.total_e4 = month * 1'000'000;
      meter_reading::load_readings(session, std::span(&reading, 1));
    }
  }
};

std::string path(const std::string& account_no, const std::string& rest = "") { return "/api/v1/accounts/" + account_no + rest; }

}  // namespace

TEST_CASE("the account pages answer within permission and data scope, and hide what needs not be seen") {
  House house;
  Client manager = house.client_of("manager");

  {  // search and page
    const json found = manager.get("/api/v1/accounts?q=zsf").json();
    REQUIRE(found.at("items").size() == 1);
    CHECK(found["items"][0]["account_no"] == "0000000109");
    CHECK(found["items"][0]["phone_masked"] == "138****8888");
    CHECK(found["items"][0]["matched"] == json{{"kind", "pinyin"}, {"text", "zsf"}});
    CHECK(manager.get("/api/v1/accounts?q=z").code() == "customers.query_too_short");
    CHECK(manager.get("/api/v1/accounts").pointers() == std::vector<std::string>{"/q"});

    const Reply page = manager.get(path("0000000109"));
    REQUIRE(page.status == 200);
    CHECK(page.json()["customer"]["id_no_masked"] == "9901************34");
    CHECK(page.body.find("13800138888") == std::string::npos);
    CHECK(!page.header("ETag").empty());
    CHECK(manager.get(path("9999999999")).code() == "customers.no_account");
  }

  {  // meters and readings
    const json points = manager.get(path("0000000109", "/usage-points")).json();
    REQUIRE(points.at("items").size() == 1);
    CHECK(points["items"][0]["ratio"] == 20);
    CHECK(points["items"][0]["installations"][0]["asset_no"] == "M1");

    const json first = manager.get(path("0000000109", "/readings?limit=1")).json();
    CHECK(first["items"][0]["billing_month"] == "2026-10");
    CHECK(first["items"][0]["energy_kwh"] == "2000");  // 100 kWh on the dial, ratio 20
    CHECK(first["has_more"] == true);
    const json second = manager.get(path("0000000109", "/readings?limit=1&cursor=" + first["next_cursor"].get<std::string>())).json();
    CHECK(second["items"][0]["billing_month"] == "2026-09");
    CHECK(second["items"][0]["energy_kwh"].is_null());
    CHECK(second["has_more"] == false);
    CHECK(manager.get(path("0000000109", "/readings?cursor=broken")).status == 422);

    const json plan = manager.get("/api/v1/reading-plans/2026-10").json();
    CHECK(plan["meters"] == 2);
    CHECK(plan["read"] == 2);
    CHECK(manager.get("/api/v1/reading-plans/October").status == 404);
    CHECK(manager.get("/api/v1/reading-routes").json()["items"].size() == 2);
  }

  {  // a station sees its own accounts only
    Client west = house.client_of("west");
    CHECK(west.get(path("0000000208")).status == 200);
    for (const char* rest : {"", "/usage-points", "/readings"}) CHECK(west.get(path("0000000109", rest)).code() == "customers.no_account");
    CHECK(west.get("/api/v1/accounts?q=zsf").json()["items"].empty());
    CHECK(west.get("/api/v1/reading-plans/2026-10").json()["meters"] == 1);
    CHECK(west.get("/api/v1/reading-routes").json()["items"].size() == 1);
  }

  {  // who may do other things only
    CHECK(house.client_of("admin").get("/api/v1/accounts?q=zsf").status == 403);
  }

  {  // nobody sees anything without a session
    Client nobody = house.client();
    for (const char* address : {"/api/v1/accounts?q=zsf", "/api/v1/accounts/0000000109", "/api/v1/tariffs", "/api/v1/reading-plans/2026-10"}) {
      CHECK(nobody.get(address).status == 401);
    }
  }
}

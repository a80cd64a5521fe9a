#include <catch2/catch.hpp>

#include "mis/observe/metrics.hpp"
#include "modules/meter_reading/import.hpp"
#include "modules/meter_reading/service.hpp"
#include "tests/store/import/workshop.hpp"

using example::Workshop;

namespace {

struct Office {
  Workshop& shop = example::small_county();
  example::FixedClock clock;
  mis::observe::Metrics metrics;
  mis::meter_reading::Service service{mis::Services{shop.database(), clock, metrics}};

  static mis::security::Caller caller(std::string org_path = "/1/") {
    mis::security::Caller caller;
    caller.user_id = {1};
    caller.org_path = std::move(org_path);
    return caller;
  }
  void load(const std::string& rows) {
    const auto outcome = shop.import_text(mis::meter_reading::reading_import(), "billing_month,asset_no,read_at,quality,total\n" + rows);
    REQUIRE(outcome.summary.rejected == 0);
  }
};

}  // namespace

TEST_CASE("readings tell the use since the month before; a superseded one stays and counts no more") {
  Office office;
  office.load("2026-01,M2,2026-01-31 16:00,actual,100\n2026-02,M2,2026-02-28 16:00,actual,150\n");
  office.load("2026-02,M2,2026-02-28 17:00,actual,160.5\n");
  const auto rows = office.service.readings(Office::caller(), "0000000208", {202602});
  REQUIRE(rows);
  REQUIRE(rows->size() >= 3);
  CHECK((*rows)[0].reading.seq == 2);
  CHECK((*rows)[0].energy == mis::Energy{60'500});
  CHECK((*rows)[1].superseded);
  CHECK(!(*rows)[1].energy);
  CHECK((*rows)[2].reading.billing_month == mis::BillingMonth{202601});
  CHECK(office.service.readings(Office::caller("/1/3/"), "0000000208", {202602}).error().code == "customers.no_account");
}

TEST_CASE("the plan of a month counts what is read, missing and suspect, within one's own part of the county") {
  Office office;
  office.load("2026-04,M1,2026-04-30 16:00,suspect,50\n2026-04,M2,2026-04-30 16:00,missing,\n");
  const auto plan = office.service.plan(Office::caller(), {202604});
  REQUIRE(plan);
  REQUIRE(plan->size() == 1);
  const auto& station = plan->front();
  CHECK(station.name == "青石供电所");
  CHECK(station.routes == 1);
  CHECK(station.meters == 2);
  CHECK(station.read == 1);
  CHECK(station.missing == 1);
  CHECK(station.suspect == 1);
  CHECK(office.service.plan(Office::caller("/1/3/"), {202604})->empty());
}

TEST_CASE("routes are found by a part of their name and counted with their accounts") {
  Office office;
  mis::meter_reading::store::RouteSearch search;
  search.text = "柳树";
  const auto routes = office.service.routes(Office::caller(), search);
  REQUIRE(routes);
  REQUIRE(routes->size() == 1);
  CHECK((*routes)[0].route.code == "R1");
  CHECK((*routes)[0].accounts >= 2);
  search.text = "%";
  CHECK(office.service.routes(Office::caller(), search)->empty());
}

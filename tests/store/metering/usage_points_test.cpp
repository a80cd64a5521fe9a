#include <catch2/catch.hpp>

#include <algorithm>

#include "modules/meter_reading/import.hpp"
#include "modules/metering/store.hpp"
#include "tests/store/import/workshop.hpp"

TEST_CASE("an account's usage points come with their meters and the indexes they started with") {
  auto& shop = example::small_county();
  shop.import_text(mis::meter_reading::reading_import(), "billing_month,asset_no,kind,read_at,source,quality,total\n2025-12,M1,installation,2025-12-01 10:00,manual,actual,0.5\n");
  auto session = shop.database().lease();
  const auto points = mis::metering::store::points_of_account(*session, "0000000109", "/1/%");
  REQUIRE(points);
  REQUIRE(!points->empty());
  const auto found = std::find_if(points->begin(), points->end(), [](const auto& p) { return p.point.usage_point_no == "NMI0000001"; });
  REQUIRE(found != points->end());
  const auto& point = *found;
  REQUIRE(point.meters.size() == 1);
  CHECK(point.meters[0].asset_no == "M1");
  CHECK(point.meters[0].valid.to == mis::kForever);
  REQUIRE(point.meters[0].start);
  CHECK((*point.meters[0].start)[0] == 5'000);
  CHECK(!point.meters[0].end);
  CHECK(!mis::metering::store::points_of_account(*session, "0000000109", "/1/3/%"));
}

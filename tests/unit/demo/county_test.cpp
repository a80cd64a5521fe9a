// The demonstration county: the same from the same seed, a real county's mix, and rows that hang together.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <thread>

#include "db/demo/county.hpp"
#include "db/demo/names.hpp"
#include "tests/unit/demo/row_hash.hpp"

using namespace mis;
using namespace mis::demo;
using meter_reading::kNoIndex;
using meter_reading::Quality;
using meter_reading::ReadingKind;

namespace {

CountyOptions options_for(int customers) {
  CountyOptions options;
  options.customers = customers;
  options.reference_folder = std::filesystem::path(WATTHOUR_SOURCE_DIR) / "db/reference";
  return options;
}

County planned(const CountyOptions& options) {
  auto county = County::plan(options);
  if (!county) FAIL(county.error().message);
  return std::move(county).value();
}

std::vector<std::uint64_t> hashes(const County& county, std::size_t first, std::size_t step) {
  std::vector<std::uint64_t> list(county.layout().routes.size(), 0);
  RouteRows rows;
  for (std::size_t i = first; i < list.size(); i += step) {
    county.make_route(i, rows);
    demo_test::RowHash hash;
    hash.add_master(rows);
    hash.add_months(rows);
    list[i] = hash.value();
  }
  return list;
}

}  // namespace

TEST_CASE("the same options give the same county, another seed another one", "[demo]") {
  const auto county = planned(options_for(700));
  const auto once = hashes(county, 0, 1);
  CHECK(hashes(planned(options_for(700)), 0, 1) == once);

  auto other = options_for(700);
  other.seed += 1;
  const auto different = hashes(planned(other), 0, 1);
  for (std::size_t i = 0; i < once.size(); ++i) CHECK(different[i] != once[i]);
}

TEST_CASE("the number of threads does not show in the rows", "[demo]") {
  const auto county = planned(options_for(700));
  const auto alone = hashes(county, 0, 1);
  std::vector<std::uint64_t> even, odd;
  std::thread one([&] { even = hashes(county, 0, 2); });
  std::thread two([&] { odd = hashes(county, 1, 2); });
  one.join();
  two.join();
  for (std::size_t i = 0; i < alone.size(); ++i) CHECK((i % 2 == 0 ? even : odd)[i] == alone[i]);
}

TEST_CASE("a whole county has 153,000 customers, 154,000 meters in service and a county's network", "[demo]") {
  const auto layout = make_layout(options_for(153'000));
  CHECK(layout.customers == 153'000);
  CHECK(customer_of(static_cast<std::int64_t>(layout.accounts.size())) == 153'000);
  CHECK(layout.substations.size() == 15);
  CHECK(layout.feeders.size() == 110);
  CHECK(std::count_if(layout.org_units.begin(), layout.org_units.end(),
                      [](const auto& u) { return u.kind == administration::OrgKind::kSupplyStation; }) == 10);
  CHECK(layout.routes.size() > 330);
  CHECK(layout.routes.size() < 370);
  for (const auto& route : layout.routes) {
    INFO(route.route.name);
    if (route.large) CHECK(route.accounts < 400);
    else CHECK((route.accounts >= 400 && route.accounts <= 500));
  }

  std::int64_t in_service = 0, homes = 0;
  std::map<Event, int> events;
  for (const auto& plan : layout.accounts) {
    in_service += meters_of(plan) - (plan.event == Event::kMeterChange) - (plan.event == Event::kClosed);
    homes += is_home(plan.kind);
    ++events[plan.event];
  }
  CHECK(in_service == 154'000);
  const auto home_percent = homes * 100 / static_cast<std::int64_t>(layout.accounts.size());
  CHECK((home_percent >= 86 && home_percent <= 90));
  // What is wrong in the last month: some hundreds, not a handful and not thousands.
  const int wrong = events[Event::kMissing] + events[Event::kUnread] + events[Event::kAbsurd] + events[Event::kFalling];
  CHECK((wrong >= 200 && wrong <= 900));
}

TEST_CASE("the smallest county still has some of everything", "[demo]") {
  const auto layout = make_layout(options_for(kFewestCustomers));
  std::map<AccountKind, int> kinds;
  std::set<Event> events;
  std::set<int> children;
  for (const auto& plan : layout.accounts) {
    ++kinds[plan.kind];
    events.insert(plan.event);
    children.insert(plan.children);
  }
  CHECK(layout.customers == kFewestCustomers);
  for (std::size_t k = 0; k < kAccountKinds; ++k) CHECK(kinds[static_cast<AccountKind>(k)] >= 2);
  CHECK(events.size() == 13);
  CHECK(children.size() == 4);
}

TEST_CASE("options that make no county are refused, all complaints at once", "[demo]") {
  auto options = options_for(499);
  options.months = 1;
  options.last_month = {202613};
  const auto status = check(options);
  REQUIRE_FALSE(status);
  CHECK(status.error().fields.size() == 3);
  CHECK(status.error().fields[0].message == "expected 500 to 5000000 customers, but got 499");
  options = options_for(500);
  options.reference_folder = "there/is/no/such/folder";
  CHECK_FALSE(County::plan(options));
}

TEST_CASE("documents have check digits by the standards, in a region that nobody has", "[demo]") {
  // The worked examples of GB 11643 and GB 32100.
  CHECK(resident_id_check("11010519491231002") == 'X');
  CHECK(credit_code_check("91350100M000100Y4") == '3');
  Random random(1, Stream::kCustomer, 1);
  for (int i = 0; i < 1'000; ++i) {
    const auto id = resident_id_no(random, kCountyRegion, Date::of(2004, 1, 1));
    REQUIRE(id.size() == 18);
    CHECK(id.substr(0, 2) == "99");
    CHECK(id.back() == resident_id_check(std::string_view(id).substr(0, 17)));
    CHECK(Date::parse(id.substr(6, 4) + "-" + id.substr(10, 2) + "-" + id.substr(12, 2)));
    CHECK(phone_no(random).size() == 11);
  }
}

TEST_CASE("a hundred people work here, each role is held, and the parts of a billing month are different people", "[demo]") {
  const auto staff = make_staff(options_for(500));
  REQUIRE(staff);
  CHECK(staff->size() == kStaff);
  std::set<std::string> names, roles, printed;
  for (const auto& member : *staff) {
    names.insert(member.username);
    roles.insert(member.roles.begin(), member.roles.end());
    if (member.printed) printed.insert(member.roles.begin(), member.roles.end());
  }
  CHECK(names.size() == kStaff);
  CHECK(roles.size() >= 40);
  CHECK(printed.size() == 12);
}

// Who pays in the demonstration's story, and its days.
#include <catch2/catch.hpp>

#include <set>

#include "db/demo/counter_day.hpp"
#include "db/demo/payers.hpp"

using namespace mis;
using namespace mis::demo;

namespace {

CountyOptions options_for(int customers) {
  CountyOptions options;
  options.customers = customers;
  options.reference_folder = std::string(WATTHOUR_SOURCE_DIR) + "/db/reference";
  return options;
}

int bank_payers(const CountyLayout& layout) {
  int count = 0;
  for (std::int64_t id = 1; id <= static_cast<std::int64_t>(layout.accounts.size()); ++id) count += pays_at_the_bank(layout, id) ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("about a quarter of a small county pays at the bank, and no more of a large one than a start can wait for", "[demo]") {
  const auto small = make_layout(options_for(2'000)), large = make_layout(options_for(153'000));
  CHECK(bank_payers(small) > 420);
  CHECK(bank_payers(small) < 580);
  CHECK(bank_payers(large) > 3'700);
  CHECK(bank_payers(large) < 4'300);
  CHECK(bank_payers(make_layout(options_for(2'000))) == bank_payers(small));  // the seed decides, and nothing else
}

TEST_CASE("the cashiers of the story sit in different halls, and the best known one is the first", "[demo]") {
  const auto county = County::plan(options_for(500));
  REQUIRE(county);
  const auto staff = cashiers(*county);
  REQUIRE(staff.size() >= 2);
  CHECK(staff[0].username == "sun.li");
  std::set<OrgId> halls;
  for (const auto& cashier : staff) {
    CHECK(cashier.org_id.value > 1);
    CHECK(halls.insert(cashier.org_id).second);
  }
}

TEST_CASE("the story's days follow the day of issue, and it is told once they are over", "[demo]") {
  const StoryDays days{Date::of(2026, 11, 11)};
  CHECK(days.bank() == Date::of(2026, 11, 19));
  CHECK(days.counter() == Date::of(2026, 11, 20));
  CHECK(days.reminders() == Date::of(2026, 11, 23));
  CHECK_FALSE(days.told_by(Date::of(2026, 11, 23)));
  CHECK(days.told_by(Date::of(2026, 11, 11) + kIssuedDaysAgo));
  CHECK(moment(days.bank(), 8, 30) == *Instant::parse("2026-11-19T08:30:00+08:00"));
}

TEST_CASE("the story's clock goes on and never back", "[demo]") {
  StoryClock clock;
  clock.begin({100});
  clock.reach({300});
  clock.reach({200});
  CHECK(clock.now() == Instant{300});
  clock.begin({50});  // another day
  CHECK(clock.now() == Instant{50});
}

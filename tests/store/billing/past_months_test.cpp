// Where a bill goes on from: the newest month that was billed, wherever and by whichever system that was.
#include <catch2/catch.hpp>

#include "modules/billing/history_loader.hpp"
#include "tests/store/billing/small_utility.hpp"

using namespace mis;
using small_utility::Utility;
using billing::Decision;

namespace {

constexpr BillingMonth kAugust{202608}, kSeptember{202609}, kOctober{202610}, kNovember{202611}, kDecember{202612};
constexpr std::int64_t kWhPerKwh = 1000;

// Account 1 on the first route, with one meter, read at the ends of these months.
void add_home(Utility& u, BillingMonth month, std::initializer_list<std::int64_t> kwh) {
  u.account({1, 1, "JS-RES"});
  u.home_meter(1, 10);
  for (const auto index : kwh) {
    u.read({month, 1, 10, index});
    month = month.plus(1);
  }
}

void bill(Utility& u, BillingMonth month, bool exclude = false) {
  const auto run = u.create(month);
  REQUIRE(run);
  u.calculate(*run);
  if (exclude) REQUIRE(u.decide(*run, 1, Decision::kExclude));
  REQUIRE(u.submit(*run));
  u.issue(*run);
}

void load_history(Utility& u, BillingMonth month, std::int64_t kwh, std::int64_t of_year_kwh) {
  const auto loaded = u.app().transact([&](db::Session& s) -> Status {
    const billing::MigratedMonth row{month, {1}, {kwh * kWhPerKwh}, {kwh * 53}, {of_year_kwh * kWhPerKwh}};
    billing::load_history(s, std::span(&row, 1));
    return ok();
  });
  REQUIRE(loaded);
}

void set_opened(Utility& u, const char* day) {
  REQUIRE(u.app().transact([&](db::Session& s) -> Status {
    s.execute("UPDATE customers_account SET opened_on = ? WHERE account_id = 1", *Date::parse(day));
    return ok();
  }));
}

}  // namespace

TEST_CASE("the replaced system's last bill counts though it lies two months back and before the day of opening") {
  Utility u;
  add_home(u, kAugust, {950, 1000, 1050});
  set_opened(u, "2026-10-01");  // the day of the take-over
  load_history(u, kAugust, 120, 640);
  bill(u, kOctober);
  const auto october = u.bill(1, kOctober).value();
  CHECK(october.energy_wh == 100 * kWhPerKwh);  // of two months: September was not billed
  CHECK(october.tier_energy_wh == 740 * kWhPerKwh);
  CHECK(october.amount_fen == 5283 + 250);  // a quarter of the year has a quarter of the first tier, 690 kWh: 50 are above it
}

TEST_CASE("of several months of the replaced system the newest counts") {
  Utility u;
  add_home(u, kSeptember, {1000, 1050});
  for (int back = 0; back < 6; ++back) load_history(u, kSeptember.plus(-back), 100, 2000 - 100 * back);
  bill(u, kOctober);
  CHECK(u.bill(1, kOctober)->tier_energy_wh == 2050 * kWhPerKwh);
}

TEST_CASE("an account that moved while it was left out goes on from its bill on the other route") {
  Utility u;
  add_home(u, kSeptember, {1000, 1100});
  u.account({2, 1, "JS-RES"});  // somebody else on the first route, so that each month has readings there
  u.home_meter(2, 20);
  for (int i = 0; i <= 3; ++i) u.read({kSeptember.plus(i), 1, 20, 500 + 10 * i});
  bill(u, kOctober);
  u.move(1, 3);
  bill(u, kNovember, true);  // nobody has read it
  u.read({kDecember, 3, 10, 1400});
  bill(u, kDecember);
  const auto december = u.bill(1, kDecember).value();
  CHECK(december.route == 3);
  CHECK(december.energy_wh == 300 * kWhPerKwh);
  CHECK(december.tier_energy_wh == 400 * kWhPerKwh);
  CHECK(u.bill(2, kDecember)->energy_wh == 10 * kWhPerKwh);
}

TEST_CASE("a customer of this month has nothing behind him") {
  Utility u;
  add_home(u, kSeptember, {0, 80});
  set_opened(u, "2026-10-05");
  bill(u, kOctober);
  CHECK(u.bill(1, kOctober)->energy_wh == 80 * kWhPerKwh);
  CHECK(u.bill(1, kOctober)->tier_energy_wh == 80 * kWhPerKwh);
}

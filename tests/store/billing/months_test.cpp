// Three months of a small utility, one after the other: whatever happens to an account on the way, in the end it has paid
// for what its meters showed, no more and no less.
#include <catch2/catch.hpp>

#include "modules/billing/domain/calculate.hpp"
#include "modules/billing/domain/flags.hpp"
#include "tests/store/billing/small_utility.hpp"

using namespace mis;
using small_utility::Utility;
using billing::Decision;
using billing::ExceptionKind;
using meter_reading::ReadingKind;

namespace {

constexpr BillingMonth kSeptember{202609}, kOctober{202610}, kNovember{202611}, kDecember{202612};
constexpr DateRange kAlways{Date::of(2020, 1, 1), kForever};
constexpr int kReview = 1, kBlocking = 2;
constexpr std::int64_t kWhPerKwh = 1000;

constexpr int number(ExceptionKind kind) { return static_cast<int>(kind); }

enum Account : std::int64_t { kPlain = 1, kUnread, kJumped, kEstimated, kFarm, kExcludedFarm, kSunny, kFlats, kShop, kHalfGone, kNoAgreement, kMoved, kAbsurd };

// Readings of a meter at the end of September (the start of everything) and of the months after it.
void read_months(Utility& u, std::int64_t route, std::int64_t installation, std::initializer_list<std::int64_t> kwh) {
  auto month = kSeptember;
  for (const auto index : kwh) {
    if (index >= 0) u.read({month, route, installation, index});
    month = month.plus(1);
  }
}
constexpr std::int64_t kNobodyCame = -1;

// A farm behind current transformers whose meter was changed on 15 November for one with another ratio.
void add_farm(Utility& u, std::int64_t account, std::int64_t old_meter, std::int64_t new_meter) {
  const Date changed = Date::of(2026, 11, 15);
  u.account({account, 1, "AGRI", "agriculture"});
  metering::UsagePoint point;
  point.usage_point_id = {old_meter};
  point.account_id = {account};
  u.point(point);
  u.meter({{old_meter}, {old_meter}, {old_meter}, {kAlways.from, changed}, 10, 1});
  u.meter({{new_meter}, {old_meter}, {new_meter}, {changed, kForever}, 20, 1});
  read_months(u, 1, old_meter, {500, 520});
  u.read({kNovember, 1, old_meter, 530, ReadingKind::kRemoval});
  u.read({kNovember, 1, new_meter, 3, ReadingKind::kInstallation});
  u.read({kDecember, 1, new_meter, 23});
}

// The shop's meter hangs behind that of the flats, and another reader walks there.
void add_flats_with_shop(Utility& u) {
  u.account({kFlats, 1, "SC-SHARED", "shared"});
  u.home_meter(kFlats, 80);
  u.account({kShop, 2, "BJ-C1-LV", "general"});
  metering::UsagePoint shop;
  shop.usage_point_id = {90};
  shop.account_id = {kShop};
  shop.parent_id = UsagePointId{80};
  shop.deduction_kind = "child_meter";
  u.point(shop);
  u.meter({{90}, {90}, {90}, kAlways, 1, 1});
}

// The utility after its three months.
class ThreeMonths {
 public:
  ThreeMonths() {
    home(kPlain, {1000, 1180, 1390, 1560});
    home(kUnread, {2000, 2100, kNobodyCame, 2450});
    home(kJumped, {3000, 3200, 5000, 5100});
    home(kEstimated, {4000, 4150, kNobodyCame, 4400});
    home(kNoAgreement, {100, 160, 250, 400}, "");
    home(kAbsurd, {700, 800, 9000, 1050});
    add_farm(u, kFarm, 50, 51);
    u.read({kNovember, 1, 51, 8});
    add_farm(u, kExcludedFarm, 60, 61);  // nobody read the new one in November

    u.account({kSunny, 1, "JS-RES"});
    u.home_meter(kSunny, 70);
    metering::UsagePoint generation;
    generation.usage_point_id = {71};
    generation.account_id = {kSunny};
    generation.kind = "generation";
    generation.tariff_code = "PV-EXPORT";
    generation.parent_id = UsagePointId{70};
    u.point(generation);
    u.meter({{71}, {71}, {71}, kAlways, 1, 1});
    for (int i = 0; i <= 3; ++i) {
      u.read({.month = kSeptember.plus(i), .route = 1, .installation = 70, .kwh = 6000 + 120 * i, .reverse_kwh = 900 + 250 * i});
      u.read({kSeptember.plus(i), 1, 71, 2000 + 400 * i});
    }

    add_flats_with_shop(u);
    read_months(u, 1, 80, {10'000, 11'000, 12'100, 13'300});
    for (int i = 0; i <= 3; ++i) u.read({.month = kSeptember.plus(i), .route = 2, .installation = 90, .kwh = 400 + 300 * i, .by_period = true});

    // The second meter of this account was taken away in October.
    home(kHalfGone, {800, 850, 910, 980});
    metering::UsagePoint gone;
    gone.usage_point_id = {101};
    gone.account_id = {kHalfGone};
    u.point(gone);
    u.meter({{101}, {101}, {101}, {kAlways.from, Date::of(2026, 10, 20)}, 1, 1});
    u.read({kSeptember, 1, 101, 40});
    u.read({kOctober, 1, 101, 55, ReadingKind::kRemoval});

    // Read on the first route in October and on the third from November on.
    u.account({kMoved, 1, "JS-RES"});
    u.home_meter(kMoved, 120);
    read_months(u, 1, 120, {300, 420});
    u.read({kNovember, 3, 120, 570});
    u.read({kDecember, 3, 120, 700});

    october = start(kOctober);
    must(u.decide(october, kNoAgreement, Decision::kExclude));
    finish(october);
    u.move(kMoved, 3);

    november = start(kNovember);
    for (const auto account : {kUnread, kJumped, kExcludedFarm, kNoAgreement}) must(u.decide(november, account, Decision::kExclude));
    estimates = u.decide_all(november, Decision::kEstimate);
    finish(november);

    u.agreement(kNoAgreement, "JS-RES", "residential");
    december = start(kDecember);
    must(u.decide(december, kJumped, Decision::kAccept));  // two months at once look like a jump
    finish(december);
  }

  Utility u;
  RunId october, november, december;
  billing::DecideAllResult estimates;

 private:
  void home(std::int64_t account, std::initializer_list<std::int64_t> kwh, const std::string& tariff = "JS-RES") {
    u.account({account, 1, tariff});
    u.home_meter(account, account * 10);
    read_months(u, 1, account * 10, kwh);
  }
  static void must(const Status& status) {
    if (!status) throw std::runtime_error(status.error().code + ": " + status.error().message);
  }
  RunId start(BillingMonth month) {
    auto run = u.create(month);
    if (!run) throw std::runtime_error(run.error().message);
    u.calculate(*run);
    return *run;
  }
  void finish(RunId run) {
    must(u.submit(run));
    u.issue(run);
  }
};

ThreeMonths& three_months() {
  static ThreeMonths utility;
  return utility;
}

std::int64_t kwh_billed(std::int64_t account, BillingMonth month) {
  const auto bill = three_months().u.bill(account, month);
  return bill ? bill->energy_wh / kWhPerKwh : kNobodyCame;
}

}  // namespace

TEST_CASE("over the months each meter's indexes are billed once") {
  struct Expected { std::int64_t account, kwh; };
  const Expected all[] = {{kPlain, 1560 - 1000}, {kUnread, 2450 - 2000}, {kJumped, 5100 - 3000}, {kEstimated, 4400 - 4000}, {kNoAgreement, 400 - 100}, {kAbsurd, 1050 - 700},
                          {kFarm, (530 - 500) * 10 + (23 - 3) * 20}, {kExcludedFarm, (530 - 500) * 10 + (23 - 3) * 20}, {kSunny, 3 * 120},
                          {kFlats, (13'300 - 10'000) - 3 * 300}, {kShop, 3 * 300}, {kHalfGone, (980 - 800) + (55 - 40)}, {kMoved, 700 - 300}};
  for (const auto& e : all) {
    CAPTURE(e.account);
    CHECK(three_months().u.billed_wh(e.account) == e.kwh * kWhPerKwh);
  }
  CHECK(three_months().u.number("SELECT COUNT(*) FROM (SELECT account_id FROM billing_bill GROUP BY billing_month, account_id HAVING COUNT(*) > 1) twice") == 0);
  CHECK(three_months().u.number("SELECT CAST(SUM(amount_fen) AS SIGNED) FROM receivables_receivable") ==
        three_months().u.number("SELECT CAST(SUM(amount_fen) AS SIGNED) FROM billing_bill"));
}

TEST_CASE("what was excluded is billed in the next month, and the annual tiers go on") {
  CHECK(kwh_billed(kUnread, kOctober) == 100);
  CHECK(kwh_billed(kUnread, kNovember) == kNobodyCame);
  CHECK(kwh_billed(kUnread, kDecember) == 350);
  CHECK(three_months().u.bill(kUnread, kDecember)->tier_energy_wh == 450 * kWhPerKwh);
  // Also where there was a good reading in the month that was left out.
  CHECK(kwh_billed(kJumped, kNovember) == kNobodyCame);
  CHECK(kwh_billed(kJumped, kDecember) == 1900);
  CHECK(three_months().u.bill(kJumped, kDecember)->tier_energy_wh == 2100 * kWhPerKwh);
}

TEST_CASE("after an estimate the real reading bills what is left") {
  CHECK(three_months().estimates.decided == 2);
  CHECK(three_months().estimates.left_open == 0);
  CHECK(kwh_billed(kEstimated, kNovember) == 150);  // like October
  CHECK(kwh_billed(kEstimated, kDecember) == 100);
  CHECK((three_months().u.bill(kEstimated, kNovember)->flags & static_cast<int>(billing::Flag::kEstimated)) != 0);
}

TEST_CASE("an absurd jump that is to be estimated is estimated") {
  CHECK(three_months().u.has_exception(three_months().november, kAbsurd, number(ExceptionKind::kAbsurdJump), kReview));
  CHECK(kwh_billed(kAbsurd, kNovember) == 100);
  CHECK(kwh_billed(kAbsurd, kDecember) == 150);
}

TEST_CASE("a meter change bills both meters, each with its ratio") {
  CHECK(kwh_billed(kFarm, kOctober) == 20 * 10);
  CHECK(kwh_billed(kFarm, kNovember) == 10 * 10 + 5 * 20);
  CHECK(kwh_billed(kFarm, kDecember) == 15 * 20);
  // In a month that was excluded it is billed afterwards.
  CHECK(kwh_billed(kExcludedFarm, kNovember) == kNobodyCame);
  CHECK(kwh_billed(kExcludedFarm, kDecember) == 10 * 10 + 20 * 20);
}

TEST_CASE("a home with photovoltaics pays what it draws and is paid what it feeds in") {
  for (const auto month : {kOctober, kNovember, kDecember}) {
    const auto bill = three_months().u.bill(kSunny, month);
    REQUIRE(bill);
    CHECK(bill->energy_wh == 120 * kWhPerKwh);
    CHECK(bill->amount_fen == 6340);  // 120 kWh × 0.5283
    CHECK(bill->exported_wh == 250 * kWhPerKwh);
    CHECK(bill->export_fen == -8995);  // 250 kWh × 0.3598
  }
}

TEST_CASE("a meter behind another is deducted from it, though it is read on another route") {
  CHECK(kwh_billed(kFlats, kOctober) == 700);
  CHECK(kwh_billed(kFlats, kNovember) == 800);
  CHECK(kwh_billed(kFlats, kDecember) == 900);
  for (const auto month : {kOctober, kNovember, kDecember}) CHECK(kwh_billed(kShop, month) == 300);
}

TEST_CASE("a meter that is gone is billed to its end and then no more asked for") {
  CHECK(kwh_billed(kHalfGone, kOctober) == 50 + 15);
  CHECK(kwh_billed(kHalfGone, kNovember) == 60);
  CHECK(kwh_billed(kHalfGone, kDecember) == 70);
}

TEST_CASE("an account without an agreement is named, and billed from its first index once it has one") {
  for (const auto run : {three_months().october, three_months().november})
    CHECK(three_months().u.has_exception(run, kNoAgreement, number(ExceptionKind::kUnknownTariff), kBlocking));
  CHECK(kwh_billed(kNoAgreement, kOctober) == kNobodyCame);
  CHECK(kwh_billed(kNoAgreement, kDecember) == 300);
}

TEST_CASE("an account that moves to another route keeps its index and its tiers") {
  CHECK(three_months().u.bill(kMoved, kOctober)->route == 1);
  CHECK(three_months().u.bill(kMoved, kNovember)->route == 3);
  CHECK(kwh_billed(kMoved, kNovember) == 150);
  CHECK(kwh_billed(kMoved, kDecember) == 130);
  CHECK(three_months().u.bill(kMoved, kDecember)->tier_energy_wh == 400 * kWhPerKwh);
}

TEST_CASE("a decision is about what was seen: readings that come later open the account again") {
  Utility u;
  u.account({1, 1, "JS-RES"});
  u.home_meter(1, 10);
  read_months(u, 1, 10, {1000, 1100, 3000});
  auto october = u.create(kOctober);
  REQUIRE(october);
  CHECK(u.create(kNovember).error().code == "billing.month_order");
  u.calculate(*october);
  REQUIRE(u.submit(*october));
  CHECK(u.create(kNovember).error().code == "billing.month_order");
  u.issue(*october);

  const auto november = *u.create(kNovember);
  u.calculate(november);
  CHECK(u.has_exception(november, 1, number(ExceptionKind::kAbsurdJump), kReview));
  CHECK(u.submit(november).error().code == "billing.exceptions_open");
  REQUIRE(u.decide(november, 1, Decision::kAccept));
  CHECK(u.open_exceptions(november, 1) == 0);
  u.calculate(november);
  CHECK(u.open_exceptions(november, 1) == 0);  // nothing is new, so the decision holds

  // Then the reader corrects himself to less than last month.
  u.read({.month = kNovember, .route = 1, .installation = 10, .kwh = 900, .seq = 2});
  CHECK(u.submit(november).error().code == "billing.readings_newer");
  u.calculate(november);
  CHECK(u.open_exceptions(november, 1) == 1);
  CHECK(u.has_exception(november, 1, number(ExceptionKind::kNegativeEnergy), kBlocking));
  CHECK_FALSE(u.bill(1, kNovember));
  CHECK(u.submit(november).error().code == "billing.exceptions_open");
  CHECK(u.decide(november, 1, Decision::kAccept).error().code == "billing.still_blocked");

  // And once more, now as it is: there is nothing left to decide about.
  u.read({.month = kNovember, .route = 1, .installation = 10, .kwh = 1230, .seq = 3});
  u.calculate(november);
  CHECK(u.open_exceptions(november, 1) == 0);
  CHECK(u.bill(1, kNovember)->energy_wh == 130 * kWhPerKwh);
  REQUIRE(u.submit(november));
  u.issue(november);
  CHECK(u.billed_wh(1) == 230 * kWhPerKwh);
}

TEST_CASE("an account that moves while its month is calculated is billed once, on its new route") {
  Utility u;
  u.account({1, 1, "JS-RES"});
  u.home_meter(1, 10);
  read_months(u, 1, 10, {1000, 1100});
  const auto october = *u.create(kOctober);
  u.calculate(october);
  CHECK(u.bill(1, kOctober)->route == 1);
  u.move(1, 2);  // nobody is left on the first route
  u.calculate(october);
  CHECK(u.number("SELECT COUNT(*) FROM billing_bill") == 1);
  CHECK(u.bill(1, kOctober)->route == 2);
  CHECK(u.bill(1, kOctober)->energy_wh == 100 * kWhPerKwh);
  CHECK(u.number("SELECT CAST(SUM(bills) AS SIGNED) FROM billing_run_shard") == 1);
}

TEST_CASE("where the index of a meter behind another is estimated, the other's deduction follows") {
  Utility u;
  add_flats_with_shop(u);
  read_months(u, 1, 80, {10'000, 15'000, 20'000});
  const std::int64_t shop[] = {400, 700, 2900};
  for (int i = 0; i <= 2; ++i) u.read({.month = kSeptember.plus(i), .route = 2, .installation = 90, .kwh = shop[i], .by_period = true});
  const auto october = *u.create(kOctober);
  u.calculate(october);
  REQUIRE(u.submit(october));
  u.issue(october);

  const auto november = *u.create(kNovember);
  u.calculate(november);
  CHECK(u.bill(kFlats, kNovember)->energy_wh == (5000 - 2200) * kWhPerKwh);
  SECTION("by a decision about the one account") { REQUIRE(u.decide(november, kShop, Decision::kEstimate)); }
  SECTION("by a decision about all") { CHECK(u.decide_all(november, Decision::kEstimate).decided == 1); }
  CHECK(u.bill(kShop, kNovember)->energy_wh == 300 * kWhPerKwh);
  CHECK(u.bill(kFlats, kNovember)->energy_wh == (5000 - 300) * kWhPerKwh);
}

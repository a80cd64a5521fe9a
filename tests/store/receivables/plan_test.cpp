// Instalment plans from their proposal to their end, and what is done every night.
#include <catch2/catch.hpp>

#include "modules/receivables/item_store.hpp"
#include "modules/receivables/plans.hpp"
#include "tests/store/receivables/office.hpp"

using namespace mis;
using namespace mis::receivables;
using books::code_of;
using books::day;
using nlohmann::json;
using enum mis::receivables::ProposalKind;

namespace {

// On 22 November account 11 owes 150.00 and 5.10 of late charges.
const json kThreeParts = {{"instalments", {{{"due_on", "2026-12-01"}, {"amount", "55.10"}}, {{"due_on", "2027-01-01"}, {"amount", "50.00"}}, {{"due_on", "2027-02-01"}, {"amount", "50.00"}}}}};

class PlanOffice : public books::Office {
 public:
  // The plan, approved a day after it was proposed.
  PlanId planned() {
    auto proposal = propose(kInstalmentPlan, 11, kThreeParts, "2026-11-22");
    REQUIRE(proposal);
    CHECK(proposal->amount == Money{15'510});
    REQUIRE(approve(proposal->id, "2026-11-23"));
    return plan().id;
  }
  Plan plan() {
    auto plans = plans_of(*app().lease(), {11});
    REQUIRE_FALSE(plans.empty());
    return plans.front();
  }
  std::int64_t review(const char* today) {
    auto changed = app().transact([&](db::Session& s) { return review_plans(s, {0}, {1'000}, day(today)); });
    REQUIRE(changed);
    return *changed;
  }
  Money paid(const char* today) { return paid_of(plan(), read_open_items(*app().lease(), std::vector{AccountId{11}})[{11}], day(today)); }
  std::int64_t active_plans() { return number("SELECT COUNT(*) FROM receivables_active_plan WHERE account_id = 11"); }
};

}  // namespace

TEST_CASE("a plan that is kept stops the late charge for good") {
  PlanOffice office;
  office.planned();
  CHECK(office.active_plans() == 1);
  CHECK(office.due(11, "2027-01-15").due() == Money{15'510});  // not a fen more than when it was proposed
  CHECK(office.differences().empty());
  REQUIRE(office.pay(office.payment(11, 5'510, "2026-12-01")));
  CHECK(office.review("2026-12-10") == 0);
  CHECK(office.paid("2026-12-10") == Money{5'510});
  REQUIRE(office.pay(office.payment(11, 5'000, "2027-01-03")));  // within the days of grace
  CHECK(office.review("2027-01-10") == 0);
  REQUIRE(office.pay(office.payment(11, 5'000, "2027-02-01")));
  CHECK(office.review("2027-02-01") == 1);
  CHECK(office.plan().state == PlanState::kKept);
  CHECK(office.active_plans() == 0);
  CHECK(office.due(11, "2027-12-31").due() == Money{0});
  CHECK(office.review("2027-12-31") == 0);
  CHECK(office.differences().empty());
}

TEST_CASE("a plan that is broken brings the late charges back, for the whole time") {
  PlanOffice office;
  office.planned();
  REQUIRE(office.pay(office.payment(11, 5'510, "2026-12-01")));  // 4.10 late, 51.00 of September
  CHECK(office.review("2027-01-04") == 0);
  CHECK(office.review("2027-01-05") == 1);
  CHECK(office.plan().state == PlanState::kBroken);
  CHECK(office.plan().paid_at_end == Money{5'510});
  CHECK(office.active_plans() == 0);
  // September: 50 days on 100.00, 35 on 49.00: 6.72, of which 4.10 were paid; October: 54 days on 50.00: 2.70.
  CHECK(office.due(11, "2027-01-05").late == Money{262 + 270});
  CHECK(office.review("2027-03-05") == 0);
  CHECK(office.differences().empty());
  CHECK(office.done(kCancelPlan, 11, {{"plan_id", office.plan().id.value}}, "2027-01-05") == "receivables.plan_state");
}

TEST_CASE("money that comes long after an instalment does not heal the plan, though nobody has looked at it") {
  PlanOffice office;
  office.planned();
  auto paid = office.pay(office.payment(11, 15'510, "2027-03-01"));
  REQUIRE(paid);
  CHECK(office.plan().state == PlanState::kBroken);
  CHECK(office.due(11, "2027-03-01").due() > Money{0});  // the late charges of all the time, which the payment has met first
  CHECK(office.active_plans() == 0);
  CHECK(office.differences().empty());
}

TEST_CASE("a kept plan whose payment is taken back is not healed by money that comes too late, though nobody has looked at it") {
  PlanOffice office;
  office.planned();
  auto paid = office.pay(office.payment(11, 15'510, "2026-12-01"));
  REQUIRE(paid);
  CHECK(office.review("2026-12-02") == 1);
  CHECK(office.plan().state == PlanState::kKept);
  REQUIRE(office.take_back(paid->id, "2027-03-01"));
  REQUIRE(office.pay(office.payment(11, 15'510, "2027-03-01")));
  CHECK(office.plan().state == PlanState::kBroken);
  CHECK(office.due(11, "2027-03-01").due() > Money{0});  // the late charges of all the time, which the payment has met first
  CHECK(office.differences().empty());
}

TEST_CASE("a plan is cancelled by two people, and another one may follow") {
  PlanOffice office;
  const auto plan = office.planned();
  CHECK(code_of(office.propose(kInstalmentPlan, 11, kThreeParts, "2026-11-23")) == "receivables.plan_exists");
  CHECK(office.done(kCancelPlan, 11, {{"plan_id", plan.value + 1}}, "2026-11-24") == "receivables.no_plan");
  CHECK(office.done(kCancelPlan, 12, {{"plan_id", plan.value}}, "2026-11-24") == "receivables.no_plan");
  CHECK(office.done(kCancelPlan, 11, {{"plan_id", plan.value}}, "2026-11-24") == "");
  CHECK(office.plan().state == PlanState::kCancelled);
  CHECK(office.due(11, "2026-11-24").late == Money{430 + 100});  // as though there had been none
  CHECK(office.differences().empty());
  CHECK(office.done(kInstalmentPlan, 11, {{"instalments", {{{"due_on", "2026-12-24"}, {"amount", "155.30"}}}}}, "2026-11-24") == "");
  CHECK(office.due(11, "2026-12-24").due() == Money{15'530});
  CHECK(office.differences().empty());
}

TEST_CASE("a plan whose sum is overtaken by a payment or a bill is not made") {
  PlanOffice office;
  CHECK(office.done(kInstalmentPlan, 11, {{"instalments", {{{"due_on", "2026-12-24"}, {"amount", "155.09"}}}}}, "2026-11-22") == "receivables.plan_sum");
  CHECK(office.done(kInstalmentPlan, 13, kThreeParts, "2026-11-22") == "receivables.nothing_due");
  auto proposal = office.propose(kInstalmentPlan, 11, kThreeParts, "2026-11-22");
  REQUIRE(proposal);
  auto paid = office.pay(office.payment(11, 100, "2026-11-23"));
  CHECK(code_of(office.approve(proposal->id, "2026-11-23")) == "receivables.plan_sum");
  REQUIRE(office.take_back(paid->id, "2026-11-23"));
  CHECK(code_of(office.approve(proposal->id, "2026-12-02")) == "receivables.plan_dates");  // the first instalment's day is over
  CHECK(office.number("SELECT COUNT(*) FROM receivables_plan") == 0);
  REQUIRE(office.approve(proposal->id, "2026-11-23"));
  REQUIRE(office.issue({202611}, "2026-12-02", {{11, 1'000}}));  // not covered
  CHECK(office.due(11, "2027-01-11").due() == Money{15'510 + 1'000 + 100});  // 30 days on 10.00 make a yuan
  CHECK(office.paid("2027-01-11") == Money{0});
  CHECK(office.differences().empty());
}

TEST_CASE("what a plan covers is not written off") {
  PlanOffice office;
  office.planned();
  CHECK(code_of(office.propose(kWriteOff, 11, {{"bills", {office.bill_no(11, 202609)}}}, "2026-11-24")) == "receivables.plan_active");
}

TEST_CASE("a payment taken back makes a kept plan active again, or broken") {
  PlanOffice office;
  office.planned();
  auto first = office.pay(office.payment(11, 5'510, "2026-12-01"));
  auto rest = office.pay(office.payment(11, 10'000, "2026-12-02"));
  REQUIRE(rest);
  CHECK(office.review("2026-12-02") == 1);
  CHECK(office.plan().state == PlanState::kKept);
  REQUIRE(office.take_back(rest->id, "2026-12-03"));
  CHECK(office.differences().empty());
  CHECK(office.review("2026-12-03") == 1);
  CHECK(office.plan().state == PlanState::kActive);
  CHECK_FALSE(office.plan().ended_on);
  REQUIRE(office.take_back(first->id, "2026-12-06"));
  CHECK(office.review("2026-12-06") == 1);
  CHECK(office.plan().state == PlanState::kBroken);
  CHECK(office.due(11, "2026-12-06").late == Money{550 + 120});
  CHECK(office.differences().empty());
}

TEST_CASE("a plan that somebody changed is found, and its bills are written anew") {
  PlanOffice office;
  office.planned();
  office.owner().lease()->execute("UPDATE receivables_plan SET late_stop = '2026-11-30'");
  CHECK(books::says(office.differences(), "bill of account 11 for 2026-09: expected 10000 fen open"));
  CHECK_FALSE(office.differences(true).empty());
  CHECK(office.differences().empty());
  CHECK(office.due(11, "2027-01-15").late == Money{490 + 100});
  office.owner().lease()->execute("UPDATE receivables_plan_instalment SET amount_fen = amount_fen + 1 WHERE seq = 1");
  CHECK(books::says(office.differences(), "expected instalments of 15510 fen but found 15511"));
}

TEST_CASE("advances that lie beside debts are used in the night, once") {
  PlanOffice office;
  REQUIRE(office.pay(office.payment(13, 20'000, "2026-11-05")));
  CHECK(office.done(kWriteOff, 12, {{"bills", {office.bill_no(12, 202610)}}}, "2026-11-22") == "");
  REQUIRE(office.pay(office.payment(12, 3'000, "2026-11-22")));
  CHECK(office.done(kRecover, 12, {{"bill_no", office.bill_no(12, 202610)}}, "2026-11-22") == "");
  CHECK(office.due(12, "2026-11-22").advance == Money{3'000});
  struct StandingClock final : Clock {
    Instant now() const override { return books::Books::at("2026-11-23"); }
  } clock;
  jobs::Kinds kinds;
  kinds.add(apply_advances_kind(office.app(), clock));
  const auto& kind = kinds.by_name.at(kApplyAdvancesJob);
  for (int night = 0; night < 2; ++night)
    REQUIRE(office.app().transact([&](db::Session& s) { return kind.run_shard(s, {}, {0, 2}); }));
  CHECK(office.due(12, "2026-11-23").advance == Money{0});
  CHECK(office.due(12, "2026-11-23").principal == Money{5'000});
  CHECK(office.due(13, "2026-11-23").advance == Money{20'000});
  CHECK(office.number("SELECT COUNT(*) FROM ledger_transaction WHERE template = 3") == 1);
  CHECK(office.differences().empty());
}

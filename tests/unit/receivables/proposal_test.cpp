// What must be true for each kind of proposal, and how a proposal and a plan may go on.
#include <catch2/catch.hpp>

#include "modules/receivables/domain/bill_no.hpp"
#include "modules/receivables/domain/plan.hpp"
#include "modules/receivables/domain/proposal.hpp"
#include "modules/receivables/domain/proposal_checks.hpp"
#include "modules/receivables/domain/statement.hpp"

using namespace mis;
using namespace mis::receivables;

namespace {

Date day(const char* text) { return *Date::parse(text); }

constexpr AccountId kAccount{7};
const BillKey kSeptember{kAccount, {202609}, 1}, kOctober{kAccount, {202610}, 1}, kNovember{kAccount, {202611}, 1};

// September: 100.00 yuan since 12 October; October: 50.00 since 12 November; homes, 0.1 % a day.
std::vector<OpenItem> two_bills() {
  return {OpenItem::of_bill(kSeptember, {1}, "residential", {10'000}, day("2026-10-12")), OpenItem::of_bill(kOctober, {1}, "residential", {5'000}, day("2026-11-12"))};
}

std::string said(const Result<Money>& result) { return result ? std::to_string(result->value) : result.error().code; }

}  // namespace

TEST_CASE("a proposal is decided once") {
  const auto states = {ProposalState::kProposed, ProposalState::kApproved, ProposalState::kRefused, ProposalState::kWithdrawn};
  const auto actions = {ProposalAction::kApprove, ProposalAction::kRefuse, ProposalAction::kWithdraw};
  for (const auto state : states) {
    CHECK(proposal_state_of(name_of(state)) == state);
    for (const auto action : actions) CHECK(state_after(state, action).has_value() == (state == ProposalState::kProposed));
  }
  CHECK(state_after(ProposalState::kProposed, ProposalAction::kApprove) == ProposalState::kApproved);
  CHECK(state_after(ProposalState::kProposed, ProposalAction::kRefuse) == ProposalState::kRefused);
  CHECK(state_after(ProposalState::kProposed, ProposalAction::kWithdraw) == ProposalState::kWithdrawn);
  for (int i = 0; i < kProposalKinds; ++i) CHECK(proposal_kind_of(name_of(static_cast<ProposalKind>(i))) == static_cast<ProposalKind>(i));
  CHECK_FALSE(proposal_kind_of("gift"));
}

TEST_CASE("no more of a late charge is waived than is due") {
  const auto items = two_bills();
  const auto on = day("2026-11-22");  // 41 days on 100.00 make 4.10; 10 days on 50.00 make 0.50, so a yuan
  const auto check = [&](std::vector<BillAmount> parts) { return said(check_waive_late(items, parts, on)); };
  CHECK(check({{kSeptember, {410}}}) == "410");
  CHECK(check({{kSeptember, {1}}, {kOctober, {100}}}) == "101");
  CHECK(check({{kSeptember, {411}}}) == "receivables.more_than_due");
  CHECK(check({{kSeptember, {0}}}) == "receivables.more_than_due");
  CHECK(check({{kSeptember, {-1}}}) == "receivables.more_than_due");
  CHECK(check({{kNovember, {1}}}) == "receivables.not_open");
  CHECK(check({{kSeptember, {1}}, {kSeptember, {1}}}) == "receivables.bill_twice");
  CHECK(check({}) == "receivables.no_bills");
}

TEST_CASE("a bill is written off as a whole, and not while a plan covers it") {
  auto items = two_bills();
  const auto check = [&](std::vector<BillKey> bills, const std::set<BillKey>& planned = {}) { return said(check_write_off(items, bills, planned)); };
  CHECK(check({kSeptember}) == "10000");
  CHECK(check({kSeptember, kOctober}) == "15000");
  CHECK(check({kNovember}) == "receivables.not_open");
  CHECK(check({kOctober, kOctober}) == "receivables.bill_twice");
  CHECK(check({}) == "receivables.no_bills");
  CHECK(check({kSeptember}, {kOctober}) == "10000");
  CHECK(check({kOctober}, {kOctober}) == "receivables.plan_active");
  items[0].change_outstanding({-10'000}, day("2026-11-22"));  // its late charge is left
  CHECK(check({kSeptember}) == "receivables.not_open");
  CHECK(said(check_recover({10'000})) == "10000");
  CHECK(said(check_recover({0})) == "receivables.not_written_off");
}

TEST_CASE("money that bills need does not go back") {
  CHECK(said(check_refund_advance({500}, {0}, {500})) == "500");
  CHECK(said(check_refund_advance({500}, {0}, {501})) == "receivables.not_enough");
  CHECK(said(check_refund_advance({500}, {200}, {300})) == "300");
  CHECK(said(check_refund_advance({500}, {200}, {301})) == "receivables.not_enough");
  CHECK(said(check_refund_advance({500}, {900}, {1})) == "receivables.not_enough");
  CHECK(said(check_refund_advance({500}, {0}, {0})) == "receivables.not_enough");
  CHECK(said(check_refund_deposit({500}, {0}, {500})) == "500");
  CHECK(said(check_refund_deposit({500}, {0}, {501})) == "receivables.not_enough");
  CHECK(said(check_refund_deposit({500}, {1}, {1})) == "receivables.bills_open");
  CHECK(said(check_apply_deposit({500}, {300})) == "300");
  CHECK(said(check_apply_deposit({500}, {900})) == "500");
  CHECK(said(check_apply_deposit({0}, {900})) == "receivables.not_enough");
  CHECK(said(check_apply_deposit({500}, {0})) == "receivables.nothing_due");
}

TEST_CASE("an account goes to another one without debts, and with something to move") {
  CHECK(said(check_transfer({{1}, {2}, {0}, {500}, {300}})) == "800");
  CHECK(said(check_transfer({{1}, {1}, {0}, {500}, {300}})) == "receivables.same_account");
  CHECK(said(check_transfer({{1}, {2}, {1}, {500}, {300}})) == "receivables.bills_open");
  CHECK(said(check_transfer({{1}, {2}, {0}, {0}, {0}})) == "receivables.nothing_to_transfer");
}

TEST_CASE("instalments make all that is due, on days that ascend") {
  const auto today = day("2026-11-24");
  const auto check = [&](std::vector<Instalment> list, Money due = {300}) { return said(check_instalments(list, due, today)); };
  CHECK(check({{today, {100}}, {day("2026-12-24"), {200}}}) == "300");
  CHECK(check({{today, {100}}, {day("2026-12-24"), {201}}}) == "receivables.plan_sum");
  CHECK(check({{today, {100}}, {today, {200}}}) == "receivables.plan_dates");
  CHECK(check({{day("2026-12-24"), {100}}, {today, {200}}}) == "receivables.plan_dates");
  CHECK(check({{day("2026-11-23"), {300}}}) == "receivables.plan_dates");
  CHECK(check({{today, {400}}, {day("2026-12-24"), {-100}}}) == "receivables.plan_sum");
  CHECK(check({}) == "receivables.plan_sum");
  CHECK(check({{today, {300}}}, {0}) == "receivables.nothing_due");
}

TEST_CASE("a plan is broken once an instalment is not there after its days of grace") {
  using enum InstalmentState;
  const std::vector<Instalment> instalments{{day("2026-12-01"), {100}}, {day("2027-01-01"), {100}}, {day("2027-02-01"), {100}}};
  const auto look = [&](int paid, const char* today) { return assess(instalments, {paid}, day(today), 3); };
  CHECK(look(0, "2026-12-01").state == PlanState::kActive);
  CHECK(look(0, "2026-12-02").instalments == std::vector{kOverdue, kOpen, kOpen});
  CHECK(look(0, "2026-12-04").state == PlanState::kActive);
  CHECK(look(0, "2026-12-05").state == PlanState::kBroken);
  CHECK(look(99, "2026-12-05").state == PlanState::kBroken);
  CHECK(look(100, "2026-12-05").instalments == std::vector{kPaid, kOpen, kOpen});
  CHECK(look(250, "2027-01-20").state == PlanState::kActive);
  CHECK(look(300, "2027-12-31").state == PlanState::kKept);
  CHECK(may_become(PlanState::kKept, PlanState::kActive));
  CHECK_FALSE(may_become(PlanState::kActive, PlanState::kActive));
  for (const auto ended : {PlanState::kBroken, PlanState::kCancelled})
    for (const auto to : {PlanState::kActive, PlanState::kKept, PlanState::kBroken, PlanState::kCancelled}) CHECK_FALSE(may_become(ended, to));
}

TEST_CASE("days after a plan's stop bring no late charge, and taking it away brings them all") {
  auto item = OpenItem::of_bill(kSeptember, {1}, "residential", {100'000}, day("2026-10-12"));
  item.late_stop = day("2026-11-11");  // 30 days, 30.00
  CHECK(item.late_due(day("2026-11-01")) == Money{2'000});
  CHECK(item.late_due(day("2026-12-11")) == Money{3'000});
  item.change_outstanding({-50'000}, day("2026-12-11"));
  CHECK(item.late_due(day("2027-06-01")) == Money{3'000});
  item.settle_late({3'000});
  item.change_outstanding({-50'000}, day("2027-06-01"));
  CHECK(item.settled());
}

TEST_CASE("a bill's number is read for its own account only") {
  const std::string account_no = "0000000075";
  CHECK(bill_no_of(kSeptember, account_no) == "202609-0000000075-1");
  CHECK(parse_bill_no("202609-0000000075-1", kAccount, account_no) == kSeptember);
  for (const char* wrong : {"", "202609", "202609-0000000075-", "202609-0000000075-0", "202609-0000000075-1x", "202609-0000000075--1", "202613-0000000075-1", "202609-0000000083-1", "20260x-0000000075-1",
                            "202609_0000000075_1", "202609-0000000075-100", "-20609-0000000075-1"}) {
    INFO(wrong);
    CHECK_FALSE(parse_bill_no(wrong, kAccount, account_no));
  }
}

TEST_CASE("a statement shows a late charge as a debit before what paid it, and its balance follows") {
  const auto d = day("2026-11-22");
  // A bill of 100.00; 110.00 paid, of which 4.10 late and 5.90 in advance; the payment reversed.
  const std::vector<StatementTransaction> transactions{
      {d, 1, "bill", {10'000}, {}, {}}, {d, 2, "paid", {-10'000}, {-410}, {-590}}, {d, -2, "back", {10'000}, {410}, {590}}, {d, 3, "applied", {-300}, {-100}, {400}}};
  const auto rows = statement_rows({50}, transactions);
  std::vector<std::string> told;
  for (const auto& row : rows) told.push_back(row.what_en + " " + std::to_string(row.debit.value) + " " + std::to_string(row.credit.value) + " " + std::to_string(row.balance.value));
  CHECK(told == std::vector<std::string>{"Bill issued 10000 0 10050", "Late charge 410 0 10460", "Payment 0 11000 -540", "Late charge taken back 0 410 -950", "Payment, reversed 11000 0 10050",
                                         "Late charge 100 0 10150", "Advance applied 400 400 10150"});
  CHECK(statement_rows({50}, {}).empty());
}

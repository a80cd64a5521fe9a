// What two people do together to the books: each kind done well, refused, and overtaken by what happened in between.
#include <catch2/catch.hpp>

#include <thread>

#include "mis/security/audit.hpp"
#include "tests/store/receivables/office.hpp"

using namespace mis;
using namespace mis::receivables;
using books::code_of;
using books::day;
using books::Office;
using books::person;
using nlohmann::json;
using Lines = std::vector<std::string>;
using enum mis::receivables::ProposalKind;

TEST_CASE("a late charge is waived: the books hold nothing of it, and no more than that is due") {
  Office office;
  const json part = {{"bills", {{{"bill_no", office.bill_no(11, 202609)}, {"amount", "3.10"}}}}};
  auto proposal = office.propose(kWaiveLate, 11, part, "2026-11-22");
  REQUIRE(proposal);
  CHECK(proposal->amount == Money{310});
  CHECK(office.due(11, "2026-11-22").late == Money{510});  // a proposal alone does nothing
  auto approved = office.approve(proposal->id, "2026-11-22");
  REQUIRE(approved);
  CHECK(approved->state == ProposalState::kApproved);
  CHECK(approved->version == 2);
  CHECK(approved->transaction.id == 0);
  CHECK(office.due(11, "2026-11-22").late == Money{200});
  CHECK(office.due(11, "2026-11-24").late == Money{220});  // it runs on
  CHECK(office.differences().empty());
  CHECK(office.done(kWaiveLate, 11, {{"bills", {{{"bill_no", office.bill_no(11, 202609)}, {"amount", "1.01"}}}}}, "2026-11-22") == "receivables.more_than_due");
  REQUIRE(office.pay(office.payment(11, 15'000 + 200, "2026-11-22")));
  CHECK(office.due(11, "2026-12-22").due() == Money{0});
  CHECK(office.differences().empty());
}

TEST_CASE("a waiver that a payment has overtaken is not made") {
  Office office;
  auto proposal = office.propose(kWaiveLate, 11, {{"bills", {{{"bill_no", office.bill_no(11, 202609)}, {"amount", "4.10"}}}}}, "2026-11-22");
  REQUIRE(proposal);
  REQUIRE(office.pay(office.payment(11, 10'410, "2026-11-22")));
  CHECK(code_of(office.approve(proposal->id, "2026-11-22")) == "receivables.not_open");
  CHECK(office.number("SELECT COUNT(*) FROM receivables_late_waiver") == 0);
  CHECK(office.number("SELECT COUNT(*) FROM receivables_proposal WHERE state = 'proposed'") == 1);  // it waits still
  CHECK(office.differences().empty());
}

TEST_CASE("a waiver stays where the payment after it is taken back") {
  Office office;
  CHECK(office.done(kWaiveLate, 11, {{"bills", {{{"bill_no", office.bill_no(11, 202609)}, {"amount", "4.10"}}}}}, "2026-11-22") == "");
  auto paid = office.pay(office.payment(11, 15'100, "2026-11-22"));
  REQUIRE(paid);
  CHECK(paid->advance == Money{0});
  REQUIRE(office.take_back(paid->id, "2026-11-23"));
  CHECK(office.due(11, "2026-11-22").late == Money{100});
  CHECK(office.differences().empty());
}

TEST_CASE("a bill is written off against the allowance, and comes back when it is recovered") {
  Office office;
  REQUIRE(office.pay(office.payment(11, 4'410, "2026-11-22")));  // 40.00 of September's 100.00
  auto proposal = office.propose(kWriteOff, 11, {{"bills", {office.bill_no(11, 202609)}}}, "2026-12-02");
  REQUIRE(proposal);
  CHECK(proposal->amount == Money{6'000});
  auto approved = office.approve(proposal->id, "2026-12-03");
  REQUIRE(approved);
  CHECK(approved->transaction.id != 0);
  auto due = office.due(11, "2027-06-01");
  REQUIRE(due.items.size() == 1);  // no late charge is left of it either
  CHECK(due.items[0].bill.month == BillingMonth{202610});
  const auto lines = office.postings_of(11);
  CHECK(Lines(lines.end() - 2, lines.end()) == Lines{"1231 6000", "1122 -6000"});
  CHECK(office.number("SELECT CAST(SUM(amount_fen) AS SIGNED) FROM receivables_late_waiver") == 66);  // of eleven days on 60.00
  CHECK(office.differences().empty());

  CHECK(office.done(kRecover, 11, {{"bill_no", office.bill_no(11, 202610)}}, "2027-01-10") == "receivables.not_written_off");
  CHECK(office.done(kRecover, 11, {{"bill_no", office.bill_no(11, 202609)}}, "2027-01-10") == "");
  due = office.due(11, "2027-01-10");
  REQUIRE(due.items.size() == 2);
  CHECK(due.items[0].outstanding == Money{6'000});
  CHECK(due.items[0].late_due(day("2027-01-10")) == Money{0});
  CHECK(due.items[0].late_due(day("2027-02-09")) == Money{180});  // 30 days on 60.00 from its recovery on
  CHECK(office.differences().empty());
  CHECK(office.done(kRecover, 11, {{"bill_no", office.bill_no(11, 202609)}}, "2027-01-10") == "receivables.not_written_off");
  REQUIRE(office.pay(office.payment(11, 6'000, "2027-01-10")));
  CHECK(office.differences().empty());
}

TEST_CASE("a write-off that is overtaken: paid as a whole it is refused, in part it is what is left") {
  Office office;
  auto whole = office.propose(kWriteOff, 12, {{"bills", {office.bill_no(12, 202610)}}}, "2026-11-22");
  auto part = office.propose(kWriteOff, 11, {{"bills", {office.bill_no(11, 202609)}}}, "2026-11-22");
  REQUIRE(whole);
  REQUIRE(part);
  REQUIRE(office.pay(office.payment(12, 8'100, "2026-11-22")));
  REQUIRE(office.pay(office.payment(11, 410 + 2'500, "2026-11-22")));
  CHECK(code_of(office.approve(whole->id, "2026-11-22")) == "receivables.not_open");
  auto approved = office.approve(part->id, "2026-11-22");
  REQUIRE(approved);
  CHECK(approved->amount == Money{7'500});
  CHECK(office.differences().empty());
}

TEST_CASE("taking back a payment of a written-off bill opens what it had paid, no more") {
  Office office;
  auto paid = office.pay(office.payment(11, 4'410, "2026-11-22"));
  CHECK(office.done(kWriteOff, 11, {{"bills", {office.bill_no(11, 202609)}}}, "2026-12-02") == "");
  REQUIRE(office.take_back(paid->id, "2026-12-03"));
  const auto due = office.due(11, "2026-12-03");
  REQUIRE(due.items.size() == 2);
  CHECK(due.items[0].outstanding == Money{4'000});
  CHECK(office.differences().empty());
}

TEST_CASE("an advance goes back to the bank, and then its payment cannot") {
  Office office;
  auto paid = office.pay(office.payment(12, 8'000 + 3'000, "2026-11-05"));
  REQUIRE(paid);
  const auto refund = [](const char* amount) { return json{{"amount", amount}, {"bank_account_name", "王芳"}, {"bank_account_no", "6222020000001234567"}}; };
  auto first = office.propose(kRefundAdvance, 12, refund("20.00"), "2026-11-06");
  auto second = office.propose(kRefundAdvance, 12, refund("20.00"), "2026-11-06");
  REQUIRE(first);
  REQUIRE(second);
  REQUIRE(office.approve(first->id, "2026-11-06"));
  CHECK(code_of(office.approve(second->id, "2026-11-06")) == "receivables.not_enough");  // 10.00 are left
  CHECK(office.due(12, "2026-11-06").advance == Money{1'000});
  const auto lines = office.postings_of(12);
  CHECK(Lines(lines.end() - 2, lines.end()) == Lines{"2203 2000", "1002 -2000"});
  CHECK(code_of(office.take_back(paid->id, "2026-11-07")) == "receivables.advance_gone");
  CHECK(office.due(12, "2026-11-07").principal == Money{0});  // nothing of the attempt stayed
  CHECK(office.due(12, "2026-11-07").advance == Money{1'000});
  CHECK(office.differences().empty());
}

TEST_CASE("an advance that a new bill needs is not refunded") {
  Office office;
  REQUIRE(office.pay(office.payment(12, 8'000 + 3'000, "2026-11-05")));
  auto proposal = office.propose(kRefundAdvance, 12, {{"amount", "30.00"}, {"bank_account_name", "王芳"}, {"bank_account_no", "62220"}}, "2026-11-06");
  REQUIRE(proposal);
  REQUIRE(office.issue({202611}, "2026-12-02", {{12, 2'500}}));
  CHECK(code_of(office.approve(proposal->id, "2026-12-02")) == "receivables.not_enough");
  CHECK(office.due(12, "2026-12-02").advance == Money{500});
  CHECK(office.differences().empty());
}

TEST_CASE("a deposit is taken, pays what is due, and the rest goes back") {
  Office office;
  CHECK(office.done(kApplyDeposit, 12, json::object(), "2026-11-22") == "receivables.not_enough");
  CHECK(office.done(kReceiveDeposit, 12, {{"amount", "100.00"}, {"into", "bank"}}, "2026-11-22") == "");
  CHECK(office.due(12, "2026-11-22").deposit == Money{10'000});
  CHECK(office.due(12, "2026-11-22").due() == Money{8'100});  // a deposit is no advance
  const json back = {{"amount", "100.00"}, {"bank_account_name", "王芳"}, {"bank_account_no", "62220"}};
  CHECK(office.done(kRefundDeposit, 12, back, "2026-11-22") == "receivables.bills_open");
  CHECK(office.done(kApplyDeposit, 12, json::object(), "2026-11-22") == "");
  CHECK(office.due(12, "2026-11-22").deposit == Money{1'900});
  CHECK(office.due(12, "2026-12-22").due() == Money{0});
  CHECK(office.done(kApplyDeposit, 12, json::object(), "2026-11-22") == "receivables.nothing_due");
  CHECK(office.done(kRefundDeposit, 12, back, "2026-11-22") == "receivables.not_enough");
  CHECK(office.done(kRefundDeposit, 12, {{"amount", "19.00"}, {"bank_account_name", "王芳"}, {"bank_account_no", "62220"}}, "2026-11-22") == "");
  CHECK(office.due(12, "2026-11-22").deposit == Money{0});
  CHECK(office.postings_of(12) == Lines{"1122 8000", "6001 -8000", "1002 10000", "2241.02 -10000", "2241.02 8100", "1122 -8000", "6301 -100", "2241.02 1900", "1002 -1900"});
  CHECK(office.differences().empty());
}

TEST_CASE("a deposit smaller than the debt pays in the utility's order; a payment in between leaves less to pay") {
  Office office;
  CHECK(office.done(kReceiveDeposit, 11, {{"amount", "50.00"}, {"into", "cash"}}, "2026-11-22") == "");
  auto proposal = office.propose(kApplyDeposit, 11, json::object(), "2026-11-22");
  REQUIRE(proposal);
  CHECK(proposal->amount == Money{5'000});
  REQUIRE(office.pay(office.payment(11, 13'000, "2026-11-22")));  // of 155.10
  auto approved = office.approve(proposal->id, "2026-11-22");
  REQUIRE(approved);
  CHECK(approved->amount == Money{2'510});
  CHECK(office.due(11, "2026-11-22").deposit == Money{2'490});
  CHECK(office.due(11, "2026-11-22").due() == Money{0});
  CHECK(office.differences().empty());
}

TEST_CASE("other modules take deposits by themselves") {
  Office office;
  const auto take = [&](Deposit deposit) { return code_of(office.app().transact([&](db::Session& s) { return receive_deposit(office.app(), s, deposit); })); };
  Deposit deposit{{12}, {7'000}, {ledger::LedgerAccount::kCash, 5}, {day("2026-11-22"), Office::at("2026-11-22"), books::kCashier}, "meter deposit"};
  CHECK(take(deposit) == "");
  CHECK(office.due(12, "2026-11-22").deposit == Money{7'000});
  CHECK(office.number("SELECT CAST(SUM(amount_fen) AS SIGNED) FROM ledger_posting WHERE ledger_account = 6 AND subject_id = 5") == 7'000);
  deposit.amount = {0};
  CHECK(take(deposit) == "receivables.bad_amount");
  deposit.amount = {9'000'000'000'000'001};
  CHECK(take(deposit) == "receivables.bad_amount");
  deposit.amount = {1};
  deposit.account = {999};
  CHECK(take(deposit) == "receivables.no_account");
  CHECK(office.differences().empty());
}

TEST_CASE("advance and deposit move to another account, whose debts the advance pays") {
  Office office;
  auto paid = office.pay(office.payment(12, 8'000 + 6'000, "2026-11-05"));
  REQUIRE(paid);
  CHECK(office.done(kReceiveDeposit, 12, {{"amount", "5.00"}, {"into", "bank"}}, "2026-11-05") == "");
  const json to = {{"to_account_no", office.account_no(11)}};
  auto proposal = office.propose(kTransfer, 12, to, "2026-11-05");
  REQUIRE(proposal);
  CHECK(proposal->amount == Money{6'500});
  REQUIRE(office.approve(proposal->id, "2026-11-05"));
  CHECK(office.due(12, "2026-11-05").advance == Money{0});
  CHECK(office.due(12, "2026-11-05").deposit == Money{0});
  CHECK(office.due(11, "2026-11-05").deposit == Money{500});
  CHECK(office.due(11, "2026-11-05").advance == Money{0});
  CHECK(office.due(11, "2026-11-05").principal == Money{15'000 - 6'000 + 240});  // 24 days on September's 100.00 come first
  CHECK(code_of(office.take_back(paid->id, "2026-11-06")) == "receivables.advance_gone");
  CHECK(office.differences().empty());
}

TEST_CASE("an account with debts is not transferred, also where they came in between") {
  Office office;
  const json to_thirteen = {{"to_account_no", office.account_no(13)}};
  CHECK(office.done(kTransfer, 11, to_thirteen, "2026-11-05") == "receivables.bills_open");
  CHECK(office.done(kTransfer, 13, {{"to_account_no", office.account_no(11)}}, "2026-11-05") == "receivables.nothing_to_transfer");
  REQUIRE(office.pay(office.payment(12, 9'000, "2026-11-05")));
  CHECK(office.done(kTransfer, 12, {{"to_account_no", office.account_no(12)}}, "2026-11-05") == "receivables.same_account");
  CHECK(office.done(kTransfer, 12, {{"to_account_no", "9999999999"}}, "2026-11-05") == "customers.no_account");
  auto proposal = office.propose(kTransfer, 12, to_thirteen, "2026-11-05");
  REQUIRE(proposal);
  REQUIRE(office.issue({202611}, "2026-12-02", {{12, 5'000}}));
  CHECK(code_of(office.approve(proposal->id, "2026-12-02")) == "receivables.bills_open");
  CHECK(office.differences().empty());
}

TEST_CASE("who proposes neither approves nor refuses, and only he withdraws") {
  Office office;
  auto proposal = office.propose(kReceiveDeposit, 12, {{"amount", "1.00"}, {"into", "bank"}}, "2026-11-22");
  REQUIRE(proposal);
  CHECK(code_of(office.approve(proposal->id, "2026-11-22", person(books::kClerk))) == "security.second_person");
  CHECK(code_of(office.decide(proposal->id, ProposalAction::kRefuse, "2026-11-22", person(books::kClerk))) == "security.second_person");
  CHECK(code_of(office.decide(proposal->id, ProposalAction::kWithdraw, "2026-11-22", person(books::kSupervisor))) == "receivables.not_yours");
  CHECK(code_of(office.decide(proposal->id, ProposalAction::kRefuse, "2026-11-22", person(books::kSupervisor), 2)) == "http.changed");
  CHECK(code_of(office.approve({987'654}, "2026-11-22")) == "receivables.no_proposal");
  CHECK(code_of(office.approve(proposal->id, "2026-11-22", person(books::kSupervisor, "/1/2/"))) == "receivables.no_proposal");  // account 12 belongs to the other station
  auto refused = office.decide(proposal->id, ProposalAction::kRefuse, "2026-11-22");
  REQUIRE(refused);
  CHECK(refused->state == ProposalState::kRefused);
  CHECK(refused->note == "seen");
  for (const auto action : {ProposalAction::kApprove, ProposalAction::kRefuse})
    CHECK(code_of(office.decide(proposal->id, action, "2026-11-22", person(books::kSupervisor), 2)) == "receivables.proposal_state");
  auto other = office.propose(kReceiveDeposit, 12, {{"amount", "1.00"}, {"into", "bank"}}, "2026-11-22");
  auto withdrawn = office.decide(other->id, ProposalAction::kWithdraw, "2026-11-22", person(books::kClerk));
  REQUIRE(withdrawn);
  CHECK(withdrawn->state == ProposalState::kWithdrawn);
  CHECK(office.due(12, "2026-11-22").deposit == Money{0});
  CHECK(office.differences().empty());
}

TEST_CASE("a proposal approved by many at once takes effect once") {
  Office office;
  auto proposal = office.propose(kReceiveDeposit, 12, {{"amount", "1.00"}, {"into", "bank"}}, "2026-11-22");
  REQUIRE(proposal);
  std::atomic<int> approved{0}, late{0};
  std::vector<std::jthread> hands;
  for (int i = 0; i < 6; ++i)
    hands.emplace_back([&, i] {
      const auto code = code_of(office.approve(proposal->id, "2026-11-22", person({30 + i})));
      if (code.empty()) ++approved;
      else if (code == "http.changed") ++late;
    });
  hands.clear();
  CHECK(approved == 1);
  CHECK(late == 5);
  CHECK(office.due(12, "2026-11-22").deposit == Money{100});
  CHECK(office.number("SELECT COUNT(*) FROM ledger_transaction WHERE template = 5") == 1);
  CHECK(office.differences().empty());
}

TEST_CASE("two refunds of the same money approved at once: one of them finds it gone") {
  Office office;
  REQUIRE(office.pay(office.payment(12, 8'000 + 1'000, "2026-11-05")));
  const json back = {{"amount", "10.00"}, {"bank_account_name", "王芳"}, {"bank_account_no", "62220"}};
  auto first = office.propose(kRefundAdvance, 12, back, "2026-11-06"), second = office.propose(kRefundAdvance, 12, back, "2026-11-06");
  std::atomic<int> paid{0}, gone{0};
  std::vector<std::jthread> hands;
  for (const auto id : {first->id, second->id})
    hands.emplace_back([&, id] {
      const auto code = code_of(office.approve(id, "2026-11-06"));
      if (code.empty()) ++paid;
      else if (code == "receivables.not_enough") ++gone;
    });
  hands.clear();
  CHECK(paid == 1);
  CHECK(gone == 1);
  CHECK(office.due(12, "2026-11-06").advance == Money{0});
  CHECK(office.differences().empty());
}

TEST_CASE("nothing takes effect in a closed month, and the proposal waits") {
  Office office;
  auto proposal = office.propose(kReceiveDeposit, 12, {{"amount", "1.00"}, {"into", "bank"}}, "2026-11-22");
  for (const BillingMonth month : {BillingMonth{202610}, BillingMonth{202611}})
    REQUIRE(office.app().transact([&](db::Session& s) { return ledger::close_period(s, month, day("2026-12-01"), Office::at("2026-12-01"), books::kSupervisor); }));
  CHECK(code_of(office.approve(proposal->id, "2026-11-30")) == "ledger.period_closed");
  CHECK(office.due(12, "2026-11-30").deposit == Money{0});
  CHECK(code_of(office.approve(proposal->id, "2026-12-01")) == "");
  CHECK(office.differences().empty());
}

TEST_CASE("each step of a proposal is in the audit chain") {
  Office office;
  const auto count = [&](const char* action) { return office.number("SELECT COUNT(*) FROM security_audit WHERE action = '" + std::string(action) + "'"); };
  const auto proposed = count("receivables.propose"), approved = count("receivables.approve"), refused = count("receivables.refuse");
  const json detail = {{"amount", "1.00"}, {"into", "bank"}};
  CHECK(office.done(kReceiveDeposit, 12, detail, "2026-11-22") == "");
  auto other = office.propose(kReceiveDeposit, 12, detail, "2026-11-22");
  REQUIRE(office.decide(other->id, ProposalAction::kRefuse, "2026-11-22"));
  CHECK(code_of(office.propose(kApplyDeposit, 13, json::object(), "2026-11-22")) == "receivables.not_enough");  // no effect, no row
  CHECK(count("receivables.propose") == proposed + 2);
  CHECK(count("receivables.approve") == approved + 1);
  CHECK(count("receivables.refuse") == refused + 1);
  auto chain = security::verify_audit_chain(office.app());
  REQUIRE(chain);
  CHECK(chain->intact());
}

TEST_CASE("proposals are listed newest first, by state, kind, account and data scope") {
  Office office;
  const json one = {{"amount", "1.00"}, {"into", "bank"}};
  auto a = office.propose(kReceiveDeposit, 11, one, "2026-11-22"), b = office.propose(kReceiveDeposit, 12, one, "2026-11-22");
  auto c = office.propose(kWriteOff, 12, {{"bills", {office.bill_no(12, 202610)}}}, "2026-11-22");
  REQUIRE(office.decide(b->id, ProposalAction::kRefuse, "2026-11-22"));
  const auto ids = [&](const ProposalFilter& filter, const char* scope = "/1/%", ProposalId before = {}) {
    std::vector<std::int64_t> list;
    for (const auto& p : list_proposals(*office.app().lease(), filter, scope, before, 10)) list.push_back(p.id.value - a->id.value);
    return list;
  };
  using Ids = std::vector<std::int64_t>;
  CHECK(ids({}) == Ids{2, 1, 0});
  CHECK(ids({}, "/1/%", c->id) == Ids{1, 0});
  CHECK(ids({}, "/1/2/%") == Ids{0});
  CHECK(ids({ProposalState::kProposed, {}, {}}) == Ids{2, 0});
  CHECK(ids({{}, kReceiveDeposit, {}}) == Ids{1, 0});
  CHECK(ids({{}, {}, AccountId{12}}) == Ids{2, 1});
}

TEST_CASE("whoever changes what was approved with the owner's rights is found out") {
  Office office;
  CHECK(office.done(kReceiveDeposit, 12, {{"amount", "1.00"}, {"into", "bank"}}, "2026-11-22") == "");
  CHECK(office.done(kWaiveLate, 11, {{"bills", {{{"bill_no", office.bill_no(11, 202609)}, {"amount", "4.10"}}}}}, "2026-11-22") == "");
  REQUIRE(office.differences().empty());
  office.owner().lease()->execute("UPDATE receivables_proposal SET amount_fen = 99 WHERE kind = 'receive_deposit'");
  office.owner().lease()->execute("UPDATE receivables_late_waiver SET amount_fen = 1");
  const auto differences = office.differences();
  CHECK(books::says(differences, "expected a transaction of 99 fen but found 100"));
  CHECK(books::says(differences, "bill of account 11 for 2026-09: expected 10000 fen open"));
  office.owner().lease()->execute("UPDATE receivables_proposal SET transaction_id = NULL, accounting_month = NULL WHERE kind = 'receive_deposit'");
  CHECK(books::says(office.differences(), "expected an approved receive_deposit to name its transaction but it names none"));
  office.owner().lease()->execute("UPDATE receivables_proposal SET kind = 'instalment_plan' WHERE kind = 'receive_deposit'");
  CHECK(books::says(office.differences(), "expected an instalment plan exactly where it is approved"));
}

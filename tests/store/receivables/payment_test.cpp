// Money comes in and goes back: what the books hold after each step, to the fen.
#include <catch2/catch.hpp>

#include <thread>

#include "tests/store/receivables/books.hpp"

using namespace mis;
using books::Books;
using books::day;
using receivables::PaymentOutcome;

namespace {

constexpr BillingMonth kSeptember{202609}, kOctober{202610};

struct OneStatement { const char *what, *statement, *found; };

// Account 11 owes 100 yuan since 12 October and 50 yuan since 12 November; account 12 owes 80 yuan since 12 November.
class TwoMonths : public Books {
 public:
  TwoMonths() {
    REQUIRE(issue(kSeptember, "2026-10-02", {{11, 10'000}}));
    REQUIRE(issue(kOctober, "2026-11-02", {{11, 5'000}, {12, 8'000}}));
  }
  std::string code_of(const receivables::Payment& p) {
    auto result = pay(p);
    return result ? "" : result.error().code;
  }
};

}  // namespace

TEST_CASE("a payment of exactly what is due settles the bills and their late charges") {
  TwoMonths books;
  CHECK(books.due(11, "2026-11-22").due() == Money{15'510});  // 4.10 for 41 days, and at least one yuan
  auto paid = books.pay(books.payment(11, 15'510, "2026-11-22"));
  REQUIRE(paid);
  CHECK(paid->advance == Money{0});
  CHECK(books.postings_of(11) == std::vector<std::string>{"1122 10000", "6001 -10000", "1122 5000", "6001 -5000", "1001 15510", "1122 -10000", "6301 -410", "1122 -5000", "6301 -100"});
  CHECK(books.due(11, "2026-12-31").due() == Money{0});
  CHECK(books.differences().empty());
}

TEST_CASE("a part of a bill, then the rest: late charges run on what is left") {
  TwoMonths books;
  REQUIRE(books.pay(books.payment(11, 4'410, "2026-11-22")));  // 4.10 late, 40.00 of the September bill
  auto due = books.due(11, "2026-12-02");
  CHECK(due.principal == Money{11'000});
  CHECK(due.late == Money{60 + 100});  // 10 days on 60.00; 20 days on 50.00 make a yuan
  REQUIRE(books.pay(books.payment(11, 11'160, "2026-12-02")));
  CHECK(books.due(11, "2027-01-01").due() == Money{0});
  CHECK(books.differences().empty());
}

TEST_CASE("what no bill takes is an advance, and the next bill is paid from it at issue") {
  TwoMonths books;
  auto paid = books.pay(books.payment(12, 10'000, "2026-11-05"));
  REQUIRE(paid);
  CHECK(paid->advance == Money{2'000});
  CHECK(books.due(12, "2026-11-05").advance == Money{2'000});
  REQUIRE(books.issue({202611}, "2026-12-02", {{12, 1'500}}));
  const auto due = books.due(12, "2026-12-02");
  CHECK(due.due() == Money{0});
  CHECK(due.advance == Money{500});
  REQUIRE(books.issue({202612}, "2027-01-02", {{12, 1'500}}));
  CHECK(books.due(12, "2027-01-02").due() == Money{1'000});
  CHECK(books.due(12, "2027-01-02").advance == Money{0});
  CHECK(books.differences().empty());
}

TEST_CASE("the bank's business day ends the late charge, not the day on which we hear of it") {
  TwoMonths books;
  auto p = books.payment(12, 8'000, "2026-11-15");
  p.value_on = day("2026-11-12");
  REQUIRE(books.pay(p));
  CHECK(books.due(12, "2026-12-31").due() == Money{0});
  CHECK(books.differences().empty());
}

TEST_CASE("a payment that the bank had before another one counts from its own day") {
  TwoMonths books;
  REQUIRE(books.pay(books.payment(12, 1'000, "2026-12-12")));  // 30 days on 80.00: 2.40 late, 7.60 of the bill
  auto earlier = books.payment(12, 4'000, "2026-12-13");
  earlier.value_on = day("2026-11-12");
  auto paid = books.pay(earlier);
  REQUIRE(paid);
  CHECK(paid->allocations.at(0).late == Money{0});  // on that day there was none
  // 40.00 came in time: only 40.00 was ever late, 1.20 for 30 days; 2.40 has been paid.
  const auto due = books.due(12, "2026-12-12");
  CHECK(due.principal == Money{8'000 - 760 - 4'000});
  CHECK(due.late == Money{0});
  CHECK(due.advance == Money{240 - 123});  // with the day after on the 32.40 that are left
  CHECK(books.differences().empty());
}

TEST_CASE("only the bills asked for are paid, in the order asked for") {
  TwoMonths books;
  auto p = books.payment(11, 5'000, "2026-11-05");
  p.bills = {{{11}, kOctober, 1}};
  REQUIRE(books.pay(p));
  const auto due = books.due(11, "2026-11-05");
  REQUIRE(due.items.size() == 1);
  CHECK(due.items[0].bill.month == kSeptember);
  auto again = books.payment(11, 5'000, "2026-11-05");
  again.bills = {{{11}, kOctober, 1}};
  CHECK(books.code_of(again) == "receivables.not_open");
  CHECK(books.differences().empty());
}

TEST_CASE("what is wrong with a payment is said, and nothing is taken") {
  TwoMonths books;
  const auto rows = [&] { return books.number("SELECT (SELECT COUNT(*) FROM receivables_payment) + (SELECT COUNT(*) FROM ledger_posting) + (SELECT COUNT(*) FROM ledger_transaction)"); };
  const auto before = rows();
  const auto refused = [&](const char* code, const std::function<void(receivables::Payment&)>& spoil) {
    auto p = books.payment(11, 100, "2026-11-05");
    spoil(p);
    CHECK(books.code_of(p) == code);
  };
  refused("receivables.bad_amount", [](auto& p) { p.amount = {0}; });
  refused("receivables.bad_amount", [](auto& p) { p.amount = {-1}; });
  refused("receivables.bad_amount", [](auto& p) { p.amount = {9'007'199'254'740'993}; });
  refused("receivables.bad_reference", [](auto& p) { p.reference = ""; });
  refused("receivables.bad_reference", [](auto& p) { p.reference = "with blank"; });
  refused("receivables.bad_reference", [](auto& p) { p.reference = std::string(65, 'x'); });
  refused("receivables.value_date", [](auto& p) { p.value_on = p.posted_on + 1; });
  refused("receivables.no_account", [](auto& p) { p.account = {999}; });
  CHECK(rows() == before);
  CHECK(books.differences().empty());
}

TEST_CASE("a reference is paid once, also where two come at the same moment") {
  TwoMonths books;
  const auto p = books.payment(11, 1'000, "2026-11-05");
  std::atomic<int> taken{0}, refused{0};
  std::vector<std::jthread> hands;
  for (int i = 0; i < 8; ++i)
    hands.emplace_back([&] {
      auto result = books.pay(p);
      if (result) ++taken;
      else if (result.error().code == "receivables.paid_already") ++refused;
    });
  hands.clear();
  CHECK(taken == 1);
  CHECK(refused == 7);
  CHECK(books.due(11, "2026-11-05").principal == Money{14'000 + 240});  // 24 days on 100.00 of September
  CHECK(books.differences().empty());
}

TEST_CASE("many pay many accounts at once: every fen is there once") {
  TwoMonths books;
  constexpr int kHands = 8, kEach = 25;
  std::atomic<int> failed{0};
  std::vector<std::vector<receivables::Payment>> payments(kHands);
  for (int hand = 0; hand < kHands; ++hand)
    for (int i = 0; i < kEach; ++i) payments[static_cast<std::size_t>(hand)].push_back(books.payment(11 + (hand + i) % 4, 100 + hand, "2026-11-05"));
  {
    std::vector<std::jthread> hands;
    for (const auto& list : payments)
      hands.emplace_back([&] {
        for (const auto& p : list)
          if (!books.pay(p)) ++failed;
      });
  }
  CHECK(failed == 0);
  CHECK(books.number("SELECT COUNT(*) FROM receivables_payment") == kHands * kEach);
  CHECK(books.number("SELECT CAST(SUM(amount_fen) AS SIGNED) FROM ledger_posting WHERE ledger_account = 6") == 25 * (8 * 100 + 28));
  CHECK(books.differences().empty());
}

TEST_CASE("a payment taken back leaves the bills as though it had never come") {
  TwoMonths books;
  const auto before = books.due(11, "2026-12-20");
  auto paid = books.pay(books.payment(11, 12'000, "2026-11-22"));
  REQUIRE(paid);
  REQUIRE(books.take_back(paid->id, "2026-11-25"));
  const auto after = books.due(11, "2026-12-20");
  CHECK(after.principal == before.principal);
  CHECK(after.late == before.late);
  CHECK(after.advance == Money{0});
  auto again = books.take_back(paid->id, "2026-11-25");
  REQUIRE_FALSE(again);
  CHECK(again.error().code == "receivables.reversed_already");
  CHECK(books.take_back({123'456'789}, "2026-11-25").error().code == "receivables.no_payment");
  CHECK(books.number("SELECT CAST(SUM(amount_fen) AS SIGNED) FROM ledger_posting WHERE ledger_account = 6") == 0);
  CHECK(books.differences().empty());
}

TEST_CASE("an advance that has paid a bill already comes back from it") {
  TwoMonths books;
  auto first = books.pay(books.payment(12, 8'000 + 1'000, "2026-11-05"));
  auto second = books.pay(books.payment(12, 2'000, "2026-11-06"));
  REQUIRE(second);
  REQUIRE(books.issue({202611}, "2026-12-02", {{12, 2'500}}));  // 25.00 of the 30.00 in advance
  REQUIRE(books.take_back(second->id, "2026-12-05"));
  // 10.00 of advance are left for a bill of 25.00.
  const auto due = books.due(12, "2026-12-05");
  CHECK(due.principal == Money{1'500});
  CHECK(due.advance == Money{0});
  CHECK(books.differences().empty());
  REQUIRE(books.take_back(first->id, "2026-12-05"));
  CHECK(books.due(12, "2026-12-05").principal == Money{10'500});
  CHECK(books.differences().empty());
}

TEST_CASE("what others had paid in advance in time is not late because one payment bounced") {
  TwoMonths books;
  REQUIRE(books.pay(books.payment(12, 8'000 + 10'000, "2026-11-05")));
  auto bounced = books.pay(books.payment(12, 5'000, "2026-11-06"));
  REQUIRE(books.issue({202611}, "2026-12-02", {{12, 15'000}}));  // due on 12 December; both advances pay it at once
  REQUIRE(books.due(12, "2026-12-02").due() == Money{0});
  REQUIRE(books.take_back(bounced->id, "2027-02-10"));
  // 100.00 was there in time: sixty days of 50.00, not of 150.00.
  const auto due = books.due(12, "2027-02-10");
  CHECK(due.principal == Money{5'000});
  CHECK(due.late == Money{300});
  CHECK(books.differences().empty());
}

TEST_CASE("a bill that is named twice is refused: its money would be nobody's") {
  TwoMonths books;
  auto p = books.payment(11, 10'000, "2026-11-05");
  p.bills = {{{11}, kOctober, 1}, {{11}, kOctober, 1}};
  CHECK(books.code_of(p) == "receivables.bill_twice");
  CHECK(books.due(11, "2026-10-12").principal == Money{15'000});
  CHECK(books.differences().empty());
}

TEST_CASE("the order in which debts are paid is the utility's choice") {
  TwoMonths books;
  books.owner().lease()->execute("UPDATE receivables_setting SET value = 'all_principal_first' WHERE name = 'allocation_order'");
  REQUIRE(books.pay(books.payment(11, 15'000, "2026-11-22")));
  const auto due = books.due(11, "2026-11-22");
  CHECK(due.principal == Money{0});
  CHECK(due.late == Money{510});
  CHECK(books.due(11, "2027-11-22").late == Money{510});  // what is paid runs on no more
  REQUIRE(books.pay(books.payment(11, 510, "2026-11-23")));
  CHECK(books.due(11, "2026-11-23").items.empty());
  CHECK(books.differences().empty());
}

TEST_CASE("nothing is posted to a month that is closed, and closing waits for its turn") {
  TwoMonths books;
  const auto close = [&](BillingMonth month, const char* today) {
    auto status = books.app().transact([&](db::Session& s) { return ledger::close_period(s, month, day(today), Books::at(today), books::kSupervisor); });
    return status ? std::string() : status.error().code;
  };
  CHECK(close({202611}, "2026-11-30") == "ledger.period_not_over");
  CHECK(close({202611}, "2026-12-01") == "ledger.earlier_open");
  CHECK(close({202610}, "2026-12-01") == "");
  CHECK(close({202610}, "2026-12-01") == "ledger.period_state");
  CHECK(close({202609}, "2026-12-01") == "ledger.no_period");
  CHECK(close({202611}, "2026-12-01") == "");
  CHECK(books.code_of(books.payment(11, 100, "2026-11-30")) == "ledger.period_closed");
  CHECK(books.code_of(books.payment(11, 100, "2026-12-01")) == "");
  CHECK(books.differences().empty());
  auto trial = ledger::trial_balance(*books.app().lease(), std::nullopt);
  Money debit, credit;
  for (const auto& line : trial) {
    debit += line.debit;
    credit += line.credit;
  }
  CHECK(debit == Money{10'000 + 13'000 + 100});
  CHECK(debit == credit);

  books.owner().lease()->execute("UPDATE ledger_period_balance SET debit_fen = debit_fen + 1 WHERE accounting_month = 202610 AND ledger_account = 1");
  CHECK(books::says(books.differences(), "closed month 2026-10, ledger account 1: expected 10001 fen of debit"));
  REQUIRE(books.app().transact([&](db::Session& s) { return ledger::reopen_period(s, {202611}, Books::at("2026-12-02"), books::kSupervisor); }));
  CHECK(books.code_of(books.payment(11, 100, "2026-11-30")) == "");
}

TEST_CASE("a month whose row is made ahead is none that anybody sees or has to close before its first posting") {
  TwoMonths books;
  REQUIRE(books.app().transact([&](db::Session& s) -> Status {
    ledger::make_periods(s, {202609}, {202703}, Books::at("2026-09-01"));
    ledger::make_periods(s, {202609}, {202703}, Books::at("2026-09-02"));  // there already
    return ok();
  }));
  CHECK(books.number("SELECT COUNT(*) FROM ledger_period") == 7);
  const auto shown = [&] {
    std::vector<int> months;
    for (const auto& period : ledger::periods(*books.app().lease())) months.push_back(period.month.yyyymm);
    return months;
  };
  CHECK(shown() == std::vector<int>{202611, 202610});
  const auto close = [&](BillingMonth month) {
    auto status = books.app().transact([&](db::Session& s) { return ledger::close_period(s, month, day("2027-04-01"), Books::at("2027-04-01"), books::kSupervisor); });
    return status ? std::string() : status.error().code;
  };
  CHECK(close({202609}) == "ledger.no_period");
  CHECK(close({202612}) == "ledger.no_period");
  CHECK(close({202611}) == "ledger.earlier_open");
  CHECK(close({202610}) == "");
  CHECK(close({202611}) == "");
  CHECK(books.code_of(books.payment(11, 100, "2027-01-05")) == "");
  CHECK(shown() == std::vector<int>{202701, 202611, 202610});
  CHECK(close({202701}) == "");  // December had nothing
  REQUIRE(books.app().transact([&](db::Session& s) -> Status {
    ledger::make_periods(s, {202610}, {202703}, Books::at("2027-01-06"));
    return ok();
  }));
  CHECK(books.code_of(books.payment(11, 100, "2027-01-06")) == "ledger.period_closed");  // a closed month stays so
  CHECK(books.differences().empty());
}

TEST_CASE("the first postings of a new month do not wait for each other where its row is there already") {
  TwoMonths books;
  REQUIRE(books.app().transact([&](db::Session& s) -> Status {
    ledger::make_periods(s, {202612}, {202612}, Books::at("2026-11-30"));
    return ok();
  }));
  // Both are open at once: the second one has posted before the first one ends.
  REQUIRE(books.app().transact([&](db::Session& first) -> Status {
    REQUIRE(receivables::pay(books.app(), first, books.payment(11, 100, "2026-12-01")));
    REQUIRE(books.app().transact([&](db::Session& second) { return receivables::pay(books.app(), second, books.payment(12, 100, "2026-12-01")); }));
    return ok();
  }));
  CHECK(books.differences().empty());
}

TEST_CASE("the vouchers of a day hold its postings once, and are the same each time") {
  TwoMonths books;
  auto paid = books.pay(books.payment(11, 12'000, "2026-11-22"));
  REQUIRE(books.pay(books.payment(12, 9'000, "2026-11-22")));
  REQUIRE(books.take_back(paid->id, "2026-11-22"));
  const auto list = ledger::vouchers(*books.app().lease(), day("2026-11-22"));
  REQUIRE(list.size() == 2);
  CHECK(list[0].voucher_no == "20261122-01");
  CHECK(list[0].summary == "收费");
  CHECK(list[0].transactions == 2);
  CHECK(list[1].summary == "收费冲正");
  for (const auto& voucher : list) {
    Money debit, credit;
    for (const auto& line : voucher.lines) {
      debit += line.debit;
      credit += line.credit;
    }
    CHECK(debit == credit);
  }
  CHECK(list[0].lines[0].debit == Money{21'000});
  CHECK(list[1].lines[0].credit == Money{12'000});
  CHECK(ledger::vouchers(*books.app().lease(), day("2026-11-23")).empty());
}

TEST_CASE("a projection that somebody changed is found, and written anew from the ledger") {
  const auto tampering = GENERATE(values<OneStatement>({
      {"an open amount", "UPDATE receivables_open_item SET outstanding_fen = 1 WHERE account_id = 11 AND billing_month = 202609", "bill of account 11 for 2026-09: expected 6400 fen open"},
      {"a late charge paid", "UPDATE receivables_open_item SET late_settled_fen = 99999 WHERE account_id = 11 AND billing_month = 202609", "bill of account 11 for 2026-09"},
      {"a paid bill called open", "INSERT INTO receivables_open_item (account_id, billing_month, revision, org_id, category, amount_fen, due_on, outstanding_fen, late_to) "
                                  "SELECT account_id, billing_month, revision, org_id, category, amount_fen, due_on, 1, due_on FROM receivables_receivable WHERE account_id = 12 AND billing_month = 202610",
       "bill of account 12 for 2026-10: expected 0 fen open"},
      {"a debt deleted", "DELETE FROM receivables_open_item WHERE account_id = 11 AND billing_month = 202610", "bill of account 11 for 2026-10: expected 5000 fen open"},
      {"an advance", "UPDATE receivables_account SET advance_fen = 5 WHERE account_id = 12", "account 12: expected 1000 fen in advance and 0 as a deposit but found 5 and 0"},
      {"an account deleted", "DELETE FROM receivables_account WHERE account_id = 12", "account 12: expected 1000 fen in advance"},
  }));
  INFO(tampering.what);
  TwoMonths books;
  REQUIRE(books.pay(books.payment(11, 4'010, "2026-11-22")));
  REQUIRE(books.pay(books.payment(12, 9'000, "2026-11-10")));
  REQUIRE(books.differences().empty());
  const auto due = books.due(11, "2026-12-22").due();
  books.owner().lease()->execute(tampering.statement);
  CHECK(books::says(books.differences(), tampering.found));
  CHECK_FALSE(books.differences(true).empty());
  CHECK(books.differences().empty());
  CHECK(books.due(11, "2026-12-22").due() == due);
  CHECK(books.due(12, "2026-12-22").advance == Money{1'000});
}

TEST_CASE("whoever changes payments with the owner's rights is found out") {
  const auto tampering = GENERATE(values<OneStatement>({
      {"a payment's amount", "UPDATE receivables_payment SET amount_fen = 1 WHERE account_id = 11", "expected postings of 1 fen"},
      {"a payment deleted", "DELETE FROM receivables_payment WHERE account_id = 11", "expected the payment that it posts but there is none"},
      {"a payment called taken back", "INSERT INTO receivables_payment_reversal SELECT payment_id, 'x', value_on, paid_at, 1, 1, accounting_month, transaction_id FROM receivables_payment WHERE account_id = 11",
       "expected it taken back but the ledger says otherwise"},
      {"a reversal forgotten", "DELETE FROM ledger_reversal", "expected a reversal to name what it reverses but it names nothing"},
      {"a head's amount", "UPDATE ledger_transaction SET debit_fen = debit_fen + 7", "expected the heads'"},
      {"cash called revenue", "UPDATE ledger_posting SET ledger_account = 2 WHERE account_id = 11 AND ledger_account = 6", "template payment: expected no debit of ledger account 2 but found 1 postings"},
      {"two heads' amounts against each other", "UPDATE ledger_transaction SET debit_fen = debit_fen + IF(template = 2 AND debit_fen = 4010, 7, IF(template = 2, -7, 0))",
       "expected the head's 4017 fen of debit but the postings have 4010"},
      {"a head of another day", "UPDATE ledger_transaction SET posted_on = '2026-11-23' WHERE debit_fen = 4010", "expected its postings to have the head's template and day but they do not"},
      {"a head deleted, and another made", "UPDATE ledger_transaction SET transaction_id = transaction_id + 1000 WHERE debit_fen = 4010", "expected a head but found postings only"},
      {"more in a reversal than in what it reverses",
       "INSERT INTO ledger_posting SELECT accounting_month, transaction_id, line_no + 100, account_id, ledger_account, amount_fen, billing_month, revision, template, posted_on, subject_id FROM ledger_posting "
       "WHERE template = -2", "expected as many postings as what it reverses has"},
      {"a reversal for somebody else", "UPDATE ledger_posting SET account_id = 13 WHERE template = -2", "expected its reversal to mirror it but it does not"},
  }));
  INFO(tampering.what);
  TwoMonths books;
  REQUIRE(books.pay(books.payment(11, 4'010, "2026-11-22")));
  auto taken = books.pay(books.payment(12, 9'000, "2026-11-10"));
  REQUIRE(books.take_back(taken->id, "2026-11-12"));
  REQUIRE(books.differences().empty());
  CHECK(books.owner().lease()->execute(tampering.statement) > 0);
  const auto differences = books.differences();
  INFO((differences.empty() ? "nothing was found" : differences.front()));
  CHECK(books::says(differences, tampering.found));
}

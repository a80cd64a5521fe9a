// A late charge that was taken and turns out too high, because money that we hear of later was there earlier, comes back.
#include <catch2/catch.hpp>

#include "modules/receivables/statement.hpp"
#include "tests/store/receivables/office.hpp"

using namespace mis;
using namespace mis::receivables;
using books::day;
using books::Office;
using nlohmann::json;

namespace {

// Account 12 owes 80 yuan since 12 November. 10.00 come on 12 December: 2.40 of late charge for 30 days, 7.60 of the bill. A day later
// we hear of 40.00 that the bank had on 12 November.
class LateNews : public Office {
 public:
  LateNews() {
    auto first = pay(payment(12, 1'000, "2026-12-12"));
    REQUIRE(first);
    taken = first->id;
    auto p = payment(12, 4'000, "2026-12-13");
    p.value_on = day("2026-11-12");
    auto second = pay(p);
    REQUIRE(second);
    late = second->id;
  }
  std::int64_t late_income() { return number("SELECT CAST(COALESCE(-SUM(amount_fen), 0) AS SIGNED) FROM ledger_posting WHERE ledger_account = 10"); }
  PaymentId taken, late;
};

struct OneStatement { const char *what, *statement, *found; };

}  // namespace

TEST_CASE("what was too much of a late charge is an advance as soon as the earlier money is known") {
  LateNews books;
  // Only 40.00 was ever late: 1.20 for 30 days, and 3 fen for the day after on the 32.40 that are left.
  CHECK(books.late_income() == 123);
  const auto due = books.due(12, "2026-12-13");
  CHECK(due.principal == Money{3'240});
  CHECK(due.late == Money{0});
  CHECK(due.advance == Money{117});
  CHECK(books.due(12, "2026-12-14").late == Money{3});  // and it runs on as though that alone had been taken
  CHECK(books.postings_of(12) == std::vector<std::string>{"1122 8000", "6001 -8000", "1001 1000", "1122 -760", "6301 -240", "1001 4000", "1122 -4000", "6301 117", "2203 -117"});
  CHECK(books.differences().empty());
}

TEST_CASE("a statement tells of the late charge that came back, and adds up") {
  LateNews books;
  const auto statement = read_statement(*books.app().lease(), {12}, books.account_no(12), day("2026-11-01"), day("2026-12-31"));
  REQUIRE(statement.rows.size() == 5);  // the bill, the late charge, two payments, what came back
  const auto& row = statement.rows.back();
  CHECK(row.what == "违约金退回");
  CHECK(row.what_en == "Late charge returned");
  CHECK(row.reference == books.bill_no(12, 202610));
  CHECK(row.debit == Money{0});
  CHECK(row.credit == Money{117});
  CHECK(statement.closing == Money{3'240 - 117});
}

TEST_CASE("what came back goes with the money that had been there earlier") {
  LateNews books;
  REQUIRE(books.take_back(books.late, "2026-12-15"));
  const auto due = books.due(12, "2026-12-15");
  CHECK(due.principal == Money{7'240});
  CHECK(due.advance == Money{0});
  CHECK(due.late == Money{22});  // three days on 72.40; the 2.40 of before are paid again
  CHECK(books.late_income() == 240);
  const auto statement = read_statement(*books.app().lease(), {12}, books.account_no(12), day("2026-11-01"), day("2026-12-31"));
  CHECK(statement.closing == Money{7'240});
  CHECK(statement.rows.back().what == "违约金退回冲正");
  CHECK(statement.rows.back().debit == Money{117});
  CHECK(books.differences().empty());
}

TEST_CASE("nobody keeps back what the payment that is taken back had paid") {
  LateNews books;
  REQUIRE(books.take_back(books.taken, "2026-12-15"));
  const auto due = books.due(12, "2026-12-15");
  CHECK(due.principal == Money{4'000});
  CHECK(due.advance == Money{0});
  CHECK(due.late == Money{132});  // 33 days on the 40.00 that were late
  CHECK(books.late_income() == 0);
  CHECK(books.differences().empty());
}

TEST_CASE("what came back and has paid another bill meanwhile comes back from there") {
  LateNews books;
  REQUIRE(books.issue({202611}, "2027-01-02", {{12, 1'000}}));  // the 1.17 are used
  CHECK(books.due(12, "2027-01-02").advance == Money{0});
  REQUIRE(books.take_back(books.late, "2027-01-03"));
  CHECK(books.due(12, "2027-01-03").advance == Money{0});
  CHECK(books.due(12, "2027-01-03").principal == Money{7'240 + 1'000});
  CHECK(books.differences().empty());
}

TEST_CASE("what came back and was paid out cannot be taken back") {
  LateNews books;
  REQUIRE(books.pay(books.payment(12, 3'240 + 3, "2026-12-14")));
  REQUIRE(books.done(ProposalKind::kRefundAdvance, 12, {{"amount", "1.17"}, {"bank_account_name", "王芳"}, {"bank_account_no", "62220"}}, "2026-12-14") == "");
  auto taken = books.take_back(books.late, "2026-12-15");
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == "receivables.advance_gone");
  CHECK(books.due(12, "2026-12-15").due() == Money{0});
  CHECK(books.differences().empty());
}

TEST_CASE("never more comes back than was paid: what was waived stays waived") {
  Office books;
  REQUIRE(books.done(ProposalKind::kWaiveLate, 12, {{"bills", json::array({{{"bill_no", books.bill_no(12, 202610)}, {"amount", "2.00"}}})}}, "2026-12-12") == "");
  REQUIRE(books.pay(books.payment(12, 1'000, "2026-12-12")));  // 0.40 of late charge
  auto p = books.payment(12, 4'000, "2026-12-13");
  p.value_on = day("2026-11-12");
  REQUIRE(books.pay(p));
  CHECK(books.due(12, "2026-12-13").advance == Money{40});
  CHECK(books.differences().empty());
}

TEST_CASE("a late charge that alone was paid comes back too, in a file of many payments as well") {
  Office books;
  auto first = books.payment(12, 240, "2026-12-12");  // the late charge and nothing of the bill
  auto second = books.payment(12, 8'000, "2026-12-13");
  second.value_on = day("2026-11-20");
  auto third = books.payment(11, 100, "2026-12-13");
  const std::vector<Payment> all{first, second, third};
  auto paid = books.app().transact([&](db::Session& s) { return pay_all(books.app(), s, all); });
  REQUIRE(paid);
  // Eight days on 80.00 are 0.64, so a yuan; the bill is paid.
  CHECK(books.due(12, "2026-12-13").due() == Money{0});
  CHECK(books.due(12, "2026-12-13").advance == Money{140});
  CHECK(books.differences().empty());
  REQUIRE(books.take_back((*paid)[1].id, "2026-12-13"));
  CHECK(books.due(12, "2026-12-13").advance == Money{0});
  CHECK(books.differences().empty());
}

TEST_CASE("what was paid for days after an instalment plan's stop comes back") {
  Office books;
  const json instalments = {{{"due_on", "2027-01-10"}, {"amount", "82.40"}}};
  auto proposal = books.propose(ProposalKind::kInstalmentPlan, 12, {{"instalments", instalments}}, "2026-12-12");
  REQUIRE(proposal);
  REQUIRE(books.pay(books.payment(12, 256, "2026-12-14")));  // two more days: 16 fen
  auto approved = books.approve(proposal->id, "2026-12-14");
  // 2.40 of what the plan was about are paid meanwhile: its sum does not fit any more.
  CHECK(books::code_of(approved) == "receivables.plan_sum");
  auto again = books.propose(ProposalKind::kInstalmentPlan, 12, {{"instalments", {{{"due_on", "2027-01-10"}, {"amount", "80.00"}}}}}, "2026-12-14");
  REQUIRE(again);
  REQUIRE(books.approve(again->id, "2026-12-14"));
  CHECK(books.differences().empty());
}

TEST_CASE("who paid late at the counter what the bank had in time gets the late charge back") {
  Office books;
  const auto late_income = [&] { return books.number("SELECT CAST(COALESCE(-SUM(amount_fen), 0) AS SIGNED) FROM ledger_posting WHERE ledger_account = 10"); };
  auto counter = books.pay(books.payment(12, 8'240, "2026-12-12"));
  REQUIRE(counter);
  auto p = books.payment(12, 8'000, "2026-12-13");
  p.value_on = day("2026-11-12");
  SECTION("all of it") {
    auto bank = books.pay(p);
    REQUIRE(bank);
    CHECK(bank->advance == Money{8'000});
    CHECK(books.due(12, "2026-12-13").due() == Money{0});
    CHECK(books.due(12, "2026-12-13").advance == Money{8'240});
    CHECK(late_income() == 0);
    CHECK(books.differences().empty());
    SECTION("and gives it again where the bank takes its money back") {
      REQUIRE(books.take_back(bank->id, "2026-12-15"));
      CHECK(books.due(12, "2026-12-15").advance == Money{0});
      CHECK(late_income() == 240);
    }
    SECTION("and where the counter's payment bounced, the bank's has paid in time") {
      REQUIRE(books.take_back(counter->id, "2026-12-15"));
      CHECK(books.due(12, "2027-03-01").due() == Money{0});
      CHECK(books.due(12, "2026-12-15").advance == Money{0});
      CHECK(late_income() == 0);
    }
  }
  SECTION("a part of it") {
    p.amount = {4'000};
    REQUIRE(books.pay(p));
    CHECK(late_income() == 120);  // 40.00 were late for 30 days
    auto rest = books.payment(12, 9'000, "2026-12-14");
    rest.value_on = day("2026-11-22");
    REQUIRE(books.pay(rest));
    CHECK(late_income() == 100);  // the other 40.00 for ten, so a yuan
    CHECK(books.due(12, "2026-12-14").advance == Money{4'000 + 9'000 + 140});
  }
  SECTION("not where it comes as late as the counter's") {
    p.value_on = day("2026-12-12");
    REQUIRE(books.pay(p));
    CHECK(late_income() == 240);
  }
  CHECK(books.differences().empty());
}

TEST_CASE("where only a late charge is open again, it is what it would have been with earlier idle money") {
  Office books;
  auto late = books.pay(books.payment(12, 240, "2026-12-12"));  // the late charge of 30 days and nothing of the bill
  REQUIRE(late);
  REQUIRE(books.pay(books.payment(12, 8'008, "2026-12-13")));  // the bill, and the late charge of another day
  auto idle = books.payment(12, 8'000, "2026-12-14");
  idle.value_on = day("2026-11-12");
  REQUIRE(books.pay(idle));
  CHECK(books.due(12, "2026-12-14").advance == Money{8'248});
  REQUIRE(books.take_back(late->id, "2026-12-15"));
  CHECK(books.due(12, "2026-12-15").principal == Money{0});
  CHECK(books.due(12, "2027-03-01").late == Money{0});
  CHECK(books.due(12, "2026-12-15").advance == Money{8'008});  // nothing is kept of the other day's 8 fen either
  CHECK(books.differences().empty());
}

TEST_CASE("where a payment bounces, each part of the advance counts from its own day and no earlier") {
  Office books;
  auto counter = books.pay(books.payment(12, 8'240, "2026-12-12"));
  REQUIRE(counter);
  SECTION("a little that was there in time dates nothing else back") {
    auto little = books.payment(12, 100, "2026-12-13");
    little.value_on = day("2026-11-12");
    REQUIRE(books.pay(little));
    CHECK(books.due(12, "2026-12-13").advance == Money{103});
    REQUIRE(books.pay(books.payment(12, 8'000, "2026-12-14")));
    REQUIRE(books.take_back(counter->id, "2026-12-15"));
    // 79.00 for the 32 days up to 14 December are 2.53: the late charge and 77.47 of the bill were paid on that day.
    CHECK(books.due(12, "2026-12-15").principal == Money{153});
    CHECK(books.due(12, "2026-12-15").advance == Money{0});
    CHECK(books.due(12, "2026-12-14").late == Money{0});
    CHECK(books.number("SELECT CAST(-SUM(amount_fen) AS SIGNED) FROM ledger_standing_posting WHERE ledger_account = 10") == 253);
  }
  SECTION("money of two days") {
    auto first = books.payment(12, 3'000, "2026-12-13");
    first.value_on = day("2026-11-12");
    REQUIRE(books.pay(first));
    auto second = books.payment(12, 5'000, "2026-12-13");
    second.value_on = day("2026-11-22");
    REQUIRE(books.pay(second));
    CHECK(books.due(12, "2026-12-13").advance == Money{8'000 + 140});  // 50.00 for ten days, so a yuan is kept
    REQUIRE(books.take_back(counter->id, "2026-12-15"));
    // The late charge of a yuan is paid first, so a yuan of the bill is left; nobody owed more.
    CHECK(books.due(12, "2026-12-15").principal == Money{100});
    CHECK(books.number("SELECT CAST(-SUM(amount_fen) AS SIGNED) FROM ledger_standing_posting WHERE ledger_account = 10") == 100);
  }
  SECTION("what was refunded is what was there first") {
    REQUIRE(books.pay(books.payment(12, 1'000, "2026-12-14")));
    REQUIRE(books.pay(books.payment(12, 2'000, "2026-12-16")));
    REQUIRE(books.done(ProposalKind::kRefundAdvance, 12, {{"amount", "15.00"}, {"bank_account_name", "王芳"}, {"bank_account_no", "62220"}}, "2026-12-17") == "");
    REQUIRE(books.take_back(counter->id, "2026-12-18"));
    // 34 days until 15.00 of the 16th: 2.72.
    CHECK(books.due(12, "2026-12-16").principal == Money{8'000 - 1'500 + 272});
    CHECK(books.due(12, "2026-12-18").advance == Money{0});
  }
  CHECK(books.differences().empty());
}

TEST_CASE("a late charge that is open yet is what it would have been with idle money") {
  Office books;
  REQUIRE(books.app().transact([&](db::Session& s) -> Status {
    s.execute("INSERT INTO receivables_setting (name, value, changed_at) VALUES ('allocation_order', 'principal_first', UTC_TIMESTAMP(6)) ON DUPLICATE KEY UPDATE value = 'principal_first'");
    return ok();
  }));
  const auto late_income = [&] { return books.number("SELECT CAST(COALESCE(-SUM(amount_fen), 0) AS SIGNED) FROM ledger_posting WHERE ledger_account = 10"); };
  auto counter = books.pay(books.payment(12, 8'000, "2026-12-12"));
  REQUIRE(counter);
  CHECK(books.due(12, "2026-12-13").late == Money{240});
  auto p = books.payment(12, 8'000, "2026-12-13");
  p.value_on = day("2026-11-12");
  SECTION("all of it") {
    auto bank = books.pay(p);
    REQUIRE(bank);
    CHECK(books.due(12, "2026-12-13").late == Money{0});
    CHECK(books.due(12, "2026-12-13").advance == Money{8'000});
    CHECK(late_income() == 0);
    SECTION("and is open again where the money is taken back") {
      REQUIRE(books.take_back(bank->id, "2026-12-15"));
      CHECK(books.due(12, "2026-12-15").late == Money{240});
      CHECK(books.due(12, "2026-12-15").advance == Money{0});
      CHECK(late_income() == 0);
    }
  }
  SECTION("a part of it") {
    p.amount = {4'000};
    REQUIRE(books.pay(p));
    CHECK(books.due(12, "2026-12-13").late == Money{0});
    CHECK(books.due(12, "2026-12-13").advance == Money{4'000 - 120});
    CHECK(late_income() == 120);
  }
  SECTION("where the same file brings two") {
    p.amount = {4'000};
    auto second = books.payment(12, 4'000, "2026-12-13");
    second.value_on = day("2026-11-22");
    const std::vector<Payment> both{p, second};
    REQUIRE(books.app().transact([&](db::Session& s) { return pay_all(books.app(), s, both); }));
    CHECK(books.due(12, "2026-12-13").late == Money{0});
    CHECK(books.due(12, "2026-12-13").advance == Money{8'000 - 100});
    CHECK(late_income() == 100);  // 40.00 for ten days, so a yuan
  }
  CHECK(books.differences().empty());
}

TEST_CASE("what other idle money had earned is worked out again where a payment is taken back") {
  Office books;
  const auto late_income = [&] { return books.number("SELECT CAST(COALESCE(-SUM(amount_fen), 0) AS SIGNED) FROM ledger_posting WHERE ledger_account = 10"); };
  const auto idle = [&](int amount_fen, const char* value_on, const char* on) {
    auto p = books.payment(12, amount_fen, on);
    p.value_on = day(value_on);
    auto paid = books.pay(p);
    REQUIRE(paid);
    CHECK(paid->advance == Money{amount_fen});
    return paid->id;
  };
  auto counter = books.pay(books.payment(12, 8'240, "2026-12-12"));
  REQUIRE(counter);
  SECTION("what came second stands alone now") {
    const auto first = idle(4'000, "2026-11-12", "2026-12-13");
    CHECK(late_income() == 120);
    idle(4'000, "2026-11-22", "2026-12-14");
    CHECK(late_income() == 100);
    SECTION("in advance") {
      REQUIRE(books.take_back(first, "2026-12-15"));
      CHECK(late_income() == 80 + 80);  // 80.00 for ten days, 40.00 for twenty more
      CHECK(books.due(12, "2026-12-15").advance == Money{4'000 + 80});
    }
    SECTION("or spent on a later bill") {
      REQUIRE(books.issue({202611}, "2027-01-02", {{12, 8'140}}));
      CHECK(books.due(12, "2027-01-02").advance == Money{0});
      REQUIRE(books.take_back(first, "2027-01-03"));
      CHECK(late_income() == 80 + 80);
      CHECK(books.due(12, "2027-01-03").principal - books.due(12, "2027-01-03").advance == Money{8'140 - 4'000 - 80});
    }
  }
  SECTION("what earned nothing beside the other earns now") {
    const auto first = idle(8'000, "2026-11-12", "2026-12-13");
    idle(8'000, "2026-11-22", "2026-12-14");
    CHECK(late_income() == 0);
    REQUIRE(books.take_back(first, "2026-12-15"));
    CHECK(late_income() == 100);  // ten days are 0.80, so a yuan
    CHECK(books.due(12, "2026-12-15").advance == Money{8'000 + 140});
  }
  CHECK(books.differences().empty());
}

TEST_CASE("what the bill that is open again does not need of idle money makes late charges less still") {
  Office books;
  auto first = books.pay(books.payment(12, 4'000, "2026-11-12"));
  REQUIRE(first);
  REQUIRE(books.pay(books.payment(12, 4'120, "2026-12-12")));  // the other half, and 1.20 of late charge for 30 days
  auto p = books.payment(12, 8'000, "2026-12-13");
  p.value_on = day("2026-11-12");
  auto idle = books.pay(p);
  REQUIRE(idle);
  CHECK(books.due(12, "2026-12-13").advance == Money{8'120});
  REQUIRE(books.take_back(first->id, "2026-12-15"));
  // Half of the bank's money has paid the half that is open again, in time; the other half stands for the counter's.
  CHECK(books.due(12, "2027-03-01").due() == Money{0});
  CHECK(books.due(12, "2026-12-15").advance == Money{4'120});
  CHECK(books.number("SELECT CAST(COALESCE(-SUM(amount_fen), 0) AS SIGNED) FROM ledger_posting WHERE ledger_account = 10") == 0);
  CHECK(books.differences().empty());
  SECTION("and goes with it") {
    REQUIRE(books.take_back(idle->id, "2026-12-16"));
    CHECK(books.due(12, "2026-12-16").principal == Money{4'000});
    CHECK(books.due(12, "2026-12-16").advance == Money{0});
    CHECK(books.differences().empty());
  }
}

TEST_CASE("what is over of a payment that names its bill is idle money as well") {
  Office books;
  REQUIRE(books.issue({202611}, "2026-12-02", {{12, 1'000}}));
  auto counter = books.payment(12, 8'240, "2026-12-12");
  counter.bills = {{{12}, {202610}, 1}};
  REQUIRE(books.pay(counter));
  auto p = books.payment(12, 9'000, "2026-12-13");
  p.value_on = day("2026-11-12");
  p.bills = {{{12}, {202611}, 1}};
  auto paid = books.pay(p);
  REQUIRE(paid);
  CHECK(paid->advance == Money{8'000});
  CHECK(books.due(12, "2026-12-13").advance == Money{8'240});
  CHECK(books.differences().empty());
}

TEST_CASE("a late charge that should have come back is found, and so is one without its record") {
  const auto tampering = GENERATE(values<OneStatement>({
      {"its record is gone", "DELETE FROM receivables_late_return", "expected the record of a late charge that came back but there is none"},
      {"its postings are gone", "DELETE p FROM ledger_posting p WHERE p.template = 17", "expected the postings of a late charge that came back but there are none"},
      {"it was for another bill", "UPDATE ledger_posting SET amount_fen = amount_fen * 3 WHERE template = 17", "fen of late charge to be kept but found -111"},
  }));
  INFO(tampering.what);
  LateNews books;
  REQUIRE(books.differences().empty());
  CHECK(books.owner().lease()->execute(tampering.statement) > 0);
  CHECK(books::says(books.differences(), tampering.found));
}

TEST_CASE("what came back for idle money is looked at by the bill that its record names") {
  const auto tampering = GENERATE(values<OneStatement>({
      {"more came back than was paid", "UPDATE ledger_posting SET amount_fen = amount_fen * 3 WHERE template = 17", "expected 0 fen of late charge to be kept but found -480"},
      {"its record names another bill", "UPDATE receivables_late_return SET billing_month = 202609", "bill of account 12 for 2026-09: expected 0 fen of late charge to be kept but found -240"},
      {"its cause was taken back alone", "INSERT INTO ledger_reversal SELECT cause_accounting_month, cause_transaction_id, 209901, 1 FROM receivables_late_return", "that caused it, for that was taken back, but it stands"},
  }));
  INFO(tampering.what);
  Office books;
  REQUIRE(books.pay(books.payment(12, 8'240, "2026-12-12")));
  auto idle = books.payment(12, 8'000, "2026-12-13");
  idle.value_on = day("2026-11-12");
  REQUIRE(books.pay(idle));
  REQUIRE(books.differences().empty());
  CHECK(books.owner().lease()->execute(tampering.statement) > 0);
  CHECK(books::says(books.differences(), tampering.found));
}

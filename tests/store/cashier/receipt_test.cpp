// Money is taken at the counter: what the receipt says and what the books hold, to the fen.
#include <catch2/catch.hpp>

#include <set>
#include <thread>

#include "tests/store/cashier/counter.hpp"

using namespace mis;
using namespace mis::cashier;
using counter::code_of;
using counter::Counter;

TEST_CASE("a session opens with a float out of the safe, one for each cashier", "[cashier]") {
  Counter counter;
  const auto first = counter.open(20'000);
  REQUIRE(first);
  CHECK(first->no == "X1-20261124-01");
  CHECK(first->open);
  CHECK(counter.ledger_cash(first->id.value) == 20'000);
  CHECK(counter.ledger_cash(kSafe) == -20'000);
  CHECK(counter.money(first->id).drawer.expected()[CounterMethod::kCash] == Money{20'000});

  CHECK(code_of(counter.open(0)) == "cashier.session_open");
  CHECK(counter.open(0, counter::kColleague)->no == "X1-20261124-02");
  CHECK(counter.open(0, counter::kElsewhere, counter::kOtherHall)->no == "X2-20261124-01");
  CHECK(code_of(counter.open(-1, UserId{7})) == "cashier.bad_float");
  CHECK(counter.all_differences().empty());
}

TEST_CASE("two who open a session for the same cashier at once get one", "[cashier]") {
  Counter counter;
  std::vector<std::string> codes(4);
  std::vector<std::thread> threads;
  for (auto& code : codes) threads.emplace_back([&counter, &code] { code = code_of(counter.open(100)); });
  for (auto& thread : threads) thread.join();
  CHECK(std::multiset<std::string>(codes.begin(), codes.end()) == std::multiset<std::string>{"", "cashier.session_open", "cashier.session_open", "cashier.session_open"});
  CHECK(counter.number("SELECT COUNT(*) FROM cashier_session") == 1);
  CHECK(counter.number("SELECT sessions FROM cashier_day WHERE org_id = 2") == 1);
  CHECK(counter.all_differences().empty());
}

TEST_CASE("one receipt for several accounts, with change; what is above what is due becomes an advance", "[cashier]") {
  Counter counter;
  REQUIRE(counter.open(10'000));
  auto take = counter.take({{11, 15'530}, {13, 2'500}});
  take.tendered = Money{20'000};
  const auto taken = counter.receive(take);
  REQUIRE(taken);
  CHECK(taken->receipt_no == "X1-20261124-01-0001");
  CHECK(taken->total == Money{18'030});
  CHECK(taken->change() == Money{1'970});

  const auto read = counter.receipt(taken->receipt_no);
  REQUIRE(read.lines.size() == 2);
  const auto& first = read.lines[0];
  REQUIRE(first.bills.size() == 2);
  CHECK(first.bills[0].month == BillingMonth{202609});
  CHECK(first.bills[0].principal == Money{10'000});
  CHECK(first.bills[0].late == Money{430});  // 43 days of 0.1 % of 100.00
  CHECK(first.bills[1].late == Money{100});  // at least a yuan
  CHECK(first.advance == Money{0});
  CHECK(read.lines[1].advance == Money{395});  // 20.05 and a yuan of late charge
  CHECK(read.lines[1].name == "客户13");
  CHECK(read.tendered == Money{20'000});
  CHECK(read.hall_code == "X1");
  CHECK_FALSE(read.reversal);
  CHECK(counter.due(11, "2026-11-24").due() == Money{0});
  CHECK(counter.due(13, "2026-11-24").advance == Money{395});
  CHECK(counter.ledger_cash(read.session.value) == 28'030);
  CHECK(counter.all_differences().empty());
}

TEST_CASE("card, cheque and QR are money in transit, each under its own subject, and leave the drawer alone", "[cashier]") {
  Counter counter;
  const auto session = *counter.open(10'000);
  REQUIRE(counter.receive({{12, 1'000}}, CounterMethod::kCard));
  REQUIRE(counter.receive({{12, 2'000}}, CounterMethod::kCheque));
  REQUIRE(counter.receive({{12, 3'000}}, CounterMethod::kQr));
  const auto expected = counter.money(session.id).drawer.expected();
  CHECK(expected == MethodSums{{Money{10'000}, Money{1'000}, Money{2'000}, Money{3'000}}});
  CHECK(counter.number("SELECT SUM(amount_fen) FROM ledger_posting WHERE ledger_account = 8 AND subject_id = -1") == 1'000);
  CHECK(counter.number("SELECT SUM(amount_fen) FROM ledger_posting WHERE ledger_account = 8 AND subject_id = -2") == 2'000);
  CHECK(counter.number("SELECT SUM(amount_fen) FROM ledger_posting WHERE ledger_account = 8 AND subject_id = -3") == 3'000);
  CHECK(counter.ledger_cash(session.id.value) == 10'000);
  CHECK(counter.receipt("X1-20261124-01-0001").reference == "slip 4711");
  CHECK(counter.all_differences().empty());
}

TEST_CASE("picked bills are paid and no others", "[cashier]") {
  Counter counter;
  REQUIRE(counter.open(0));
  auto take = counter.take({{11, 5'100}});
  take.lines[0].bills = {{{11}, {202610}, 1}};
  const auto taken = counter.receive(take);
  REQUIRE(taken);
  REQUIRE(taken->lines[0].bills.size() == 1);
  CHECK(taken->lines[0].bills[0].month == BillingMonth{202610});
  CHECK(counter.due(11, "2026-11-24").principal == Money{10'000});
  CHECK(code_of(counter.receive(take)) == "receivables.not_open");
  CHECK(counter.number("SELECT COUNT(*) FROM cashier_receipt") == 1);
}

TEST_CASE("what is wrong with one account leaves the others unpaid and no gap in the numbers", "[cashier]") {
  Counter counter;
  CHECK(code_of(counter.receive({{11, 100}})) == "cashier.no_open_session");
  REQUIRE(counter.open(0));
  REQUIRE(counter.receive({{11, 100}}));
  CHECK(code_of(counter.receive({{11, 100}, {99, 100}})) == "receivables.no_account");
  CHECK(code_of(counter.receive({{11, 100}, {12, 0}})) == "receivables.bad_amount");
  CHECK(code_of(counter.receive({{11, 100}, {12, -1}})) == "receivables.bad_amount");
  auto too_little = counter.take({{11, 100}});
  too_little.tendered = Money{99};
  CHECK(code_of(counter.receive(too_little)) == "cashier.tendered_too_little");
  CHECK(counter.receive({{12, 100}})->receipt_no == "X1-20261124-01-0002");
  CHECK(counter.number("SELECT COUNT(*) FROM receivables_payment") == 2);
  CHECK(counter.all_differences().empty());
}

TEST_CASE("yesterday's session takes no money", "[cashier]") {
  Counter counter;
  REQUIRE(counter.open(0));
  counter.set_day("2026-11-25");
  CHECK(code_of(counter.receive({{11, 100}})) == "cashier.session_of_another_day");
  CHECK(code_of(counter.open(0)) == "cashier.session_open");
}

TEST_CASE("receipts that come at once into one session have numbers without gaps", "[cashier]") {
  Counter counter;
  const auto session = *counter.open(5'000);
  constexpr int kThreads = 4, kEach = 5;
  std::vector<std::thread> threads;
  std::vector<std::string> wrong(kThreads);
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&counter, &wrong, t] {
      for (int i = 0; i < kEach; ++i)
        if (auto taken = counter.receive({{11 + t % 2, 100}, {14 - t % 2, 10}}); !taken) wrong[static_cast<std::size_t>(t)] = taken.error().message;
    });
  for (auto& thread : threads) thread.join();
  CHECK(wrong == std::vector<std::string>(kThreads));
  CHECK(counter.number("SELECT COUNT(*) FROM cashier_receipt") == kThreads * kEach);
  CHECK(counter.number("SELECT MAX(number) FROM cashier_receipt") == kThreads * kEach);
  CHECK(counter.money(session.id).drawer.cash_left() == Money{5'000 + kThreads * kEach * 110});
  CHECK(counter.all_differences().empty());
}

TEST_CASE("prints are counted, also two at once", "[cashier]") {
  Counter counter;
  REQUIRE(counter.open(0));
  const auto no = counter.receive({{11, 100}})->receipt_no;
  const auto print = [&] { return counter.app().transact([&](db::Session& s) { return count_print(s, counter.act(), no, "/%", "roll", "zh"); }); };
  CHECK(*print() == 1);
  int second = 0, third = 0;
  std::thread other([&] { second = *print(); });
  third = *print();
  other.join();
  CHECK(std::set{second, third} == std::set{2, 3});
  CHECK(counter.receipt(no).prints == 3);
  CHECK(code_of(counter.app().transact([&](db::Session& s) { return count_print(s, counter.act(), no, "/1/3/%", "roll", "zh"); })) == "cashier.no_receipt");
}

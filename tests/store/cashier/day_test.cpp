// The day of a hall and of the company is closed.
#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

#include "tests/store/cashier/counter.hpp"

using namespace mis;
using namespace mis::cashier;
using counter::code_of;
using counter::Counter;

namespace {

// Two halls with a session each: 150.00 in cash and 20.00 by card here, of which 30.00 went back; 40.00 in cash there.
class TwoHalls : public Counter {
 public:
  TwoHalls() : here(*open(10'000)), there(*open(0, counter::kElsewhere, counter::kOtherHall)) {
    REQUIRE(receive({{11, 12'000}}));
    const auto wrong = receive({{13, 3'000}});
    REQUIRE(wrong);
    REQUIRE(receive({{12, 2'000}}, CounterMethod::kCard));
    REQUIRE(reverse(wrong->receipt_no)->reversed);
    REQUIRE(receive({{14, 4'000}}, CounterMethod::kCash, counter::kElsewhere));
  }
  MethodTotal total(OrgId hall, CounterMethod method) { return day_state(*app().lease(), hall, act().today()).totals[static_cast<std::size_t>(method)]; }
  SessionRow here, there;
};

}  // namespace

TEST_CASE("a hall's day closes when its sessions are closed and its cash is away", "[cashier]") {
  TwoHalls counter;
  CHECK(code_of(counter.close_hall()) == "cashier.sessions_open");
  REQUIRE(counter.close(counter.here.id, {{10'000, 2}, {1'000, 1}, {500, 2}, {100, 1}}, "1 yuan over"));
  const auto undeposited = counter.close_hall();
  REQUIRE_FALSE(undeposited);
  CHECK(undeposited.error().code == "cashier.undeposited");
  CHECK(undeposited.error().message.find("121.00") != std::string::npos);
  CHECK(counter.number("SELECT COUNT(*) FROM cashier_day_session") == 0);  // a refused close leaves nothing behind
  REQUIRE(counter.deposit(counter.here.id, 12'100, "C-1"));
  REQUIRE(counter.close_hall());

  const auto cash = counter.total(counter::kHall, CounterMethod::kCash);
  CHECK(cash.receipts == 2);
  CHECK(cash.taken == Money{15'000});
  CHECK(cash.reversals == 1);
  CHECK(cash.given == Money{3'000});
  CHECK(cash.difference == Money{100});
  CHECK(counter.total(counter::kHall, CounterMethod::kCard).net() == Money{2'000});
  CHECK(counter.total(counter::kHall, CounterMethod::kQr).receipts == 0);

  CHECK(code_of(counter.close_hall()) == "cashier.day_closed");
  CHECK(code_of(counter.open(0)) == "cashier.day_closed");
  REQUIRE(counter.receive({{14, 100}}, CounterMethod::kCash, counter::kElsewhere));  // the other hall goes on
  CHECK(counter.all_differences().empty());
  counter.set_day("2026-11-25");
  CHECK(counter.open(0));
  CHECK(counter.all_differences().empty());
}

TEST_CASE("cash that is not deposited is carried over by an explicit word, and deposited later", "[cashier]") {
  TwoHalls counter;
  REQUIRE(counter.close_exactly(counter.here.id));
  REQUIRE(counter.close_hall(true));
  const Date day = counter.act().today();
  CHECK(day_state(*counter.app().lease(), counter::kHall, day).carried == Money{12'000});
  CHECK(carried_before(*counter.app().lease(), counter::kHall, day) == Money{0});
  CHECK(carried_before(*counter.app().lease(), counter::kHall, day + 1) == Money{12'000});
  counter.set_day("2026-11-25");
  REQUIRE(counter.deposit(counter.here.id, 5'000, "C-2"));
  CHECK(carried_before(*counter.app().lease(), counter::kHall, day + 1) == Money{7'000});
  CHECK(day_state(*counter.app().lease(), counter::kHall, day).carried == Money{12'000});  // what the close said stays
  CHECK(counter.all_differences().empty());
}

TEST_CASE("the company's day closes every hall and agrees with the ledger", "[cashier]") {
  TwoHalls counter;
  REQUIRE(counter.close_exactly(counter.here.id));
  REQUIRE(counter.close_hall(true));
  CHECK(code_of(counter.close_company(true)) == "cashier.sessions_open");
  REQUIRE(counter.close_exactly(counter.there.id, counter::kElsewhere));
  CHECK(code_of(counter.close_company()) == "cashier.undeposited");
  REQUIRE(counter.deposit(counter.there.id, 4'000, "C-3"));
  REQUIRE(counter.close_company());
  CHECK(counter.total(kCompany, CounterMethod::kCash).net() == Money{16'000});
  CHECK(counter.total(kCompany, CounterMethod::kCard).net() == Money{2'000});
  CHECK(counter.total(counter::kOtherHall, CounterMethod::kCash).net() == Money{4'000});
  CHECK(code_of(counter.close_company()) == "cashier.day_closed");
  CHECK(code_of(counter.open(0, UserId{7}, OrgId{1})) == "cashier.day_closed");  // also of a hall that had no session that day
  CHECK(counter.all_differences().empty());
}

TEST_CASE("a company's day whose ledger says something else is not closed", "[cashier]") {
  TwoHalls counter;
  REQUIRE(counter.close_exactly(counter.here.id));
  REQUIRE(counter.close_exactly(counter.there.id, counter::kElsewhere));
  REQUIRE(counter.pay(counter.payment(15, 700, "2026-11-24")));  // cash of a session that knows nothing of it
  const auto closed = counter.close_company(true);
  REQUIRE_FALSE(closed);
  CHECK(closed.error().code == "cashier.ledger_differs");
  CHECK(closed.error().message.find("167.00") != std::string::npos);
  CHECK(counter.number("SELECT COUNT(*) FROM cashier_day WHERE state = 'closed'") == 0);
}

TEST_CASE("tomorrow is not closed today", "[cashier]") {
  Counter counter;
  const auto tomorrow = counter.act().today() + 1;
  CHECK(code_of(counter.app().transact([&](db::Session& s) { return close_hall_day(s, counter.act(), counter::kHall, {tomorrow, false}); })) == "cashier.day_not_begun");
  CHECK(code_of(counter.app().transact([&](db::Session& s) { return close_company_day(s, counter.act(), {tomorrow, false}); })) == "cashier.day_not_begun");
}

TEST_CASE("a session that opens while the company's day is closed is before it or not at all", "[cashier]") {
  Counter counter;
  std::vector<std::string> opened(3);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < opened.size(); ++i)
    threads.emplace_back([&counter, &opened, i] { opened[i] = code_of(counter.open(0, UserId{static_cast<std::int64_t>(20 + i)}, i == 0 ? counter::kOtherHall : counter::kHall)); });
  const auto closed = code_of(counter.close_company());
  for (auto& thread : threads) thread.join();
  for (const auto& code : opened) CHECK((code.empty() || code == "cashier.day_closed"));
  const auto open = counter.number("SELECT COUNT(*) FROM cashier_session");
  CHECK(open == std::count(opened.begin(), opened.end(), ""));
  CHECK(closed == (open == 0 ? "" : "cashier.sessions_open"));
  CHECK(counter.all_differences().empty());
}

TEST_CASE("receipts of eight counters at once, beside payments alone", "[.measure]") {
  constexpr int kCounters = 8, kEach = 250;
  Counter counter;
  for (int i = 0; i < kCounters; ++i) REQUIRE(counter.open(0, UserId{100 + i}));
  const auto measure = [&](const auto& one) {
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    for (int i = 0; i < kCounters; ++i)
      threads.emplace_back([&, i] {
        for (int n = 0; n < kEach; ++n) one(i, n);
      });
    for (auto& thread : threads) thread.join();
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count();
  };
  const auto template_payment = counter.payment(11, 100, "2026-11-24");
  const auto payments = measure([&](int i, int n) {
    auto payment = template_payment;
    payment.account = {11 + i};
    payment.source = receivables::Source::kChannel;
    payment.reference = std::to_string(i) + "/" + std::to_string(n);
    payment.into = {ledger::LedgerAccount::kInTransit, 1};
    (void)counter.pay(payment);
  });
  const auto receipts = measure([&](int i, int) { (void)counter.receive({{11 + i, 100}}, CounterMethod::kCash, UserId{100 + i}); });
  WARN(kCounters * kEach << " payments took " << payments << " ms, as many receipts of " << kCounters << " counters took " << receipts << " ms");
  CHECK(counter.number("SELECT COUNT(*) FROM cashier_receipt") == kCounters * kEach);
  CHECK(counter.all_differences().empty());
}

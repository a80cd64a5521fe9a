// Receipts are taken back: who may, from whose drawer the money comes, and that it happens once.
#include <catch2/catch.hpp>

#include <algorithm>
#include <thread>

#include "tests/store/cashier/counter.hpp"

using namespace mis;
using namespace mis::cashier;
using counter::code_of;
using counter::Counter;

namespace {

// The hall's counter with a session of 100.00 and a receipt of 50.00 for account 12.
class WithReceipt : public Counter {
 public:
  explicit WithReceipt(CounterMethod method = CounterMethod::kCash) : session(*open(10'000)), receipt_no(receive({{12, 5'000}}, method)->receipt_no) {}
  RequestId request(UserId by = counter::kCashier) {
    auto outcome = reverse(receipt_no, by);
    REQUIRE(outcome);
    REQUIRE(outcome->requested);
    return *outcome->requested;
  }
  SessionRow session;
  std::string receipt_no;
};

}  // namespace

TEST_CASE("a receipt of the own open session goes back at once, up to the limit", "[cashier]") {
  WithReceipt counter;
  const auto outcome = counter.reverse(counter.receipt_no);
  REQUIRE(outcome);
  REQUIRE(outcome->reversed);
  CHECK(outcome->reversed->reversal->reason == "paid for the wrong account");
  CHECK(outcome->reversed->reversal->approved_by.empty());
  CHECK(counter.ledger_cash(counter.session.id.value) == 10'000);
  CHECK(counter.due(12, "2026-11-24").due() == Money{8'100});
  CHECK(code_of(counter.reverse(counter.receipt_no)) == "cashier.reversed_already");
  const auto money = counter.money(counter.session.id);
  CHECK(money.receipts == 1);
  CHECK(money.reversals == 1);
  CHECK(money.drawer.expected()[CounterMethod::kCash] == Money{10'000});
  CHECK(counter.all_differences().empty());
}

TEST_CASE("above the limit, by a colleague, or later it takes a second person", "[cashier]") {
  SECTION("one fen above the limit") {
    WithReceipt counter;
    counter.owner().lease()->execute("UPDATE cashier_setting SET reversal_limit_fen = 4999");
    const auto request = counter.request();
    CHECK(code_of(counter.reverse(counter.receipt_no)) == "cashier.request_open");
    CHECK_FALSE(counter.receipt(counter.receipt_no).reversal);  // nothing has happened yet
    const auto approved = counter.approve(request);
    REQUIRE(approved);
    CHECK(approved->reversal->session == counter.session.id);
    CHECK(counter.ledger_cash(counter.session.id.value) == 10'000);
    CHECK(counter.number("SELECT approved_by FROM cashier_reversal") == counter::kSupervisor.value);
    CHECK(counter.number("SELECT approved_by FROM receivables_payment_reversal") == counter::kSupervisor.value);
    CHECK(code_of(counter.approve(request)) == "cashier.request_decided");
    CHECK(counter.all_differences().empty());
  }
  SECTION("exactly the limit") {
    WithReceipt counter;
    counter.owner().lease()->execute("UPDATE cashier_setting SET reversal_limit_fen = 5000");
    CHECK(counter.reverse(counter.receipt_no)->reversed);
  }
  SECTION("a colleague's receipt leaves the drawer where it was taken") {
    WithReceipt counter;
    const auto colleague = *counter.open(2'000, counter::kColleague);
    REQUIRE(counter.approve(counter.request(counter::kColleague)));
    CHECK(counter.ledger_cash(counter.session.id.value) == 10'000);
    CHECK(counter.ledger_cash(colleague.id.value) == 2'000);
    CHECK(counter.all_differences().empty());
  }
  SECTION("after its session was closed, the money comes from the session of whoever asked") {
    WithReceipt counter;
    REQUIRE(counter.close_exactly(counter.session.id));
    const auto request = counter.request(counter::kColleague);
    CHECK(code_of(counter.approve(request)) == "cashier.no_session_to_pay_from");
    const auto colleague = *counter.open(4'999, counter::kColleague);
    CHECK(code_of(counter.approve(request)) == "cashier.not_enough_cash");
    REQUIRE(counter.receive({{13, 100}}, CounterMethod::kCash, counter::kColleague));
    const auto approved = counter.approve(request);
    REQUIRE(approved);
    CHECK(approved->reversal->session == colleague.id);
    CHECK(counter.ledger_cash(colleague.id.value) == 99);
    CHECK(counter.ledger_cash(counter.session.id.value) == 5'000);  // closed with the float returned, still to be deposited
    CHECK(counter.money(colleague.id).drawer.cash_left() == Money{99});
    CHECK(counter.all_differences().empty());
  }
  SECTION("the day after, from today's session of whoever asked") {
    WithReceipt counter;
    REQUIRE(counter.close_exactly(counter.session.id));
    REQUIRE(counter.close_hall(true));
    counter.set_day("2026-11-25");
    const auto today = *counter.open(6'000);
    const auto approved = counter.approve(counter.request());
    REQUIRE(approved);
    CHECK(counter.ledger_cash(today.id.value) == 1'000);
    CHECK(counter.ledger_cash(counter.session.id.value) == 5'000);
    CHECK(counter.all_differences().empty());
  }
  SECTION("yesterday's session that was forgotten open pays nothing back") {
    WithReceipt counter;
    counter.set_day("2026-11-25");
    const auto request = counter.request();
    CHECK(code_of(counter.approve(request)) == "cashier.no_session_to_pay_from");
    CHECK(counter.all_differences().empty());
  }
}

TEST_CASE("a card payment that goes back leaves transit, not a drawer", "[cashier]") {
  WithReceipt counter(CounterMethod::kCard);
  REQUIRE(counter.close_exactly(counter.session.id));
  const auto colleague = *counter.open(0, counter::kColleague);
  REQUIRE(counter.approve(counter.request(counter::kColleague)));
  CHECK(counter.number("SELECT SUM(amount_fen) FROM ledger_posting WHERE ledger_account = 8 AND subject_id = -1") == 0);
  CHECK(counter.money(colleague.id).drawer.expected() == MethodSums{{Money{0}, Money{-5'000}, Money{0}, Money{0}}});
  REQUIRE(counter.close(colleague.id, {}, "", counter::kColleague));
  CHECK(counter.all_differences().empty());
}

TEST_CASE("a refused request leaves the receipt, and may be asked again", "[cashier]") {
  WithReceipt counter;
  REQUIRE(counter.open(0, counter::kColleague));
  const auto request = counter.request(counter::kColleague);
  REQUIRE(counter.app().transact([&](db::Session& s) { return refuse(s, counter.act(counter::kSupervisor), *lock_request(s, request, "/%"), "the customer has the receipt"); }));
  CHECK_FALSE(counter.receipt(counter.receipt_no).reversal);
  CHECK(code_of(counter.approve(request)) == "cashier.request_decided");
  const auto list = list_requests(*counter.app().lease(), "refused", "/1/2/%", {}, 10);
  REQUIRE(list.size() == 1);
  CHECK(list[0].decision_note == "the customer has the receipt");
  CHECK(list_requests(*counter.app().lease(), "requested", "/1/2/%", {}, 10).empty());
  CHECK(counter.approve(counter.request(counter::kColleague)));
  CHECK(counter.all_differences().empty());
}

TEST_CASE("while a request waits, nobody takes the receipt back past it", "[cashier]") {
  WithReceipt counter;
  REQUIRE(counter.open(0, counter::kColleague));
  const auto request = counter.request(counter::kColleague);
  CHECK(code_of(counter.reverse(counter.receipt_no)) == "cashier.request_open");
  REQUIRE(counter.approve(request));
  CHECK(code_of(counter.reverse(counter.receipt_no)) == "cashier.reversed_already");
  CHECK(counter.all_differences().empty());
}

TEST_CASE("two who take the same receipt back at once give the money once", "[cashier]") {
  WithReceipt counter;
  REQUIRE(counter.open(20'000, counter::kColleague));
  const auto request = counter.request(counter::kColleague);
  std::string codes[2];
  std::thread other([&] { codes[0] = code_of(counter.approve(request)); });
  codes[1] = code_of(counter.approve(request));
  other.join();
  std::sort(std::begin(codes), std::end(codes));
  CHECK(codes[0].empty());
  CHECK(codes[1] == "cashier.request_decided");
  CHECK(counter.number("SELECT COUNT(*) FROM cashier_reversal") == 1);
  CHECK(counter.ledger_cash(counter.session.id.value) == 10'000);
  CHECK(counter.all_differences().empty());
}

TEST_CASE("a cashier who takes the same receipt back twice at once gives the money once", "[cashier]") {
  WithReceipt counter;
  std::string codes[3];
  std::thread first([&] { codes[0] = code_of(counter.reverse(counter.receipt_no)); });
  std::thread second([&] { codes[1] = code_of(counter.reverse(counter.receipt_no)); });
  codes[2] = code_of(counter.reverse(counter.receipt_no));
  first.join();
  second.join();
  std::sort(std::begin(codes), std::end(codes));
  CHECK(codes[0].empty());
  CHECK(codes[1] == "cashier.reversed_already");
  CHECK(codes[2] == "cashier.reversed_already");
  CHECK(counter.number("SELECT COUNT(*) FROM cashier_reversal") == 1);
  CHECK(counter.ledger_cash(counter.session.id.value) == 10'000);
  CHECK(counter.all_differences().empty());
}

TEST_CASE("a receipt that goes back at once and is asked for at the same moment does one of both", "[cashier]") {
  WithReceipt counter;
  int reversed = 0;
  for (int round = 0; round < 12; ++round) {
    const auto receipt_no = round == 0 ? counter.receipt_no : counter.receive({{12, 1'000}})->receipt_no;
    std::string asked;
    std::thread colleague([&] { asked = code_of(counter.reverse(receipt_no, counter::kColleague)); });
    const auto own = code_of(counter.reverse(receipt_no));
    colleague.join();
    const bool waits = counter.number("SELECT COUNT(*) FROM cashier_reversal_request WHERE open_for IS NOT NULL") != 0;
    INFO("round " << round << ": \"" << own << "\", \"" << asked << "\"");
    CHECK(counter.receipt(receipt_no).reversal.has_value() != waits);  // nobody is asked to decide about what has happened
    CHECK(own == (waits ? "cashier.request_open" : ""));
    CHECK(asked == (waits ? "" : "cashier.reversed_already"));
    reversed += waits ? 0 : 1;
    counter.owner().lease()->execute("UPDATE cashier_reversal_request SET open_for = NULL, state = 'refused'");
  }
  INFO(reversed << " of 12 went back at once");
  CHECK(counter.all_differences().empty());
}

TEST_CASE("a receipt of several accounts goes back whole", "[cashier]") {
  Counter counter;
  const auto session = *counter.open(0);
  const auto no = counter.receive({{13, 3'000}, {11, 15'530}, {12, 100}})->receipt_no;
  REQUIRE(counter.reverse(no)->reversed);
  CHECK(counter.due(11, "2026-11-24").due() == Money{15'530});
  CHECK(counter.due(13, "2026-11-24").advance == Money{0});
  CHECK(counter.ledger_cash(session.id.value) == 0);
  CHECK(counter.all_differences().empty());
}

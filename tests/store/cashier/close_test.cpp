// A session is counted, closed and its cash brought to the bank.
#include <catch2/catch.hpp>

#include <algorithm>
#include <thread>

#include "tests/store/cashier/counter.hpp"

using namespace mis;
using namespace mis::cashier;
using counter::code_of;
using counter::Counter;

namespace {

// 100.00 of float, 150.00 of cash and 20.00 by card.
class Taken : public Counter {
 public:
  Taken() : session(*open(10'000)) {
    REQUIRE(receive({{11, 15'000}}));
    REQUIRE(receive({{12, 2'000}}, CounterMethod::kCard));
  }
  SessionRow session;
};

const CashCount kRight{{10'000, 2}, {5'000, 1}};

}  // namespace

TEST_CASE("a session whose count is right closes without a note; its float goes back to the safe", "[cashier]") {
  Taken counter;
  REQUIRE(counter.close(counter.session.id, kRight));
  const auto money = counter.money(counter.session.id);
  CHECK(money.counted == MethodSums{{Money{25'000}, Money{2'000}, Money{0}, Money{0}}});
  CHECK(money.drawer.returned == Money{10'000});
  CHECK(money.drawer.cash_left() == Money{15'000});
  CHECK(counter.ledger_cash(counter.session.id.value) == 15'000);
  CHECK(counter.ledger_cash(kSafe) == 0);
  CHECK(counter.number("SELECT pieces FROM cashier_close_count WHERE denomination_fen = 10000") == 2);
  CHECK(counter.number("SELECT COUNT(*) FROM cashier_session WHERE open_for IS NOT NULL") == 0);

  CHECK(code_of(counter.close(counter.session.id, kRight)) == "cashier.session_closed");
  CHECK(code_of(counter.receive({{11, 100}})) == "cashier.no_open_session");
  CHECK(counter.open(0)->no == "X1-20261124-02");
  CHECK(counter.all_differences().empty());
}

TEST_CASE("cash over or short needs a note and is posted", "[cashier]") {
  Taken counter;
  const CashCount short_by_5{{10'000, 2}, {2'000, 2}, {500, 1}};
  const auto without_note = counter.close(counter.session.id, short_by_5);
  REQUIRE_FALSE(without_note);
  CHECK(without_note.error().code == "cashier.note_needed");
  CHECK(without_note.error().message.find("cash -5.00") != std::string::npos);
  REQUIRE(counter.close(counter.session.id, short_by_5, "5 yuan short, counted twice"));
  CHECK(counter.ledger_cash(counter.session.id.value) == 14'500);
  CHECK(counter.number("SELECT SUM(amount_fen) FROM ledger_posting WHERE ledger_account = 13") == 500);
  CHECK(counter.all_differences().empty());

  const auto colleague = *counter.open(0, counter::kColleague);
  REQUIRE(counter.close(colleague.id, {{100, 3}}, "3 yuan over", counter::kColleague));
  CHECK(counter.number("SELECT SUM(amount_fen) FROM ledger_posting WHERE ledger_account = 13") == 200);
  CHECK(counter.ledger_cash(colleague.id.value) == 300);
  CHECK(counter.all_differences().empty());
}

TEST_CASE("a drawer with less than its float gives back what there is", "[cashier]") {
  Counter counter;
  const auto session = *counter.open(10'000);
  REQUIRE(counter.close(session.id, {{5'000, 1}}, "robbed"));
  CHECK(counter.ledger_cash(session.id.value) == 0);
  CHECK(counter.ledger_cash(kSafe) == -5'000);
  CHECK(counter.all_differences().empty());
}

TEST_CASE("of two who close at once one does", "[cashier]") {
  Taken counter;
  std::string codes[2];
  std::thread other([&] { codes[0] = code_of(counter.close(counter.session.id, kRight)); });
  codes[1] = code_of(counter.close(counter.session.id, kRight));
  other.join();
  std::sort(std::begin(codes), std::end(codes));
  CHECK(codes[0].empty());
  CHECK(codes[1] == "cashier.session_closed");
  CHECK(counter.number("SELECT COUNT(*) FROM cashier_close") == 1);
  CHECK(counter.all_differences().empty());
}

TEST_CASE("a receipt that comes while its session is closed is in the close or is not taken", "[cashier]") {
  Taken counter;
  std::vector<std::string> codes(3);
  std::vector<std::thread> threads;
  for (auto& code : codes) threads.emplace_back([&counter, &code] { code = code_of(counter.receive({{11, 100}})); });
  REQUIRE(counter.close(counter.session.id, kRight, "counted while the others still took money"));
  for (auto& thread : threads) thread.join();
  for (const auto& code : codes) CHECK((code.empty() || code == "cashier.no_open_session"));
  const auto taken = std::count(codes.begin(), codes.end(), "");
  const auto money = counter.money(counter.session.id);
  CHECK(money.receipts == 2 + taken);
  CHECK((*money.expected_at_close)[CounterMethod::kCash] == Money{25'000 + 100 * taken});
  CHECK(counter.all_differences().empty());
}

TEST_CASE("cash goes to the bank, as much as there is, each slip once", "[cashier]") {
  Taken counter;
  REQUIRE(counter.deposit(counter.session.id, 12'000, "A-1"));
  CHECK(counter.ledger_cash(counter.session.id.value) == 13'000);
  CHECK(counter.number("SELECT SUM(amount_fen) FROM ledger_posting WHERE ledger_account = 8 AND subject_id = -4") == 12'000);
  CHECK(code_of(counter.deposit(counter.session.id, 100, "A-1")) == "cashier.slip_used");
  CHECK(code_of(counter.deposit(counter.session.id, 13'001, "A-2")) == "cashier.not_enough_cash");
  REQUIRE(counter.close(counter.session.id, {{10'000, 1}, {1'000, 3}}));
  CHECK(code_of(counter.deposit(counter.session.id, 3'001, "A-2")) == "cashier.not_enough_cash");
  REQUIRE(counter.deposit(counter.session.id, 3'000, "A-2"));
  CHECK(counter.ledger_cash(counter.session.id.value) == 0);
  CHECK(counter.all_differences().empty());
}

TEST_CASE("two deposits at once do not bring more to the bank than there is", "[cashier]") {
  Taken counter;
  std::string codes[2];
  std::thread other([&] { codes[0] = code_of(counter.deposit(counter.session.id, 20'000, "B-1")); });
  codes[1] = code_of(counter.deposit(counter.session.id, 20'000, "B-2"));
  other.join();
  std::sort(std::begin(codes), std::end(codes));
  CHECK(codes[0].empty());
  CHECK(codes[1] == "cashier.not_enough_cash");
  CHECK(counter.ledger_cash(counter.session.id.value) == 5'000);
  CHECK(counter.all_differences().empty());
}

TEST_CASE("the program's own login cannot change what the counter has recorded", "[cashier]") {
  Taken counter;
  for (const char* statement :
       {"UPDATE cashier_receipt SET total_fen = 0", "DELETE FROM cashier_receipt", "UPDATE cashier_receipt_line SET amount_fen = 0", "DELETE FROM cashier_receipt_bill", "UPDATE cashier_receipt_print SET print_no = 1",
        "DELETE FROM cashier_reversal", "UPDATE cashier_close SET note = ''", "UPDATE cashier_close_method SET counted_fen = 0", "DELETE FROM cashier_close_count", "UPDATE cashier_deposit SET amount_fen = 0",
        "DELETE FROM cashier_day_session", "UPDATE cashier_day_total SET receipts_fen = 0"}) {
    INFO(statement);
    try {
      counter.app().lease()->execute(statement);
      FAIL("the statement was let through");
    } catch (const db::DbError& e) {
      CHECK(e.kind() == db::DbError::Kind::kDenied);
    }
  }
}

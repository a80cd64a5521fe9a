// Whoever changes the counter's books with the owner's rights is found out.
#include <catch2/catch.hpp>

#include "tests/store/cashier/counter.hpp"

using namespace mis;
using namespace mis::cashier;
using counter::Counter;

TEST_CASE("verify finds what was changed in the counter's books", "[cashier]") {
  struct Tampering {
    const char* what;
    const char* statement;
    const char* found;
  };
  const auto tampering = GENERATE(values<Tampering>({
      {"a receipt's total", "UPDATE cashier_receipt SET total_fen = total_fen - 100 WHERE number = 1", "expected lines of 11900 fen but they have 12000"},
      {"a receipt's number", "UPDATE cashier_receipt SET number = 9 WHERE number = 3", "expected receipts numbered from 1 without gaps but 3 have numbers from 1 to 9"},
      {"a receipt deleted", "DELETE FROM cashier_receipt WHERE number = 3", "expected the receipt of a line or reversal but there is none"},
      {"a receipt's method", "UPDATE cashier_receipt SET method = 'cash' WHERE number = 2", "receipt X1-20261124-01-0002 line 1: expected its payment of 2000 fen but found none"},
      {"a line's amount", "UPDATE cashier_receipt_line SET amount_fen = 1 WHERE account_id = 11", "expected its payment of 1 fen but found 12000"},
      {"a line deleted", "DELETE FROM cashier_receipt_line WHERE account_id = 13", "expected a receipt of the counter but there is none"},
      {"a bill's late charge", "UPDATE cashier_receipt_bill SET late_fen = late_fen - 1, principal_fen = principal_fen + 1 WHERE late_fen > 1 LIMIT 1", "fen of late charge but found"},
      {"a bill left out", "DELETE FROM cashier_receipt_bill WHERE late_fen = 430", "expected its bills and its advance to make its amount but they do not"},
      {"a reversal forgotten", "DELETE FROM cashier_reversal", "expected receipt and payment to be taken back together but only the payment is"},
      {"a reversal invented", "INSERT INTO cashier_reversal (receipt_id, session_id, reason, reversed_on, reversed_at, reversed_by) SELECT receipt_id, session_id, 'x', '2026-11-24', taken_at, 3 FROM cashier_receipt WHERE number = 1",
       "expected receipt and payment to be taken back together but only the receipt is"},
      {"the float", "UPDATE cashier_session SET float_fen = 0", "fen of cash in the ledger but found"},
      {"a closed session opened again", "UPDATE cashier_session SET state = 'open' WHERE session_no = 'X1-20261124-01'", "expected its state to fit its close but it is open and was closed"},
      {"what was counted", "UPDATE cashier_close_method SET counted_fen = counted_fen - 500 WHERE method = 'cash'", "expected notes and coins of"},
      {"what was expected", "UPDATE cashier_close_method SET expected_fen = 0 WHERE method = 'card'", "expected 2000 fen of card at its close but the close says 0"},
      {"a deposit's amount", "UPDATE cashier_deposit SET amount_fen = amount_fen + 1", "deposits: expected 1001 fen of the slips in the ledger but found 1000"},
      {"a day's total", "UPDATE cashier_day_total SET receipts_fen = receipts_fen + 1 WHERE method = 'card' AND org_id = 2", "day 2026-11-24 of hall 2: expected 2000 fen of card but the close says 2001"},
      {"a day's total deleted", "DELETE FROM cashier_day_total WHERE method = 'cash' AND org_id = 2", "of cash but the close says 0"},
      {"the company's total", "UPDATE cashier_day_total SET receipts_fen = receipts_fen + 1 WHERE org_id = 0 AND method = 'card'", "of the company: expected 2000 fen of card of its halls but its close says 2001"},
      {"what was carried over", "UPDATE cashier_day_session SET carried_fen = 0", "fen to be carried over but its day's close says 0"},
      {"a session left out of its day", "DELETE FROM cashier_day_session", "expected it to be part of its closed day but it is not"},
  }));
  INFO(tampering.what);
  Counter counter;
  const auto session = *counter.open(5'000);
  REQUIRE(counter.receive({{11, 12'000}}));
  REQUIRE(counter.receive({{12, 2'000}}, CounterMethod::kCard));
  const auto wrong = counter.receive({{13, 2'500}});
  REQUIRE(wrong);
  REQUIRE(counter.reverse(wrong->receipt_no)->reversed);
  REQUIRE(counter.close(session.id, {{10'000, 1}, {5'000, 1}, {1'000, 2}}));
  REQUIRE(counter.deposit(session.id, 1'000, "D-1"));
  REQUIRE(counter.close_company(true));
  REQUIRE(counter.all_differences().empty());
  REQUIRE(counter.owner().lease()->execute(tampering.statement) > 0);
  const auto differences = *verify_cashier(counter.app());
  for (const auto& difference : differences) UNSCOPED_INFO(difference);
  CHECK(books::says(differences, tampering.found));
}

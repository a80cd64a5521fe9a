// What the ledger makes of an issued route, and that nobody changes it unnoticed.
#include <catch2/catch.hpp>

#include "tests/store/receivables/books.hpp"

using namespace mis;
using books::Books;
using books::says;

namespace {

constexpr BillingMonth kMonth{202610};

// An issued run with one route of three bills.
class Ledger : public Books {
 public:
  Status post() { return issue(kMonth, "2026-11-02", {{11, 10'000, 700, 0}, {12, 5'050, 0, -3'020}, {13, 0, 0, 0}}); }
  std::int64_t rows_of_everything() {
    return number("SELECT (SELECT COUNT(*) FROM ledger_posting) + (SELECT COUNT(*) FROM receivables_receivable) + (SELECT COUNT(*) FROM ledger_batch) + (SELECT COUNT(*) FROM receivables_open_item)");
  }
};

}  // namespace

TEST_CASE("a bill is posted as what is owed, earned, collected for others and owed for photovoltaics") {
  Ledger ledger;
  REQUIRE(ledger.post());
  CHECK(ledger.postings_of(11) == std::vector<std::string>{"1122 10000", "6001 -9300", "2241 -700"});
  CHECK(ledger.postings_of(12) == std::vector<std::string>{"1122 5050", "6001 -5050", "6401 3020", "2202 -3020"});
  CHECK(ledger.postings_of(13).empty());  // a bill of nothing is a receivable of nothing, without postings

  const auto due = ledger.due(12, "2026-11-12");
  CHECK(due.due() == Money{5'050});  // photovoltaics are paid out apart
  REQUIRE(due.items.size() == 1);
  CHECK(due.items[0].outstanding == Money{5'050});
  CHECK(due.items[0].due_on == *Date::parse("2026-11-12"));
  CHECK(ledger.due(13, "2026-11-12").items.empty());
  CHECK(ledger.differences().empty());
}

TEST_CASE("the same route is posted once") {
  Ledger ledger;
  REQUIRE(ledger.post());
  const auto before = ledger.rows_of_everything();
  const auto again = ledger.post();
  REQUIRE_FALSE(again);
  CHECK(again.error().code == "ledger.posted_already");
  CHECK(ledger.rows_of_everything() == before);
  CHECK(ledger.differences().empty());
}

TEST_CASE("the program's own login cannot change the ledger") {
  Ledger ledger;
  REQUIRE(ledger.post());
  for (const char* statement : {"UPDATE ledger_posting SET amount_fen = 0", "DELETE FROM ledger_posting", "UPDATE receivables_receivable SET amount_fen = 0",
                                "DELETE FROM receivables_receivable", "UPDATE ledger_batch SET debit_fen = 0", "DELETE FROM ledger_batch", "UPDATE ledger_transaction SET debit_fen = 0",
                                "DELETE FROM ledger_reversal", "UPDATE receivables_payment SET amount_fen = 0", "DELETE FROM receivables_payment_reversal", "DELETE FROM receivables_late_waiver"}) {
    INFO(statement);
    try {
      ledger.app().lease()->execute(statement);
      FAIL("the statement was let through");
    } catch (const db::DbError& e) {
      CHECK(e.kind() == db::DbError::Kind::kDenied);
    }
  }
}

TEST_CASE("whoever changes the ledger with the owner's rights is found out") {
  struct Tampering {
    const char* what;
    std::vector<const char*> statements;
    const char* found;
  };
  const auto tampering = GENERATE(values<Tampering>({
      {"one posting's amount", {"UPDATE ledger_posting SET amount_fen = amount_fen + 1 WHERE account_id = 11 AND line_no = 1"}, "expected to sum to zero but found 1 fen"},
      {"both sides of a transaction",
       {"UPDATE ledger_posting SET amount_fen = amount_fen + 1 WHERE account_id = 11 AND line_no = 1", "UPDATE ledger_posting SET amount_fen = amount_fen - 1 WHERE account_id = 11 AND line_no = 2"},
       "expected the batches' 18070 fen of debit but the postings have 18071"},
      {"a posting deleted", {"DELETE FROM ledger_posting WHERE account_id = 12 AND line_no = 4"}, "expected to sum to zero but found 3020 fen"},
      {"a transaction deleted", {"DELETE FROM ledger_posting WHERE account_id = 11"}, "receivable of account 11 for 2026-10: expected a posting of 10000 fen but found none"},
      {"a posting moved to another customer", {"UPDATE ledger_posting SET account_id = 13 WHERE account_id = 11"}, "receivable of account 11 for 2026-10: expected a posting of 10000 fen but found none"},
      {"revenue called funds", {"UPDATE ledger_posting SET ledger_account = 3 WHERE account_id = 12 AND ledger_account = 2"}, "expected -700 fen of the issued bills but found -5750"},
      {"a receivable deleted", {"DELETE FROM receivables_receivable WHERE account_id = 12"}, "issued bill of account 12 for 2026-10: expected a receivable of 5050 fen but found none"},
      {"a receivable's amount", {"UPDATE receivables_receivable SET amount_fen = 1 WHERE account_id = 12"}, "receivable of account 12 for 2026-10: expected a posting of 1 fen but found 5050"},
      {"a receivable called another station's", {"UPDATE receivables_receivable SET org_id = 9 WHERE account_id = 12"}, "ledger account 1 for 2026-10 of organisation 9: expected 0 fen of the issued bills but found 5050"},
      {"a bill's amount", {"UPDATE billing_bill SET amount_fen = 1 WHERE account_id = 12"}, "issued bill of account 12 for 2026-10: expected a receivable of 1 fen but found 5050"},
      {"a batch's debit", {"UPDATE ledger_batch SET debit_fen = debit_fen - 5"}, "expected the batches' 18065 fen of debit but the postings have 18070"},
      {"a batch's number of transactions", {"UPDATE ledger_batch SET transactions = 3"}, "expected the batches' 3 transactions but the postings have 2"},
      {"a batch deleted", {"DELETE FROM ledger_batch"}, "expected the batches' 0 fen of debit but the postings have 18070"},
      {"everything of a month deleted", {"DELETE FROM ledger_batch", "DELETE FROM ledger_posting", "DELETE FROM receivables_receivable"}, "issued bill of account 11 for 2026-10"},
  }));
  INFO(tampering.what);
  Ledger ledger;
  REQUIRE(ledger.post());
  REQUIRE(ledger.differences().empty());
  auto owner = ledger.owner().lease();
  for (const char* statement : tampering.statements) CHECK(owner->execute(statement) > 0);
  const auto differences = ledger.differences();
  INFO((differences.empty() ? "nothing was found" : differences.front()));
  CHECK(says(differences, tampering.found));
}

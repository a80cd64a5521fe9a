// What the ledger makes of an issued route, and that nobody changes it unnoticed.
#include <catch2/catch.hpp>

#include "modules/receivables/post_issue.hpp"
#include "modules/receivables/receivables.hpp"
#include "tests/store/fixture.hpp"

using namespace mis;

namespace {

constexpr BillingMonth kMonth{202610};
constexpr RunId kRun{1};
constexpr RouteId kRoute{5};

struct BillRow {
  AccountId account;
  int amount_fen, funds_fen, export_fen;
};

// Making a database takes seconds, so the cases share one that is emptied before each.
fixture::FreshDatabase& emptied_database() {
  static fixture::FreshDatabase shared;
  auto owner = shared.owner().lease();
  for (const char* statement : {"DELETE FROM billing_run", "DELETE FROM billing_bill", "DELETE FROM receivables_posting", "DELETE FROM receivables_receivable", "DELETE FROM receivables_batch"})
    owner->execute(statement);
  return shared;
}

// An issued run with one route of three bills.
class Ledger {
 public:
  Ledger() {
    auto s = owner();
    s->execute("INSERT INTO billing_run (run_id, billing_month, state, created_at) VALUES (?, ?, 'issued', ?)", kRun, kMonth, kAt);
    for (const auto& bill : {BillRow{{11}, 10'000, 700, 0}, BillRow{{12}, 5'050, 0, -3'020}, BillRow{{13}, 0, 0, 0}})
      s->execute("INSERT INTO billing_bill (billing_month, route_id, account_id, revision, run_id, org_id, category, version_id, period_from, period_to, energy_wh, amount_fen, "
                 "funds_fen, export_fen, exported_wh, tier_energy_wh, flags) VALUES (?, ?, ?, 1, ?, 2, 'residential', 1, '2026-10-01', '2026-11-01', 1000, ?, ?, ?, 0, 1000, 0)",
                 kMonth, kRoute, bill.account, kRun, bill.amount_fen, bill.funds_fen, bill.export_fen);
  }

  Status post() {
    return database_.app().transact([](db::Session& s) { return receivables::post_issued_shard(s, {kRun, kMonth, kRoute, *Date::parse("2026-11-02"), kAt, UserId{3}}); });
  }
  std::vector<std::string> differences() { return *receivables::verify_ledger(database_.app()); }
  std::vector<std::string> postings_of(AccountId account) {
    std::vector<std::string> lines;
    auto s = database_.app().lease();
    for (const auto& p : receivables::postings_of(*s, account, {}, 100)) lines.push_back(p.ledger_code + " " + std::to_string(p.amount.value));
    return lines;
  }
  receivables::AccountBalance balance_of(AccountId account) { return receivables::balance_of(*database_.app().lease(), account); }
  std::int64_t rows_of_everything() {
    auto s = database_.app().lease();
    auto rows = s->query("SELECT (SELECT COUNT(*) FROM receivables_posting) + (SELECT COUNT(*) FROM receivables_receivable) + (SELECT COUNT(*) FROM receivables_batch)");
    rows.next();
    return rows.i64(0);
  }
  db::Database::Lease owner() { return database_.owner().lease(); }
  db::Database::Lease app() { return database_.app().lease(); }

 private:
  static inline const Instant kAt = *Instant::parse("2026-11-02T08:00:00Z");
  fixture::FreshDatabase& database_ = emptied_database();
};

bool says(const std::vector<std::string>& differences, const std::string& words) {
  for (const auto& difference : differences)
    if (difference.find(words) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("a bill is posted as what is owed, earned, collected for others and owed for photovoltaics") {
  Ledger ledger;
  REQUIRE(ledger.post());
  CHECK(ledger.postings_of({11}) == std::vector<std::string>{"1122 10000", "6001 -9300", "2241 -700"});
  CHECK(ledger.postings_of({12}) == std::vector<std::string>{"1122 5050", "6001 -5050", "6401 3020", "2202 -3020"});
  CHECK(ledger.postings_of({13}).empty());  // a bill of nothing is a receivable of nothing, without postings

  const auto balance = ledger.balance_of({12});
  CHECK(balance.balance == Money{5'050});  // photovoltaics are paid out apart
  REQUIRE(balance.receivables.size() == 1);
  CHECK(balance.receivables[0].outstanding == Money{5'050});
  CHECK(balance.receivables[0].due_on == *Date::parse("2026-11-12"));
  CHECK(ledger.balance_of({13}).receivables.at(0).amount == Money{0});
  CHECK(ledger.differences().empty());
}

TEST_CASE("the same route is posted once") {
  Ledger ledger;
  REQUIRE(ledger.post());
  const auto before = ledger.rows_of_everything();
  const auto again = ledger.post();
  REQUIRE_FALSE(again);
  CHECK(again.error().code == "receivables.posted_already");
  CHECK(ledger.rows_of_everything() == before);
  CHECK(ledger.differences().empty());
}

TEST_CASE("the program's own login cannot change the ledger") {
  Ledger ledger;
  REQUIRE(ledger.post());
  for (const char* statement : {"UPDATE receivables_posting SET amount_fen = 0", "DELETE FROM receivables_posting", "UPDATE receivables_receivable SET amount_fen = 0",
                                "DELETE FROM receivables_receivable", "UPDATE receivables_batch SET debit_fen = 0", "DELETE FROM receivables_batch"}) {
    INFO(statement);
    try {
      ledger.app()->execute(statement);
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
      {"one posting's amount", {"UPDATE receivables_posting SET amount_fen = amount_fen + 1 WHERE account_id = 11 AND line_no = 1"}, "expected to sum to zero but found 1 fen"},
      {"both sides of a transaction",
       {"UPDATE receivables_posting SET amount_fen = amount_fen + 1 WHERE account_id = 11 AND line_no = 1", "UPDATE receivables_posting SET amount_fen = amount_fen - 1 WHERE account_id = 11 AND line_no = 2"},
       "expected the batches' 18070 fen of debit but the postings have 18071"},
      {"a posting deleted", {"DELETE FROM receivables_posting WHERE account_id = 12 AND line_no = 4"}, "expected to sum to zero but found 3020 fen"},
      {"a transaction deleted", {"DELETE FROM receivables_posting WHERE account_id = 11"}, "receivable of account 11 for 2026-10: expected a posting of 10000 fen but found none"},
      {"a posting moved to another customer", {"UPDATE receivables_posting SET account_id = 13 WHERE account_id = 11"}, "receivable of account 11 for 2026-10: expected a posting of 10000 fen but found none"},
      {"revenue called funds", {"UPDATE receivables_posting SET ledger_account = 3 WHERE account_id = 12 AND ledger_account = 2"}, "ledger account 3 for 2026-10: expected -700 fen of the issued bills but found -5750"},
      {"a receivable deleted", {"DELETE FROM receivables_receivable WHERE account_id = 12"}, "issued bill of account 12 for 2026-10: expected a receivable of 5050 fen but found none"},
      {"a receivable's amount", {"UPDATE receivables_receivable SET amount_fen = 1 WHERE account_id = 12"}, "receivable of account 12 for 2026-10: expected a posting of 1 fen but found 5050"},
      {"a bill's amount", {"UPDATE billing_bill SET amount_fen = 1 WHERE account_id = 12"}, "issued bill of account 12 for 2026-10: expected a receivable of 1 fen but found 5050"},
      {"a batch's debit", {"UPDATE receivables_batch SET debit_fen = debit_fen - 5"}, "expected the batches' 18065 fen of debit but the postings have 18070"},
      {"a batch's number of transactions", {"UPDATE receivables_batch SET transactions = 3"}, "expected the batches' 3 transactions but the postings have 2"},
      {"a batch deleted", {"DELETE FROM receivables_batch"}, "expected the batches' 0 fen of debit but the postings have 18070"},
      {"everything of a month deleted", {"DELETE FROM receivables_batch", "DELETE FROM receivables_posting", "DELETE FROM receivables_receivable"}, "issued bill of account 11 for 2026-10"},
  }));
  INFO(tampering.what);
  Ledger ledger;
  REQUIRE(ledger.post());
  REQUIRE(ledger.differences().empty());
  auto owner = ledger.owner();
  for (const char* statement : tampering.statements) CHECK(owner->execute(statement) > 0);
  const auto differences = ledger.differences();
  INFO((differences.empty() ? "nothing was found" : differences.front()));
  CHECK(says(differences, tampering.found));
}

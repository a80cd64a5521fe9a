// What customers owe after a month has been issued, as the API tells it.
#include <catch2/catch.hpp>

#include <algorithm>

#include "mis/base/decimal.hpp"
#include "tests/api/billing/declared.hpp"
#include "tests/api/billing/running_county.hpp"

using fixture::Client;
using fixture::differs_from_declaration;
using fixture::RunningCounty;
using nlohmann::json;

namespace {

std::int64_t fen(const json& yuan) { return yuan.is_null() ? 0 : mis::parse_yuan(yuan.get<std::string>())->value; }

}  // namespace

TEST_CASE("balance, postings and trial balance tell the same of an issued month") {
  RunningCounty& county = fixture::emptied_county();
  county.issued_run();
  Client cashier = county.client_of(fixture::kCashier), manager = county.client_of(fixture::kManager);
  const auto& registry = county.registry();
  // A customer with photovoltaics has both kinds of postings.
  const auto account = county.look_up("SELECT a.account_no FROM billing_bill b JOIN customers_account a ON a.account_id = b.account_id "
                                      "WHERE b.export_fen < 0 AND b.amount_fen > 0 AND b.funds_fen > 0 ORDER BY a.account_id LIMIT 1");
  REQUIRE_FALSE(account.empty());
  const std::string path = "/api/v1/accounts/" + account;
  const json bill = manager.get("/api/v1/bills/202610-" + account + "-1").json();

  const auto balance = manager.get(path + "/balance");
  CHECK(differs_from_declaration(registry, "get", "/api/v1/accounts/{account_no}/balance", balance) == std::vector<std::string>{});
  CHECK(balance.json().at("balance") == bill.at("amount"));
  CHECK(balance.json().at("advance") == "0.00");
  const json receivable = balance.json().at("receivables").at(0);
  CHECK(receivable.at("outstanding") == bill.at("amount"));
  CHECK(receivable.at("state") == "open");
  CHECK(receivable.at("issued_on") == "2026-11-02");
  CHECK(receivable.at("due_on") == "2026-11-12");

  // Two pages of three rows: what is bought, then what is owed for photovoltaics; together they balance.
  const auto first = manager.get(path + "/postings?limit=3");
  CHECK(differs_from_declaration(registry, "get", "/api/v1/accounts/{account_no}/postings", first) == std::vector<std::string>{});
  REQUIRE(first.json().at("has_more") == true);
  const auto rest = manager.get(path + "/postings?limit=3&cursor=" + first.json().at("next_cursor").get<std::string>()).json();
  CHECK(rest.at("has_more") == false);
  json rows = first.json().at("items");
  for (const auto& row : rest.at("items")) rows.push_back(row);
  REQUIRE(rows.size() == 5);
  std::int64_t sum = 0;
  for (const auto& row : rows) {
    CHECK(row.at("debit").is_null() != row.at("credit").is_null());
    CHECK(row.at("transaction_no") == rows.at(0).at("transaction_no"));
    CHECK(row.at("template") == "bill_issued");
    CHECK(row.at("posted_on") == "2026-11-02");
    CHECK(row.at("billing_month") == "2026-10");
    sum += fen(row.at("debit")) - fen(row.at("credit"));
  }
  CHECK(sum == 0);
  CHECK(rows.at(0).at("ledger_account") == "1122");
  CHECK(rows.at(0).at("debit") == bill.at("amount"));
  CHECK(rows.at(3).at("ledger_account") == "6401");
  CHECK(fen(rows.at(3).at("debit")) == -fen(bill.at("export_amount")));

  // The county's sums: receivables are what the run came to, and a month without postings has none.
  const auto trial = manager.get("/api/v1/ledger/trial-balance").json();
  CHECK(trial.at("accounting_month").is_null());
  CHECK(trial.at("items").size() == 14);  // the whole chart, by code; what has no postings has nothing
  CHECK(trial.at("debit") == trial.at("credit"));
  CHECK(trial.at("items").at(0).at("ledger_account") == "1001");
  CHECK(trial.at("items").at(0).at("debit") == "0.00");
  const auto line = std::find_if(trial.at("items").begin(), trial.at("items").end(), [](const json& item) { return item.at("ledger_account") == "1122"; });
  REQUIRE(line != trial.at("items").end());
  CHECK(line->at("debit") == manager.get("/api/v1/billing/months/2026-10").json().at("amount"));
  CHECK(manager.get("/api/v1/ledger/trial-balance?accounting_month=2026-11").json().at("debit") == trial.at("debit"));
  CHECK(manager.get("/api/v1/ledger/trial-balance?accounting_month=2026-10").json().at("debit") == "0.00");
  CHECK(cashier.get("/api/v1/ledger/trial-balance").code() == "security.permission");
  // Somebody of one station may look into ledgers, but the utility's sums are not his to see.
  county.database().owner().lease()->execute("INSERT IGNORE INTO administration_user_role (user_id, role_code) SELECT user_id, 'finance_accountant' FROM administration_user WHERE username = ?",
                                             fixture::kStationReviewer);
  const auto part = county.client_of(fixture::kStationReviewer).get("/api/v1/ledger/trial-balance");
  CHECK(part.status == 403);
  CHECK(part.code() == "security.scope");
}

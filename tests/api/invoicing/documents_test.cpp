// Receipts and statements as papers.
#include <catch2/catch.hpp>

#include "tests/api/cashier/running_counter.hpp"

using fixture::check_refused;
using fixture::RunningCounter;
using nlohmann::json;

TEST_CASE("a receipt's paper is for prints that were counted, on a roll or on A5, and the second one bears its mark") {
  RunningCounter counter;
  auto& cashier = counter.cashier;
  counter.open(cashier);
  const auto taken = counter.take_cash(cashier, counter.account_no, "300.00");
  REQUIRE(taken.status == 201);
  const std::string path = "/api/v1/cashier/receipts/" + taken.json().at("receipt_no").get<std::string>();
  check_refused(cashier.get(path + "/document?format=roll&print=1"), 409, "invoicing.print_not_counted");
  const auto print = [&](const char* format) { return cashier.post(path + "/print", {{"format", format}, {"language", "zh"}}, {counter.county.new_key()}).json().at("document_url").get<std::string>(); };
  const auto first = cashier.get(print("roll"));
  CHECK(first.status == 200);
  CHECK(first.header("Content-Type") == "application/pdf");
  CHECK(first.body.starts_with("%PDF-"));
  CHECK(cashier.get(path + "/document?format=roll&print=1").body == first.body);
  const auto second = cashier.get(print("roll"));
  CHECK(second.body.starts_with("%PDF-"));
  CHECK(second.body != first.body);
  // There is one paper without a mark: whichever print is asked for now, it is a reprint.
  CHECK(cashier.get(path + "/document?format=roll&print=1").body == second.body);
  CHECK(cashier.get(path + "/document?format=roll").body == second.body);
  CHECK(cashier.get(path + "/document?format=a5&language=en&print=2").body.starts_with("%PDF-"));
  check_refused(cashier.get(path + "/document?format=roll&print=3"), 409, "invoicing.print_not_counted");
  CHECK(cashier.get(path + "/document?format=a3").status == 422);
  CHECK(cashier.get(path + "/document?format=roll&print=0").status == 422);
  check_refused(cashier.get("/api/v1/cashier/receipts/nothing/document?format=roll"), 404, "cashier.no_receipt");
  CHECK(counter.county.client_of(fixture::kMeterReader).get(path + "/document?format=roll").status == 403);

  // Taken back: the paper says so.
  REQUIRE(counter.reverse(cashier, taken.json().at("receipt_no")).status == 200);
  const auto reversed = cashier.get(path + "/document?format=roll&print=1");
  CHECK(reversed.status == 200);
  CHECK(reversed.body != first.body);
}

TEST_CASE("a statement's paper is the statement of the days asked for, for those who may see the account") {
  RunningCounter counter;
  auto& cashier = counter.cashier;
  counter.open(cashier);
  REQUIRE(counter.take_cash(cashier, counter.account_no, "5.00").status == 201);
  const std::string path = "/api/v1/accounts/" + counter.account_no + "/statement/document";
  std::string zh;
  for (const char* language : {"zh", "en", "both"}) {
    const auto paper = cashier.get(path + "?from=2026-10-01&to=2026-12-31&language=" + language);
    CHECK(paper.status == 200);
    CHECK(paper.header("Content-Type") == "application/pdf");
    CHECK(paper.body.starts_with("%PDF-"));
    if (zh.empty()) zh = paper.body;
    else CHECK(paper.body != zh);
  }
  CHECK(cashier.get(path + "?from=2026-12-01&to=2026-11-01").status == 422);
  CHECK(cashier.get(path + "?from=2020-01-01&to=2026-11-01").status == 422);
  CHECK(cashier.get(path).pointers() == std::vector<std::string>{"/from", "/to"});
  const auto elsewhere = counter.county.look_up("SELECT a.account_no FROM customers_account a JOIN administration_org_unit o ON o.org_id = a.org_id WHERE o.path LIKE '/1/3/%' LIMIT 1");
  check_refused(cashier.get("/api/v1/accounts/" + elsewhere + "/statement/document?from=2026-10-01&to=2026-12-31"), 404, "customers.no_account");
  CHECK(counter.county.client_of(fixture::kMeterReader).get(path + "?from=2026-10-01&to=2026-12-31").status == 403);
}

// What takes two people, as the terminals ask for it: rights, data scope, bad input, repeated requests.
#include <catch2/catch.hpp>

#include <algorithm>

#include "mis/base/decimal.hpp"
#include "tests/api/billing/declared.hpp"
#include "tests/api/receivables/money_county.hpp"

using fixture::Client;
using fixture::differs_from_declaration;
using fixture::MoneyCounty;
using fixture::Reply;
using nlohmann::json;

namespace {

constexpr const char* kProposals = "/api/v1/receivables/proposals";
constexpr const char* kProposal = "/api/v1/receivables/proposals/{proposal_id}";

std::string path_of(const Reply& proposal) { return std::string(kProposals) + "/" + std::to_string(proposal.json().at("proposal_id").get<std::int64_t>()); }

}  // namespace

TEST_CASE("a proposal goes from one desk to the other and takes effect there") {
  MoneyCounty money;
  auto& county = money.county;
  Client clerk = county.client_of(fixture::kMoneyClerk), supervisor = county.client_of(fixture::kMoneySupervisor);
  const auto account = money.account_of(fixture::kStation);
  const auto created = clerk.post(kProposals, {{"kind", "receive_deposit"}, {"account_no", account}, {"reason", "新装用户"}, {"amount", "500.00"}, {"into", "bank"}}, {county.new_key()});
  INFO(created.body);
  REQUIRE(created.status == 201);
  CHECK(differs_from_declaration(county.registry(), "post", kProposals, created) == std::vector<std::string>{});
  CHECK(created.header("ETag") == "\"1\"");
  CHECK(created.json().at("state") == "proposed");
  CHECK(created.json().at("amount") == "500.00");
  CHECK(created.json().at("detail") == json({{"amount", "500.00"}, {"into", "bank"}}));
  CHECK(created.json().at("decided_by").is_null());
  const auto path = path_of(created);

  const auto seen = supervisor.get(path);
  CHECK(differs_from_declaration(county.registry(), "get", kProposal, seen) == std::vector<std::string>{});
  CHECK(seen.json() == created.json());
  CHECK(supervisor.get("/api/v1/accounts/" + account + "/balance").json().at("deposit") == "0.00");
  const auto approved = supervisor.post(path + "/approve", json::object(), {county.new_key(), {"If-Match", seen.header("ETag")}});
  INFO(approved.body);
  REQUIRE(approved.status == 200);
  CHECK(differs_from_declaration(county.registry(), "post", std::string(kProposal) + "/approve", approved) == std::vector<std::string>{});
  CHECK(approved.json().at("state") == "approved");
  CHECK(approved.json().at("decided_by") == "账务主管");
  CHECK(approved.json().at("transaction_no").is_string());
  CHECK(approved.header("ETag") == "\"2\"");
  CHECK(supervisor.get("/api/v1/accounts/" + account + "/balance").json().at("deposit") == "500.00");
  CHECK(money.differences().empty());

  const auto list = supervisor.get(std::string(kProposals) + "?state=approved&kind=receive_deposit&account_no=" + account);
  CHECK(differs_from_declaration(county.registry(), "get", kProposals, list) == std::vector<std::string>{});
  REQUIRE(list.json().at("items").size() == 1);
  CHECK(list.json().at("items").at(0).at("account_no") == account);
  CHECK(list.json().at("items").at(0).at("name") == created.json().at("name"));
  CHECK(supervisor.get(std::string(kProposals) + "?state=proposed").json().at("items").empty());
  CHECK(supervisor.get(std::string(kProposals) + "?state=lost").status == 422);
}

TEST_CASE("a second person is a second person, and sees the newest version") {
  MoneyCounty money;
  auto& county = money.county;
  Client clerk = county.client_of(fixture::kMoneyClerk), supervisor = county.client_of(fixture::kMoneySupervisor);
  const json deposit = {{"kind", "receive_deposit"}, {"account_no", money.account_of(fixture::kStation)}, {"reason", "新装用户"}, {"amount", "1.00"}, {"into", "cash"}};
  // The supervisor may do both, but not both to one proposal.
  const auto own = supervisor.post(kProposals, deposit, {county.new_key()});
  REQUIRE(own.status == 201);
  const auto alone = supervisor.post(path_of(own) + "/approve", json::object(), {county.new_key(), {"If-Match", "\"1\""}});
  CHECK(alone.status == 403);
  CHECK(alone.code() == "security.second_person");
  CHECK(clerk.post(path_of(own) + "/withdraw", json::object(), {county.new_key(), {"If-Match", "\"1\""}}).code() == "receivables.not_yours");
  CHECK(supervisor.post(path_of(own) + "/withdraw", json::object(), {county.new_key(), {"If-Match", "\"1\""}}).json().at("state") == "withdrawn");

  const auto other = clerk.post(kProposals, deposit, {county.new_key()});
  CHECK(supervisor.post(path_of(other) + "/approve", json::object(), {county.new_key()}).status == 428);
  CHECK(supervisor.post(path_of(other) + "/approve", json::object(), {{"If-Match", "\"1\""}}).status == 400);
  CHECK(supervisor.post(path_of(other) + "/approve", json::object(), {county.new_key(), {"If-Match", "\"7\""}}).status == 412);
  const auto speechless = supervisor.post(path_of(other) + "/refuse", json::object(), {county.new_key(), {"If-Match", "\"1\""}});
  CHECK(speechless.status == 422);
  CHECK(speechless.pointers() == std::vector<std::string>{"/note"});
  const auto refused = supervisor.post(path_of(other) + "/refuse", {{"note", "缺少缴费凭证"}}, {county.new_key(), {"If-Match", "\"1\""}});
  CHECK(refused.json().at("state") == "refused");
  CHECK(refused.json().at("decision_note") == "缺少缴费凭证");
  CHECK(supervisor.post(path_of(other) + "/approve", json::object(), {county.new_key(), {"If-Match", "\"2\""}}).code() == "receivables.proposal_state");
  CHECK(supervisor.get(std::string(kProposals) + "/123456789").code() == "receivables.no_proposal");
  CHECK(money.differences().empty());
}

TEST_CASE("each step asks for its permission, and a station sees its own accounts only") {
  MoneyCounty money;
  auto& county = money.county;
  Client reader = county.client_of(fixture::kMeterReader), cashier = county.client_of(fixture::kCashier), clerk = county.client_of(fixture::kMoneyClerk),
         head = county.client_of(fixture::kStationHead), supervisor = county.client_of(fixture::kMoneySupervisor);
  const auto own = money.account_of(fixture::kStation), foreign = money.account_of({3});
  const auto deposit = [](const std::string& account) { return json{{"kind", "receive_deposit"}, {"account_no", account}, {"reason", "新装用户"}, {"amount", "1.00"}, {"into", "bank"}}; };
  const auto inside = clerk.post(kProposals, deposit(own), {county.new_key()}), outside = clerk.post(kProposals, deposit(foreign), {county.new_key()});
  REQUIRE(outside.status == 201);

  CHECK(reader.get(kProposals).code() == "security.permission");
  CHECK(reader.get("/api/v1/accounts/" + own + "/payments").code() == "security.permission");
  CHECK(reader.get("/api/v1/accounts/" + own + "/statement?from=2026-11-01&to=2026-11-02").code() == "security.permission");
  CHECK(cashier.post(kProposals, deposit(own), {county.new_key()}).code() == "security.permission");
  for (const char* action : {"/approve", "/refuse"}) CHECK(clerk.post(path_of(inside) + action, {{"note", "x"}}, {county.new_key(), {"If-Match", "\"1\""}}).code() == "security.permission");

  CHECK(cashier.get(kProposals).json().at("items").size() == 1);
  CHECK(cashier.get(path_of(inside)).status == 200);
  CHECK(cashier.get(path_of(outside)).code() == "receivables.no_proposal");
  CHECK(cashier.get(std::string(kProposals) + "?account_no=" + foreign).code() == "customers.no_account");
  for (const char* what : {"/payments", "/plans", "/statement?from=2026-11-01&to=2026-11-02"}) CHECK(cashier.get("/api/v1/accounts/" + foreign + what).code() == "customers.no_account");
  CHECK(head.post(path_of(outside) + "/approve", json::object(), {county.new_key(), {"If-Match", "\"1\""}}).code() == "receivables.no_proposal");
  CHECK(head.post(path_of(inside) + "/approve", json::object(), {county.new_key(), {"If-Match", "\"1\""}}).status == 200);

  // A bank account is for those who pay to it.
  const auto settled = money.settled_account(fixture::kStation);
  const auto refund = clerk.post(kProposals, {{"kind", "refund_advance"}, {"account_no", settled}, {"reason", "销户"}, {"amount", "4.00"}, {"bank_account_name", "王芳"}, {"bank_account_no", "6222021234567"}},
                                 {county.new_key()});
  INFO(refund.body);
  REQUIRE(refund.status == 201);
  CHECK(refund.json().at("detail").at("bank_account_no") == "6222021234567");
  CHECK(cashier.get(path_of(refund)).json().at("detail").at("bank_account_no") == "*********4567");

  // The other account of a transfer must be in the scope too: of who proposes and of who approves.
  const auto transfer = supervisor.post(kProposals, {{"kind", "transfer"}, {"account_no", settled}, {"reason", "过户"}, {"to_account_no", foreign}}, {county.new_key()});
  INFO(transfer.body);
  REQUIRE(transfer.status == 201);
  CHECK(head.post(path_of(transfer) + "/approve", json::object(), {county.new_key(), {"If-Match", "\"1\""}}).code() == "customers.no_account");
  CHECK(money.differences().empty());
}

TEST_CASE("everything that is wrong with a proposal is said at once, and nothing is written") {
  MoneyCounty money;
  auto& county = money.county;
  Client clerk = county.client_of(fixture::kMoneyClerk);
  const auto account = money.account_of(fixture::kStation);
  struct Bad { const char* what; json body; std::vector<std::string> pointers; };
  const std::string other_bill = "202610-" + money.account_of({3}) + "-1";
  const auto bad = std::vector<Bad>{
      {"nothing", json::object(), {"/kind", "/account_no", "/reason"}},
      {"a kind that is none", {{"kind", "gift"}, {"account_no", account}, {"reason", "x"}}, {"/kind"}},
      {"a waiver", {{"kind", "waive_late"}, {"account_no", account}, {"reason", ""}, {"bills", {{{"bill_no", other_bill}, {"amount", 1.5}}, {{"bill_no", "x"}, {"amount", "-1.00"}}}}, {"gift", true}},
       {"/reason", "/bills/0/bill_no", "/bills/0/amount", "/bills/1/bill_no", "/bills/1/amount", "/gift"}},
      {"a write-off", {{"kind", "write_off"}, {"account_no", account}, {"reason", "x"}, {"bills", {other_bill}}}, {"/bills"}},
      {"a refund", {{"kind", "refund_advance"}, {"account_no", account}, {"reason", "x"}, {"amount", "1.005"}, {"bank_account_no", "12-34567"}}, {"/amount", "/bank_account_name", "/bank_account_no"}},
      {"a deposit", {{"kind", "receive_deposit"}, {"account_no", account}, {"reason", "x"}, {"amount", "90071992547409930.00"}, {"into", "pocket"}}, {"/amount", "/into"}},
      {"a transfer", {{"kind", "transfer"}, {"account_no", account}, {"reason", std::string(201, 'x')}}, {"/reason", "/to_account_no"}},
      {"a plan", {{"kind", "instalment_plan"}, {"account_no", account}, {"reason", "x"}, {"instalments", {{{"due_on", "2026-02-30"}, {"amount", "1.00"}}, {{"amount", "-5.00"}}}}},
       {"/instalments/0/due_on", "/instalments/1/due_on", "/instalments/1/amount"}},
      {"a cancelled plan", {{"kind", "cancel_plan"}, {"account_no", account}, {"reason", "x"}, {"plan_id", 0}}, {"/plan_id"}},
  };
  for (const auto& row : bad) {
    INFO(row.what);
    const auto reply = clerk.post(kProposals, row.body, {county.new_key()});
    INFO(reply.body);
    CHECK(reply.status == 422);
    auto found = reply.pointers(), wanted = row.pointers;
    std::sort(found.begin(), found.end());
    std::sort(wanted.begin(), wanted.end());
    CHECK(found == wanted);
  }
  CHECK(clerk.post(kProposals, {{"kind", "apply_deposit"}, {"account_no", "0000000000"}, {"reason", "x"}}, {county.new_key()}).code() == "customers.no_account");
  CHECK(clerk.post(kProposals, {{"kind", "apply_deposit"}, {"account_no", account}, {"reason", "x"}}, {county.new_key()}).code() == "receivables.not_enough");
  CHECK(clerk.post(kProposals, {{"kind", "receive_deposit"}, {"account_no", account}, {"reason", "x"}, {"amount", "0.00"}, {"into", "bank"}}, {county.new_key()}).code() == "receivables.bad_amount");
  CHECK(clerk.post(kProposals, {{"kind", "waive_late"}, {"account_no", account}, {"reason", "x"}, {"bills", json::array()}}, {county.new_key()}).code() == "receivables.no_bills");
  CHECK(clerk.send("POST", kProposals, "{\"kind\":", {county.new_key(), {"Content-Type", "application/json"}, {"X-CSRF-Token", clerk.csrf_token}}).status == 400);
  CHECK(county.look_up("SELECT COUNT(*) FROM receivables_proposal") == "0");
}

TEST_CASE("the same request twice is one proposal and one effect") {
  MoneyCounty money;
  auto& county = money.county;
  Client clerk = county.client_of(fixture::kMoneyClerk), supervisor = county.client_of(fixture::kMoneySupervisor);
  const auto account = money.account_of(fixture::kStation);
  json deposit = {{"kind", "receive_deposit"}, {"account_no", account}, {"reason", "新装用户"}, {"amount", "8.00"}, {"into", "bank"}};
  const auto key = county.new_key(), second_key = county.new_key();
  const auto once = clerk.post(kProposals, deposit, {key}), again = clerk.post(kProposals, deposit, {key});
  CHECK(again.status == 201);
  CHECK(again.json() == once.json());
  CHECK(county.look_up("SELECT COUNT(*) FROM receivables_proposal") == "1");
  deposit["amount"] = "9.00";
  CHECK(clerk.post(kProposals, deposit, {key}).code() == "http.idempotency_key_reused");
  CHECK(clerk.post(kProposals, deposit).status == 400);
  const auto approve = [&] { return supervisor.post(path_of(once) + "/approve", json::object(), {second_key, {"If-Match", "\"1\""}}); };
  const auto approved = approve();
  REQUIRE(approved.status == 200);
  CHECK(approve().json() == approved.json());
  CHECK(supervisor.get("/api/v1/accounts/" + account + "/balance").json().at("deposit") == "8.00");
  CHECK(money.differences().empty());
}

// What the terminals read of an account's money, what the utility sets, and the work of the night.
#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "mis/base/decimal.hpp"
#include "tests/api/billing/declared.hpp"
#include "tests/api/receivables/money_county.hpp"

using fixture::Client;
using fixture::differs_from_declaration;
using fixture::MoneyCounty;
using nlohmann::json;

namespace {

std::int64_t fen(const json& yuan) { return mis::parse_yuan(yuan.get<std::string>())->value; }

}  // namespace

TEST_CASE("a statement adds up from its opening to the account's balance") {
  MoneyCounty money;
  auto& county = money.county;
  Client clerk = county.client_of(fixture::kMoneyClerk);
  const auto account = money.account_of(fixture::kStation);
  const std::string path = "/api/v1/accounts/" + account;
  const auto due = money.due_of(account);
  money.pay(account, {100});
  money.pay(account, due + mis::Money{2'345});  // 24.45 stay in advance

  const auto reply = clerk.get(path + "/statement?from=2026-11-01&to=2026-11-30");
  INFO(reply.body);
  CHECK(differs_from_declaration(county.registry(), "get", "/api/v1/accounts/{account_no}/statement", reply) == std::vector<std::string>{});
  const json statement = reply.json();
  REQUIRE(statement.at("rows").size() == 3);
  std::int64_t balance = fen(statement.at("opening"));
  CHECK(balance == 0);
  for (const auto& row : statement.at("rows")) {
    balance += fen(row.at("debit")) - fen(row.at("credit"));
    CHECK(fen(row.at("balance")) == balance);
  }
  CHECK(statement.at("rows").at(0).at("what") == "电费发行");
  CHECK(statement.at("rows").at(0).at("reference") == "202610-" + account + "-1");
  CHECK(statement.at("rows").at(1).at("reference") == "api-1");
  CHECK(statement.at("closing") == "-24.45");
  CHECK(statement.at("late_charge") == "0.00");
  CHECK(statement.at("balance") == clerk.get(path + "/balance").json().at("balance"));
  // What is over is the opening of what follows; of the past no late charge is told.
  const json later = clerk.get(path + "/statement?from=2026-11-03&to=2026-11-30").json();
  CHECK(later.at("opening") == "-24.45");
  CHECK(later.at("rows").empty());
  const json before = clerk.get(path + "/statement?from=2026-10-01&to=2026-10-31").json();
  CHECK(before.at("closing") == "0.00");
  CHECK(before.at("balance").is_null());
  CHECK(clerk.get(path + "/statement").pointers() == std::vector<std::string>{"/from", "/to"});
  CHECK(clerk.get(path + "/statement?from=2026-11-02&to=2026-11-01").pointers() == std::vector<std::string>{"/to"});
  CHECK(clerk.get(path + "/statement?from=2020-01-01&to=2026-11-01").pointers() == std::vector<std::string>{"/to"});

  const auto first = clerk.get(path + "/payments?limit=1");
  CHECK(differs_from_declaration(county.registry(), "get", "/api/v1/accounts/{account_no}/payments", first) == std::vector<std::string>{});
  CHECK(first.json().at("has_more") == true);
  const json newest = first.json().at("items").at(0);
  CHECK(newest.at("reference") == "api-2");
  CHECK(newest.at("advance") == "24.45");
  CHECK(newest.at("method") == "cash");
  CHECK(newest.at("taken_by") == "账务主管");
  CHECK(newest.at("reversed") == false);
  const json rest = clerk.get(path + "/payments?limit=1&cursor=" + first.json().at("next_cursor").get<std::string>()).json();
  CHECK(rest.at("items").at(0).at("amount") == "1.00");
  CHECK(rest.at("has_more") == false);
}

TEST_CASE("an instalment plan is read with what is paid of each instalment") {
  MoneyCounty money;
  auto& county = money.county;
  Client clerk = county.client_of(fixture::kMoneyClerk), supervisor = county.client_of(fixture::kMoneySupervisor);
  const auto account = money.account_of(fixture::kStation);
  const auto due = money.due_of(account);
  const std::string plans = "/api/v1/accounts/" + account + "/plans";
  CHECK(clerk.get(plans).json().at("items").empty());
  const json instalments = {{{"due_on", "2026-12-01"}, {"amount", "10.00"}}, {{"due_on", "2027-01-01"}, {"amount", mis::format_yuan(due - mis::Money{1'000})}}};
  const auto created =
      clerk.post("/api/v1/receivables/proposals", {{"kind", "instalment_plan"}, {"account_no", account}, {"reason", "家庭困难"}, {"instalments", instalments}}, {county.new_key()});
  INFO(created.body);
  REQUIRE(created.status == 201);
  const auto id = std::to_string(created.json().at("proposal_id").get<std::int64_t>());
  REQUIRE(supervisor.post("/api/v1/receivables/proposals/" + id + "/approve", json::object(), {county.new_key(), {"If-Match", "\"1\""}}).status == 200);
  money.pay(account, {1'200});
  const auto reply = clerk.get(plans);
  CHECK(differs_from_declaration(county.registry(), "get", "/api/v1/accounts/{account_no}/plans", reply) == std::vector<std::string>{});
  const json plan = reply.json().at("items").at(0);
  CHECK(plan.at("state") == "active");
  CHECK(plan.at("paid") == "12.00");
  CHECK(plan.at("total") == mis::format_yuan(due));
  CHECK(plan.at("bills") == json{"202610-" + account + "-1"});
  CHECK(plan.at("late_charges_until") == "2026-11-02");
  CHECK(plan.at("instalments").at(0) == json({{"due_on", "2026-12-01"}, {"amount", "10.00"}, {"paid", "10.00"}, {"state", "paid"}}));
  CHECK(plan.at("instalments").at(1).at("paid") == "2.00");
  CHECK(plan.at("instalments").at(1).at("state") == "open");
  CHECK(county.look_up("SELECT COUNT(*) FROM receivables_active_plan") == "1");
  CHECK(money.differences().empty());
}

TEST_CASE("settings are the supervisor's, checked and audited") {
  MoneyCounty money;
  auto& county = money.county;
  Client clerk = county.client_of(fixture::kMoneyClerk), supervisor = county.client_of(fixture::kMoneySupervisor);
  const char* path = "/api/v1/receivables/settings";
  const auto shown = clerk.get(path);
  CHECK(differs_from_declaration(county.registry(), "get", path, shown) == std::vector<std::string>{});
  CHECK(shown.json() == json({{"allocation_order", "late_first"}, {"plan_grace_days", 3}}));
  const json wanted = {{"allocation_order", "principal_first"}, {"plan_grace_days", 5}};
  const std::string seen = shown.header("ETag");
  const auto put = [&](const json& body, const std::string& version) { return supervisor.put(path, body, {{"If-Match", version}}); };
  CHECK(clerk.put(path, wanted, {{"If-Match", seen}}).code() == "security.permission");
  CHECK(supervisor.put(path, wanted).status == 428);
  const auto bad = put({{"allocation_order", "newest_first"}, {"plan_grace_days", -1}, {"gift", 1}}, seen);
  CHECK(bad.status == 422);
  CHECK(bad.pointers() == std::vector<std::string>{"/allocation_order", "/plan_grace_days", "/gift"});
  const auto audited = [&] { return county.look_up("SELECT COUNT(*) FROM security_audit WHERE action = 'receivables.configure'"); };
  const auto before = audited();
  const auto changed = put(wanted, seen);
  CHECK(changed.json() == wanted);
  CHECK(put(json({{"allocation_order", "late_first"}, {"plan_grace_days", 9}}), seen).status == 412);  // somebody else was faster
  CHECK(put(wanted, changed.header("ETag")).status == 200);  // nothing changes, nothing is audited
  CHECK(clerk.get(path).json() == wanted);
  CHECK(clerk.get(path).header("ETag") == changed.header("ETag"));
  CHECK(std::stoi(audited()) == std::stoi(before) + 1);
  CHECK(county.look_up("SELECT after_json FROM security_audit WHERE action = 'receivables.configure' ORDER BY seq DESC LIMIT 1").find("principal_first") != std::string::npos);
}

TEST_CASE("of many who change the settings at once from the same version one does") {
  MoneyCounty money;
  auto& county = money.county;
  Client supervisor = county.client_of(fixture::kMoneySupervisor);
  const char* path = "/api/v1/receivables/settings";
  for (int round = 0; round < 5; ++round) {
    const auto seen = supervisor.get(path).header("ETag");
    std::atomic<int> won{0}, lost{0};
    std::vector<std::jthread> hands;
    for (int i = 0; i < 6; ++i)
      hands.emplace_back([&, i, client = county.client_of(fixture::kMoneySupervisor)]() mutable {
        const auto status = client.put(path, {{"allocation_order", "late_first"}, {"plan_grace_days", 10 + 10 * (round % 2) + i}}, {{"If-Match", seen}}).status;
        if (status == 200) ++won;
        else if (status == 412) ++lost;
      });
    hands.clear();
    CHECK(won == 1);
    CHECK(lost == 5);
  }
}

TEST_CASE("the work of the night is started by whoever answers for the whole utility") {
  MoneyCounty money;
  auto& county = money.county;
  Client clerk = county.client_of(fixture::kMoneyClerk), head = county.client_of(fixture::kStationHead), supervisor = county.client_of(fixture::kMoneySupervisor),
         lin = county.client_of(fixture::kClerk);
  money.settled_account(fixture::kStation);
  for (const char* path : {"/api/v1/receivables/advances/apply", "/api/v1/receivables/plans/review"}) {
    INFO(path);
    CHECK(clerk.post(path, json::object(), {county.new_key()}).code() == "security.permission");
    CHECK(head.post(path, json::object(), {county.new_key()}).code() == "security.scope");
    const auto key = county.new_key();
    const auto started = supervisor.post(path, json::object(), {key});
    INFO(started.body);
    REQUIRE(started.status == 202);
    CHECK(supervisor.post(path, json::object(), {key}).json() == started.json());
    CHECK(county.wait_for(lin, started.json().at("job_id")).at("state") == "done");
  }
  CHECK(money.differences().empty());
}

// Who may do what at the counter, and what is said to requests that cannot be meant.
#include <catch2/catch.hpp>

#include "tests/api/cashier/running_counter.hpp"

using fixture::check_refused;
using fixture::Client;
using fixture::RunningCounter;
using nlohmann::json;

TEST_CASE("each thing at the counter asks for its permission", "[cashier]") {
  RunningCounter counter;
  auto& county = counter.county;
  const auto session = counter.open(counter.cashier).json();
  const std::string session_path = "/api/v1/cashier/sessions/" + std::to_string(session.at("session_id").get<int>());
  const std::string receipt = "/api/v1/cashier/receipts/" + counter.take_cash(counter.cashier, counter.account_no, "600.00").json().at("receipt_no").get<std::string>();
  Client reader = county.client_of(fixture::kMeterReader), manager = county.client_of("wang.guoqiang");
  for (const std::string& path : {std::string("/api/v1/cashier/session"), std::string("/api/v1/cashier/sessions"), session_path, std::string("/api/v1/cashier/receipts"), receipt,
                                  std::string("/api/v1/cashier/due?account_no=") + counter.account_no, std::string("/api/v1/cashier/reversal-requests"), std::string("/api/v1/cashier/days/2026-11-02"),
                                  std::string("/api/v1/cashier/settings")})
    check_refused(reader.get(path), 403, "security.permission");
  CHECK(manager.get(receipt).status == 200);  // looks on
  check_refused(counter.open(manager), 403, "security.permission");
  check_refused(counter.take_cash(manager, counter.account_no, "1.00"), 403, "security.permission");
  check_refused(counter.reverse(manager, receipt.substr(25)), 403, "security.permission");

  const auto request = counter.reverse(counter.cashier, receipt.substr(25));
  REQUIRE(request.status == 202);
  const std::string request_path = "/api/v1/cashier/reversal-requests/" + std::to_string(request.json().at("request_id").get<int>());
  check_refused(counter.cashier.post(request_path + "/approve", json::object(), {county.new_key()}), 403, "security.permission");
  check_refused(counter.cashier.post("/api/v1/cashier/days/2026-11-02/close", {{"hall", "X"}}, {county.new_key()}), 403, "security.permission");
  check_refused(counter.supervisor.post("/api/v1/cashier/days/2026-11-02/close-company", json::object(), {county.new_key()}), 403, "security.scope");
  const auto refused = counter.supervisor.post(request_path + "/refuse", {{"reason", "票据不全"}}, {county.new_key()});
  fixture::check_declared(counter, "post", "/api/v1/cashier/reversal-requests/{request_id}/refuse", refused);
  CHECK(refused.json().at("state") == "refused");
  check_refused(counter.supervisor.post(request_path + "/approve", json::object(), {county.new_key()}), 409, "cashier.request_decided");

  // Whoever asked is no second person, whatever else they may do.
  const auto own = counter.reverse(counter.supervisor, receipt.substr(25));
  REQUIRE(own.status == 202);
  const std::string own_path = "/api/v1/cashier/reversal-requests/" + std::to_string(own.json().at("request_id").get<int>());
  check_refused(counter.supervisor.post(own_path + "/approve", json::object(), {county.new_key()}), 403, "security.second_person");
  check_refused(counter.supervisor.post(own_path + "/refuse", {{"reason", "x"}}, {county.new_key()}), 403, "security.second_person");
  CHECK(counter.cashier.get(receipt).json().at("state") == "taken");
}

TEST_CASE("customers pay at any counter, but a hall sees its own receipts only", "[cashier]") {
  RunningCounter counter;
  auto& county = counter.county;
  Client other = county.client_of(fixture::kOtherCashier);
  const auto mine = counter.open(counter.cashier).json();
  const auto theirs = counter.open(other).json();
  const auto taken = counter.take_cash(other, counter.account_no, "5.00");  // an account of station 2 paid in station 3
  REQUIRE(taken.status == 201);
  const std::string path = "/api/v1/cashier/receipts/" + taken.json().at("receipt_no").get<std::string>();
  CHECK(other.get(path).status == 200);
  check_refused(counter.cashier.get(path), 404, "cashier.no_receipt");
  check_refused(counter.cashier.post(path + "/print", {{"format", "roll"}, {"language", "zh"}}, {county.new_key()}), 404, "cashier.no_receipt");
  check_refused(counter.reverse(counter.cashier, path.substr(25)), 404, "cashier.no_receipt");
  CHECK(counter.cashier.get("/api/v1/cashier/receipts?account_no=" + counter.account_no).json().at("items").empty());
  const std::string their_session = "/api/v1/cashier/sessions/" + std::to_string(theirs.at("session_id").get<int>());
  check_refused(counter.cashier.get(their_session), 404, "cashier.no_session");
  check_refused(counter.cashier.post(their_session + "/deposits", {{"bank_account", "1"}, {"slip_no", "1"}, {"amount", "1.00"}}, {county.new_key()}), 404, "cashier.no_session");
  check_refused(counter.supervisor.get("/api/v1/cashier/days/2026-11-02?hall=" + theirs.at("hall").at("code").get<std::string>()), 404, "cashier.no_hall");
  CHECK(counter.cashier.get("/api/v1/cashier/sessions?date=2026-11-02&state=open").json().at("items").size() == 1);
  Client company = county.client_of(fixture::kAccountSupervisor);
  CHECK(company.get("/api/v1/cashier/sessions").json().at("items").size() == 2);
  CHECK(company.get(path).status == 200);

  // A colleague of the same hall is not the session's cashier; the supervisor may step in.
  const std::string my_session = "/api/v1/cashier/sessions/" + std::to_string(mine.at("session_id").get<int>());
  county.database().owner().lease()->execute("UPDATE administration_user SET org_id = 2 WHERE username = ?", fixture::kOtherCashier);
  Client colleague = county.client_of(fixture::kOtherCashier);
  const auto etag = colleague.get(my_session).header("ETag");
  const json count = {{"cash", {{{"denomination", "100.00"}, {"count", 2}}}}, {"card", "0.00"}, {"cheque", "0.00"}, {"qr", "0.00"}};
  check_refused(colleague.post(my_session + "/close", count, {county.new_key(), {"If-Match", etag}}), 403, "cashier.not_your_session");
  CHECK(counter.supervisor.post(my_session + "/close", count, {county.new_key(), {"If-Match", etag}}).status == 200);
  county.database().owner().lease()->execute("UPDATE administration_user SET org_id = 3 WHERE username = ?", fixture::kOtherCashier);
}

TEST_CASE("a receipt that cannot be meant is refused with every reason, and takes nothing", "[cashier]") {
  RunningCounter counter;
  REQUIRE(counter.open(counter.cashier).status == 201);
  const auto line = [&](const char* amount) { return json{{"account_no", counter.account_no}, {"amount", amount}}; };
  struct Wrong {
    const char* what;
    json body;
    const char* pointer;
  };
  const std::vector<Wrong> wrong = {
      {"nothing at all", {{"accounts", json::array()}, {"method", "cash"}}, "/accounts"},
      {"an amount of zero", {{"accounts", {line("0.00")}}, {"method", "cash"}}, "/accounts/0/amount"},
      {"a negative amount", {{"accounts", {line("-1.00")}}, {"method", "cash"}}, "/accounts/0/amount"},
      {"a third of a fen", {{"accounts", {line("1.333")}}, {"method", "cash"}}, "/accounts/0/amount"},
      {"more than can be counted", {{"accounts", {line("90071992547409930.00")}}, {"method", "cash"}}, "/accounts/0/amount"},
      {"another currency", {{"accounts", {line("5 USD")}}, {"method", "cash"}}, "/accounts/0/amount"},
      {"a JSON number", {{"accounts", {{{"account_no", counter.account_no}, {"amount", 5}}}}, {"method", "cash"}}, "/accounts/0/amount"},
      {"an account that does not exist", {{"accounts", {line("5.00"), {{"account_no", "0000000000"}, {"amount", "5.00"}}}}, {"method", "cash"}}, "/accounts/1/account_no"},
      {"an account twice", {{"accounts", {line("5.00"), line("5.00")}}, {"method", "cash"}}, "/accounts/1/account_no"},
      {"a bill of another account", {{"accounts", {{{"account_no", counter.account_no}, {"amount", "5.00"}, {"bills", {"202610-" + counter.second_account_no + "-1"}}}}}, {"method", "cash"}}, "/accounts/0/bills"},
      {"an unknown method", {{"accounts", {line("5.00")}}, {"method", "gold"}}, "/method"},
      {"a card without its slip", {{"accounts", {line("5.00")}}, {"method", "card"}}, "/reference"},
      {"cash with a slip", {{"accounts", {line("5.00")}}, {"method", "cash"}, {"reference", "1"}}, "/reference"},
      {"change for a card", {{"accounts", {line("5.00")}}, {"method", "card"}, {"reference", "1"}, {"tendered", "10.00"}}, "/tendered"},
      {"too little cash", {{"accounts", {line("5.00")}}, {"method", "cash"}, {"tendered", "4.99"}}, "/tendered"},
      {"a field that is none", {{"accounts", {line("5.00")}}, {"method", "cash"}, {"discount", "1.00"}}, "/discount"},
  };
  for (const auto& one : wrong) {
    INFO(one.what);
    const auto reply = counter.take(counter.cashier, one.body);
    INFO(reply.body);
    CHECK(reply.status == 422);
    CHECK(reply.pointers() == std::vector<std::string>{one.pointer});
  }
  const auto paid = counter.county.look_up("SELECT bill_no FROM (SELECT CONCAT(i.billing_month, '-', a.account_no, '-', i.revision) AS bill_no FROM receivables_open_item i JOIN customers_account a "
                                           "ON a.account_id = i.account_id WHERE a.account_no = ?) q", counter.account_no);
  auto not_open = json{{"accounts", {line("5.00")}}, {"method", "cash"}};
  not_open["accounts"][0]["bills"] = {"209912-" + counter.account_no + "-1"};
  check_refused(counter.take(counter.cashier, not_open), 409, "receivables.not_open");
  CHECK(counter.county.look_up("SELECT COUNT(*) FROM cashier_receipt") == "0");
  CHECK(counter.county.look_up("SELECT COUNT(*) FROM receivables_payment") == "0");
  CHECK_FALSE(paid.empty());

  check_refused(counter.cashier.get("/api/v1/cashier/due?account_no=0000000000"), 404, "customers.no_account");
  CHECK(counter.cashier.get("/api/v1/cashier/due").status == 422);
  CHECK(counter.cashier.get("/api/v1/cashier/due?account_no=12%27%20OR%201=1").status == 422);
  std::string many = "/api/v1/cashier/due?account_no=1";
  for (int i = 2; i <= 21; ++i) many += "&account_no=" + std::to_string(i);
  CHECK(counter.cashier.get(many).status == 422);
  check_refused(counter.cashier.get("/api/v1/cashier/receipts/nothing"), 404, "cashier.no_receipt");
  check_refused(counter.cashier.get("/api/v1/cashier/days/2026-13-01"), 404, "cashier.no_day");
  CHECK(counter.verify().empty());
}

TEST_CASE("a float, a count and a deposit that cannot be meant", "[cashier]") {
  RunningCounter counter;
  auto& county = counter.county;
  CHECK(counter.open(counter.cashier, "-1.00").pointers() == std::vector<std::string>{"/float"});
  CHECK(counter.open(counter.cashier, "much").pointers() == std::vector<std::string>{"/float"});
  const auto session = counter.open(counter.cashier).json();
  const std::string path = "/api/v1/cashier/sessions/" + std::to_string(session.at("session_id").get<int>());
  const auto etag = counter.cashier.get(path).header("ETag");
  const auto close = [&](const json& cash) {
    return counter.cashier.post(path + "/close", {{"cash", cash}, {"card", "0.00"}, {"cheque", "0.00"}, {"qr", "0.00"}}, {county.new_key(), {"If-Match", etag}});
  };
  CHECK(close({{{"denomination", "30.00"}, {"count", 1}}}).pointers() == std::vector<std::string>{"/cash/0/denomination"});
  CHECK(close({{{"denomination", "100.00"}, {"count", -1}}}).pointers() == std::vector<std::string>{"/cash/0/count"});
  CHECK(close({{{"denomination", "100.00"}, {"count", 1}}, {{"denomination", "100.00"}, {"count", 1}}}).pointers() == std::vector<std::string>{"/cash/1/denomination"});
  const auto deposit = [&](const json& body) { return counter.cashier.post(path + "/deposits", body, {county.new_key()}); };
  CHECK(deposit({{"bank_account", "62220000"}, {"slip_no", "1"}, {"amount", "0.00"}}).pointers() == std::vector<std::string>{"/amount"});
  CHECK(deposit({{"bank_account", "帐号"}, {"slip_no", ""}, {"amount", "1.00"}}).pointers() == std::vector<std::string>{"/bank_account", "/slip_no"});
  check_refused(deposit({{"bank_account", "62220000"}, {"slip_no", "1"}, {"amount", "200.01"}}), 409, "cashier.not_enough_cash");
  CHECK(counter.cashier.get(path).json().at("state") == "open");
  CHECK(counter.verify().empty());
}

// A day at the counter, as the API tells it.
#include <catch2/catch.hpp>

#include "tests/api/cashier/running_counter.hpp"

using fixture::check_declared;
using fixture::check_refused;
using fixture::Client;
using fixture::Reply;
using fixture::RunningCounter;
using nlohmann::json;

TEST_CASE("a day at the counter, from the float to the company's close", "[cashier]") {
  RunningCounter counter;
  auto& county = counter.county;
  auto& cashier = counter.cashier;
  const auto none = cashier.get("/api/v1/cashier/session");
  check_declared(counter, "get", "/api/v1/cashier/session", none);
  CHECK(none.json().at("session").is_null());
  CHECK(none.json().at("settings") == json({{"round_up_to_yuan", false}, {"reversal_limit", "500.00"}, {"receipt_format", "roll"}}));

  const auto opened = counter.open(cashier);
  check_declared(counter, "post", "/api/v1/cashier/sessions", opened);
  const auto session = opened.json();
  CHECK(session.at("state") == "open");
  CHECK(session.at("cashier") == "孙丽");
  CHECK(session.at("expected").at("cash") == "200.00");
  CHECK(session.at("counted").is_null());
  const std::string session_path = "/api/v1/cashier/sessions/" + std::to_string(session.at("session_id").get<int>());
  check_refused(counter.open(cashier), 409, "cashier.session_open");

  // Two accounts, what they owe and what is paid.
  const auto due = cashier.get("/api/v1/cashier/due?account_no=" + counter.account_no + "&account_no=" + counter.second_account_no);
  check_declared(counter, "get", "/api/v1/cashier/due", due);
  const auto items = due.json().at("items");
  REQUIRE(items.size() == 2);
  CHECK(items.at(0).at("account_no") == counter.account_no);
  CHECK(items.at(0).at("bills").at(0).at("total") == items.at(0).at("due"));
  CHECK(due.json().at("suggested") == due.json().at("due"));
  const auto taken = counter.take(cashier, {{"accounts", {{{"account_no", counter.account_no}, {"amount", items.at(0).at("due")}}, {{"account_no", counter.second_account_no}, {"amount", "4.00"}}}},
                                            {"method", "cash"},
                                            {"tendered", "99999.00"}});
  check_declared(counter, "post", "/api/v1/cashier/receipts", taken);
  const auto receipt = taken.json();
  CHECK(receipt.at("state") == "taken");
  CHECK(receipt.at("lines").at(0).at("bills").at(0).at("bill_no") == items.at(0).at("bills").at(0).at("bill_no"));
  CHECK(receipt.at("lines").at(1).at("bills").at(0).at("principal") == "4.00");
  CHECK(receipt.at("tendered") == "99999.00");
  CHECK(cashier.get("/api/v1/cashier/due?account_no=" + counter.account_no).json().at("due") == "0.00");
  const auto receipt_path = "/api/v1/cashier/receipts/" + receipt.at("receipt_no").get<std::string>();
  const auto read = cashier.get(receipt_path);
  check_declared(counter, "get", "/api/v1/cashier/receipts/{receipt_no}", read);
  CHECK(read.json() == receipt);

  // A card payment with a picked bill; two prints.
  const auto card = counter.take(cashier, {{"accounts", {{{"account_no", counter.second_account_no}, {"amount", "1.00"}, {"bills", {items.at(1).at("bills").at(0).at("bill_no")}}}}},
                                           {"method", "card"},
                                           {"reference", "POS-000123"}});
  REQUIRE(card.status == 201);
  CHECK(card.json().at("change").is_null());
  CHECK(card.json().at("reference") == "POS-000123");
  const auto print = [&](const char* format) { return cashier.post(receipt_path + "/print", {{"format", format}, {"language", "zh"}}, {county.new_key()}); };
  const auto first_print = print("roll");
  check_declared(counter, "post", "/api/v1/cashier/receipts/{receipt_no}/print", first_print);
  CHECK(first_print.json().at("prints") == 1);
  CHECK(first_print.json().at("document_url") == receipt_path + "/document?format=roll&language=zh&print=1");
  CHECK(print("a5").json().at("prints") == 2);
  CHECK(cashier.get(receipt_path).json().at("prints") == 2);

  // A small mistake goes back at once, a big one takes the supervisor.
  const auto small = counter.take_cash(cashier, counter.second_account_no, "1.00").json();
  const auto back = counter.reverse(cashier, small.at("receipt_no"));
  check_declared(counter, "post", "/api/v1/cashier/receipts/{receipt_no}/reverse", back);
  CHECK(back.json().at("reversal").at("reason") == "收错户号");
  CHECK(back.json().at("reversal").at("approved_by").is_null());
  check_refused(counter.reverse(cashier, small.at("receipt_no")), 409, "cashier.reversed_already");
  const auto big = counter.take_cash(cashier, counter.account_no, "500.01").json();
  CHECK(big.at("lines").at(0).at("advance") == "500.01");
  const auto asked = counter.reverse(cashier, big.at("receipt_no"));
  REQUIRE(asked.status == 202);
  CHECK(asked.json().at("state") == "requested");
  const auto requests = counter.supervisor.get("/api/v1/cashier/reversal-requests?state=requested");
  check_declared(counter, "get", "/api/v1/cashier/reversal-requests", requests);
  REQUIRE(requests.json().at("items").size() == 1);
  CHECK(requests.json().at("items").at(0).at("receipt_no") == big.at("receipt_no"));
  CHECK(requests.json().at("items").at(0).at("requested_by") == "孙丽");
  const std::string request_path = "/api/v1/cashier/reversal-requests/" + std::to_string(asked.json().at("request_id").get<int>());
  const auto approved = counter.supervisor.post(request_path + "/approve", json::object(), {county.new_key()});
  check_declared(counter, "post", "/api/v1/cashier/reversal-requests/{request_id}/approve", approved);
  CHECK(approved.json().at("state") == "reversed");
  CHECK(approved.json().at("reversal").at("approved_by") == "周敏");
  CHECK(cashier.get("/api/v1/cashier/reversal-requests?state=approved").json().at("items").size() == 1);

  // Lists, newest first, in pages.
  const auto page = cashier.get("/api/v1/cashier/receipts?limit=3&date=2026-11-02");
  check_declared(counter, "get", "/api/v1/cashier/receipts", page);
  CHECK(page.json().at("items").at(0).at("receipt_no") == big.at("receipt_no"));
  CHECK(page.json().at("has_more") == true);
  const auto rest = cashier.get("/api/v1/cashier/receipts?limit=3&date=2026-11-02&cursor=" + page.json().at("next_cursor").get<std::string>()).json();
  REQUIRE(rest.at("items").size() == 1);
  CHECK(rest.at("items").at(0).at("receipt_no") == receipt.at("receipt_no"));
  CHECK(cashier.get("/api/v1/cashier/receipts?account_no=" + counter.account_no).json().at("items").size() == 2);
  CHECK(cashier.get("/api/v1/cashier/receipts?session_id=" + std::to_string(session.at("session_id").get<int>())).json().at("items").size() == 4);

  // The end of the day.
  const std::string day = "/api/v1/cashier/days/2026-11-02", hall = session.at("hall").at("code");
  const auto before = counter.supervisor.get(day);
  check_declared(counter, "get", "/api/v1/cashier/days/{date}", before);
  CHECK(before.json().at("hall").at("code") == hall);
  CHECK(before.json().at("open_sessions") == 1);
  check_refused(counter.supervisor.post(day + "/close", {{"hall", hall}}, {county.new_key()}), 409, "cashier.sessions_open");
  const auto closed = counter.close(cashier, session);
  check_declared(counter, "post", "/api/v1/cashier/sessions/{session_id}/close", closed);
  CHECK(closed.json().at("state") == "closed");
  CHECK(closed.json().at("difference") == "0.00");
  CHECK(closed.json().at("counted").at("card") == "1.00");
  const auto takings = closed.json().at("cash_left").get<std::string>();
  check_refused(counter.supervisor.post(day + "/close", {{"hall", hall}}, {county.new_key()}), 409, "cashier.undeposited");
  const auto deposit = cashier.post(session_path + "/deposits", {{"bank_account", "6222000012345678"}, {"slip_no", "JK-1"}, {"amount", takings}}, {county.new_key()});
  check_declared(counter, "post", "/api/v1/cashier/sessions/{session_id}/deposits", deposit);
  CHECK(deposit.json().at("cash_left") == "0.00");
  check_refused(cashier.post(session_path + "/deposits", {{"bank_account", "6222000012345678"}, {"slip_no", "JK-2"}, {"amount", "0.01"}}, {county.new_key()}), 409, "cashier.not_enough_cash");
  const auto hall_closed = counter.supervisor.post(day + "/close", {{"hall", hall}}, {county.new_key()});
  check_declared(counter, "post", "/api/v1/cashier/days/{date}/close", hall_closed);
  CHECK(hall_closed.json().at("state") == "closed");
  CHECK(hall_closed.json().at("totals").at("cash") == takings);
  CHECK(hall_closed.json().at("receipts") == 4);
  CHECK(hall_closed.json().at("reversals") == 2);
  check_refused(counter.open(cashier), 409, "cashier.day_closed");
  Client accounts = county.client_of(fixture::kAccountSupervisor);
  const auto company = accounts.post(day + "/close-company", json::object(), {county.new_key()});
  check_declared(counter, "post", "/api/v1/cashier/days/{date}/close-company", company);
  CHECK(company.json().at("hall").is_null());
  CHECK(company.json().at("totals") == hall_closed.json().at("totals"));
  CHECK(counter.verify().empty());
}

TEST_CASE("the same request twice is one receipt, another content under its key is refused", "[cashier]") {
  RunningCounter counter;
  REQUIRE(counter.open(counter.cashier).status == 201);
  const auto key = counter.county.new_key();
  const json body = {{"accounts", {{{"account_no", counter.account_no}, {"amount", "5.00"}}}}, {"method", "cash"}};
  const auto first = counter.cashier.post("/api/v1/cashier/receipts", body, {key});
  REQUIRE(first.status == 201);
  const auto again = counter.cashier.post("/api/v1/cashier/receipts", body, {key});
  CHECK(again.status == 201);
  CHECK(again.json() == first.json());
  CHECK(again.header("Idempotency-Replayed") == "true");
  auto other = body;
  other["accounts"][0]["amount"] = "6.00";
  check_refused(counter.cashier.post("/api/v1/cashier/receipts", other, {key}), 422, "http.idempotency_key_reused");
  CHECK(counter.county.look_up("SELECT COUNT(*) FROM cashier_receipt") == "1");
  const auto without_key = counter.cashier.post("/api/v1/cashier/receipts", body);
  CHECK(without_key.code() == "http.idempotency_key_missing");
  // A refused request leaves its key free: the corrected one goes through.
  const auto second_key = counter.county.new_key();
  auto wrong = body;
  wrong["tendered"] = "4.99";
  check_refused(counter.cashier.post("/api/v1/cashier/receipts", wrong, {second_key}), 422, "cashier.tendered_too_little");
  CHECK(counter.cashier.post("/api/v1/cashier/receipts", body, {second_key}).json().at("receipt_no") != first.json().at("receipt_no"));
  CHECK(counter.verify().empty());
}

TEST_CASE("the version of a session moves with its receipts, so nobody closes what they have not seen", "[cashier]") {
  RunningCounter counter;
  const auto session = counter.open(counter.cashier, "0.00").json();
  const std::string path = "/api/v1/cashier/sessions/" + std::to_string(session.at("session_id").get<int>());
  const auto seen = counter.cashier.get(path);
  check_declared(counter, "get", "/api/v1/cashier/sessions/{session_id}", seen);
  REQUIRE(counter.take_cash(counter.cashier, counter.account_no, "5.00").status == 201);
  const json empty_drawer = {{"cash", json::array()}, {"card", "0.00"}, {"cheque", "0.00"}, {"qr", "0.00"}, {"note", "x"}};
  CHECK(counter.cashier.post(path + "/close", empty_drawer, {counter.county.new_key(), {"If-Match", seen.header("ETag")}}).status == 412);
  CHECK(counter.cashier.post(path + "/close", empty_drawer, {counter.county.new_key()}).status == 428);
  auto without_note = empty_drawer;
  without_note.erase("note");
  const auto now = counter.cashier.get(path).header("ETag");
  check_refused(counter.cashier.post(path + "/close", without_note, {counter.county.new_key(), {"If-Match", now}}), 422, "cashier.note_needed");
  const auto closed = counter.cashier.post(path + "/close", empty_drawer, {counter.county.new_key(), {"If-Match", now}});
  CHECK(closed.json().at("difference") == "-5.00");
  CHECK(closed.json().at("note") == "x");
  CHECK(counter.verify().empty());
}

TEST_CASE("rounding up to the yuan is the utility's decision", "[cashier]") {
  RunningCounter counter;
  const std::string path = "/api/v1/cashier/settings";
  const auto before = counter.cashier.get(path);
  check_declared(counter, "get", path, before);
  const json wanted = {{"round_up_to_yuan", true}, {"reversal_limit", "10.00"}, {"receipt_format", "a5"}};
  check_refused(counter.cashier.put(path, wanted, {counter.county.new_key(), {"If-Match", before.header("ETag")}}), 403, "security.permission");
  check_refused(counter.supervisor.put(path, wanted, {counter.county.new_key(), {"If-Match", before.header("ETag")}}), 403, "security.scope");
  Client accounts = counter.county.client_of(fixture::kAccountSupervisor);
  const auto changed = accounts.put(path, wanted, {counter.county.new_key(), {"If-Match", before.header("ETag")}});
  check_declared(counter, "put", path, changed);
  CHECK(changed.json() == wanted);
  CHECK(accounts.put(path, wanted, {counter.county.new_key(), {"If-Match", before.header("ETag")}}).status == 412);
  CHECK(counter.county.look_up("SELECT COUNT(*) FROM security_audit WHERE action = 'cashier.settings'") == "1");

  const auto due = counter.cashier.get("/api/v1/cashier/due?account_no=" + counter.account_no).json();
  const auto suggested = due.at("suggested").get<std::string>();
  CHECK(suggested.substr(suggested.size() - 3) == ".00");
  REQUIRE(counter.open(counter.cashier).status == 201);
  const auto taken = counter.take_cash(counter.cashier, counter.account_no, suggested).json();
  CHECK(counter.cashier.get("/api/v1/cashier/due?account_no=" + counter.account_no).json().at("items").at(0).at("advance") == taken.at("lines").at(0).at("advance"));
  CHECK(counter.reverse(counter.cashier, taken.at("receipt_no")).status == (taken.at("total").get<std::string>() == "10.00" ? 200 : 202));
}

// Who may do what with a calculated run, and what is said to requests that cannot be meant.
#include <catch2/catch.hpp>

#include "tests/api/billing/running_county.hpp"

using fixture::Client;
using fixture::Reply;
using fixture::RunningCounty;
using nlohmann::json;

namespace {

// The county with a calculated run, and the run's address.
struct Calculated {
  RunningCounty& county = fixture::emptied_county();
  const std::string run = "/api/v1/billing/runs/" + std::to_string(county.calculated_run());
};

void check_refused(const Reply& reply, int status, const std::string& code) {
  INFO(reply.body);
  CHECK(reply.status == status);
  CHECK(reply.header("Content-Type").find("application/problem+json") == 0);
  CHECK(reply.code() == code);
}

}  // namespace

TEST_CASE("each step of a run asks for its permission") {
  Calculated calculated;
  auto& county = calculated.county;
  const auto& run = calculated.run;
  Client reader = county.client_of(fixture::kMeterReader), cashier = county.client_of(fixture::kCashier), clerk = county.client_of(fixture::kClerk);
  for (const auto& path : {std::string("/api/v1/billing/runs"), run, run + "/exceptions", run + "/review", std::string("/api/v1/billing/months"), std::string("/api/v1/ledger/trial-balance")})
    check_refused(reader.get(path), 403, "security.permission");
  check_refused(reader.post(run + "/calculate", json::object(), {county.new_key()}), 403, "security.permission");
  check_refused(reader.post("/api/v1/billing/runs", {{"billing_month", "2026-10"}}, {county.new_key()}), 403, "security.permission");

  CHECK(cashier.get(run).status == 200);
  check_refused(cashier.post(run + "/resolutions", {{"action", "exclude"}}, {county.new_key()}), 403, "security.permission");
  check_refused(cashier.post(run + "/submit", json::object(), {county.new_key(), {"If-Match", "\"1\""}}), 403, "security.permission");
  check_refused(clerk.post(run + "/issue", json::object(), {county.new_key(), {"If-Match", "\"1\""}}), 403, "security.permission");
  check_refused(clerk.post(run + "/return", json::object(), {county.new_key(), {"If-Match", "\"1\""}}), 403, "security.permission");
  CHECK(clerk.get(run).json().at("state") == "calculated");

  Client nobody = county.client_of(fixture::kClerk);
  nobody.cookie.clear();
  check_refused(nobody.get(run), 401, "security.no_session");
  Client other_page = county.client_of(fixture::kClerk);
  other_page.csrf_token = "somebody else's";
  check_refused(other_page.post(run + "/calculate", json::object(), {county.new_key()}), 403, "security.csrf");
}

TEST_CASE("a station sees the bills and exceptions of its own accounts only") {
  Calculated calculated;
  auto& county = calculated.county;
  const auto& run = calculated.run;
  Client cashier = county.client_of(fixture::kCashier), clerk = county.client_of(fixture::kClerk);
  const auto own = county.look_up("SELECT a.account_no FROM billing_bill b JOIN customers_account a ON a.account_id = b.account_id WHERE a.org_id = 2 LIMIT 1");
  const auto foreign = county.look_up("SELECT a.account_no FROM billing_bill b JOIN customers_account a ON a.account_id = b.account_id WHERE a.org_id = 3 LIMIT 1");
  REQUIRE_FALSE(own.empty());
  REQUIRE_FALSE(foreign.empty());

  CHECK(cashier.get("/api/v1/bills/202610-" + own + "-1").status == 200);
  CHECK(clerk.get("/api/v1/bills/202610-" + foreign + "-1").status == 200);
  check_refused(cashier.get("/api/v1/bills/202610-" + foreign + "-1"), 404, "billing.no_bill");
  for (const char* what : {"/bills", "/usage", "/balance", "/postings"}) {
    CHECK(cashier.get("/api/v1/accounts/" + own + what).status == 200);
    check_refused(cashier.get("/api/v1/accounts/" + foreign + what), 404, "customers.no_account");
  }

  const auto station_of = [&](const json& row) { return county.look_up("SELECT org_id FROM customers_account WHERE account_no = ?", row.at("account_no").get<std::string>()); };
  const auto everything = clerk.get(run + "/exceptions?limit=100").json();
  const auto mine = cashier.get(run + "/exceptions?limit=100").json();
  CHECK(mine.at("items").size() < everything.at("items").size());
  std::int64_t counted = 0;
  for (const auto& row : mine.at("items")) CHECK(station_of(row) == "2");
  for (const auto& reason : mine.at("reasons")) counted += reason.at("count").get<std::int64_t>();
  CHECK(counted == static_cast<std::int64_t>(mine.at("items").size()));
  for (const auto& row : json(cashier.get(run + "/review?limit=100").json().at("items"))) CHECK(station_of(row) == "2");
}

TEST_CASE("a reviewer of one station decides about that station's exceptions, and no others") {
  Calculated calculated;
  auto& county = calculated.county;
  const auto& run = calculated.run;
  Client local = county.client_of(fixture::kStationReviewer), clerk = county.client_of(fixture::kClerk);
  const auto open_elsewhere = [&] {
    return county.look_up("SELECT COUNT(*) FROM billing_exception e JOIN customers_account a ON a.account_id = e.account_id WHERE a.org_id <> 2 AND NOT EXISTS "
                          "(SELECT 1 FROM billing_exception_resolution r WHERE r.account_id = e.account_id)");
  };
  const auto before = open_elsewhere();
  REQUIRE(before != "0");
  for (const auto& row : json(clerk.get(run + "/exceptions?limit=100").json().at("items"))) {
    if (county.look_up("SELECT org_id FROM customers_account WHERE account_no = ?", row.at("account_no").get<std::string>()) == "2") continue;
    check_refused(local.post(run + "/exceptions/" + row.at("exception_id").get<std::string>() + "/resolution", {{"action", "exclude"}}, {county.new_key()}), 404, "billing.no_exception");
    break;
  }
  // The run itself is for those who answer for the whole utility.
  check_refused(local.post(run + "/submit", json::object(), {county.new_key(), {"If-Match", local.get(run).header("ETag")}}), 403, "security.scope");
  CHECK(local.get(run).json().at("bills").get<int>() < clerk.get(run).json().at("bills").get<int>());

  const Reply all = local.post(run + "/resolutions", {{"action", "exclude"}}, {county.new_key()});
  REQUIRE(all.status == 200);
  CHECK(all.json().at("decided").get<int>() > 0);
  if (!all.json().at("job_id").is_null()) county.wait_for(clerk, all.json().at("job_id"));
  CHECK(open_elsewhere() == before);
  CHECK(local.get(run + "/exceptions?state=open").json().at("items").empty());
}

TEST_CASE("a decision is made once for a key") {
  Calculated calculated;
  auto& county = calculated.county;
  const auto& run = calculated.run;
  Client clerk = county.client_of(fixture::kClerk);
  const auto items = clerk.get(run + "/exceptions?state=open&limit=1").json().at("items");
  REQUIRE(items.size() == 1);
  const std::string path = run + "/exceptions/" + items.at(0).at("exception_id").get<std::string>() + "/resolution";
  const auto key = county.new_key();
  const Reply first = clerk.post(path, {{"action", "exclude"}, {"note", "moved away"}}, {key});
  REQUIRE(first.status == 200);
  const Reply again = clerk.post(path, {{"action", "exclude"}, {"note", "moved away"}}, {key});
  CHECK(again.body == first.body);
  check_refused(clerk.post(path, {{"action", "accept"}}, {key}), 422, "http.idempotency_key_reused");
  check_refused(clerk.post(path, {{"action", "accept"}}), 400, "http.idempotency_key_missing");
  CHECK(county.look_up("SELECT COUNT(*) FROM billing_exception_resolution WHERE note = 'moved away'") == "1");
}

TEST_CASE("a bad request is told everything that is wrong with it") {
  Calculated calculated;
  auto& county = calculated.county;
  const auto& run = calculated.run;
  Client clerk = county.client_of(fixture::kClerk);
  const auto post = [&](const std::string& path, const json& body) { return clerk.post(path, body, {county.new_key()}); };
  const auto check_fields = [](const Reply& reply, const std::vector<std::string>& pointers) {
    check_refused(reply, 422, "http.invalid_fields");
    CHECK(reply.pointers() == pointers);
  };
  check_fields(post("/api/v1/billing/runs", {{"billing_month", "2026-13"}, {"colour", "red"}}), {"/billing_month", "/colour"});
  check_fields(post("/api/v1/billing/runs", json::object()), {"/billing_month"});
  check_refused(post("/api/v1/billing/runs", {{"billing_month", "2031-01"}}), 409, "billing.no_readings");
  check_fields(post(run + "/resolutions", {{"action", "forget"}, {"note", std::string(300, 'x')}, {"reason", "weather"}}), {"/action", "/note", "/reason"});
  check_fields(clerk.get(run + "/exceptions?reason=weather&state=lost&limit=1000&cursor=abc"), {"/limit", "/cursor", "/reason", "/state"});
  check_fields(clerk.get(run + "/review?flag=odd"), {"/flag"});
  check_fields(clerk.get("/api/v1/billing/runs?cursor=AAAA"), {"/cursor"});
  check_fields(county.client_of(fixture::kManager).get("/api/v1/ledger/trial-balance?accounting_month=November"), {"/accounting_month"});

  // A cursor belongs to its list: that of the runs does not fit the exceptions.
  const auto next = clerk.get(run + "/exceptions?limit=1").json().at("next_cursor").get<std::string>();
  CHECK(clerk.get(run + "/exceptions?limit=1&cursor=" + next).status == 200);
  check_fields(clerk.get("/api/v1/billing/runs?cursor=" + next), {"/cursor"});

  CHECK(clerk.send("POST", "/api/v1/billing/runs", "{not json", {{"Content-Type", "application/json"}, {"X-CSRF-Token", clerk.csrf_token}, county.new_key()}).status == 400);
  CHECK(clerk.send("POST", "/api/v1/billing/runs", "a=b", {{"Content-Type", "text/plain"}, {"X-CSRF-Token", clerk.csrf_token}, county.new_key()}).status == 415);
}

TEST_CASE("what does not exist is not found, whichever way it is asked for") {
  Calculated calculated;
  auto& county = calculated.county;
  const auto& run = calculated.run;
  Client clerk = county.client_of(fixture::kClerk), manager = county.client_of(fixture::kManager);
  const std::string nowhere = "/api/v1/billing/runs/424242";
  for (const char* part : {"", "/exceptions", "/review"}) check_refused(clerk.get(nowhere + part), 404, "billing.no_run");
  check_refused(clerk.post(nowhere + "/calculate", json::object(), {county.new_key()}), 404, "billing.no_run");
  check_refused(clerk.post(nowhere + "/submit", json::object(), {county.new_key(), {"If-Match", "\"1\""}}), 404, "billing.no_run");
  check_refused(manager.post(nowhere + "/return", json::object(), {county.new_key(), {"If-Match", "\"1\""}}), 404, "billing.no_run");
  check_refused(manager.post(nowhere + "/issue", json::object(), {county.new_key(), {"If-Match", "\"1\""}}), 404, "billing.no_run");
  check_refused(clerk.post(nowhere + "/resolutions", {{"action", "accept"}}, {county.new_key()}), 404, "billing.no_run");
  for (const char* id : {"1.2.3", "1", "x.y.z", "99999999999999999999.1.1"})
    check_refused(clerk.post(run + "/exceptions/" + id + "/resolution", {{"action", "accept"}}, {county.new_key()}), 404, "billing.no_exception");
  for (const char* id : {"0", "-1", "one", "99999999999999999999"}) check_refused(clerk.get(std::string("/api/v1/billing/runs/") + id), 404, "http.not_found");
  for (const char* no : {"202610-0000000000-1", "202613-1-1", "bill", "--", "202610-1-x"}) check_refused(clerk.get(std::string("/api/v1/bills/") + no), 404, "billing.no_bill");
  for (const char* what : {"/bills", "/usage", "/balance", "/postings"}) check_refused(clerk.get(std::string("/api/v1/accounts/0000000000") + what), 404, "customers.no_account");
  check_refused(clerk.get("/api/v1/jobs/424242"), 404, "jobs.not_found");
  check_refused(clerk.get("/api/v1/jobs/424242/events"), 404, "jobs.not_found");
  check_refused(clerk.get("/api/v1/billing/months/2026-13"), 404, "billing.no_month");
}

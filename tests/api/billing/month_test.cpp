// A billing month as a terminal drives it: over HTTP only, from opening the run to the postings.
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "mis/base/decimal.hpp"
#include "tests/api/billing/declared.hpp"
#include "tests/api/billing/running_county.hpp"

using fixture::Client;
using fixture::differs_from_declaration;
using fixture::Reply;
using fixture::RunningCounty;
using nlohmann::json;

namespace {

const std::vector<std::string> kAsDeclared;

std::string run_path(const json& run) { return "/api/v1/billing/runs/" + std::to_string(run.at("run_id").get<std::int64_t>()); }

// The member `data` of each event.
std::vector<json> events_of(const std::string& body) {
  std::vector<json> events;
  for (auto at = body.find("data: "); at != std::string::npos; at = body.find("data: ", at + 1)) events.push_back(json::parse(body.substr(at + 6, body.find('\n', at) - at - 6)));
  return events;
}

// Every row of a list, page by page.
std::vector<json> all_pages(Client& client, const std::string& path, int limit) {
  std::vector<json> rows;
  std::string cursor;
  for (;;) {
    const auto page = client.get(path + (path.find('?') == std::string::npos ? "?" : "&") + "limit=" + std::to_string(limit) + cursor).json();
    CHECK(page.at("items").size() <= static_cast<std::size_t>(limit));
    for (const auto& item : page.at("items")) rows.push_back(item);
    CHECK(page.at("has_more").get<bool>() == page.at("next_cursor").is_string());
    if (!page.at("has_more").get<bool>()) return rows;
    cursor = "&cursor=" + page.at("next_cursor").get<std::string>();
  }
}

std::int64_t fen(const json& yuan) { return mis::parse_yuan(yuan.get<std::string>())->value; }

}  // namespace

TEST_CASE("a month goes from its readings to the ledger over HTTP") {
  RunningCounty& county = fixture::emptied_county();
  Client clerk = county.client_of(fixture::kClerk), reviewer = county.client_of(fixture::kReviewer), manager = county.client_of(fixture::kManager);
  const auto& registry = county.registry();

  // Before the run: the newest month waits.
  const Reply waiting = clerk.get("/api/v1/billing/months/current");
  CHECK(differs_from_declaration(registry, "get", "/api/v1/billing/months/{billing_month}", waiting) == kAsDeclared);
  CHECK(waiting.json().at("billing_month") == "2026-10");
  CHECK(waiting.json().at("state") == "open");
  CHECK(waiting.json().at("run").is_null());

  // Opening: the same key gives the same run, another key finds that there is one.
  const json body{{"billing_month", "2026-10"}};
  const auto key = county.new_key();
  const Reply opened = clerk.post("/api/v1/billing/runs", body, {key});
  REQUIRE(opened.status == 201);
  CHECK(differs_from_declaration(registry, "post", "/api/v1/billing/runs", opened) == kAsDeclared);
  CHECK(opened.json().at("state") == "open");
  CHECK(opened.json().at("created_by") == "林薇");
  const Reply again = clerk.post("/api/v1/billing/runs", body, {key});
  CHECK(again.status == 201);
  CHECK(again.body == opened.body);
  CHECK(again.header("Idempotency-Replayed") == "true");
  const Reply other_content = clerk.post("/api/v1/billing/runs", {{"billing_month", "2026-09"}}, {key});
  CHECK(other_content.status == 422);
  CHECK(other_content.code() == "http.idempotency_key_reused");
  const Reply second = clerk.post("/api/v1/billing/runs", body, {county.new_key()});
  CHECK(second.status == 409);
  CHECK(second.code() == "billing.run_exists");
  CHECK(county.look_up("SELECT COUNT(*) FROM billing_run") == "1");
  const std::string run = run_path(opened.json());

  // Calculating: one job however often the request is sent, watched by events and by asking.
  const auto calculate_key = county.new_key();
  const Reply started = clerk.post(run + "/calculate", json::object(), {calculate_key});
  REQUIRE(started.status == 202);
  CHECK(differs_from_declaration(registry, "post", "/api/v1/billing/runs/{run_id}/calculate", started) == kAsDeclared);
  const std::string job = "/api/v1/jobs/" + std::to_string(started.json().at("job_id").get<std::int64_t>());
  CHECK(started.header("Location") == job);
  CHECK(clerk.post(run + "/calculate", json::object(), {calculate_key}).body == started.body);
  CHECK(county.look_up("SELECT COUNT(*) FROM jobs_job") == "1");

  Client listener = county.client_of(fixture::kClerk);
  const Reply stream = listener.get(job + "/events", {{"Last-Event-ID", "6"}});
  CHECK(stream.status == 200);
  CHECK(stream.header("Content-Type") == "text/event-stream");
  CHECK(stream.body.starts_with("id: 7\nevent: progress\ndata: {"));
  const auto events = events_of(stream.body);
  REQUIRE(!events.empty());
  CHECK(events.back().at("state") == "done");
  std::int64_t done = 0;
  for (const auto& event : events) {
    CHECK(event.at("progress").at("done").get<std::int64_t>() >= done);
    done = event.at("progress").at("done").get<std::int64_t>();
  }

  const json finished = county.wait_for(clerk, started.json().at("job_id"));
  CHECK(finished.at("state") == "done");
  CHECK(finished.at("kind") == "billing.calculate");
  CHECK(finished.at("progress").at("done") == finished.at("progress").at("total"));
  CHECK(differs_from_declaration(registry, "get", "/api/v1/jobs/{job_id}", clerk.get(job)) == kAsDeclared);

  const Reply calculated = clerk.get(run);
  CHECK(differs_from_declaration(registry, "get", "/api/v1/billing/runs/{run_id}", calculated) == kAsDeclared);
  CHECK(calculated.json().at("state") == "calculated");
  CHECK(calculated.json().at("bills").get<int>() > 500);
  CHECK(calculated.json().at("shards").at("done") == calculated.json().at("shards").at("total"));

  // Exceptions: pages give every row once, filters give their part.
  const Reply first_page = reviewer.get(run + "/exceptions?limit=2");
  CHECK(differs_from_declaration(registry, "get", "/api/v1/billing/runs/{run_id}/exceptions", first_page) == kAsDeclared);
  const auto exceptions = all_pages(reviewer, run + "/exceptions", 2);
  std::set<std::string> ids;
  for (const auto& row : exceptions) {
    ids.insert(row.at("exception_id"));
    CHECK(row.at("state") == "open");
    CHECK_FALSE(row.at("detail_zh").get<std::string>().empty());
  }
  CHECK(ids.size() == exceptions.size());
  CHECK(exceptions.size() == calculated.json().at("exceptions").get<std::size_t>());
  std::size_t counted = 0;
  for (const auto& reason : json(first_page.json().at("reasons"))) {
    const auto rows = all_pages(reviewer, run + "/exceptions?reason=" + reason.at("reason").get<std::string>(), 100);
    CHECK(rows.size() == reason.at("count").get<std::size_t>());
    counted += rows.size();
  }
  CHECK(counted == exceptions.size());
  CHECK(reviewer.get(run + "/exceptions?state=resolved").json().at("items").empty());

  // An open exception stops the submission.
  const Reply too_early = reviewer.post(run + "/submit", {{"note", "all seen"}}, {county.new_key(), {"If-Match", calculated.header("ETag")}});
  CHECK(too_early.status == 409);
  CHECK(too_early.code() == "billing.exceptions_open");

  // One decision by itself.
  const auto missing = reviewer.get(run + "/exceptions?reason=no_reading&limit=1").json().at("items").at(0);
  const std::string resolution = run + "/exceptions/" + missing.at("exception_id").get<std::string>() + "/resolution";
  const Reply useless = reviewer.post(resolution, {{"action", "accept"}}, {county.new_key()});
  CHECK(useless.status == 409);
  CHECK(useless.code() == "billing.still_blocked");
  const Reply decided = reviewer.post(resolution, {{"action", "estimate"}, {"note", "门锁"}}, {county.new_key()});
  REQUIRE(decided.status == 200);
  CHECK(differs_from_declaration(registry, "post", "/api/v1/billing/runs/{run_id}/exceptions/{exception_id}/resolution", decided) == kAsDeclared);
  CHECK(decided.json().at("state") == "resolved");
  CHECK(decided.json().at("resolved_by") == "赵磊");
  const auto of_account = "/api/v1/accounts/" + missing.at("account_no").get<std::string>();
  const auto its_bills = reviewer.get(of_account + "/bills");
  CHECK(differs_from_declaration(registry, "get", "/api/v1/accounts/{account_no}/bills", its_bills) == kAsDeclared);
  CHECK(its_bills.json().at("items").at(0).at("billing_month") == "2026-10");
  CHECK(its_bills.json().at("items").at(0).at("state") == "calculated");

  // All others at once: estimated where that is possible, the rest without a bill.
  for (const char* action : {"estimate", "exclude"}) {
    const Reply all = reviewer.post(run + "/resolutions", {{"action", action}, {"note", "month end"}}, {county.new_key()});
    REQUIRE(all.status == 200);
    CHECK(differs_from_declaration(registry, "post", "/api/v1/billing/runs/{run_id}/resolutions", all) == kAsDeclared);
    if (!all.json().at("job_id").is_null()) CHECK(county.wait_for(reviewer, all.json().at("job_id")).at("state") == "done");
  }
  CHECK(reviewer.get(run + "/exceptions?state=open").json().at("items").empty());

  // Review: flagged bills beside the months before.
  const Reply review = reviewer.get(run + "/review?limit=5");
  CHECK(differs_from_declaration(registry, "get", "/api/v1/billing/runs/{run_id}/review", review) == kAsDeclared);
  const auto flagged = all_pages(reviewer, run + "/review", 5);
  REQUIRE_FALSE(flagged.empty());
  const auto flag = flagged.front().at("flags").at(0).get<std::string>();
  for (const auto& row : all_pages(reviewer, run + "/review?flag=" + flag, 50)) CHECK(std::count(row.at("flags").begin(), row.at("flags").end(), flag) == 1);

  // Submitting needs the state that was seen.
  const std::string seen = reviewer.get(run).header("ETag");
  CHECK(reviewer.post(run + "/submit", json::object(), {county.new_key()}).status == 428);
  const Reply stale = reviewer.post(run + "/submit", json::object(), {county.new_key(), {"If-Match", calculated.header("ETag")}});
  CHECK(stale.status == 412);
  CHECK(stale.code() == "http.changed");
  CHECK(manager.post(run + "/issue", json::object(), {county.new_key(), {"If-Match", seen}}).code() == "billing.run_state");

  // The manager submits, is refused as the second person, returns it; then the reviewer submits.
  Reply submitted = manager.post(run + "/submit", json::object(), {county.new_key(), {"If-Match", seen}});
  REQUIRE(submitted.status == 200);
  CHECK(differs_from_declaration(registry, "post", "/api/v1/billing/runs/{run_id}/submit", submitted) == kAsDeclared);
  const Reply alone = manager.post(run + "/issue", json::object(), {county.new_key(), {"If-Match", submitted.header("ETag")}});
  CHECK(alone.status == 403);
  CHECK(alone.code() == "security.second_person");
  CHECK(clerk.post(run + "/calculate", json::object(), {county.new_key()}).code() == "billing.run_state");
  const Reply returned = manager.post(run + "/return", {{"reason", "look at 2026-09 again"}}, {county.new_key(), {"If-Match", submitted.header("ETag")}});
  REQUIRE(returned.status == 200);
  CHECK(differs_from_declaration(registry, "post", "/api/v1/billing/runs/{run_id}/return", returned) == kAsDeclared);
  CHECK(returned.json().at("state") == "calculated");
  CHECK(returned.json().at("submitted_by").is_null());
  submitted = reviewer.post(run + "/submit", {{"note", "all seen"}}, {county.new_key(), {"If-Match", returned.header("ETag")}});
  REQUIRE(submitted.status == 200);

  // Issue, by the second person; the same key again starts no second job.
  const auto issue_key = county.new_key();
  const fixture::Headers issue_headers{issue_key, {"If-Match", submitted.header("ETag")}};
  const Reply issuing = manager.post(run + "/issue", json::object(), issue_headers);
  REQUIRE(issuing.status == 202);
  CHECK(county.wait_for(manager, issuing.json().at("job_id")).at("state") == "done");
  CHECK(manager.post(run + "/issue", json::object(), issue_headers).body == issuing.body);
  CHECK(county.look_up("SELECT COUNT(*) FROM jobs_job WHERE kind = 'billing.issue'") == "1");
  const json issued = manager.get(run).json();
  CHECK(issued.at("state") == "issued");
  CHECK(issued.at("approved_by") == "陈静");

  // The month at a glance agrees with the run.
  const json month = manager.get("/api/v1/billing/months/2026-10").json();
  CHECK(month.at("state") == "issued");
  CHECK(month.at("bills").at("issued") == issued.at("bills"));
  std::int64_t by_category = 0, by_station = 0;
  for (const auto& row : month.at("by_category")) by_category += fen(row.at("amount"));
  for (const auto& row : month.at("by_station")) by_station += fen(row.at("amount"));
  CHECK(by_category == fen(issued.at("amount")));
  CHECK(by_station == fen(issued.at("amount")));

  // A bill: its charge lines make its amount, and each line tells how.
  const auto bill_no = manager.get(of_account + "/bills").json().at("items").at(0).at("bill_no").get<std::string>();
  const Reply bill = manager.get("/api/v1/bills/" + bill_no);
  CHECK(differs_from_declaration(registry, "get", "/api/v1/bills/{bill_no}", bill) == kAsDeclared);
  CHECK(bill.json().at("state") == "issued");
  CHECK(bill.json().at("due_on") == "2026-11-12");  // ten days after the issue
  std::int64_t charges = 0;
  for (const auto& line : json(bill.json().at("lines"))) {
    if (line.at("role") == "charge") charges += fen(line.at("amount"));
    CHECK_FALSE(line.at("working").at("zh").get<std::string>().empty());
    CHECK_FALSE(line.at("working").at("en").get<std::string>().empty());
    CHECK_FALSE(line.at("source").at("zh").get<std::string>().empty());
  }
  CHECK(charges == fen(bill.json().at("amount")));
  CHECK(bill.json().at("flags").dump().find("estimated") != std::string::npos);

  // What the customer owes is that bill, and the ledger says why.
  const Reply balance = manager.get(of_account + "/balance");
  CHECK(differs_from_declaration(registry, "get", "/api/v1/accounts/{account_no}/balance", balance) == kAsDeclared);
  CHECK(balance.json().at("balance") == bill.json().at("amount"));
  CHECK(balance.json().at("receivables").at(0).at("bill_no") == bill_no);
  const Reply trial = manager.get("/api/v1/ledger/trial-balance?accounting_month=2026-11");
  CHECK(differs_from_declaration(registry, "get", "/api/v1/ledger/trial-balance", trial) == kAsDeclared);
  CHECK(trial.json().at("debit") == trial.json().at("credit"));
  for (const auto& row : json(trial.json().at("items")))
    if (row.at("ledger_account") == "1122") CHECK(row.at("debit") == issued.at("amount"));

  const Reply usage = manager.get(of_account + "/usage");
  CHECK(differs_from_declaration(registry, "get", "/api/v1/accounts/{account_no}/usage", usage) == kAsDeclared);
  CHECK(usage.json().at("items").back().at("billing_month") == "2026-10");
  CHECK(differs_from_declaration(registry, "get", "/api/v1/billing/runs", manager.get("/api/v1/billing/runs")) == kAsDeclared);
  CHECK(differs_from_declaration(registry, "get", "/api/v1/billing/months", manager.get("/api/v1/billing/months")) == kAsDeclared);
  CHECK(differs_from_declaration(registry, "get", "/api/v1/jobs", manager.get("/api/v1/jobs")) == kAsDeclared);

  // Every step that changed something is in the audit.
  for (const char* action : {"billing.create_run", "billing.calculate", "billing.decide", "billing.decide_all", "billing.submit", "billing.return", "billing.issue"}) {
    INFO(action);
    const auto id = opened.json().at("run_id").dump();
    CHECK(county.look_up("SELECT COUNT(*) FROM security_audit WHERE action = ? AND (entity_id = ? OR entity_id LIKE ?)", action, id, id + "/%") != "0");
  }
}

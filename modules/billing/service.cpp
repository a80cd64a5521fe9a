// The use cases of a bill run, one function each.
#include <set>

#include <fmt/format.h>

#include "mis/jobs/jobs.hpp"
#include "modules/billing/billing.hpp"
#include "modules/billing/calculate_shard.hpp"
#include "modules/billing/domain/calculate.hpp"
#include "modules/billing/run_jobs.hpp"
#include "modules/meter_reading/estimate.hpp"

namespace mis::billing {
namespace {

Error wrong_state(const Run& run, std::string_view expected) {
  return conflict("billing.run_state", fmt::format("expected the run of {} to be {} but it is {}", run.month.to_string(), expected, name_of(run.state)));
}

void set_state(db::Session& session, RunId run, RunState state) {
  session.execute("UPDATE billing_run SET state = ?, version = version + 1 WHERE run_id = ?", name_of(state), run);
}

// A shard for each reading route that has accounts, or for some of them. A route that all accounts have left since the
// last calculation is calculated too, so that nothing of it stays.
std::vector<jobs::Shard> shards_of_routes(db::Session& session, RunId run, const std::set<std::int64_t>* only = nullptr) {
  std::vector<jobs::Shard> shards;
  for (auto rows = session.query("SELECT route_id, accounts FROM customers_route_size UNION ALL SELECT DISTINCT route_id, 0 FROM billing_run_shard "
                                 "WHERE run_id = ? AND route_id NOT IN (SELECT route_id FROM customers_route_size) ORDER BY route_id", run); rows.next();)
    if (!only || only->contains(rows.i64(0))) shards.push_back({rows.i64(0), rows.i32(1)});
  return shards;
}

// The routes whose bills a decision about the account can change: where its exception was found, where it is now, and
// those of meters that hang behind its own or that its own hang behind, for an estimated index is deducted there too.
std::set<std::int64_t> routes_of_decision(db::Session& session, RouteId found_on, AccountId account) {
  std::set<std::int64_t> routes{found_on.value};
  for (auto rows = session.query("SELECT route_id FROM customers_account_place WHERE account_id = ? UNION SELECT parent_route_id FROM metering_foreign_child WHERE account_id = ? "
                                 "UNION SELECT f.route_id FROM metering_foreign_child f JOIN metering_usage_point_label p ON p.usage_point_id = f.parent_id WHERE p.account_id = ?",
                                 account, account, account); rows.next();)
    routes.insert(rows.i64(0));
  return routes;
}

// Issue takes what was calculated, not today's routes: an account may have moved since.
std::vector<jobs::Shard> shards_of_bills(db::Session& session, RunId run) {
  std::vector<jobs::Shard> shards;
  for (auto rows = session.query("SELECT route_id, CAST(SUM(accounts) AS SIGNED) FROM billing_run_shard WHERE run_id = ? GROUP BY route_id ORDER BY route_id", run); rows.next();)
    shards.push_back({rows.i64(0), rows.i32(1)});
  return shards;
}

JobId queue(db::Session& session, const Services& services, std::string_view kind, RunId run, const std::vector<jobs::Shard>& shards, std::optional<UserId> by) {
  const auto job = jobs::create(session, services.clock.now(), kind, run.value, "accounts", shards, by);
  session.execute("UPDATE billing_run SET job_id = ? WHERE run_id = ?", job, run);
  return job;
}

std::string_view name_of(Decision decision) {
  switch (decision) {
    case Decision::kEstimate: return "estimate";
    case Decision::kAccept: return "accept";
    case Decision::kExclude: return "exclude";
  }
  return "";
}

// What an estimated reading can cure.
constexpr int kEstimable[] = {static_cast<int>(ExceptionKind::kNoReading), static_cast<int>(ExceptionKind::kNegativeEnergy), static_cast<int>(ExceptionKind::kImpossibleIndex),
                              static_cast<int>(ExceptionKind::kAbsurdJump)};

// Estimated readings for the meters that the account's exceptions are about and that are in place at the end of the month;
// what was read well elsewhere stays. Errors: billing.nothing_to_estimate, meter_reading.no_basis.
Status estimate_account(db::Session& session, RunId run, BillingMonth month, RouteId route, AccountId account, UserId by) {
  struct Meter { InstallationId installation; RouteId route; };
  std::vector<Meter> meters;
  for (auto rows = session.query("SELECT DISTINCT p.installation_id, p.route_id FROM billing_exception e JOIN metering_billing_point p ON p.usage_point_id = e.usage_point_id "
                                 "WHERE e.run_id = ? AND e.route_id = ? AND e.account_id = ? AND e.reason IN (?, ?, ?, ?) AND p.installation_id IS NOT NULL AND p.valid_to > ?",
                                 run, route, account, kEstimable[0], kEstimable[1], kEstimable[2], kEstimable[3], month.range().to + -1); rows.next();)
    meters.push_back({{rows.i64(0)}, {rows.i64(1)}});
  if (meters.empty())
    return conflict("billing.nothing_to_estimate", "expected an exception about a meter's reading but there is none that an estimate would cure; accept or exclude the account");
  for (const auto& meter : meters)
    if (auto status = meter_reading::record_estimate(session, meter.installation, meter.route, month, by); !status) return status;
  return ok();
}

void record_decision(db::Session& session, RunId run, AccountId account, Decision decision, std::string_view note, UserId by, Instant now) {
  session.execute("INSERT INTO billing_exception_resolution (run_id, account_id, seq, action, note, decided_by, decided_at) "
                  "SELECT ?, ?, COALESCE(MAX(seq), 0) + 1, ?, ?, ?, ? FROM billing_exception_resolution WHERE run_id = ? AND account_id = ?",
                  run, account, name_of(decision), note, by, now, run, account);
}

struct OpenAccount {
  RouteId route;
  AccountId account;
  bool blocked = false;    // there is no bill of it, for whichever reason
  bool estimable = false;  // an open exception is about a reading
};

// Accounts with an open exception (of the reason, where one is given).
std::vector<OpenAccount> open_accounts(db::Session& session, RunId run, std::optional<int> reason, std::string_view scope) {
  std::vector<OpenAccount> accounts;
  for (auto rows = session.query("SELECT e.route_id, e.account_id, MAX(e.severity), CAST(SUM(e.reason IN (?, ?, ?, ?)) AS SIGNED), CAST(SUM(? IS NULL OR e.reason = ?) AS SIGNED) FROM billing_exception e "
                                 "JOIN customers_account_place a ON a.account_id = e.account_id JOIN administration_org_name o ON o.org_id = a.org_id "
                                 "WHERE e.run_id = ? AND o.path LIKE ? AND NOT EXISTS (SELECT 1 FROM billing_exception_resolution r "
                                 "WHERE r.run_id = e.run_id AND r.account_id = e.account_id AND r.seq > e.after_decision) "
                                 "GROUP BY e.route_id, e.account_id ORDER BY e.route_id, e.account_id",
                                 kEstimable[0], kEstimable[1], kEstimable[2], kEstimable[3], reason, reason, run, scope); rows.next();)
    if (rows.i64(4) > 0) accounts.push_back({{rows.i64(0)}, {rows.i64(1)}, rows.i32(2) == static_cast<int>(Severity::kBlocking), rows.i64(3) > 0});
  return accounts;
}

// Accounts without a bill whose newest decision was to make one: whatever was decided did not help.
std::int64_t still_blocked(db::Session& session, const Run& run) {
  auto rows = session.query("SELECT COUNT(DISTINCT e.account_id) FROM billing_exception e WHERE e.run_id = ? AND e.severity = ? "
                            "AND NOT EXISTS (SELECT 1 FROM billing_bill b WHERE b.billing_month = ? AND b.account_id = e.account_id) "
                            "AND COALESCE((SELECT r.action FROM billing_exception_resolution r WHERE r.run_id = e.run_id AND r.account_id = e.account_id ORDER BY r.seq DESC LIMIT 1), '') <> 'exclude'",
                            run.id, static_cast<int>(Severity::kBlocking), run.month);
  rows.next();
  return rows.i64(0);
}

// Readings of the month that came after its calculation was begun: bills may not know of them. Estimates (source 4) are made by
// decisions, whose routes are calculated right after.
std::int64_t newer_readings(db::Session& session, const Run& run) {
  auto rows = session.query("SELECT COUNT(*) FROM meter_reading_index WHERE billing_month = ? AND recorded_at > ? AND source <> 4", run.month, run.calculated_at.value_or(Instant{}));
  rows.next();
  return rows.i64(0);
}

}  // namespace

std::optional<Decision> decision_of(std::string_view name) {
  if (name == "estimate") return Decision::kEstimate;
  if (name == "accept") return Decision::kAccept;
  if (name == "exclude") return Decision::kExclude;
  return {};
}

Result<Run> RunService::lock(db::Session& session, RunId run) {
  session.query("SELECT 1 FROM billing_run WHERE run_id = ? FOR UPDATE", run);
  return find_run(session, run);
}

Result<RunId> RunService::create(db::Session& session, BillingMonth month, std::optional<UserId> by) {
  if (session.query("SELECT 1 FROM billing_run WHERE billing_month = ?", month).next())
    return conflict("billing.run_exists", fmt::format("expected no run of {} yet but there is one", month.to_string()));
  if (!session.query("SELECT 1 FROM meter_reading_index WHERE billing_month = ? LIMIT 1", month).next())
    return conflict("billing.no_readings", fmt::format("expected readings of {} but there are none", month.to_string()));
  // Months go one after the other: each goes on from the indexes and the tiers of the one before.
  {
    auto rows = session.query("SELECT billing_month FROM billing_run WHERE billing_month > ? OR state <> 'issued' ORDER BY billing_month LIMIT 1", month);
    if (rows.next())
      return conflict("billing.month_order", fmt::format("expected every earlier month to be issued and no later one to be begun but there is the run of {}", rows.month(0).to_string()));
  }
  session.execute("INSERT INTO billing_run (billing_month, state, created_by, created_at) VALUES (?, 'open', ?, ?)", month, by, services_.clock.now());
  return RunId{session.last_insert_id()};
}

Result<JobId> RunService::calculate(db::Session& session, RunId id, std::optional<UserId> by) {
  auto run = lock(session, id);
  if (!run) return std::move(run).error();
  // A failed calculation left the run "calculating": it may be started again once its job has ended.
  const bool stuck = run->state == RunState::kCalculating && !jobs::is_active(session, kCalculateJob, id.value);
  if (run->state != RunState::kOpen && run->state != RunState::kCalculated && !stuck) return wrong_state(*run, "open or calculated");
  set_state(session, id, RunState::kCalculating);
  session.execute("UPDATE billing_run SET calculated_at = UTC_TIMESTAMP(6) WHERE run_id = ?", id);  // the database's clock, as readings have it
  return queue(session, services_, kCalculateJob, id, shards_of_routes(session, id), by);
}

Status RunService::decide(db::Session& session, RunId id, AccountId account, Decision decision, std::string_view note, UserId by) {
  auto run = lock(session, id);
  if (!run) return std::move(run).error();
  if (run->state != RunState::kCalculated) return wrong_state(*run, "calculated");
  RouteId route;
  {
    auto rows = session.query("SELECT route_id FROM billing_exception WHERE run_id = ? AND account_id = ? LIMIT 1", id, account);
    if (!rows.next()) return not_found("billing.no_exception", "expected an exception of this account in the run but there is none");
    route = {rows.i64(0)};
  }
  if (decision == Decision::kEstimate)
    if (auto status = estimate_account(session, id, run->month, route, account, by); !status) return status;
  record_decision(session, id, account, decision, note, by, services_.clock.now());
  auto tariffs = TariffBook::load(session);
  if (!tariffs) return std::move(tariffs).error();
  for (const auto touched : routes_of_decision(session, route, account))
    if (auto counts = calculate_shard(session, id, run->month, {touched}, *tariffs); !counts) return std::move(counts).error();
  const bool has_bill = session.query("SELECT 1 FROM billing_bill WHERE billing_month = ? AND account_id = ?", run->month, account).next();
  if (decision != Decision::kExclude && !has_bill)
    return conflict("billing.still_blocked", "expected the decision to make a bill possible but it does not; estimate the reading or exclude the account");
  session.execute("UPDATE billing_run SET version = version + 1 WHERE run_id = ?", id);
  return ok();
}

Result<DecideAllResult> RunService::decide_all(db::Session& session, RunId id, std::optional<int> reason, Decision decision, std::string_view note, UserId by, std::string_view scope) {
  auto run = lock(session, id);
  if (!run) return std::move(run).error();
  if (run->state != RunState::kCalculated) return wrong_state(*run, "calculated");
  DecideAllResult result;
  std::set<std::int64_t> routes;
  for (const auto& open : open_accounts(session, id, reason, scope)) {
    auto action = decision;
    if (action == Decision::kEstimate && !open.estimable && !open.blocked) action = Decision::kAccept;
    if (action == Decision::kAccept && open.blocked) {
      ++result.left_open;
      continue;
    }
    if (action == Decision::kEstimate) {
      const auto status = estimate_account(session, id, run->month, open.route, open.account, by);
      if (!status && (status.error().code == "meter_reading.no_basis" || status.error().code == "billing.nothing_to_estimate")) {
        ++result.left_open;
        continue;
      }
      if (!status) return status.error();
    }
    record_decision(session, id, open.account, action, note, by, services_.clock.now());
    routes.merge(routes_of_decision(session, open.route, open.account));
    ++result.decided;
  }
  if (routes.empty()) return result;
  set_state(session, id, RunState::kCalculating);
  result.job = queue(session, services_, kCalculateJob, id, shards_of_routes(session, id, &routes), by);
  return result;
}

Status RunService::submit(db::Session& session, RunId id, UserId by) {
  auto run = lock(session, id);
  if (!run) return std::move(run).error();
  if (run->state != RunState::kCalculated) return wrong_state(*run, "calculated");
  if (const auto open = open_exceptions(session, id); open > 0)
    return conflict("billing.exceptions_open", fmt::format("expected every exception to be decided but {} are open", open));
  if (const auto blocked = still_blocked(session, *run); blocked > 0)
    return conflict("billing.still_blocked", fmt::format("expected a bill or the decision to exclude for every account but {} have neither", blocked));
  if (const auto newer = newer_readings(session, *run); newer > 0)
    return conflict("billing.readings_newer", fmt::format("expected the calculation to know every reading but {} came after it; calculate again", newer));
  set_state(session, id, RunState::kSubmitted);
  session.execute("UPDATE billing_run SET submitted_by = ?, submitted_at = ? WHERE run_id = ?", by, services_.clock.now(), id);
  return ok();
}

Status RunService::give_back(db::Session& session, RunId id) {
  auto run = lock(session, id);
  if (!run) return std::move(run).error();
  if (run->state != RunState::kSubmitted) return wrong_state(*run, "submitted");
  set_state(session, id, RunState::kCalculated);
  session.execute("UPDATE billing_run SET submitted_by = NULL, submitted_at = NULL WHERE run_id = ?", id);
  return ok();
}

Result<JobId> RunService::issue(db::Session& session, RunId id, UserId by) {
  auto run = lock(session, id);
  if (!run) return std::move(run).error();
  const bool stuck = run->state == RunState::kIssuing && !jobs::is_active(session, kIssueJob, id.value);
  if (run->state != RunState::kSubmitted && !stuck) return wrong_state(*run, "submitted");
  if (run->submitted_by == by) return forbidden("security.second_person", "expected a second person to issue the run but it is the one who submitted it");
  if (stuck) {
    // What was issued stays issued: the failed shards of the same job are tried again.
    if (auto status = jobs::retry(session, *run->job); !status) return std::move(status).error();
    return *run->job;
  }
  set_state(session, id, RunState::kIssuing);
  session.execute("UPDATE billing_run SET approved_by = ?, issued_on = ? WHERE run_id = ?", by, local_date(services_.clock.now()), id);
  return queue(session, services_, kIssueJob, id, shards_of_bills(session, id), by);
}

}  // namespace mis::billing

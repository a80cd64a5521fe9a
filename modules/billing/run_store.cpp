// The rows of bill runs.
#include <fmt/format.h>

#include "modules/billing/billing.hpp"
#include "modules/billing/bill_store.hpp"

namespace mis::billing {
namespace {

constexpr std::string_view kRunColumns =
    "SELECT r.run_id, r.billing_month, r.state, r.version, r.job_id, r.created_by, r.submitted_by, r.approved_by, COALESCE(c.name, ''), COALESCE(u.name, ''), "
    "COALESCE(p.name, ''), r.created_at, r.calculated_at, r.submitted_at, r.issued_at, "
    "CAST(COALESCE(t.accounts, 0) AS SIGNED), CAST(COALESCE(t.bills, 0) AS SIGNED), (SELECT COUNT(*) FROM billing_exception e WHERE e.run_id = r.run_id), "
    "CAST(COALESCE(t.flagged, 0) AS SIGNED), CAST(COALESCE(t.energy_wh, 0) AS SIGNED), CAST(COALESCE(t.amount_fen, 0) AS SIGNED) "
    "FROM billing_run r LEFT JOIN administration_user_name c ON c.user_id = r.created_by LEFT JOIN administration_user_name u ON u.user_id = r.submitted_by "
    "LEFT JOIN administration_user_name p ON p.user_id = r.approved_by "
    "LEFT JOIN (SELECT run_id, SUM(accounts) AS accounts, SUM(bills) AS bills, SUM(flagged) AS flagged, SUM(energy_wh) AS energy_wh, "
    "SUM(amount_fen) AS amount_fen FROM billing_run_shard GROUP BY run_id) t ON t.run_id = r.run_id ";

Run run_from(const db::Rows& row) {
  const auto user = [&](int column) { return row.is_null(column) ? std::nullopt : std::optional(UserId{row.i64(column)}); };
  Run run;
  run.id = {row.i64(0)};
  run.month = row.month(1);
  run.state = run_state_of(row.text(2));
  run.version = row.i32(3);
  if (const auto job = row.i64_or_null(4)) run.job = JobId{*job};
  run.created_by = user(5);
  run.submitted_by = user(6);
  run.approved_by = user(7);
  run.created_by_name = row.text(8);
  run.submitted_by_name = row.text(9);
  run.approved_by_name = row.text(10);
  run.created_at = row.instant(11);
  run.calculated_at = row.instant_or_null(12);
  run.submitted_at = row.instant_or_null(13);
  run.issued_at = row.instant_or_null(14);
  run.accounts = row.i64(15);
  run.bills = row.i64(16);
  run.exceptions = row.i64(17);
  run.flagged = row.i64(18);
  run.energy = {row.i64(19)};
  run.amount = {row.i64(20)};
  return run;
}

}  // namespace

RunState run_state_of(std::string_view name) {
  for (const auto state : {RunState::kOpen, RunState::kCalculating, RunState::kCalculated, RunState::kSubmitted, RunState::kIssuing})
    if (name == name_of(state)) return state;
  return RunState::kIssued;
}

std::string_view name_of(RunState state) {
  switch (state) {
    case RunState::kOpen: return "open";
    case RunState::kCalculating: return "calculating";
    case RunState::kCalculated: return "calculated";
    case RunState::kSubmitted: return "submitted";
    case RunState::kIssuing: return "issuing";
    case RunState::kIssued: return "issued";
  }
  return "";
}

Result<Run> find_run(db::Session& session, RunId run) {
  auto rows = session.query(std::string(kRunColumns) + "WHERE r.run_id = ?", run);
  if (!rows.next()) return not_found("billing.no_run", fmt::format("expected a bill run with the number {} but there is none", run.value));
  return run_from(rows);
}

std::optional<Run> find_run_of(db::Session& session, BillingMonth month) {
  auto rows = session.query(std::string(kRunColumns) + "WHERE r.billing_month = ?", month);
  return rows.next() ? std::optional(run_from(rows)) : std::nullopt;
}

std::vector<Run> list_runs(db::Session& session, RunId before, int limit) {
  std::vector<Run> runs;
  for (auto rows = session.query(std::string(kRunColumns) + "WHERE r.run_id < ? ORDER BY r.run_id DESC LIMIT ?",
                                 before ? before.value : INT64_MAX, limit); rows.next();)
    runs.push_back(run_from(rows));
  return runs;
}

std::int64_t open_exceptions(db::Session& session, RunId run) {
  auto rows = session.query("SELECT COUNT(*) FROM billing_exception e WHERE e.run_id = ? AND NOT EXISTS "
                            "(SELECT 1 FROM billing_exception_resolution r WHERE r.run_id = e.run_id AND r.account_id = e.account_id AND r.seq > e.after_decision)", run);
  rows.next();
  return rows.i64(0);
}

}  // namespace mis::billing

#include "modules/dunning/runs.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "mis/files/lookup.hpp"
#include "modules/dunning/prepaid.hpp"
#include "modules/dunning/run_shard.hpp"

namespace mis::dunning {
namespace {

std::string_view job_of(RunKind kind) {
  switch (kind) {
    case RunKind::kReminders: return "dunning.remind";
    case RunKind::kPaymentScan: return "dunning.scan";
    case RunKind::kPrepaid: return "dunning.prepaid";
  }
  return "";
}

struct Range {
  std::int64_t low = 0, high = -1, rows = 0;
};

// The ids that a run goes over: customers, open cases, fee-controlled accounts.
Range range_of(db::Session& session, RunKind kind) {
  std::string_view sql;
  switch (kind) {
    case RunKind::kReminders: sql = "SELECT COALESCE(MIN(customer_id), 0), COALESCE(MAX(customer_id), -1), COUNT(*) FROM customers_contact"; break;
    case RunKind::kPaymentScan: sql = "SELECT COALESCE(MIN(case_id), 0), COALESCE(MAX(case_id), -1), COUNT(*) FROM dunning_case WHERE open_account_id IS NOT NULL"; break;
    case RunKind::kPrepaid: sql = "SELECT COALESCE(MIN(account_id), 0), COALESCE(MAX(account_id), -1), COUNT(*) FROM dunning_prepaid_account WHERE ended_on IS NULL"; break;
  }
  auto rows = session.query(sql);
  rows.next();
  return {rows.i64(0), rows.i64(1), rows.i64(2)};
}

// About 4,000 ids a shard, at most 400 shards: ids have gaps, and a shard is a transaction.
std::int64_t width_of(const Range& range) { return std::max<std::int64_t>(4'000, (range.high - range.low + 1) / 400 + 1); }

// A shard marked done counts what it was expected to have, so that progress reaches its total.
using Work = Result<ShardCounts> (*)(const Services&, db::Session&, const Run&, std::int64_t);

jobs::Kind kind_of(const Services& services, RunKind kind, Work work) {
  jobs::Kind job;
  job.name = job_of(kind);
  job.run_shard = [&services, work](db::Session& session, const jobs::Job& j, const jobs::Shard& shard) -> Result<std::int64_t> {
    auto run = find_run(session, {j.subject});
    if (!run) return std::move(run).error();
    auto counts = work(services, session, *run, shard.key);
    if (!counts) return std::move(counts).error();
    write_counts(session, run->id, shard.key, *counts);
    return shard.items_expected;
  };
  job.finish = [&services](db::Session& session, const jobs::Job& j) {
    session.execute("UPDATE dunning_run SET finished_at = ? WHERE run_id = ?", services.clock.now(), j.subject);
    return ok();
  };
  return job;
}

Result<ShardCounts> scan_shard(const Services& services, db::Session& session, const Run& run, std::int64_t from) {
  ShardCounts counts;
  std::vector<CaseId> cases;
  for (auto rows = session.query("SELECT case_id FROM dunning_case WHERE case_id >= ? AND case_id < ? AND open_account_id IS NOT NULL AND state <> 'paid' ORDER BY case_id", from,
                                 from + run.shard_width); rows.next();)
    cases.push_back({rows.i64(0)});
  counts.accounts = static_cast<int>(cases.size());
  for (const auto id : cases) {
    auto moved = check_payment(services, session, id);
    if (!moved) return std::move(moved).error();
    counts.moved += *moved ? 1 : 0;
  }
  return counts;
}

}  // namespace

std::string_view name_of(RunKind kind) {
  switch (kind) {
    case RunKind::kReminders: return "reminders";
    case RunKind::kPaymentScan: return "payment_scan";
    case RunKind::kPrepaid: return "prepaid";
  }
  return "";
}

jobs::Kind reminder_kind(const Services& services) {
  return kind_of(services, RunKind::kReminders, [](const Services& s, db::Session& session, const Run& run, std::int64_t from) { return remind_shard(s, session, run, {from}); });
}
jobs::Kind scan_kind(const Services& services) { return kind_of(services, RunKind::kPaymentScan, scan_shard); }
jobs::Kind prepaid_kind(const Services& services) {
  return kind_of(services, RunKind::kPrepaid, [](const Services& s, db::Session& session, const Run& run, std::int64_t from) { return prepaid_shard(s, session, run, {from}); });
}

Result<JobId> start_run(const Services& services, db::Session& session, RunKind kind, std::optional<UserId> by) {
  // One who starts a run at a time, so that two clerks do not start the same one.
  session.query("SELECT value FROM dunning_setting WHERE name = 'contacts_per_week' FOR UPDATE");
  {
    std::optional<JobId> last;
    {
      auto rows = session.query("SELECT job_id FROM dunning_run WHERE kind = ? AND finished_at IS NULL ORDER BY run_id DESC LIMIT 1", static_cast<int>(kind));
      if (rows.next() && !rows.is_null(0)) last = JobId{rows.i64(0)};
    }
    if (last)
      if (auto job = jobs::find(session, *last); job && (job->state == jobs::State::kQueued || job->state == jobs::State::kRunning))
        return conflict("dunning.run_active", fmt::format("expected no {} run under way but job {} is", name_of(kind), last->value));
  }
  const auto now = services.clock.now();
  const Date today = local_date(now);
  const auto range = range_of(session, kind);
  const auto width = width_of(range);
  const auto rules = kind == RunKind::kReminders ? std::optional(rules_on(session, today).id) : std::nullopt;
  session.execute("INSERT INTO dunning_run (kind, run_on, set_id, shard_width, requested_by, created_at) VALUES (?, ?, ?, ?, ?, ?)", static_cast<int>(kind), today, rules, width, by, now);
  const DunningRunId run{session.last_insert_id()};
  std::vector<jobs::Shard> shards;
  const auto count = range.high < range.low ? 0 : (range.high - range.low) / width + 1;
  for (std::int64_t i = 0; i < count; ++i) {
    // The accounts spread over the shards, so that the expected numbers add up to all of them.
    const auto items = range.rows * (i + 1) / count - range.rows * i / count;
    shards.push_back({range.low + i * width, static_cast<int>(items)});
  }
  const auto job = jobs::create(session, now, job_of(kind), run.value, kind == RunKind::kPaymentScan ? "cases" : "accounts", shards, by);
  session.execute("UPDATE dunning_run SET job_id = ? WHERE run_id = ?", job, run);
  return job;
}

Result<std::optional<JobId>> start_run_if_needed(const Services& services, db::Session& session, RunKind kind) {
  if (range_of(session, kind).rows == 0) return std::optional<JobId>{};
  auto job = start_run(services, session, kind, {});
  if (!job) return std::move(job).error();
  return std::optional(*job);
}

}  // namespace mis::dunning

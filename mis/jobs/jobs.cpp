#include "mis/jobs/jobs.hpp"

#include <fmt/format.h>

#include "mis/db/bulk_writer.hpp"

namespace mis::jobs {
namespace {

constexpr std::string_view kColumns =
    "SELECT j.job_id, j.kind, j.subject, j.state, j.message, j.unit, j.requested_by, j.started_at, j.finished_at, "
    "(SELECT COUNT(*) FROM jobs_shard s WHERE s.job_id = j.job_id), "
    "(SELECT COUNT(*) FROM jobs_shard s WHERE s.job_id = j.job_id AND s.state = 1), "
    "(SELECT CAST(COALESCE(SUM(s.items_expected), 0) AS SIGNED) FROM jobs_shard s WHERE s.job_id = j.job_id), "
    "(SELECT CAST(COALESCE(SUM(s.items), 0) AS SIGNED) FROM jobs_shard s WHERE s.job_id = j.job_id) FROM jobs_job j ";

State state_of(std::string_view name) {
  for (const auto state : {State::kQueued, State::kRunning, State::kDone, State::kFailed})
    if (name == name_of(state)) return state;
  return State::kCancelled;
}

Job from_row(const db::Rows& row) {
  Job job;
  job.id = row.id<JobTag>(0);
  job.kind = row.text(1);
  job.subject = row.i64(2);
  job.state = state_of(row.text(3));
  job.message = row.text(4);
  job.unit = row.text(5);
  if (const auto user = row.i64_or_null(6)) job.requested_by = UserId{*user};
  job.started_at = row.instant_or_null(7);
  job.finished_at = row.instant_or_null(8);
  job.shards_total = row.i32(9);
  job.shards_done = row.i32(10);
  job.items_total = row.i64(11);
  job.items_done = row.i64(12);
  return job;
}

}  // namespace

std::string_view name_of(State state) {
  switch (state) {
    case State::kQueued: return "queued";
    case State::kRunning: return "running";
    case State::kDone: return "done";
    case State::kFailed: return "failed";
    case State::kCancelled: return "cancelled";
  }
  return "";
}

JobId create(db::Session& session, Instant now, std::string_view kind, std::int64_t subject, std::string_view unit,
             std::span<const Shard> shards, std::optional<UserId> requested_by) {
  session.execute("INSERT INTO jobs_job (kind, subject, state, unit, requested_by, created_at) VALUES (?, ?, 'queued', ?, ?, ?)", kind,
                  subject, unit, requested_by, now);
  const JobId id{session.last_insert_id()};
  db::BulkWriter writer("jobs_shard", {"job_id", "shard_key", "state", "items_expected"});
  for (const auto& shard : shards) {
    writer.add(id).add(shard.key).add(0).add(shard.items_expected);
    writer.end_row();
  }
  writer.flush(session);
  return id;
}

Result<Job> find(db::Session& session, JobId id) {
  auto rows = session.query(std::string(kColumns) + "WHERE j.job_id = ?", id);
  if (!rows.next()) return not_found("jobs.not_found", fmt::format("expected a job with the number {} but there is none", id.value));
  Job job = from_row(rows);
  for (auto failed = session.query("SELECT shard_key, COALESCE(error, '') FROM jobs_shard WHERE job_id = ? AND state = 2 ORDER BY shard_key LIMIT 100", id);
       failed.next();)
    job.failures.push_back({failed.i64(0), failed.text(1)});
  return job;
}

std::vector<Job> list(db::Session& session, JobId before, int limit) {
  std::vector<Job> jobs;
  for (auto rows = session.query(std::string(kColumns) + "WHERE j.job_id < ? ORDER BY j.job_id DESC LIMIT ?",
                                 before ? before.value : INT64_MAX, limit); rows.next();)
    jobs.push_back(from_row(rows));
  return jobs;
}

bool is_active(db::Session& session, std::string_view kind, std::int64_t subject) {
  return session.query("SELECT 1 FROM jobs_job WHERE kind = ? AND subject = ? AND state IN ('queued', 'running') LIMIT 1", kind, subject).next();
}

Status retry(db::Session& session, JobId id) {
  const auto changed = session.execute("UPDATE jobs_job SET state = 'queued', finished_at = NULL, message = '' WHERE job_id = ? AND state = 'failed'", id);
  if (changed == 0) return conflict("jobs.not_failed", fmt::format("expected job {} to have failed but it has not", id.value));
  session.execute("UPDATE jobs_shard SET state = 0, attempts = 0, error = NULL WHERE job_id = ? AND state = 2", id);
  return ok();
}

}  // namespace mis::jobs

// A job of the product, done as a worker does it: all of it under a lock that goes with whoever dies, and once.
#pragma once

#include <string>

#include "mis/jobs/jobs.hpp"
#include "tests/sim/desk.hpp"

namespace sim {

// "done", or "error CODE".
inline std::string run_job(const Desk& desk, const mis::jobs::Kind& kind, std::int64_t job_id, std::int64_t subject) {
  auto done = desk.database().transact([&](mis::db::Session& s) -> mis::Result<std::string> {
    {
      auto rows = s.query("SELECT state FROM jobs_job WHERE job_id = ? FOR UPDATE", job_id);
      if (rows.next() && rows.text(0) == "done") return std::string("done");
    }
    mis::jobs::Job job;
    job.id = {job_id};
    job.subject = subject;
    std::vector<std::int64_t> shards;
    for (auto rows = s.query("SELECT shard_key FROM jobs_shard WHERE job_id = ? ORDER BY shard_key", job_id); rows.next();) shards.push_back(rows.i64(0));
    for (const auto shard : shards)
      if (auto did = kind.run_shard(s, job, {shard, 0}); !did) return std::move(did).error();
    if (auto finished = kind.finish(s, job); !finished) return finished.error();
    s.execute("UPDATE jobs_job SET state = 'done' WHERE job_id = ?", job_id);
    return std::string("done");
  });
  return done ? *done : refused(done.error());
}

}  // namespace sim

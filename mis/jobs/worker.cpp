#include "mis/jobs/worker.hpp"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "mis/jobs/guard.hpp"
#include "mis/observe/log.hpp"

namespace mis::jobs {
namespace {

enum class Step : std::uint8_t {
  kDidOne,    // a shard is done or has failed
  kNothing,   // no open shard that nobody holds
  kTrouble,   // the database could not be used just now
};

constexpr int kMaxAttempts = 3;
// How often in a row the database may fail before a command gives up. A server goes on trying.
constexpr int kMaxTroubles = 6;

}  // namespace

struct Worker::Impl {
  db::Database& database;
  const Clock& clock;
  const Kinds& kinds;
  Options options;

  std::vector<std::thread> threads;
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t wakes = 0;
  int troubles = 0;  // since the last shard that was done
  std::optional<Error> last_trouble;

  // The oldest job that is not over; with `only`, that one.
  std::optional<Job> next_job(std::optional<JobId> only) {
    auto found = database.read([&](db::Session& s) -> Result<std::optional<Job>> {
      auto rows = only ? s.query("SELECT job_id FROM jobs_job WHERE job_id = ? AND state IN ('queued', 'running')", *only)
                       : s.query("SELECT job_id FROM jobs_job WHERE state IN ('queued', 'running') ORDER BY job_id LIMIT 1");
      if (!rows.next()) return std::optional<Job>{};
      auto job = find(s, rows.id<JobTag>(0));
      if (!job) return std::move(job).error();
      return std::optional<Job>{std::move(*job)};
    });
    return found ? std::move(*found) : std::nullopt;
  }

  void mark_started(const Job& job) {
    if (job.state != State::kQueued) return;
    (void)database.transact([&](db::Session& s) {
      s.execute("UPDATE jobs_job SET state = 'running', started_at = COALESCE(started_at, ?) WHERE job_id = ? AND state = 'queued'", clock.now(), job.id);
      return ok();
    });
  }

  Step work_on_a_shard(const Job& job, const Kind& kind) {
    std::optional<Shard> shard;
    const auto status = database.transact([&](db::Session& s) -> Status {
      shard.reset();
      {
        auto rows = s.query("SELECT shard_key, items_expected FROM jobs_shard WHERE job_id = ? AND state = 0 ORDER BY shard_key LIMIT 1 FOR UPDATE SKIP LOCKED", job.id);
        if (!rows.next()) return ok();
        shard = Shard{rows.i64(0), rows.i32(1)};
      }
      auto items = without_throwing([&] { return kind.run_shard(s, job, *shard); });
      if (!items) return std::move(items).error();
      s.execute("UPDATE jobs_shard SET state = 1, items = ?, attempts = attempts + 1 WHERE job_id = ? AND shard_key = ?", *items, job.id, shard->key);
      return ok();
    });
    if (status) {
      const std::lock_guard lock(mutex);
      if (shard) troubles = 0;
      return shard ? Step::kDidOne : Step::kNothing;
    }
    if (!shard || status.error().kind == ErrorKind::kUnavailable) {  // it stays open; somebody goes on with it later
      note_trouble(job.id, status.error());
      return Step::kTrouble;
    }
    // The shard's own fault: count the attempt, and give it up after a few, so that one bad route never stops the rest.
    (void)database.transact([&](db::Session& s) {
      s.execute("UPDATE jobs_shard SET attempts = attempts + 1, state = IF(attempts >= ?, 2, 0), error = ? WHERE job_id = ? AND shard_key = ? AND state = 0",
                kMaxAttempts, shortened(status.error().message), job.id, shard->key);
      return ok();
    });
    return Step::kDidOne;
  }

  // Tells of trouble that repeating did not cure (a full disk, a lost database): in the log, on the job where the database
  // still takes it, and to whoever runs the job to its end.
  void note_trouble(JobId job, const Error& error) {
    {
      const std::lock_guard lock(mutex);
      ++troubles;
      last_trouble = error;
    }
    observe::log(observe::Level::kWarning, "jobs.trouble", {{"job_id", job.value}, {"code", error.code}, {"message", error.message}});
    if (error.code == "db.unavailable") return;
    (void)database.transact([&](db::Session& s) {
      s.execute("UPDATE jobs_job SET message = ? WHERE job_id = ? AND state = 'running'", shortened(error.message), job);
      return ok();
    });
  }

  // Ends the job where no shard is open any more. Locks the job's row, so that it ends once.
  bool end_if_over(const Job& job, const Kind& kind) {
    bool over = false;
    const auto status = database.transact([&](db::Session& s) -> Status {
      over = false;
      {
        auto rows = s.query("SELECT state FROM jobs_job WHERE job_id = ? FOR UPDATE", job.id);
        if (!rows.next()) return ok();
        const auto state = rows.text(0);
        if (state != "running" && state != "queued") {
          over = true;
          return ok();
        }
      }
      if (s.query("SELECT 1 FROM jobs_shard WHERE job_id = ? AND state = 0 LIMIT 1", job.id).next()) return ok();
      auto rows = s.query("SELECT COUNT(*) FROM jobs_shard WHERE job_id = ? AND state = 2", job.id);
      rows.next();
      const auto failed = rows.i64(0);
      if (failed == 0) {
        if (auto finished = without_throwing([&] { return kind.finish ? kind.finish(s, job) : ok(); }); !finished) return finished;
      }
      s.execute("UPDATE jobs_job SET state = ?, finished_at = ?, message = ? WHERE job_id = ?", failed == 0 ? "done" : "failed", clock.now(),
                failed == 0 ? std::string() : fmt::format("{} shards failed; the others are done", failed), job.id);
      over = true;
      return ok();
    });
    if (!status && status.error().kind != ErrorKind::kUnavailable) {
      (void)database.transact([&](db::Session& s) {
        s.execute("UPDATE jobs_job SET state = 'failed', finished_at = ?, message = ? WHERE job_id = ? AND state = 'running'", clock.now(),
                  shortened(status.error().message), job.id);
        return ok();
      });
      return true;
    }
    return over;
  }

  // A job whose kind this build does not know is ended with that reason; it would otherwise block those behind it.
  void end_unknown(const Job& job) {
    (void)database.transact([&](db::Session& s) {
      s.execute("UPDATE jobs_job SET state = 'failed', finished_at = ?, message = ? WHERE job_id = ?", clock.now(),
                "expected a known kind of job but found " + job.kind, job.id);
      return ok();
    });
  }

  // One look at what there is to do. True where something was done.
  Step step(std::optional<JobId> only) {
    const auto job = next_job(only);
    if (!job) return Step::kNothing;
    const auto kind = kinds.by_name.find(job->kind);
    if (kind == kinds.by_name.end()) {
      end_unknown(*job);
      return Step::kDidOne;
    }
    mark_started(*job);
    Step result = Step::kNothing;
    while (!stopping && (result = work_on_a_shard(*job, kind->second)) == Step::kDidOne) {
    }
    if (result == Step::kNothing && end_if_over(*job, kind->second)) return Step::kDidOne;
    return result;
  }

  void pause(int milliseconds) {
    std::unique_lock lock(mutex);
    const auto seen = wakes;
    changed.wait_for(lock, std::chrono::milliseconds(milliseconds), [&] { return stopping || wakes != seen; });
  }

  void loop() {
    // Linux gives each thread its own niceness; a person's request goes first when both cores are busy.
    setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), options.nice);
    while (!stopping) {
      const auto result = step(std::nullopt);
      if (result != Step::kDidOne) pause(result == Step::kTrouble ? 1'000 : options.poll_ms);
    }
  }
};

Worker::Worker(db::Database& database, const Clock& clock, const Kinds& kinds, Options options)
    : impl_(new Impl{database, clock, kinds, options, {}, {}, {}, {}, 0, 0, {}}) {}

Worker::~Worker() { stop(); }

void Worker::start() {
  for (int i = 0; i < impl_->options.threads; ++i) impl_->threads.emplace_back([this] { impl_->loop(); });
}

void Worker::stop() {
  impl_->stopping = true;
  wake();
  for (auto& thread : impl_->threads) thread.join();
  impl_->threads.clear();
}

void Worker::wake() {
  {
    const std::lock_guard lock(impl_->mutex);
    ++impl_->wakes;
  }
  impl_->changed.notify_all();
}

Result<Job> Worker::run_to_end(JobId id, const std::function<void(const Job&)>& progress) {
  std::atomic<bool> over{false};
  const auto help = [&] {
    while (!over && !impl_->stopping) {
      const auto job = impl_->next_job(id);
      if (!job) return;
      const auto result = impl_->step(id);
      if (result != Step::kDidOne) impl_->pause(result == Step::kTrouble ? 500 : 20);
    }
  };
  std::vector<std::thread> helpers;
  for (int i = 0; i < impl_->options.threads; ++i) helpers.emplace_back(help);
  const auto look = [&] { return impl_->database.read([&](db::Session& s) { return find(s, id); }); };
  auto job = look();
  std::optional<Error> gave_up;
  while (job && (job->state == State::kQueued || job->state == State::kRunning) && !impl_->stopping) {
    impl_->pause(100);
    {
      const std::lock_guard lock(impl_->mutex);
      if (impl_->troubles >= kMaxTroubles) gave_up = impl_->last_trouble;
    }
    if (gave_up) break;
    job = look();
    if (job && progress) progress(*job);
  }
  over = true;
  for (auto& helper : helpers) helper.join();
  if (gave_up) return *gave_up;
  return job;
}

}  // namespace mis::jobs

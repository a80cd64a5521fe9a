// The threads of a process that work on jobs. Several processes may each have one on the same database.
#pragma once

#include <memory>
#include <optional>

#include "mis/jobs/jobs.hpp"

namespace mis::jobs {

class Worker {
 public:
  struct Options {
    int threads = 2;
    int poll_ms = 300;   // how soon work that another process queued is noticed
    int nice = 10;       // long work gives way to people at terminals
  };
  Worker(db::Database& database, const Clock& clock, const Kinds& kinds) : Worker(database, clock, kinds, Options{}) {}
  Worker(db::Database& database, const Clock& clock, const Kinds& kinds, Options options);
  ~Worker();  // finishes the shards in hand, starts no others

  void start();
  void stop();
  void wake();  // there is new work: look now

  // Works on one job on the calling thread and `threads - 1` more until it has ended; for the command line and tests.
  // `progress` is called now and then. An error where the database cannot be reached; a failed job is not an error.
  Result<Job> run_to_end(JobId id, const std::function<void(const Job&)>& progress = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mis::jobs

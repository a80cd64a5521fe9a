// Work that begins by itself: every day at a time of the utility's day, or every so many seconds. For modules that declare what
// and when. Not for what takes long: a timer decides and queues a job; the job does it.
//
// Each due time is done once, by one of the hosts on a database: whoever takes the row lock of the timer begins its work and notes
// the due time in the same transaction. Due times that nobody did (the servers were down) are done once, at the next look, however
// many they were. A timer that was not known before starts with its next due time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mis/jobs/jobs.hpp"

namespace mis::jobs {

// One of the two. Daily times are of China's day; periods are counted from 1970, so all hosts have the same due times.
struct Schedule {
  int daily_minute = 0;  // of the day, where every_s is 0
  int every_s = 0;
  bool operator==(const Schedule&) const = default;
};
constexpr Schedule daily_at(int hour, int minute) { return {hour * 60 + minute, 0}; }
constexpr Schedule every_seconds(int seconds) { return {0, seconds}; }

Instant last_due(const Schedule& when, Instant now);   // the newest that is not after `now`
Instant next_due(const Schedule& when, Instant now);   // the first after `now`
// How long it waits after its n-th failure in a row: daily work 1, 2, 4 … minutes, at most an hour; periodic work 1, 2, 4 … periods,
// at most a minute or one period.
std::int64_t retry_wait_s(const Schedule& when, int failures);

struct Timer {
  std::string name;  // "receivables.apply_advances"; at most 60 characters
  Schedule when;
  // Begins the work, in the transaction that notes the due time as done, and returns the job that it queued; nothing where there was
  // nothing to do. An error, or an exception, undoes the transaction and is tried again after a wait.
  std::function<Result<std::optional<JobId>>(db::Session&, Instant now)> begin;
};

// The part of the registry that modules fill (`registry.part<jobs::Timers>()`).
struct Timers {
  std::map<std::string, Timer, std::less<>> by_name;
  void add(Timer timer) { by_name[timer.name] = std::move(timer); }
};

struct TimerState {
  std::string name;
  Schedule when;
  std::optional<Instant> last_run_at;
  Instant next_run_at;  // of a failed one: when it is tried again
  std::optional<JobId> job;  // the newest that it queued
  int failures = 0;          // in a row; 0: the last run was good
  std::optional<Instant> failed_at;
  std::string error;  // of the newest failure; it stays after a success
};
std::vector<TimerState> list_timers(db::Session& session, const Timers& timers, Instant now);

// The thread of a process that looks at the timers.
class Timekeeper {
 public:
  Timekeeper(db::Database& database, const Clock& clock, const Timers& timers, int look_every_ms = 1'000);
  ~Timekeeper();  // stops

  void start();
  void stop();  // what has been begun is ended first
  // One look: begins what is due and returns the names of it. Asks the database only about what may be due. Not from two threads.
  std::vector<std::string> look();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mis::jobs

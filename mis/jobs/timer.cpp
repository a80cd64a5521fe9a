#include "mis/jobs/timer.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "mis/jobs/guard.hpp"
#include "mis/observe/log.hpp"

namespace mis::jobs {
namespace {

constexpr std::int64_t kSecond = 1'000'000, kMinute = 60 * kSecond, kDay = 24 * 60 * kMinute;

std::int64_t period_of(const Schedule& when) { return when.every_s > 0 ? when.every_s * kSecond : kDay; }
// Where the due times lie within the periods.
std::int64_t offset_of(const Schedule& when) { return when.every_s > 0 ? 0 : (when.daily_minute - kChinaOffsetMinutes) * kMinute; }

std::int64_t floor_to(std::int64_t value, std::int64_t step) {
  const auto rest = value % step;
  return value - (rest < 0 ? rest + step : rest);
}

}  // namespace

Instant last_due(const Schedule& when, Instant now) { return {floor_to(now.micros - offset_of(when), period_of(when)) + offset_of(when)}; }
Instant next_due(const Schedule& when, Instant now) { return {last_due(when, now).micros + period_of(when)}; }

std::int64_t retry_wait_s(const Schedule& when, int failures) {
  const std::int64_t factor = std::int64_t{1} << std::clamp(failures - 1, 0, 12);
  if (when.every_s == 0) return std::min<std::int64_t>(60 * factor, 3'600);
  return std::min<std::int64_t>(when.every_s * factor, std::max(when.every_s, 60));
}

std::vector<TimerState> list_timers(db::Session& session, const Timers& timers, Instant now) {
  std::map<std::string, TimerState, std::less<>> states;
  for (const auto& [name, timer] : timers.by_name) states[name] = {name, timer.when, {}, next_due(timer.when, now), {}, 0, {}, {}};
  for (auto rows = session.query("SELECT name, done_for, done_at, job_id, failures, COALESCE(error, ''), failed_at, retry_at FROM jobs_timer"); rows.next();) {
    const auto found = states.find(rows.text(0));
    if (found == states.end()) continue;  // of a build that knew more
    auto& state = found->second;
    const auto due = last_due(state.when, now);
    if (rows.instant(1) < due) state.next_run_at = due;  // at the next look
    state.last_run_at = rows.instant_or_null(2);
    if (const auto job = rows.i64_or_null(3)) state.job = JobId{*job};
    state.failures = rows.i32(4);
    state.error = rows.text(5);
    state.failed_at = rows.instant_or_null(6);
    if (const auto retry = rows.instant_or_null(7)) state.next_run_at = *retry;
  }
  std::vector<TimerState> list;
  for (auto& [name, state] : states) list.push_back(std::move(state));
  return list;
}

struct Timekeeper::Impl {
  Impl(db::Database& d, const Clock& c, const Timers& t, int every_ms) : database(d), clock(c), timers(t), look_every_ms(every_ms) {}

  db::Database& database;
  const Clock& clock;
  const Timers& timers;
  int look_every_ms;
  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  std::thread thread;

  // What is known of a timer's row, so that the database is asked only when something may be due.
  struct Known {
    Instant done_for{INT64_MIN}, not_before{INT64_MIN};
    int failures = 0;
  };
  std::map<std::string, Known, std::less<>> known;

  struct Row {
    Instant done_for;
    std::optional<Instant> retry_at;
    int failures = 0;
  };
  // The timer's row, locked; nothing where another host holds it.
  static std::optional<Row> claim(db::Session& session, const Timer& timer, Instant due) {
    for (int attempt = 0; attempt < 2; ++attempt) {
      auto rows = session.query("SELECT done_for, retry_at, failures FROM jobs_timer WHERE name = ? FOR UPDATE SKIP LOCKED", timer.name);
      if (rows.next()) return Row{rows.instant(0), rows.instant_or_null(1), rows.i32(2)};
      if (attempt > 0 || session.query("SELECT 1 FROM jobs_timer WHERE name = ?", timer.name).next()) return {};
      session.execute("INSERT IGNORE INTO jobs_timer (name, done_for) VALUES (?, ?)", timer.name, due);
    }
    return {};
  }

  // What is done for a time that is yet to come was done by a host whose clock was far ahead: it does not count, or nothing would be
  // done until then. That of a host a little ahead is the next due time at most.
  static bool is_done(const Timer& timer, Instant done_for, Instant due, Instant now) { return done_for >= due && done_for <= next_due(timer.when, now); }

  // True where its work was begun.
  bool attend(const Timer& timer) {
    const auto now = clock.now();
    const auto due = last_due(timer.when, now);
    auto& mine = known[timer.name];
    if (is_done(timer, mine.done_for, due, now) || now < mine.not_before) return false;
    std::optional<Row> row;
    bool begun = false;
    const auto status = database.transact([&](db::Session& s) -> Status {
      begun = false;
      row = claim(s, timer, due);
      if (!row || is_done(timer, row->done_for, due, now) || (row->retry_at && now < *row->retry_at)) return ok();
      auto job = without_throwing([&] { return timer.begin(s, now); });
      if (!job) return std::move(job).error();
      s.execute("UPDATE jobs_timer SET done_for = ?, done_at = ?, job_id = COALESCE(?, job_id), failures = 0, retry_at = NULL WHERE name = ?", due, now, *job, timer.name);
      begun = true;
      return ok();
    });
    if (!status) {
      note_failure(timer, due, now, std::max(mine.failures, row ? row->failures : 0) + 1, status.error());
      return false;
    }
    if (begun) mine = {due, {INT64_MIN}, 0};
    else if (row) mine = {row->done_for, row->retry_at.value_or(Instant{INT64_MIN}), row->failures};
    return begun;
  }

  void note_failure(const Timer& timer, Instant due, Instant now, int failures, const Error& error) {
    const Instant retry_at{now.micros + retry_wait_s(timer.when, failures) * kSecond};
    auto& mine = known[timer.name];
    mine.not_before = retry_at;
    mine.failures = failures;
    observe::log(observe::Level::kWarning, "timer.failed", {{"timer", timer.name}, {"failures", failures}, {"code", error.code}, {"message", error.message}, {"retry_at", retry_at.to_string()}});
    // Where the database is away nothing is written; the log and the next attempt are enough. Nor where it is done after all: the
    // answer to the commit was lost, or another host was luckier.
    (void)database.transact([&](db::Session& s) {
      s.execute("UPDATE jobs_timer SET failures = ?, error = ?, failed_at = ?, retry_at = ? WHERE name = ? AND done_for < ?", failures, shortened(error.message), now, retry_at, timer.name, due);
      return ok();
    });
  }
};

Timekeeper::Timekeeper(db::Database& database, const Clock& clock, const Timers& timers, int look_every_ms) : impl_(std::make_unique<Impl>(database, clock, timers, look_every_ms)) {}
Timekeeper::~Timekeeper() { stop(); }

void Timekeeper::start() {
  impl_->thread = std::thread([this] {
    std::unique_lock lock(impl_->mutex);
    while (!impl_->stopping) {
      lock.unlock();
      look();
      lock.lock();
      impl_->changed.wait_for(lock, std::chrono::milliseconds(impl_->look_every_ms), [this] { return impl_->stopping; });
    }
  });
}

void Timekeeper::stop() {
  if (!impl_->thread.joinable()) return;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->changed.notify_all();
  impl_->thread.join();
}

std::vector<std::string> Timekeeper::look() {
  std::vector<std::string> begun;
  for (const auto& [name, timer] : impl_->timers.by_name)
    if (impl_->attend(timer)) begun.push_back(name);
  return begun;
}

}  // namespace mis::jobs

// Timers on a real database: each due time once, whoever looks, and what happens when it goes wrong.
#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>

#include "mis/jobs/timer.hpp"
#include "tests/store/fixture.hpp"

using namespace mis;

namespace {

class SetClock final : public Clock {
 public:
  explicit SetClock(const char* text) { set(text); }
  Instant now() const override { return {micros_.load()}; }
  void set(const char* text) { micros_ = Instant::parse(text)->micros; }

 private:
  std::atomic<std::int64_t> micros_{0};
};

fixture::FreshDatabase& emptied_database() {
  static fixture::FreshDatabase shared;
  auto owner = shared.owner().lease();
  for (const char* statement : {"DELETE FROM jobs_timer", "DELETE FROM jobs_job", "DELETE FROM jobs_shard", "DELETE FROM mis_sequence"}) owner->execute(statement);
  return shared;
}

using Names = std::vector<std::string>;

// A host with one daily timer at half past midnight, which queues a job.
class Night {
 public:
  Night() {
    timers.add({"test.nightly", jobs::daily_at(0, 30), [this](db::Session& s, Instant now) -> Result<std::optional<JobId>> {
                  // Visible only where the transaction is committed.
                  s.execute("INSERT INTO mis_sequence (name, next_value) VALUES ('begun', 1) ON DUPLICATE KEY UPDATE next_value = next_value + 1");
                  if (throws) throw std::runtime_error("no such luck");
                  if (error) return *error;
                  if (idle) return std::optional<JobId>{};
                  return std::optional(jobs::create(s, now, "test.work", 0, "rows", {}, {}));
                }});
  }
  // A host of its own: it remembers nothing of what another one did.
  std::unique_ptr<jobs::Timekeeper> host() { return std::make_unique<jobs::Timekeeper>(app(), clock, timers); }
  std::int64_t begun() {
    auto s = app().lease();
    auto rows = s->query("SELECT CAST(COALESCE(SUM(next_value), 0) AS SIGNED) FROM mis_sequence WHERE name = 'begun'");
    rows.next();
    return rows.i64(0);
  }
  jobs::TimerState state() {
    auto s = app().lease();
    return jobs::list_timers(*s, timers, clock.now()).at(0);
  }
  db::Database& app() { return database.app(); }

  fixture::FreshDatabase& database = emptied_database();
  SetClock clock{"2026-11-24T10:00:00+08:00"};
  jobs::Timers timers;
  std::optional<Error> error;
  bool throws = false, idle = false;
};

}  // namespace

TEST_CASE("daily work begins once each day, by whichever host looks first", "[timer]") {
  Night night;
  auto one = night.host(), other = night.host();
  // It is new, so nothing was missed.
  CHECK(one->look().empty());
  CHECK(other->look().empty());
  CHECK_FALSE(night.state().last_run_at);
  CHECK(night.state().next_run_at.to_string() == "2026-11-24T16:30:00Z");

  night.clock.set("2026-11-25T00:30:00+08:00");
  CHECK(one->look() == Names{"test.nightly"});
  CHECK(one->look().empty());
  CHECK(other->look().empty());
  CHECK(night.host()->look().empty());
  CHECK(night.begun() == 1);
  const auto state = night.state();
  CHECK(state.last_run_at == night.clock.now());
  CHECK(state.next_run_at.to_string() == "2026-11-25T16:30:00Z");
  REQUIRE(state.job);
  CHECK(jobs::find(*night.app().lease(), *state.job)->kind == "test.work");

  // A host whose clock is slow does not do yesterday's again.
  night.clock.set("2026-11-24T23:00:00+08:00");
  CHECK(night.host()->look().empty());
  night.clock.set("2026-11-26T00:31:00+08:00");
  CHECK(other->look() == Names{"test.nightly"});
  CHECK(night.begun() == 2);
}

TEST_CASE("two hosts that look at the same moment begin a due time once", "[timer]") {
  Night night;
  night.host()->look();
  for (int day = 25; day < 30; ++day) {
    night.clock.set(("2026-11-" + std::to_string(day) + "T00:30:00+08:00").c_str());
    std::atomic<int> did{0};
    std::vector<std::jthread> hosts;
    for (int i = 0; i < 4; ++i)
      hosts.emplace_back([&] {
        auto host = night.host();
        did += static_cast<int>(host->look().size());
      });
    hosts.clear();
    did += static_cast<int>(night.host()->look().size());  // one that was held up by the lock sees it done
    CHECK(did == 1);
  }
  CHECK(night.begun() == 5);
}

TEST_CASE("what was missed while nobody was there is done once at the next start", "[timer]") {
  Night night;
  night.host()->look();
  night.clock.set("2026-12-24T15:00:00+08:00");
  CHECK(night.state().next_run_at.to_string() == "2026-12-23T16:30:00Z");  // overdue
  auto host = night.host();
  CHECK(host->look() == Names{"test.nightly"});
  CHECK(host->look().empty());
  CHECK(night.begun() == 1);
  CHECK(night.state().next_run_at.to_string() == "2026-12-24T16:30:00Z");
}

TEST_CASE("a host whose clock was years ahead for a moment does not stop the work until then", "[timer]") {
  Night night;
  auto host = night.host();
  host->look();
  night.clock.set("2036-05-01T12:00:00+08:00");
  CHECK(night.host()->look() == Names{"test.nightly"});
  night.clock.set("2026-11-25T00:30:00+08:00");
  CHECK(host->look() == Names{"test.nightly"});
  CHECK(host->look().empty());
  CHECK(night.host()->look().empty());
  CHECK(night.begun() == 2);
  // A host some minutes ahead has done what is due next: that counts.
  night.clock.set("2026-11-26T00:32:00+08:00");
  CHECK(night.host()->look() == Names{"test.nightly"});
  night.clock.set("2026-11-26T00:28:00+08:00");
  CHECK(host->look().empty());
  CHECK(night.host()->look().empty());
}

TEST_CASE("a failure leaves nothing behind, is told, and is tried again after a wait", "[timer]") {
  Night night;
  auto host = night.host(), other = night.host();
  host->look();
  night.clock.set("2026-11-25T00:30:00+08:00");
  night.error = conflict("test.busy", "expected nobody at work but somebody is");
  CHECK(host->look().empty());
  CHECK(night.begun() == 0);
  auto state = night.state();
  CHECK(state.failures == 1);
  CHECK(state.error == "expected nobody at work but somebody is");
  CHECK(state.failed_at == night.clock.now());
  CHECK(state.next_run_at.to_string() == "2026-11-24T16:31:00Z");
  night.error.reset();
  CHECK(host->look().empty());   // it waits
  CHECK(other->look().empty());  // and so does everybody

  night.clock.set("2026-11-25T00:31:00+08:00");
  night.throws = true;
  CHECK(other->look().empty());
  CHECK(night.state().failures == 2);
  CHECK(night.state().error.find("no such luck") != std::string::npos);
  CHECK(night.state().next_run_at.to_string() == "2026-11-24T16:33:00Z");
  night.throws = false;
  night.clock.set("2026-11-25T00:33:00+08:00");
  CHECK(host->look() == Names{"test.nightly"});
  state = night.state();
  CHECK(night.begun() == 1);
  CHECK(state.failures == 0);
  CHECK(state.error.find("no such luck") != std::string::npos);  // of the newest failure, for whoever asks in the morning
  CHECK(state.next_run_at.to_string() == "2026-11-25T16:30:00Z");
}

TEST_CASE("a run that finds nothing to do counts as done and keeps the newest job in view", "[timer]") {
  Night night;
  auto host = night.host();
  host->look();
  night.clock.set("2026-11-25T00:30:00+08:00");
  host->look();
  const auto job = night.state().job;
  night.idle = true;
  night.clock.set("2026-11-26T00:30:00+08:00");
  CHECK(host->look() == Names{"test.nightly"});
  CHECK(night.state().last_run_at == night.clock.now());
  CHECK(night.state().job == job);
}

TEST_CASE("one timer's failure does not hold the others", "[timer]") {
  Night night;
  int ticks = 0;
  night.timers.add({"a.fails", jobs::every_seconds(3), [](db::Session&, Instant) -> Result<std::optional<JobId>> { return internal("test.broken", "expected it to work but it does not"); }});
  night.timers.add({"z.ticks", jobs::every_seconds(3), [&](db::Session&, Instant) -> Result<std::optional<JobId>> {
                      ++ticks;
                      return std::optional<JobId>{};
                    }});
  auto host = night.host();
  CHECK(host->look().empty());
  night.clock.set("2026-11-24T10:00:03+08:00");
  CHECK(host->look() == Names{"z.ticks"});
  night.clock.set("2026-11-24T10:00:05+08:00");
  CHECK(host->look().empty());
  night.clock.set("2026-11-24T10:00:06+08:00");
  CHECK(host->look() == Names{"z.ticks"});
  CHECK(ticks == 2);
}

TEST_CASE("the timekeeper's thread looks by itself and ends when it is told to", "[timer]") {
  Night night;
  std::atomic<int> looks{0};
  night.timers.add({"test.often", jobs::every_seconds(1), [&](db::Session&, Instant) -> Result<std::optional<JobId>> {
                      ++looks;
                      looks.notify_all();
                      return std::optional<JobId>{};
                    }});
  night.host()->look();
  night.clock.set("2026-11-24T10:00:01+08:00");
  jobs::Timekeeper keeper(night.app(), night.clock, night.timers, 5);
  keeper.start();
  looks.wait(0);
  keeper.stop();
  keeper.stop();  // twice is as good as once
  CHECK(looks == 1);  // the clock stood still: the due time was done once, however often it looked
}

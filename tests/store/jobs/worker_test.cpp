// Jobs on a real database: what is done once, what is tried again, and what stops.
#include <catch2/catch.hpp>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "mis/jobs/worker.hpp"
#include "tests/store/fixture.hpp"

using namespace mis;

namespace {

using RunShard = std::function<Result<std::int64_t>(db::Session&, const jobs::Job&, const jobs::Shard&)>;

// Making a database takes seconds, so the cases share one that is emptied before each.
fixture::FreshDatabase& emptied_database() {
  static fixture::FreshDatabase shared;
  auto owner = shared.owner().lease();
  for (const char* statement : {"DELETE FROM jobs_job", "DELETE FROM jobs_shard", "DELETE FROM mis_sequence"}) owner->execute(statement);
  return shared;
}

class Workshop {
 public:
  jobs::Kind& kind(std::string name, RunShard run_shard) {
    kinds_.add({name, std::move(run_shard), {}});
    return kinds_.by_name.find(name)->second;
  }
  JobId queue(std::string_view kind, int shards) {
    std::vector<jobs::Shard> list;
    for (int key = 1; key <= shards; ++key) list.push_back({key, 10});
    return *app().transact([&](db::Session& s) -> Result<JobId> { return jobs::create(s, clock_.now(), kind, 1, "rows", list, {}); });
  }
  jobs::Job run(JobId job, int threads = 1) {
    jobs::Worker worker(app(), clock_, kinds_, {.threads = threads, .poll_ms = 20, .nice = 0});
    return *worker.run_to_end(job);
  }
  jobs::Job look(JobId job) {
    return *app().read([&](db::Session& s) { return jobs::find(s, job); });
  }
  std::int64_t number(std::string_view sql) {
    auto s = app().lease();
    auto rows = s->query(sql);
    rows.next();
    return rows.i64(0);
  }
  std::unique_ptr<jobs::Worker> worker(int threads) { return std::make_unique<jobs::Worker>(app(), clock_, kinds_, jobs::Worker::Options{.threads = threads, .poll_ms = 20, .nice = 0}); }
  db::Database& app() { return database_.app(); }
  db::Database& owner() { return database_.owner(); }

 private:
  fixture::FreshDatabase& database_ = emptied_database();
  SystemClock clock_;
  jobs::Kinds kinds_;
};

// A shard's effect that can be counted: a second execution that stays makes it 2.
void leave_a_mark(db::Session& session, const jobs::Shard& shard) {
  session.execute("INSERT INTO mis_sequence (name, next_value) VALUES (?, 1) ON DUPLICATE KEY UPDATE next_value = next_value + 1", "shard " + std::to_string(shard.key));
}
constexpr std::string_view kMarks = "SELECT CAST(COALESCE(SUM(next_value), 0) AS SIGNED) FROM mis_sequence WHERE name LIKE 'shard %'";
constexpr std::string_view kMarked = "SELECT COUNT(*) FROM mis_sequence WHERE name LIKE 'shard %'";

}  // namespace

TEST_CASE("a job is done shard by shard and ends with its last one") {
  Workshop shop;
  int finished = 0;
  shop.kind("test.work", [](db::Session& s, const jobs::Job&, const jobs::Shard& shard) -> Result<std::int64_t> {
    leave_a_mark(s, shard);
    return 10;
  }).finish = [&](db::Session&, const jobs::Job&) {
    ++finished;
    return ok();
  };
  const auto id = shop.queue("test.work", 5);
  CHECK(shop.look(id).state == jobs::State::kQueued);
  const auto job = shop.run(id);
  CHECK(job.state == jobs::State::kDone);
  CHECK(job.shards_done == 5);
  CHECK(job.items_done == 50);
  CHECK(job.started_at.has_value());
  CHECK(job.finished_at.has_value());
  CHECK(finished == 1);
  CHECK(shop.number(kMarks) == 5);
}

TEST_CASE("a shard that throws or fails is tried three times; the others are done, and a retry completes the job") {
  Workshop shop;
  std::atomic<int> attempts{0};
  std::atomic<bool> broken{true};
  int finished = 0;
  const bool throws = GENERATE(true, false);
  shop.kind("test.fragile", [&](db::Session& s, const jobs::Job&, const jobs::Shard& shard) -> Result<std::int64_t> {
    leave_a_mark(s, shard);
    if (shard.key == 2) {
      ++attempts;
      if (broken && throws) throw std::runtime_error("the route's file has gone");
      if (broken) return internal("test.broken", "expected the route's file but it has gone");
    }
    return 10;
  }).finish = [&](db::Session&, const jobs::Job&) {
    ++finished;
    return ok();
  };
  const auto id = shop.queue("test.fragile", 3);
  auto job = shop.run(id);
  CHECK(attempts == 3);
  CHECK(job.state == jobs::State::kFailed);
  CHECK(job.message == "1 shards failed; the others are done");
  REQUIRE(job.failures.size() == 1);
  CHECK(job.failures[0].shard_key == 2);
  CHECK(job.failures[0].message == (throws ? "expected the work to end but it threw: the route's file has gone" : "expected the route's file but it has gone"));
  CHECK(finished == 0);
  CHECK(shop.number(kMarked) == 2);  // of the failed shard nothing is left
  CHECK_FALSE(*shop.app().read([&](db::Session& s) -> Result<bool> { return jobs::is_active(s, "test.fragile", 1); }));

  const auto retry = [&] { return shop.app().transact([&](db::Session& s) { return jobs::retry(s, id); }); };
  REQUIRE(retry());
  job = shop.run(id);
  CHECK(attempts == 6);  // three anew
  CHECK(job.state == jobs::State::kFailed);
  broken = false;
  REQUIRE(retry());
  job = shop.run(id);
  CHECK(job.state == jobs::State::kDone);
  CHECK(job.failures.empty());
  CHECK(finished == 1);
  CHECK(shop.number(kMarks) == 3);  // the shards that were done have not been done again
  CHECK(retry().error().code == "jobs.not_failed");
}

TEST_CASE("a job whose end fails has failed, with the reason") {
  Workshop shop;
  const bool throws = GENERATE(true, false);
  shop.kind("test.endless", [](db::Session&, const jobs::Job&, const jobs::Shard&) -> Result<std::int64_t> { return 10; }).finish = [&](db::Session&, const jobs::Job&) -> Status {
    if (throws) throw std::logic_error("no end");
    return conflict("test.end", "expected an end but there is none");
  };
  const auto job = shop.run(shop.queue("test.endless", 1));
  CHECK(job.state == jobs::State::kFailed);
  CHECK(job.message == (throws ? "expected the work to end but it threw: no end" : "expected an end but there is none"));
}

TEST_CASE("a job of an unknown kind is ended and does not hold up the next one") {
  Workshop shop;
  shop.kind("test.known", [](db::Session&, const jobs::Job&, const jobs::Shard& shard) -> Result<std::int64_t> { return shard.items_expected; });
  const auto unknown = shop.queue("test.of_a_later_version", 2), known = shop.queue("test.known", 2);
  auto worker = shop.worker(1);
  worker->start();
  for (int look = 0; look < 500 && shop.look(known).state != jobs::State::kDone; ++look) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  worker->stop();
  CHECK(shop.look(known).state == jobs::State::kDone);
  const auto job = shop.look(unknown);
  CHECK(job.state == jobs::State::kFailed);
  CHECK(job.message == "expected a known kind of job but found test.of_a_later_version");
  CHECK(job.shards_done == 0);
}

TEST_CASE("two workers share the shards of a job and do none of them twice") {
  Workshop shop;
  std::atomic<int> executions{0}, at_once{0}, most_at_once{0};
  int finished = 0;
  shop.kind("test.shared", [&](db::Session& s, const jobs::Job&, const jobs::Shard& shard) -> Result<std::int64_t> {
    ++executions;
    const int now = ++at_once;
    for (int most = most_at_once; now > most && !most_at_once.compare_exchange_weak(most, now);) {
    }
    leave_a_mark(s, shard);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    --at_once;
    return 10;
  }).finish = [&](db::Session&, const jobs::Job&) {
    ++finished;
    return ok();
  };
  const auto id = shop.queue("test.shared", 40);
  auto first = shop.worker(1), second = shop.worker(1);  // as two processes would
  first->start();
  second->start();
  for (int look = 0; look < 1'000 && shop.look(id).state != jobs::State::kDone; ++look) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  first->stop();
  second->stop();
  CHECK(shop.look(id).state == jobs::State::kDone);
  CHECK(executions == 40);
  CHECK(most_at_once == 2);
  CHECK(finished == 1);
  CHECK(shop.number(kMarked) == 40);
  CHECK(shop.number(kMarks) == 40);
}

TEST_CASE("a shard whose connection dies in the middle is done again, and its effect is there once") {
  Workshop shop;
  std::atomic<int> executions{0};
  shop.kind("test.cut", [&](db::Session& s, const jobs::Job&, const jobs::Shard& shard) -> Result<std::int64_t> {
    leave_a_mark(s, shard);
    if (++executions == 2) {
      auto rows = s.query("SELECT CONNECTION_ID()");
      rows.next();
      auto killer = shop.owner().lease();
      killer->run_raw("KILL CONNECTION " + std::to_string(rows.i64(0)));
    }
    leave_a_mark(s, shard);  // by now the connection may be gone: the first mark must go with it
    return 10;
  });
  const auto job = shop.run(shop.queue("test.cut", 3));
  CHECK(job.state == jobs::State::kDone);
  CHECK(executions == 4);
  CHECK(shop.number(kMarked) == 3);
  CHECK(shop.number(kMarks) == 6);
  CHECK(shop.number("SELECT CAST(SUM(attempts) AS SIGNED) FROM jobs_shard") == 3);  // a lost connection is not the shard's fault
  CHECK(shop.app().stats().lost_sessions >= 1);
}

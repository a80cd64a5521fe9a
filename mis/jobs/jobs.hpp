// Long work: a job is a row with shards; a shard is one transaction.
//
// A worker takes the row lock of an open shard (SKIP LOCKED), does the shard's work in the same transaction and marks
// it done in it. Whoever dies in the middle leaves nothing behind: the lock goes, the half-done work is rolled back, and
// the next worker, of this process or another one on the same database, takes the shard. So there are no leases to
// run out, and no work is done twice or half.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/id.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/db/database.hpp"

namespace mis::jobs {

enum class State : std::uint8_t { kQueued, kRunning, kDone, kFailed, kCancelled };
std::string_view name_of(State state);

struct Failure {
  std::int64_t shard_key;
  std::string message;
};

struct Job {
  JobId id;
  std::string kind;
  std::int64_t subject = 0;
  State state = State::kQueued;
  std::string message;
  std::string unit;  // of the items: "accounts"
  std::optional<UserId> requested_by;
  std::optional<Instant> started_at, finished_at;
  int shards_total = 0, shards_done = 0;
  std::int64_t items_total = 0, items_done = 0;
  std::vector<Failure> failures;  // at most 100
};

struct Shard {
  std::int64_t key;
  int items_expected;
};

// What a kind of job does. Functions are called from several threads at once.
struct Kind {
  std::string name;  // "billing.calculate"
  // Does one shard inside the given transaction and returns the number of items. An error marks the shard failed, with
  // the message, and so does an exception; DbErrors that a repetition cures are repeated before.
  std::function<Result<std::int64_t>(db::Session&, const Job&, const Shard&)> run_shard;
  // After the last shard, in the transaction that ends the job.
  std::function<Status(db::Session&, const Job&)> finish;
};

// The part of the registry that modules fill (`registry.part<jobs::Kinds>()`).
struct Kinds {
  std::map<std::string, Kind, std::less<>> by_name;
  void add(Kind kind) { by_name[kind.name] = std::move(kind); }
};

// Makes a job in the caller's transaction; a worker takes it up after the commit.
JobId create(db::Session& session, Instant now, std::string_view kind, std::int64_t subject, std::string_view unit,
             std::span<const Shard> shards, std::optional<UserId> requested_by);

// The job as it stands, progress included; an Error{kNotFound} where there is none.
Result<Job> find(db::Session& session, JobId id);
// Newest first; `before` is the id behind which to go on, 0 for the first page.
std::vector<Job> list(db::Session& session, JobId before, int limit);
// True while a job of this kind on this subject is queued or running.
bool is_active(db::Session& session, std::string_view kind, std::int64_t subject);
// Opens the failed shards of a failed job again, with all their attempts before them.
Status retry(db::Session& session, JobId id);

}  // namespace mis::jobs

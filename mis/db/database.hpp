// The database as services see it: a pool of sessions and the unit of work.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "mis/base/result.hpp"
#include "mis/db/session.hpp"

namespace mis::db {

class Database {
 public:
  struct Options {
    int max_sessions = 16;       // more than about 16 makes durable commits slower, not faster (measured)
    int wait_timeout_ms = 10'000;
    int max_attempts = 8;
  };
  explicit Database(Endpoint endpoint) : Database(std::move(endpoint), Options{}) {}
  Database(Endpoint endpoint, Options options);
  ~Database();

  // A session of one's own for as long as the lease lives; returned to the pool, or thrown away where it broke.
  class Lease {
   public:
    Lease(Database& owner, std::unique_ptr<Session> session) : owner_(&owner), session_(std::move(session)) {}
    Lease(Lease&& o) noexcept : owner_(o.owner_), session_(std::move(o.session_)) {}
    ~Lease() { if (session_) owner_->give_back(std::move(session_)); }
    Session& operator*() { return *session_; }
    Session* operator->() { return session_.get(); }
   private:
    Database* owner_;
    std::unique_ptr<Session> session_;
  };
  Lease lease();  // throws DbError(kLost) where no session comes free in time

  // Runs `work(Session&)` in one transaction (READ COMMITTED) and commits where it returns a good Result. An error
  // result or an exception rolls back. A deadlock, a lock time-out or a connection lost before the commit runs the
  // whole work again, so it must not have effects outside the session. A connection lost *during* the commit is not
  // repeated (nobody knows whether it happened): the caller's idempotency key or shard state tells afterwards.
  // DbErrors come out as Error{kUnavailable, "db.unavailable"|"db.full"|…}.
  template <class Work>
  auto transact(Work&& work) -> std::invoke_result_t<Work, Session&> {
    using R = std::invoke_result_t<Work, Session&>;
    std::optional<R> result;
    auto failure = run_transaction([&](Session& s) {
      result.emplace(work(s));
      return static_cast<bool>(*result);
    });
    if (failure) return std::move(*failure);
    return std::move(*result);
  }

  // Runs read-only work on a session without a transaction; same error translation, retries a lost connection once.
  template <class Work>
  auto read(Work&& work) -> std::invoke_result_t<Work, Session&> {
    using R = std::invoke_result_t<Work, Session&>;
    std::optional<R> result;
    auto failure = run_read([&](Session& s) { result.emplace(work(s)); });
    if (failure) return std::move(*failure);
    return std::move(*result);
  }

  // `count` consecutive ids of a sequence for single rows: unique for ever, not without gaps. Taken in blocks over a session
  // of its own, so that nobody waits for another's transaction to end. Throws DbError where the database is not there.
  std::int64_t take_ids(std::string_view sequence, std::int64_t count = 1);

  // The same on one snapshot: every statement sees the database as it was when the first one began. For what compares tables
  // with each other while others write.
  template <class Work>
  auto snapshot(Work&& work) -> std::invoke_result_t<Work, Session&> {
    return read([&](Session& s) -> std::invoke_result_t<Work, Session&> {
      const Snapshot hold(s);
      return work(s);
    });
  }

  const Endpoint& endpoint() const { return endpoint_; }
  struct Stats { std::int64_t transactions, retries, lost_sessions; int in_use, idle; };
  Stats stats() const;

 private:
  friend class Lease;
  class Snapshot {
   public:
    explicit Snapshot(Session& session);
    ~Snapshot() { session_.rollback(); }
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;
   private:
    Session& session_;
  };
  void give_back(std::unique_ptr<Session> session);
  std::optional<Error> run_transaction(const std::function<bool(Session&)>& work);
  std::optional<Error> run_read(const std::function<void(Session&)>& work);

  Endpoint endpoint_;
  Options options_;
  mutable std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Session>> idle_;
  int in_use_ = 0;
  std::int64_t transactions_ = 0, retries_ = 0, lost_ = 0;

  struct IdBlock { std::int64_t next = 0, end = 0; };
  std::mutex ids_mutex_;
  std::map<std::string, IdBlock, std::less<>> ids_;
  std::unique_ptr<Session> ids_session_;  // not of the pool: whoever needs ids holds a session already
};

// The Error that a DbError is for callers.
Error to_error(const DbError& error);

}  // namespace mis::db

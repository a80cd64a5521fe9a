#include "mis/db/database.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "mis/db/sequence.hpp"

namespace mis::db {
namespace {

// Waits a little longer after each attempt, with a random part, so that two transactions that met do not meet again.
void back_off(int attempt) {
  thread_local std::minstd_rand random(std::random_device{}());
  const int ceiling_ms = std::min(5 << attempt, 500);
  std::this_thread::sleep_for(std::chrono::milliseconds(1 + static_cast<int>(random() % static_cast<unsigned>(ceiling_ms))));
}

}  // namespace

Error to_error(const DbError& e) {
  switch (e.kind()) {
    case DbError::Kind::kRetry:
      return unavailable("db.contended", "expected to get the rows within the time limit but others held them; nothing was done");
    case DbError::Kind::kLost:
      return unavailable("db.unavailable", fmt::format("expected a database connection but it was lost: {}", e.what()));
    case DbError::Kind::kFull:
      return unavailable("db.full", fmt::format("expected room for the data but the database's disk is full: {}", e.what()));
    case DbError::Kind::kDuplicate:
      return conflict("db.duplicate", fmt::format("expected a new key but it exists already: {}", e.what()));
    case DbError::Kind::kDenied:
      return internal("db.denied", fmt::format("expected the right to do this but the database refused: {}", e.what()));
    case DbError::Kind::kOther: break;
  }
  return internal("db.error", fmt::format("database error {}: {}", e.code(), e.what()));
}

Database::Database(Endpoint endpoint, Options options) : endpoint_(std::move(endpoint)), options_(options) {}
Database::~Database() = default;

Database::Lease Database::lease() {
  std::unique_lock lock(mutex_);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.wait_timeout_ms);
  if (!freed_.wait_until(lock, deadline, [&] { return in_use_ < options_.max_sessions; }))
    throw DbError(DbError::Kind::kLost, 0, fmt::format("all {} database sessions stayed busy for {} ms",
                                                      options_.max_sessions, options_.wait_timeout_ms));
  ++in_use_;
  if (!idle_.empty()) {
    auto session = std::move(idle_.back());
    idle_.pop_back();
    return {*this, std::move(session)};
  }
  lock.unlock();
  try {
    return {*this, std::make_unique<Session>(endpoint_)};
  } catch (...) {
    give_back(nullptr);
    throw;
  }
}

void Database::give_back(std::unique_ptr<Session> session) {
  // Whoever left a unit of work by an exception leaves no locks to the next one.
  if (session && !session->broken()) session->rollback();
  std::vector<std::unique_ptr<Session>> dead;  // closed outside the lock
  {
    const std::lock_guard lock(mutex_);
    --in_use_;
    if (session && !session->broken()) {
      idle_.push_back(std::move(session));
    } else if (session) {
      ++lost_;
      dead.push_back(std::move(session));
      // Its neighbours in the pool were most likely lost with it.
      for (auto& s : idle_) dead.push_back(std::move(s));
      idle_.clear();
    }
  }
  freed_.notify_one();
}

std::optional<Error> Database::run_transaction(const std::function<bool(Session&)>& work) {
  for (int attempt = 0;; ++attempt) {
    bool committing = false;
    try {
      auto session = lease();
      session->begin();
      try {
        if (!work(*session)) {
          session->rollback();
          return {};
        }
        committing = true;
        session->commit();
      } catch (...) {
        if (!session->broken()) session->rollback();
        throw;
      }
      const std::lock_guard lock(mutex_);
      ++transactions_;
      return {};
    } catch (const DbError& e) {
      const bool lost_in_commit = committing && e.kind() == DbError::Kind::kLost;
      if (lost_in_commit)
        return unavailable("db.outcome_unknown",
                           "expected the database to confirm the commit but the connection was lost; ask again to learn the outcome");
      const bool again = e.kind() == DbError::Kind::kRetry || e.kind() == DbError::Kind::kLost;
      if (!again || attempt + 1 >= options_.max_attempts) return to_error(e);
      const std::lock_guard lock(mutex_);
      ++retries_;
    }
    back_off(attempt);
  }
}

std::optional<Error> Database::run_read(const std::function<void(Session&)>& work) {
  for (int attempt = 0;; ++attempt) {
    try {
      auto session = lease();
      work(*session);
      return {};
    } catch (const DbError& e) {
      if (e.kind() != DbError::Kind::kLost || attempt >= 1) return to_error(e);
    }
  }
}

Database::Snapshot::Snapshot(Session& session) : session_(session) {
  session_.run_raw("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
  session_.run_raw("START TRANSACTION WITH CONSISTENT SNAPSHOT");
}

std::int64_t Database::take_ids(std::string_view sequence, std::int64_t count) {
  constexpr std::int64_t kBlock = 1'000;
  const std::lock_guard lock(ids_mutex_);
  auto& block = ids_.try_emplace(std::string(sequence)).first->second;
  if (block.end - block.next < count) {
    if (!ids_session_ || ids_session_->broken()) ids_session_ = std::make_unique<Session>(endpoint_);
    const auto wanted = std::max(count, kBlock);
    ids_session_->begin();
    try {
      block.next = take_block(*ids_session_, sequence, wanted);
      ids_session_->commit();
    } catch (...) {
      block = {};
      if (!ids_session_->broken()) ids_session_->rollback();
      throw;
    }
    block.end = block.next + wanted;
  }
  const auto first = block.next;
  block.next += count;
  return first;
}

Database::Stats Database::stats() const {
  const std::lock_guard lock(mutex_);
  return {transactions_, retries_, lost_, in_use_, static_cast<int>(idle_.size())};
}

}  // namespace mis::db

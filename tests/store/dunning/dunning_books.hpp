// The books of a handful of customers with dunning on top: runs by the real worker, cases by the real service, and a clock that a
// test moves.
#pragma once

#include <string>
#include <vector>

#include "mis/jobs/jobs.hpp"
#include "mis/observe/metrics.hpp"
#include "modules/dunning/dunning.hpp"
#include "tests/store/receivables/books.hpp"

namespace books {

class HandClock final : public mis::Clock {
 public:
  mis::Instant now() const override { return at; }
  mis::Instant at = *mis::Instant::parse("2026-11-02T04:00:00Z");
};

inline constexpr mis::UserId kCollector{7}, kApprover{8};

class DunningBooks : public Books {
 public:
  DunningBooks();

  // Noon of a day in the utility's zone.
  void go_to(const char* day) { clock.at = at(day); }
  void minutes(std::int64_t n) { clock.at.micros += n * 60'000'000; }
  // A run of today, worked off by `threads`; what its shards did.
  struct Did {
    std::int64_t accounts = 0, notices = 0, candidates = 0, held_back = 0, moved = 0;
    mis::jobs::State state = mis::jobs::State::kDone;
  };
  Did run(mis::dunning::RunKind kind = mis::dunning::RunKind::kReminders, int threads = 1);

  // "reminder 3 letter", in order; of one account.
  std::vector<std::string> notices_of(std::int64_t account);
  // The text of an account's newest message.
  std::string newest_text(std::int64_t account);
  mis::dunning::CaseId case_of(std::int64_t account);
  std::string state_of(std::int64_t account);
  // The code of the error, or the state that the step led to.
  std::string move(std::int64_t account, mis::dunning::CaseStep step, mis::UserId by = kApprover, std::optional<mis::Instant> stop_at = {}, std::optional<std::string> copy = {});
  // Sends what is queued, now.
  void post();
  mis::Instant in_minutes(std::int64_t n) const { return {clock.at.micros + n * 60'000'000}; }

  HandClock clock;
  mis::observe::Metrics metrics;
  mis::Services services{app(), clock, metrics};
  mis::jobs::Kinds kinds;
};

}  // namespace books

// What others may use of billing: the life of a bill run, and the event that receivables posts on.
//
//   open → calculating → calculated → submitted → issuing → issued
//
// A run bills one month. Calculation goes by reading routes and may be repeated until the run is submitted. One person
// submits what was reviewed, another one issues it (or returns it); issue is final and posts to the ledger.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/id.hpp"
#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/db/session.hpp"
#include "mis/registry.hpp"

namespace mis::billing {

enum class RunState : std::uint8_t { kOpen, kCalculating, kCalculated, kSubmitted, kIssuing, kIssued };
std::string_view name_of(RunState state);

struct Run {
  RunId id;
  BillingMonth month;
  RunState state = RunState::kOpen;
  int version = 1;  // changes with each change of state; the ETag
  std::optional<JobId> job;
  std::optional<UserId> created_by, submitted_by, approved_by;
  std::string created_by_name, submitted_by_name, approved_by_name;
  Instant created_at;
  std::optional<Instant> calculated_at, submitted_at, issued_at;
  // Sums over the shards that are calculated.
  std::int64_t accounts = 0, bills = 0, exceptions = 0, flagged = 0;
  Energy energy;
  Money amount;
};

// A shard of a run has been issued: its bills are final. Told inside the transaction that makes them so; an error undoes
// the shard's issue. Receivables posts here.
struct IssuedShard {
  RunId run;
  BillingMonth month;
  RouteId route;
  Date issued_on;
  Instant at;
  std::optional<UserId> by;
};
struct IssueListeners {
  std::vector<std::function<Status(db::Session&, const IssuedShard&)>> on_shard;
};

enum class Decision : std::uint8_t {
  kEstimate,  // bill from an estimated reading
  kAccept,    // bill what was read
  kExclude,   // no bill this month; the energy goes into the next one
};
std::optional<Decision> decision_of(std::string_view name);

// What a decision about many exceptions came to.
struct DecideAllResult {
  std::int64_t decided = 0;     // accounts
  std::int64_t left_open = 0;   // accounts that this decision cannot help (nothing to estimate from, no bill to accept)
  std::optional<JobId> job;     // calculates their routes again; nothing where no account was decided about
};

// The use cases. Each runs inside the caller's transaction and locks the run's row first.
class RunService {
 public:
  explicit RunService(const Services& services) : services_(services) {}

  // Errors: billing.run_exists, billing.no_readings.
  Result<RunId> create(db::Session& session, BillingMonth month, std::optional<UserId> by);
  // Queues the calculation. Errors: billing.run_state.
  Result<JobId> calculate(db::Session& session, RunId run, std::optional<UserId> by);
  // Decides about an account's exceptions and calculates its route again. Errors: billing.run_state, billing.no_exception,
  // billing.still_blocked (the decision does not make a bill possible), meter_reading.no_basis.
  Status decide(db::Session& session, RunId run, AccountId account, Decision decision, std::string_view note, UserId by);
  // The same decision for every open exception, or for those of one reason. Estimates what cannot be billed as read; a
  // complete bill that somebody should look at is accepted where the decision is to estimate but there is no need to.
  // Accounts outside of `scope` (a pattern of unit paths, the whole utility by default) stay as they are.
  Result<DecideAllResult> decide_all(db::Session& session, RunId run, std::optional<int> reason, Decision decision, std::string_view note, UserId by,
                                     std::string_view scope = "/%");
  // Errors: billing.run_state, billing.exceptions_open.
  Status submit(db::Session& session, RunId run, UserId by);
  Status give_back(db::Session& session, RunId run);  // submitted → calculated
  // Queues the issue. Errors: billing.run_state, security.second_person.
  Result<JobId> issue(db::Session& session, RunId run, UserId by);

  // Locks the run until the transaction ends. Errors: billing.no_run.
  Result<Run> lock(db::Session& session, RunId run);

 private:
  const Services& services_;
};

Result<Run> find_run(db::Session& session, RunId run);
std::optional<Run> find_run_of(db::Session& session, BillingMonth month);
std::vector<Run> list_runs(db::Session& session, RunId before, int limit);
// Exceptions that nobody has decided about yet.
std::int64_t open_exceptions(db::Session& session, RunId run);
// When the due date of bills issued on a day is: the tenth day after.
constexpr Date due_date(Date issued_on) { return issued_on + 10; }

void register_module(Registry& registry);

}  // namespace mis::billing

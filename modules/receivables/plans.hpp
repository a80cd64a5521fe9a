// Instalment plans as they are stored, and the look at them that finds the kept and the broken. Internal to the module.
#pragma once

#include <set>
#include <span>
#include <vector>

#include "mis/jobs/jobs.hpp"
#include "modules/receivables/domain/plan.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::receivables {

using PlanId = Id<struct PlanTag>;
using ProposalId = Id<struct ProposalTag>;

struct Plan {
  PlanId id;
  AccountId account;
  PlanState state = PlanState::kActive;
  Money total;
  Date late_stop, approved_on;
  std::optional<Date> ended_on;
  std::optional<Money> paid_at_end;  // of a broken or cancelled one
  std::vector<Instalment> instalments;
  std::vector<BillKey> bills;
};
// Newest first.
std::vector<Plan> plans_of(db::Session& session, AccountId account);
std::optional<Plan> find_plan(db::Session& session, PlanId id);
// The bills of the account that a plan covers which is active, or goes on because a bill of a kept one is open again.
std::set<BillKey> planned_bills(db::Session& session, AccountId account);

// What has been paid of a plan: what is due no more of its bills, never less than nothing.
Money paid_of(const Plan& plan, std::span<const OpenItem> open_items, Date today);

// Writes an active plan and stops the late charge of its bills. The caller holds the account's lock, and then reads what is due.
PlanId insert_plan(db::Session& session, const Plan& plan, ProposalId proposal);
// Breaks or cancels a plan under the account's lock: the late charges of its bills run again, for the whole time.
void end_plan(db::Session& session, const Plan& plan, PlanState to, Money paid, Date on);

// Looks at the plans of the accounts in [from, to), each under its account's lock, and says of each whether it is kept, broken
// or goes on. Returns how many changed.
Result<std::int64_t> review_plans(db::Session& session, AccountId from, AccountId to, Date today);

// The same for one account, under its lock; true where a plan changed, and so its bills' late charges.
Result<bool> review_account_plans(db::Session& session, AccountId account, Date on);

// "receivables.review_plans" and "receivables.apply_advances": what is done every night, a shard per range of accounts.
inline constexpr const char* kReviewPlansJob = "receivables.review_plans";
inline constexpr const char* kApplyAdvancesJob = "receivables.apply_advances";
jobs::Kind review_plans_kind(const Clock& clock);
jobs::Kind apply_advances_kind(db::Database& database, const Clock& clock);
// Queues either. Errors: receivables.job_active (conflict) while one of the kind runs.
Result<JobId> queue_nightly(db::Session& session, const char* kind, Instant now, std::optional<UserId> by);

}  // namespace mis::receivables

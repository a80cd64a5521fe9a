// Fee-controlled accounts: enrolment, the balance of a day, and the shard of the daily run. Internal to the module.
#pragma once

#include <map>
#include <span>

#include "modules/dunning/domain/prepaid.hpp"
#include "modules/dunning/run_shard.hpp"

namespace mis::dunning {

struct Balance {
  Money advance, due, estimated, balance;
  std::optional<Date> billed_to;
  Energy read;
  int estimated_days = 0;
};
std::map<AccountId, Balance> balances_of(db::Session& session, std::span<const AccountId> accounts, Date on);
Balance balance_of(db::Session& session, AccountId account, Date on);

// Errors: dunning.prepaid_limits, dunning.prepaid_enrolled, dunning.prepaid_not_enrolled.
Status enrol(db::Session& session, AccountId account, const PrepaidLimits& limits, Date today, UserId by, Instant now);
Status change_limits(db::Session& session, AccountId account, const PrepaidLimits& limits, UserId by, Instant now);
Status end_enrolment(db::Session& session, AccountId account, Date today, UserId by, Instant now);

// Accounts with ids in [from, from + width): writes the day's balance down, warns (once per level and day, within the limit of
// contacts), proposes a stop where the balance is used up, and moves cases on whose balance is positive again.
Result<ShardCounts> prepaid_shard(const Services& services, db::Session& session, const Run& run, AccountId from);

}  // namespace mis::dunning

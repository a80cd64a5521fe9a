// Months that the system before Watthour billed: what they used and cost, and how far the tier year had got. The first
// bill goes on from there, and the reviewer compares with it.
#pragma once

#include <cstdint>
#include <span>

#include "mis/base/id.hpp"
#include "mis/base/money.hpp"
#include "mis/base/time.hpp"
#include "mis/db/session.hpp"

namespace mis::billing {

struct MigratedMonth {
  BillingMonth billing_month;
  AccountId account_id;
  Energy energy;
  Money amount;
  Energy tier_energy;  // used of the tier cycle after this month

  bool operator==(const MigratedMonth&) const = default;
};

// Bulk loader: inside the caller's transaction, mis::db::DbError (kDuplicate) where a row is there already. The
// partitions of the months must exist (mis::db::ensure_month_partitions). Rows ordered by month and account load fastest.
void load_history(db::Session& session, std::span<const MigratedMonth> rows);

}  // namespace mis::billing

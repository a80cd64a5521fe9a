// What the utility has decided about receivables. Internal to the module.
#pragma once

#include "mis/db/session.hpp"
#include "modules/receivables/domain/allocate.hpp"

namespace mis::receivables {

struct Settings {
  AllocationOrder allocation_order = AllocationOrder::kLateFirst;
  int plan_grace_days = 3;  // so many days after its day an instalment may still come
  int version = 1;          // ETag
};
inline constexpr int kMostGraceDays = 60;

Settings read_settings(db::Session& session);
// Locks them until the transaction ends: two who change them come one after the other.
Settings lock_settings(db::Session& session);
// Writes them as the version after theirs.
void write_settings(db::Session& session, const Settings& settings, UserId by, Instant now);
AllocationOrder read_allocation_order(db::Session& session);

}  // namespace mis::receivables

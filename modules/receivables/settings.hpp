// What the utility has decided about receivables. Internal to the module.
#pragma once

#include "mis/db/session.hpp"
#include "modules/receivables/domain/allocate.hpp"

namespace mis::receivables {

struct Settings {
  AllocationOrder allocation_order = AllocationOrder::kLateFirst;
  int plan_grace_days = 3;  // so many days after its day an instalment may still come
};
inline constexpr int kMostGraceDays = 60;

Settings read_settings(db::Session& session);
void write_settings(db::Session& session, const Settings& settings, UserId by, Instant now);
AllocationOrder read_allocation_order(db::Session& session);

}  // namespace mis::receivables

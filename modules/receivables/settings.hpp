// What the utility has decided about receivables. Internal to the module.
#pragma once

#include "mis/db/session.hpp"
#include "modules/receivables/domain/allocate.hpp"

namespace mis::receivables {

AllocationOrder read_allocation_order(db::Session& session);

}  // namespace mis::receivables

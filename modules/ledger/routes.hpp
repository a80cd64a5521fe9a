// The routes of the ledger. Internal to the module.
#pragma once

#include "mis/registry.hpp"

namespace mis::ledger {

void register_routes(Registry& registry);

}  // namespace mis::ledger

// The routes of receivables. Internal to the module.
#pragma once

#include "mis/registry.hpp"

namespace mis::receivables {

void register_routes(Registry& registry);

}  // namespace mis::receivables

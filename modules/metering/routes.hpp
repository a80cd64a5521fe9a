#pragma once

#include "mis/registry.hpp"

namespace mis::metering {

void register_routes(Registry& registry);

}  // namespace mis::metering

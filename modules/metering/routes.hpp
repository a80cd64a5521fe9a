// The HTTP of metering: an account's usage points and what is installed at them.
#pragma once

#include "mis/registry.hpp"

namespace mis::metering {

void register_routes(Registry& registry);

}  // namespace mis::metering

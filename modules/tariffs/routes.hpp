#pragma once

#include "mis/registry.hpp"

namespace mis::tariffs {

void register_routes(Registry& registry);

}  // namespace mis::tariffs

// The HTTP of tariffs: the list, and one tariff with its versions.
#pragma once

#include "mis/registry.hpp"

namespace mis::tariffs {

void register_routes(Registry& registry);

}  // namespace mis::tariffs

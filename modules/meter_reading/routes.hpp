// The HTTP of meter reading: an account's readings, routes and the month's plan.
#pragma once

#include <memory>

#include "mis/registry.hpp"
#include "modules/meter_reading/service.hpp"

namespace mis::meter_reading {

void register_routes(Registry& registry, std::shared_ptr<const Service> service);

}  // namespace mis::meter_reading

// Registration of meter reading: permissions, routes, table prefix.
#include "modules/meter_reading/routes.hpp"

namespace mis::meter_reading {

void register_module(Registry& registry) {
  registry.table_prefix("meter_reading_");
  registry.permission({"meter_reading.view", "查看抄表", "See readings, routes and plans"});
  register_routes(registry, std::make_shared<const Service>(registry.services()));
}

}  // namespace mis::meter_reading

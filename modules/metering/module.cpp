// Registration of metering: permissions, routes, table prefix.
#include "modules/metering/metering.hpp"
#include "modules/metering/routes.hpp"

namespace mis::metering {

void register_module(Registry& registry) {
  registry.table_prefix("metering_");
  registry.permission({"metering.view", "查看计量", "See usage points and meters"});
  register_routes(registry);
}

}  // namespace mis::metering

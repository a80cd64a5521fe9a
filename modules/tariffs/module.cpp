// Registration of tariffs: permissions, routes, table prefix.
#include "modules/tariffs/routes.hpp"
#include "modules/tariffs/tariffs.hpp"

namespace mis::tariffs {

void register_module(Registry& registry) {
  registry.table_prefix("tariffs_");
  registry.permission({"tariffs.view", "查看电价", "See tariffs"});
  register_routes(registry);
}

}  // namespace mis::tariffs

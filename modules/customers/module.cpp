// Registration of customers: permissions, routes, table prefix.
#include "modules/customers/routes.hpp"

namespace mis::customers {

void register_module(Registry& registry) {
  registry.table_prefix("customers_");
  registry.permission({"customers.view", "查看客户", "See customers and accounts"});
  register_routes(registry, std::make_shared<const Service>(registry.services()));
}

}  // namespace mis::customers

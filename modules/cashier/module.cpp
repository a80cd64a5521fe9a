// Registration of the counter: permissions and routes.
#include "modules/cashier/routes.hpp"

namespace mis::cashier {

void register_module(Registry& registry) {
  registry.permission({"cashier.take", "柜台收费", "Take money at the counter"});
  registry.permission({"cashier.approve", "收费冲正审批", "Decide about receipts to be taken back"});
  registry.permission({"cashier.close_day", "营业日终", "Close the day of a hall or of the company"});
  registry.permission({"cashier.view", "查看柜台收费", "See sessions and receipts of the counter"});
  registry.table_prefix("cashier_");
  register_session_routes(registry);
  register_receipt_routes(registry);
  register_reversal_routes(registry);
  register_day_routes(registry);
}

}  // namespace mis::cashier

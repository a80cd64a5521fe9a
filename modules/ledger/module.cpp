// Registration of the ledger: permissions, routes.
#include "modules/ledger/ledger.hpp"
#include "modules/ledger/routes.hpp"

namespace mis::ledger {

void register_module(Registry& registry) {
  registry.permission({"ledger.view", "查看总账与凭证", "See the ledger and its vouchers"});
  registry.permission({"ledger.close", "会计期间关账与开账", "Close and reopen accounting months"});
  registry.table_prefix("ledger_");
  register_routes(registry);
}

}  // namespace mis::ledger

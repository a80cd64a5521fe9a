// Registration of receivables: permissions, routes, and the ear for issued bills.
#include "modules/billing/billing.hpp"
#include "modules/receivables/post_issue.hpp"
#include "modules/receivables/routes.hpp"

namespace mis::receivables {

void register_module(Registry& registry) {
  registry.permission({"receivables.view", "查看应收与账务", "See receivables and the ledger"});
  registry.table_prefix("receivables_");
  register_routes(registry);
  registry.part<billing::IssueListeners>().on_shard.push_back(post_issued_shard);
}

}  // namespace mis::receivables

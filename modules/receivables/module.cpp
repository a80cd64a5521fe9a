// Registration of receivables: permissions, routes, and the ear for issued bills.
#include "modules/billing/billing.hpp"
#include "modules/receivables/post_issue.hpp"
#include "modules/receivables/routes.hpp"

namespace mis::receivables {

void register_module(Registry& registry) {
  registry.permission({"receivables.view", "查看应收与收费", "See receivables and payments"});
  registry.table_prefix("receivables_");
  register_routes(registry);
  auto& database = registry.services().database;
  registry.part<billing::IssueListeners>().on_shard.push_back(
      [&database](db::Session& session, const billing::IssuedShard& shard) { return post_issued_shard(database, session, shard); });
}

}  // namespace mis::receivables

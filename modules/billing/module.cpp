// Registration of billing: permissions, routes, jobs, and the place where later modules listen for issued bills.
#include "modules/billing/routes.hpp"
#include "modules/billing/run_jobs.hpp"

namespace mis::billing {

void register_module(Registry& registry) {
  registry.permission({"billing.view", "查看电费", "See bills and bill runs"});
  registry.permission({"billing.run", "电费计算", "Open and calculate bill runs"});
  registry.permission({"billing.review", "电费审核", "Decide about exceptions and submit bill runs"});
  registry.permission({"billing.issue", "电费发行", "Issue or return submitted bill runs"});
  registry.table_prefix("billing_");
  register_run_routes(registry);
  register_review_routes(registry);
  register_bill_routes(registry);
  register_month_routes(registry);
  auto& kinds = registry.part<jobs::Kinds>();
  kinds.add(calculate_kind(registry.services().clock));
  kinds.add(issue_kind(registry.services().clock, registry.part<IssueListeners>()));
}

}  // namespace mis::billing

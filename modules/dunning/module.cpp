// Registration of dunning: permissions, routes, jobs.
#include "modules/dunning/routes.hpp"
#include "modules/dunning/runs.hpp"

namespace mis::dunning {

void register_module(Registry& registry) {
  const auto& services = registry.services();
  registry.permission({"dunning.view", "查看催费与停复电", "See dunning, disconnections and prepaid accounts"});
  registry.permission({"dunning.operate", "催费与停复电", "Start dunning runs, propose and carry out disconnections"});
  registry.permission({"dunning.approve", "停电审批", "Approve disconnections that somebody else proposed"});
  registry.permission({"dunning.configure", "催费规则设置", "Change dunning rules, settings and important customers"});
  registry.table_prefix("dunning_");
  auto& kinds = registry.part<jobs::Kinds>();
  kinds.add(reminder_kind(services));
  kinds.add(scan_kind(services));
  kinds.add(prepaid_kind(services));
  register_rule_routes(registry);
  register_run_routes(registry);
  register_case_routes(registry);
  register_prepaid_routes(registry);
}

}  // namespace mis::dunning

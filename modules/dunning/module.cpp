// Registration of dunning: permissions, routes, jobs.
#include "mis/jobs/timer.hpp"
#include "modules/dunning/routes.hpp"
#include "modules/dunning/runs.hpp"

namespace mis::dunning {
namespace {

// In the morning, since people are told something; a payment is looked for more often, so that nobody who has paid waits long.
void add_timers(jobs::Timers& timers, const Services& services) {
  const auto run = [&](const char* name, jobs::Schedule when, RunKind kind) {
    timers.add({name, when, [&services, kind](db::Session& s, Instant) { return start_run_if_needed(services, s, kind); }});
  };
  run("dunning.prepaid", jobs::daily_at(8, 30), RunKind::kPrepaid);
  run("dunning.remind", jobs::daily_at(9, 0), RunKind::kReminders);
  run("dunning.scan", jobs::every_seconds(1'800), RunKind::kPaymentScan);
}

}  // namespace

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
  add_timers(registry.part<jobs::Timers>(), services);
  register_rule_routes(registry);
  register_run_routes(registry);
  register_case_routes(registry);
  register_prepaid_routes(registry);
}

}  // namespace mis::dunning

// Registration of payment channels: permissions, routes, jobs.
#include "modules/payment_channels/debit_results.hpp"
#include "modules/payment_channels/payment_channels.hpp"
#include "modules/payment_channels/reconcile.hpp"
#include "modules/payment_channels/routes.hpp"
#include "modules/payment_channels/statements.hpp"
#include "modules/payment_channels/timers.hpp"

namespace mis::payment_channels {

void register_module(Registry& registry) {
  registry.permission({"channels.view", "查看代收渠道", "See payment channels"});
  registry.permission({"channels.operate", "办理渠道对账", "Reconcile payment channels"});
  registry.permission({"channels.approve", "审批渠道差错处理", "Approve what reconciliation proposes"});
  registry.permission({"channels.configure", "维护代收渠道", "Configure payment channels"});
  registry.permission({"channels.order", "生成收款码", "Make codes that customers pay by scanning"});
  registry.table_prefix("payment_channels_");
  registry.part<jobs::Kinds>().add(reconcile_job(registry.services()));
  for (auto* kind : {debit_prepare_job, debit_result_job, statement_job}) registry.part<jobs::Kinds>().add(kind(registry.services()));
  register_timers(registry);
  register_routes(registry);
}

}  // namespace mis::payment_channels

// Registration of invoicing: permissions, routes, jobs.
#include "mis/jobs/timer.hpp"
#include "modules/invoicing/batches.hpp"
#include "modules/invoicing/routes.hpp"

namespace mis::invoicing {

void register_module(Registry& registry) {
  registry.permission({"invoicing.view", "查看发票", "See invoices"});
  registry.permission({"invoicing.issue", "开具与红冲发票", "Draw, print, send and reverse invoices"});
  registry.permission({"invoicing.configure", "发票参数设置", "Change who sells and how invoices are made"});
  registry.table_prefix("invoicing_");
  const auto& equipment = registry.part<Equipment>();
  register_invoice_routes(registry, equipment);
  register_reversal_routes(registry, equipment);
  register_batch_routes(registry, equipment);
  register_setting_routes(registry);
  register_document_routes(registry);
  add_kinds(registry.part<jobs::Kinds>(), registry.services(), equipment);
  registry.part<jobs::Timers>().add({std::string(kSendJob), jobs::every_seconds(5), [&equipment](db::Session& s, Instant now) -> Result<std::optional<JobId>> { return request_sending_if_waiting(s, equipment, now); }});
}

}  // namespace mis::invoicing

// Registration of receivables: permissions, routes, and the ear for issued bills.
#include "mis/jobs/timer.hpp"
#include "modules/billing/billing.hpp"
#include "modules/receivables/plans.hpp"
#include "modules/receivables/post_issue.hpp"
#include "modules/receivables/routes.hpp"

namespace mis::receivables {
namespace {

// Plans before advances: what a broken plan covered takes the account's advance like every other debt.
void add_timers(jobs::Timers& timers) {
  const auto nightly = [&](const char* kind, int hour, int minute) {
    timers.add({kind, jobs::daily_at(hour, minute), [kind](db::Session& s, Instant now) -> Result<std::optional<JobId>> {
                  auto job = queue_nightly(s, kind, now, {});
                  if (!job) return std::move(job).error();
                  return std::optional(*job);
                }});
  };
  nightly(kReviewPlansJob, 0, 20);
  nightly(kApplyAdvancesJob, 0, 40);
}

}  // namespace

void register_module(Registry& registry) {
  registry.permission({"receivables.view", "查看应收与收费", "See receivables and payments"});
  registry.permission({"receivables.propose", "提出减免、核销、退费、分期等申请", "Propose waivers, write-offs, refunds and plans"});
  registry.permission({"receivables.approve", "审批减免、核销、退费、分期等申请", "Approve waivers, write-offs, refunds and plans"});
  registry.permission({"receivables.configure", "设置销账顺序等参数", "Configure how payments are shared out"});
  registry.table_prefix("receivables_");
  register_routes(registry);
  register_account_routes(registry);
  register_proposal_routes(registry);
  register_settings_routes(registry);
  auto& kinds = registry.part<jobs::Kinds>();
  kinds.add(apply_advances_kind(registry.services().database, registry.services().clock));
  kinds.add(review_plans_kind(registry.services().clock));
  add_timers(registry.part<jobs::Timers>());
  auto& database = registry.services().database;
  registry.part<billing::IssueListeners>().on_shard.push_back(
      [&database](db::Session& session, const billing::IssuedShard& shard) { return post_issued_shard(database, session, shard); });
}

}  // namespace mis::receivables

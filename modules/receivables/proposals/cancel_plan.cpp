// 取消分期: an active plan ends; late charges run again as though there had been none.
#include <nlohmann/json.hpp>

#include "modules/receivables/proposals/kinds.hpp"

namespace mis::receivables {
namespace {

using nlohmann::json;

Result<Plan> active_plan(const Case& c) {
  auto plan = find_plan(c.session, {c.detail.at("plan_id").get<std::int64_t>()});
  if (!plan || plan->account != c.account) return not_found("receivables.no_plan", "expected an instalment plan of the account with this number but there is none");
  if (!may_become(plan->state, PlanState::kCancelled))
    return conflict("receivables.plan_state", "expected an active instalment plan but it is " + std::string(name_of(plan->state)));
  return std::move(*plan);
}

json read(http::Fields& body, AccountId, const std::string&) { return {{"plan_id", body.integer("plan_id", {.min = 1})}}; }

// What is left to pay of it.
Result<Money> check(Case& c) {
  auto plan = active_plan(c);
  if (!plan) return std::move(plan).error();
  return plan->total - paid_of(*plan, c.items, c.today);
}

Result<MovedBy> apply(Case& c) {
  auto plan = active_plan(c);
  if (!plan) return std::move(plan).error();
  end_plan(c.session, *plan, PlanState::kCancelled, paid_of(*plan, c.items, c.today), c.today);
  return MovedBy{};
}

}  // namespace

Kind cancel_plan_kind() { return {ProposalKind::kCancelPlan, read, check, apply}; }

}  // namespace mis::receivables

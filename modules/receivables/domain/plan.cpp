#include "modules/receivables/domain/plan.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace mis::receivables {
namespace {

constexpr std::array<std::string_view, 4> kStates = {"active", "kept", "broken", "cancelled"};
constexpr std::array<std::string_view, 3> kInstalmentStates = {"open", "paid", "overdue"};

}  // namespace

std::string_view name_of(PlanState state) { return kStates[static_cast<std::size_t>(state)]; }
std::string_view name_of(InstalmentState state) { return kInstalmentStates[static_cast<std::size_t>(state)]; }

std::optional<PlanState> plan_state_of(std::string_view name) {
  const auto it = std::find(kStates.begin(), kStates.end(), name);
  if (it == kStates.end()) return {};
  return static_cast<PlanState>(it - kStates.begin());
}

bool may_become(PlanState from, PlanState to) {
  return std::any_of(kPlanTransitions.begin(), kPlanTransitions.end(), [&](const PlanTransition& t) { return t.from == from && t.to == to; });
}

Result<Money> check_instalments(std::span<const Instalment> instalments, Money due, Date today) {
  if (due.value <= 0) return conflict("receivables.nothing_due", "expected something to pay by instalments but nothing is due");
  if (instalments.empty()) return invalid("receivables.plan_sum", "expected instalments but there are none");
  Money sum;
  Date before = today + -1;
  for (const auto& instalment : instalments) {
    if (instalment.due_on <= before)
      return conflict("receivables.plan_dates", fmt::format("expected instalments on days that ascend from {} on but found {}", today.to_string(), instalment.due_on.to_string()));
    if (instalment.amount.value <= 0) return invalid("receivables.plan_sum", fmt::format("expected instalments of at least 1 fen but found {}", instalment.amount.value));
    before = instalment.due_on;
    sum += instalment.amount;
  }
  if (sum != due) return conflict("receivables.plan_sum", fmt::format("expected instalments that make {} fen, all that is due, but they make {}", due.value, sum.value));
  return sum;
}

PlanStanding assess(std::span<const Instalment> instalments, Money paid, Date today, int grace_days) {
  PlanStanding standing;
  standing.state = PlanState::kKept;
  Money reached;
  for (const auto& instalment : instalments) {
    reached += instalment.amount;
    if (reached <= paid) {
      standing.instalments.push_back(InstalmentState::kPaid);
      continue;
    }
    standing.instalments.push_back(today > instalment.due_on ? InstalmentState::kOverdue : InstalmentState::kOpen);
    if (standing.state == PlanState::kKept) standing.state = PlanState::kActive;
    if (today > instalment.due_on + grace_days) standing.state = PlanState::kBroken;
  }
  return standing;
}

}  // namespace mis::receivables

// Instalment plans (分期缴费): what makes one acceptable, and how it stands. Pure.
//
// A plan takes all that is due as of the day it was proposed, late charges up to that day included. While it is active, and for
// ever once it is kept, its bills bring no late charge for later days; when it is broken or cancelled they do so again, for the
// whole time, as though there had been no plan. How much is paid is not recorded: it is what is due no more of its bills.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"

namespace mis::receivables {

struct Instalment {
  Date due_on;
  Money amount;
};

enum class PlanState : std::uint8_t { kActive, kKept, kBroken, kCancelled };
std::string_view name_of(PlanState state);  // "active"
std::optional<PlanState> plan_state_of(std::string_view name);

// Kept is not the end: where a payment is taken back, the plan goes on, or is broken after all.
struct PlanTransition {
  PlanState from, to;
};
inline constexpr std::array<PlanTransition, 5> kPlanTransitions{{
    {PlanState::kActive, PlanState::kKept},
    {PlanState::kActive, PlanState::kBroken},
    {PlanState::kActive, PlanState::kCancelled},
    {PlanState::kKept, PlanState::kActive},
    {PlanState::kKept, PlanState::kBroken},
}};
bool may_become(PlanState from, PlanState to);

// Dates ascend from today on, amounts are positive and sum to what is due. Errors: receivables.nothing_due,
// receivables.plan_dates, receivables.plan_sum.
Result<Money> check_instalments(std::span<const Instalment> instalments, Money due, Date today);

enum class InstalmentState : std::uint8_t { kOpen, kPaid, kOverdue };
std::string_view name_of(InstalmentState state);  // "open"

struct PlanStanding {
  PlanState state = PlanState::kActive;  // active, kept or broken
  std::vector<InstalmentState> instalments;
};
// Money goes to the earliest instalment first. The plan is broken on the day after an instalment's grace where it is not paid.
PlanStanding assess(std::span<const Instalment> instalments, Money paid, Date today, int grace_days);

}  // namespace mis::receivables

// What takes two people: the kinds of proposals and how a proposal may go on. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mis::receivables {

enum class ProposalKind : std::uint8_t {
  kWaiveLate,       // 违约金减免: part of a late charge need not be paid
  kWriteOff,        // 坏账核销
  kRecover,         // 坏账收回: a written-off bill is owed again
  kRefundAdvance,   // 预收退费
  kReceiveDeposit,  // 收取保证金
  kRefundDeposit,   // 退还保证金
  kApplyDeposit,    // 保证金抵扣
  kTransfer,        // 过户: advance and deposit go to another account
  kInstalmentPlan,  // 分期缴费
  kCancelPlan,      // 取消分期
};
inline constexpr int kProposalKinds = 10;
std::string_view name_of(ProposalKind kind);  // "waive_late"
std::optional<ProposalKind> proposal_kind_of(std::string_view name);

enum class ProposalState : std::uint8_t { kProposed, kApproved, kRefused, kWithdrawn };
std::string_view name_of(ProposalState state);  // "proposed"
std::optional<ProposalState> proposal_state_of(std::string_view name);

enum class ProposalAction : std::uint8_t { kApprove, kRefuse, kWithdraw };

struct ProposalTransition {
  ProposalState from;
  ProposalAction action;
  ProposalState to;
};
// All that can happen; what is not here is refused. What was decided once stays so.
inline constexpr std::array<ProposalTransition, 3> kProposalTransitions{{
    {ProposalState::kProposed, ProposalAction::kApprove, ProposalState::kApproved},
    {ProposalState::kProposed, ProposalAction::kRefuse, ProposalState::kRefused},
    {ProposalState::kProposed, ProposalAction::kWithdraw, ProposalState::kWithdrawn},
}};
std::optional<ProposalState> state_after(ProposalState state, ProposalAction action);

}  // namespace mis::receivables

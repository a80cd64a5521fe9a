#include "modules/receivables/domain/proposal.hpp"

#include <algorithm>

namespace mis::receivables {
namespace {

constexpr std::array<std::string_view, kProposalKinds> kKinds = {"waive_late",     "write_off",     "recover",  "refund_advance",  "receive_deposit",
                                                                 "refund_deposit", "apply_deposit", "transfer", "instalment_plan", "cancel_plan"};
constexpr std::array<std::string_view, 4> kStates = {"proposed", "approved", "refused", "withdrawn"};

template <class Enum, std::size_t N>
std::optional<Enum> find_name(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto it = std::find(names.begin(), names.end(), name);
  if (it == names.end()) return {};
  return static_cast<Enum>(it - names.begin());
}

}  // namespace

std::string_view name_of(ProposalKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }
std::optional<ProposalKind> proposal_kind_of(std::string_view name) { return find_name<ProposalKind>(kKinds, name); }
std::string_view name_of(ProposalState state) { return kStates[static_cast<std::size_t>(state)]; }
std::optional<ProposalState> proposal_state_of(std::string_view name) { return find_name<ProposalState>(kStates, name); }

std::optional<ProposalState> state_after(ProposalState state, ProposalAction action) {
  for (const auto& transition : kProposalTransitions)
    if (transition.from == state && transition.action == action) return transition.to;
  return {};
}

}  // namespace mis::receivables

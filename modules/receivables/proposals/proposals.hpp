// The use cases of proposals: somebody proposes, a second person approves or refuses, or the first one withdraws. The effect
// happens at approval, in the same unit of work, with everything checked anew. Internal to the module.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "mis/security/caller.hpp"
#include "modules/customers/customers.hpp"
#include "modules/receivables/domain/proposal.hpp"
#include "modules/receivables/plans.hpp"

namespace mis::receivables {

struct Proposal {
  ProposalId id;
  AccountId account;
  std::string account_no, name;
  ProposalKind kind = ProposalKind::kWaiveLate;
  ProposalState state = ProposalState::kProposed;
  std::string reason, detail;  // detail: JSON text
  Money amount;
  int version = 1;
  UserId proposed_by;
  std::string proposed_by_name;
  Date proposed_on;
  Instant proposed_at;
  std::string decided_by_name;  // empty while nobody has
  std::optional<Instant> decided_at;
  std::string note;
  ledger::TransactionKey transaction;  // of id 0 where nothing was posted
};

struct ProposalFilter {
  std::optional<ProposalState> state;
  std::optional<ProposalKind> kind;
  std::optional<AccountId> account;
};
// Within a data scope. Errors: receivables.no_proposal (not found).
Result<Proposal> find_proposal(db::Session& session, ProposalId id, std::string_view scope_pattern);
// Behind `before` (0: from the newest on), newest first.
std::vector<Proposal> list_proposals(db::Session& session, const ProposalFilter& filter, std::string_view scope_pattern, ProposalId before, int limit);

struct NewProposal {
  ProposalKind kind;
  AccountId account;
  std::string account_no;
  std::string reason;  // 1 to 200 characters
  const nlohmann::json& detail;
};
// Writes the proposal where it could take effect now. Errors: those of the kind's check, customers.no_account (a transfer to an
// account that is not in the proposer's scope).
Result<Proposal> propose(db::Database& database, db::Session& session, const NewProposal& proposal, const security::Caller& caller, Instant now);

struct ProposalDecision {
  ProposalId id;
  ProposalAction action = ProposalAction::kApprove;
  std::int64_t version = 1;  // that the caller has seen
  std::string note;          // at most 200 characters
};
// Errors: receivables.no_proposal, http.changed (another version), receivables.proposal_state, security.second_person (who
// proposed may neither approve nor refuse), receivables.not_yours (another's proposal to withdraw), and those of the kind.
Result<Proposal> decide(db::Database& database, db::Session& session, const ProposalDecision& decision, const security::Caller& caller, Instant now);

}  // namespace mis::receivables

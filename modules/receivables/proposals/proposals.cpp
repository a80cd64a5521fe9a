#include "modules/receivables/proposals/proposals.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/security/audit.hpp"
#include "modules/receivables/proposals/kinds.hpp"

namespace mis::receivables {
namespace {

using nlohmann::json;

Proposal proposal_from_row(const db::Rows& row) {
  Proposal p;
  p.id = {row.i64(0)};
  p.account = {row.i64(1)};
  p.account_no = row.text(2);
  p.name = row.text(3);
  p.kind = proposal_kind_of(row.text(4)).value_or(p.kind);
  p.state = proposal_state_of(row.text(5)).value_or(p.state);
  p.reason = row.text(6);
  p.detail = row.text(7);
  p.amount = {row.i64(8)};
  p.version = row.i32(9);
  p.proposed_by = {row.i64(10)};
  p.proposed_by_name = row.text_or_null(11).value_or("");
  p.proposed_on = row.date(12);
  p.proposed_at = row.instant(13);
  p.decided_by_name = row.text_or_null(14).value_or("");
  p.decided_at = row.instant_or_null(15);
  p.note = row.text(16);
  if (!row.is_null(17)) p.transaction = {row.month(17), row.i64(18)};
  return p;
}

std::string_view audit_action_of(ProposalAction action) {
  switch (action) {
    case ProposalAction::kApprove: return "receivables.approve";
    case ProposalAction::kRefuse: return "receivables.refuse";
    case ProposalAction::kWithdraw: return "receivables.withdraw";
  }
  return "";
}

void audit(db::Session& session, Instant now, const security::Caller& caller, std::string_view action, const Proposal& after, const std::optional<json>& before) {
  auto entry = security::audit_entry(caller, std::string(action), "receivables_proposal", std::to_string(after.id.value));
  if (before) entry.before = before->dump();
  json told = {{"kind", name_of(after.kind)}, {"account_no", after.account_no}, {"state", name_of(after.state)}, {"amount", format_yuan(after.amount)}, {"version", after.version}};
  if (before) told["note"] = after.note;
  else told["reason"] = after.reason, told["detail"] = json::parse(after.detail);
  entry.after = told.dump();
  security::append_audit(session, now, entry);
}

enum class Locking : bool { kNo, kYes };

// Reads the accounts that the case is about; the other account of a transfer must be in the caller's scope too.
Status open_case(Case& c, const security::Caller& caller, Locking locking) {
  std::vector<AccountId> accounts{c.account};
  if (const auto to = c.detail.find("to_account_no"); to != c.detail.end()) {
    auto other = customers::find_label(c.session, to->get<std::string>(), caller.scope_pattern());
    if (!other) return std::move(other).error();
    c.other = other->id;
    accounts.push_back(other->id);
  }
  if (locking == Locking::kYes) {
    auto locked = lock_accounts(c.session, accounts);
    if (!locked) return std::move(locked).error();
    c.accounts = std::move(*locked);
  } else {
    c.accounts = read_accounts(c.session, accounts);
  }
  c.items = read_open_items(c.session, {&c.account, 1})[c.account];
  return ok();
}

// The effect, under the locks. Returns what it was about in money and what it posted.
Result<std::pair<Money, MovedBy>> take_effect(db::Database& database, db::Session& session, const Proposal& proposal, const security::Caller& caller, Instant now) {
  const auto detail = json::parse(proposal.detail);
  Case c{.database = database, .session = session, .detail = detail, .proposal = proposal.id, .account = proposal.account, .account_no = proposal.account_no, .other = {}, .reason = proposal.reason,
         .proposed_on = proposal.proposed_on, .today = local_date(now), .at = now, .proposed_by = proposal.proposed_by, .approved_by = caller.user_id, .accounts = {}, .items = {}};
  if (auto opened = open_case(c, caller, Locking::kYes); !opened) return std::move(opened).error();
  const auto& kind = kind_of(proposal.kind);
  auto amount = kind.check(c);
  if (!amount) return std::move(amount).error();
  auto moved = kind.apply(c);
  if (!moved) return std::move(moved).error();
  return std::pair{*amount, *moved};
}

std::optional<Error> check_decider(const Proposal& proposal, ProposalAction action, const security::Caller& caller) {
  if (action != ProposalAction::kWithdraw) return security::require_second_person(caller, proposal.proposed_by);
  if (caller.user_id == proposal.proposed_by) return {};
  return forbidden("receivables.not_yours", "expected the one who proposed it to withdraw it but it is somebody else");
}

}  // namespace

Result<Proposal> find_proposal(db::Session& session, ProposalId id, std::string_view scope_pattern) {
  auto rows = session.query("SELECT p.proposal_id, p.account_id, a.account_no, a.name, p.kind, p.state, p.reason, p.detail, p.amount_fen, p.version, p.proposed_by, u.name, p.proposed_on, p.proposed_at, "
                            "d.name, p.decided_at, p.decision_note, p.accounting_month, p.transaction_id FROM receivables_proposal p "
                            "JOIN customers_account_label a ON a.account_id = p.account_id JOIN administration_org_name o ON o.org_id = a.org_id "
                            "LEFT JOIN administration_user_name u ON u.user_id = p.proposed_by LEFT JOIN administration_user_name d ON d.user_id = p.decided_by "
                            "WHERE p.proposal_id = ? AND o.path LIKE ?", id, scope_pattern);
  if (!rows.next()) return not_found("receivables.no_proposal", "expected a proposal with this number but there is none in your data scope");
  return proposal_from_row(rows);
}

std::vector<Proposal> list_proposals(db::Session& session, const ProposalFilter& filter, std::string_view scope_pattern, ProposalId before, int limit) {
  const auto state = filter.state ? std::optional(name_of(*filter.state)) : std::nullopt;
  const auto kind = filter.kind ? std::optional(name_of(*filter.kind)) : std::nullopt;
  std::vector<Proposal> list;
  for (auto rows = session.query("SELECT p.proposal_id, p.account_id, a.account_no, a.name, p.kind, p.state, p.reason, p.detail, p.amount_fen, p.version, p.proposed_by, u.name, p.proposed_on, "
                                 "p.proposed_at, d.name, p.decided_at, p.decision_note, p.accounting_month, p.transaction_id FROM receivables_proposal p "
                                 "JOIN customers_account_label a ON a.account_id = p.account_id JOIN administration_org_name o ON o.org_id = a.org_id "
                                 "LEFT JOIN administration_user_name u ON u.user_id = p.proposed_by LEFT JOIN administration_user_name d ON d.user_id = p.decided_by "
                                 "WHERE o.path LIKE ? AND p.proposal_id < ? AND (? IS NULL OR p.state = ?) AND (? IS NULL OR p.kind = ?) AND (? IS NULL OR p.account_id = ?) "
                                 "ORDER BY p.proposal_id DESC LIMIT ?", scope_pattern, before ? before.value : INT64_MAX, state, state, kind, kind, filter.account, filter.account, limit); rows.next();)
    list.push_back(proposal_from_row(rows));
  return list;
}

Result<Proposal> propose(db::Database& database, db::Session& session, const NewProposal& proposal, const security::Caller& caller, Instant now) {
  const Date today = local_date(now);
  Case c{.database = database, .session = session, .detail = proposal.detail, .proposal = {}, .account = proposal.account, .account_no = proposal.account_no, .other = {}, .reason = proposal.reason,
         .proposed_on = today, .today = today, .at = now, .proposed_by = caller.user_id, .approved_by = {}, .accounts = {}, .items = {}};
  if (auto opened = open_case(c, caller, Locking::kNo); !opened) return std::move(opened).error();
  auto amount = kind_of(proposal.kind).check(c);
  if (!amount) return std::move(amount).error();
  session.execute("INSERT INTO receivables_proposal (account_id, kind, reason, detail, amount_fen, proposed_by, proposed_on, proposed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", proposal.account,
                  name_of(proposal.kind), proposal.reason, proposal.detail.dump(), *amount, caller.user_id, today, now);
  auto written = find_proposal(session, {session.last_insert_id()}, caller.scope_pattern());
  if (written) audit(session, now, caller, "receivables.propose", *written, {});
  return written;
}

Result<Proposal> decide(db::Database& database, db::Session& session, const ProposalDecision& decision, const security::Caller& caller, Instant now) {
  // Two who decide at once come one after the other, and the second finds it decided.
  for (auto rows = session.query("SELECT proposal_id FROM receivables_proposal WHERE proposal_id = ? FOR UPDATE", decision.id); rows.next();) continue;
  auto found = find_proposal(session, decision.id, caller.scope_pattern());
  if (!found) return found;
  if (found->version != decision.version)
    return Error{ErrorKind::kPrecondition, "http.changed", fmt::format("expected version {} but it has changed since: read it again, then decide", decision.version), {}};
  const auto next = state_after(found->state, decision.action);
  if (!next) return conflict("receivables.proposal_state", fmt::format("expected a proposal that waits for a decision but it is {}", name_of(found->state)));
  if (auto error = check_decider(*found, decision.action, caller)) return *error;

  Money amount = found->amount;
  MovedBy moved;
  if (decision.action == ProposalAction::kApprove) {
    auto effect = take_effect(database, session, *found, caller, now);
    if (!effect) return std::move(effect).error();
    std::tie(amount, moved) = *effect;
  }
  session.execute("UPDATE receivables_proposal SET state = ?, version = version + 1, amount_fen = ?, decided_by = ?, decided_at = ?, decision_note = ?, accounting_month = ?, transaction_id = ? "
                  "WHERE proposal_id = ?", name_of(*next), amount, caller.user_id, now, decision.note, moved ? std::optional(moved->accounting_month.yyyymm) : std::nullopt,
                  moved ? std::optional(moved->id) : std::nullopt, decision.id);
  auto written = find_proposal(session, decision.id, caller.scope_pattern());
  if (written) audit(session, now, caller, audit_action_of(decision.action), *written, json({{"state", name_of(found->state)}, {"version", found->version}}));
  return written;
}

}  // namespace mis::receivables

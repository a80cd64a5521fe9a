// 保证金抵扣: a deposit pays what is due, in the utility's order; what is left of it stays a deposit.
#include <nlohmann/json.hpp>

#include "modules/receivables/domain/credit_postings.hpp"
#include "modules/receivables/domain/proposal_checks.hpp"
#include "modules/receivables/proposals/kinds.hpp"
#include "modules/receivables/settings.hpp"

namespace mis::receivables {
namespace {

using nlohmann::json;

json read(http::Fields&, AccountId, const std::string&) { return json::object(); }

Result<Money> check(Case& c) { return check_apply_deposit(c.state().deposit, c.due(c.today)); }

Result<MovedBy> apply(Case& c) {
  Money rest;
  const auto parts = allocate(c.state().deposit, c.items, c.today, read_allocation_order(c.session), rest);
  std::vector<ledger::Posting> postings{{ledger::LedgerAccount::kDeposits, c.state().deposit - rest, c.account}};
  add_credits(postings, parts);
  auto posted = post_today(c, ledger::Template::kDepositApplied, std::move(postings));
  if (!posted) return std::move(posted).error();
  std::vector<BillKey> bills;
  for (const auto& part : parts) bills.push_back(part.bill);
  refresh_bills(c.session, bills);
  c.state().deposit = rest;
  write_accounts(c.session, c.accounts);
  return MovedBy{*posted};
}

}  // namespace

Kind apply_deposit_kind() { return {ProposalKind::kApplyDeposit, read, check, apply}; }

}  // namespace mis::receivables

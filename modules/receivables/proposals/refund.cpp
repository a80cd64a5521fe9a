// 预收退费, 退还保证金: an advance or a deposit goes back to the customer's bank account. They differ in what is held, and in what must
// be settled before.
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "modules/receivables/domain/proposal_checks.hpp"
#include "modules/receivables/proposals/kinds.hpp"

namespace mis::receivables {
namespace {

using nlohmann::json;
using ledger::LedgerAccount;
using ledger::Template;

json read(http::Fields& body, AccountId, const std::string&) {
  json detail = {{"amount", format_yuan(read_amount(body))}};
  read_bank_account(body, detail);
  return detail;
}

// As far as no bill needs it.
Result<Money> check_advance(Case& c) { return check_refund_advance(c.state().advance, c.due(c.today), amount_of(c.detail.at("amount"))); }
// Once nothing is due.
Result<Money> check_deposit(Case& c) { return check_refund_deposit(c.state().deposit, c.due(c.today), amount_of(c.detail.at("amount"))); }

template <Template kWhat, LedgerAccount kHeldOn, Money AccountState::*kHeld>
Result<MovedBy> apply(Case& c) {
  const Money amount = amount_of(c.detail.at("amount"));
  auto posted = post_today(c, kWhat, {{kHeldOn, amount, c.account}, {LedgerAccount::kBank, -amount, c.account}});
  if (!posted) return std::move(posted).error();
  c.state().*kHeld -= amount;
  write_accounts(c.session, c.accounts);
  return MovedBy{*posted};
}

}  // namespace

Kind refund_advance_kind() { return {ProposalKind::kRefundAdvance, read, check_advance, apply<Template::kAdvanceRefunded, LedgerAccount::kAdvances, &AccountState::advance>}; }
Kind refund_deposit_kind() { return {ProposalKind::kRefundDeposit, read, check_deposit, apply<Template::kDepositRefunded, LedgerAccount::kDeposits, &AccountState::deposit>}; }

}  // namespace mis::receivables

// 退还保证金: a deposit goes back to the customer's bank account once nothing is due.
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "modules/receivables/domain/proposal_checks.hpp"
#include "modules/receivables/proposals/kinds.hpp"

namespace mis::receivables {
namespace {

using nlohmann::json;
using ledger::LedgerAccount;

json read(http::Fields& body, AccountId, const std::string&) {
  json detail = {{"amount", format_yuan(read_amount(body))}};
  read_bank_account(body, detail);
  return detail;
}

Result<Money> check(Case& c) { return check_refund_deposit(c.state().deposit, c.due(c.today), amount_of(c.detail.at("amount"))); }

Result<MovedBy> apply(Case& c) {
  const Money amount = amount_of(c.detail.at("amount"));
  auto posted = post_today(c, ledger::Template::kDepositRefunded, {{LedgerAccount::kDeposits, amount, c.account}, {LedgerAccount::kBank, -amount, c.account}});
  if (!posted) return std::move(posted).error();
  c.state().deposit -= amount;
  write_accounts(c.session, c.accounts);
  return MovedBy{*posted};
}

}  // namespace

Kind refund_deposit_kind() { return {ProposalKind::kRefundDeposit, read, check, apply}; }

}  // namespace mis::receivables

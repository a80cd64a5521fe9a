// 预收退费: an advance goes back to the customer's bank account, as far as no bill needs it.
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

Result<Money> check(Case& c) { return check_refund_advance(c.state().advance, c.due(c.today), amount_of(c.detail.at("amount"))); }

Result<MovedBy> apply(Case& c) {
  const Money amount = amount_of(c.detail.at("amount"));
  auto posted = post_today(c, ledger::Template::kAdvanceRefunded, {{LedgerAccount::kAdvances, amount, c.account}, {LedgerAccount::kBank, -amount, c.account}});
  if (!posted) return std::move(posted).error();
  c.state().advance -= amount;
  write_accounts(c.session, c.accounts);
  return MovedBy{*posted};
}

}  // namespace

Kind refund_advance_kind() { return {ProposalKind::kRefundAdvance, read, check, apply}; }

}  // namespace mis::receivables

// 收取保证金: a deposit that came to the bank or lies in the safe. A cashier's session takes deposits by `receive_deposit` itself.
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "modules/receivables/proposals/kinds.hpp"

namespace mis::receivables {
namespace {

using nlohmann::json;
using ledger::LedgerAccount;

json read(http::Fields& body, AccountId, const std::string&) {
  const Money amount = read_amount(body);
  return {{"amount", format_yuan(amount)}, {"into", body.one_of("into", {"cash", "bank"})}};
}

Result<Money> check(Case& c) {
  const Money amount = amount_of(c.detail.at("amount"));
  if (amount.value > 0) return amount;
  return invalid("receivables.bad_amount", "expected a deposit of at least 0.01 yuan but found 0.00");
}

Result<MovedBy> apply(Case& c) {
  const MoneyPlace into{c.detail.at("into") == "cash" ? LedgerAccount::kCash : LedgerAccount::kBank, 0};
  auto posted = receive_deposit(c.database, c.session, {c.account, amount_of(c.detail.at("amount")), into, c.occasion(), c.reason});
  if (!posted) return std::move(posted).error();
  return MovedBy{*posted};
}

}  // namespace

Kind receive_deposit_kind() { return {ProposalKind::kReceiveDeposit, read, check, apply}; }

}  // namespace mis::receivables

// 过户: advance and deposit of an account without debts go to another one, whose debts the advance pays at once.
#include <nlohmann/json.hpp>

#include "modules/receivables/domain/proposal_checks.hpp"
#include "modules/receivables/proposals/kinds.hpp"

namespace mis::receivables {
namespace {

using nlohmann::json;
using ledger::LedgerAccount;

json read(http::Fields& body, AccountId, const std::string&) {
  return {{"to_account_no", body.text("to_account_no", {.max_length = 20, .characters = http::TextRule::Characters::kDigits})}};
}

Result<Money> check(Case& c) { return check_transfer({c.account, *c.other, c.due(c.today), c.state().advance, c.state().deposit}); }

Result<MovedBy> apply(Case& c) {
  const auto moved = c.state();
  std::vector<ledger::Posting> postings;
  const auto move = [&](LedgerAccount account, Money amount) {
    if (amount.value == 0) return;
    postings.push_back({account, amount, c.account});
    postings.push_back({account, -amount, *c.other});
  };
  move(LedgerAccount::kAdvances, moved.advance);
  move(LedgerAccount::kDeposits, moved.deposit);
  auto posted = post_today(c, ledger::Template::kAccountTransferred, std::move(postings));
  if (!posted) return std::move(posted).error();
  c.state() = {};
  c.accounts[*c.other].advance += moved.advance;
  c.accounts[*c.other].deposit += moved.deposit;
  write_accounts(c.session, c.accounts);
  if (auto applied = apply_advances(c.database, c.session, {&*c.other, 1}, c.occasion()); !applied) return std::move(applied).error();
  return MovedBy{*posted};
}

}  // namespace

Kind transfer_kind() { return {ProposalKind::kTransfer, read, check, apply}; }

}  // namespace mis::receivables

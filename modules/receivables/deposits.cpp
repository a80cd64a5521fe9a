// Deposits (保证金): held for the customer, no part of what he has in advance.
#include <fmt/format.h>

#include "modules/receivables/item_store.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::receivables {

Result<ledger::TransactionKey> receive_deposit(db::Database& database, db::Session& session, const Deposit& deposit) {
  if (deposit.amount.value <= 0 || deposit.amount > kMostMoney)
    return invalid("receivables.bad_amount", fmt::format("expected an amount of 1 to {} fen but found {}", kMostMoney.value, deposit.amount.value));
  auto locked = lock_accounts(session, {&deposit.account, 1});
  if (!locked) return std::move(locked).error();
  const auto& when = deposit.when;
  auto posted = ledger::post(database, session, {ledger::Template::kDepositReceived, when.posted_on, when.posted_on, when.at, when.by, deposit.note,
                                                 {{deposit.into.account, deposit.amount, deposit.account, {}, 0, deposit.into.subject}, {ledger::LedgerAccount::kDeposits, -deposit.amount, deposit.account}}});
  if (!posted) return posted;
  (*locked)[deposit.account].deposit += deposit.amount;
  write_accounts(session, *locked);
  return posted;
}

}  // namespace mis::receivables

// Taking a payment back.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "modules/receivables/item_store.hpp"
#include "modules/receivables/late_returns.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::receivables {
namespace {

using ledger::LedgerAccount;
using ledger::TransactionKey;

void add_bills(std::set<BillKey>& bills, const std::vector<ledger::Posting>& postings) {
  for (const auto& p : postings)
    if (p.bill_month.yyyymm != 0) bills.insert({p.account, p.bill_month, p.revision});
}

std::optional<Date> earlier_of(std::optional<Date> a, std::optional<Date> b) { return a && b ? std::min(a, b) : a ? a : b; }

// Reverses what the account's advance has paid, newest first, until the advance is whole again. `counted_from` becomes the value
// date of the last one, which may have been partly others' money; `since` that of other idle money, where there was some.
std::optional<Error> free_advance(db::Database& database, db::Session& session, AccountId account, AccountState& state, const Reversal& reversal, std::set<BillKey>& bills,
                                  std::optional<Date>& counted_from, std::optional<Date>& since) {
  struct Application {
    TransactionKey key;
    Date value_on;
  };
  std::vector<Application> applications;
  for (auto rows = session.query("SELECT accounting_month, transaction_id, value_on FROM ledger_standing_posting WHERE account_id = ? AND template = ? AND ledger_account = ? "
                                 "ORDER BY posted_at DESC, transaction_id DESC", account, static_cast<int>(ledger::Template::kAdvanceApplied), static_cast<int>(LedgerAccount::kAdvances));
       rows.next();)
    applications.push_back({{rows.month(0), rows.i64(1)}, rows.date(2)});
  for (const auto& application : applications) {
    if (state.advance.value >= 0) break;
    counted_from = application.value_on;
    auto reversed = ledger::reverse(database, session, application.key, reversal.posted_on, reversal.at, reversal.by, reversal.reason);
    if (!reversed) return std::move(reversed).error();
    add_bills(bills, reversed->postings);
    for (const auto& p : reversed->postings)
      if (p.ledger_account == LedgerAccount::kAdvances) state.advance += p.amount;
    auto returned = take_returns_back(database, session, account, application.key, reversal, bills);
    if (!returned) return std::move(returned).error();
    state.advance -= returned->amount;
    since = earlier_of(since, returned->since);
  }
  if (state.advance.value < 0)
    return conflict("receivables.advance_gone", fmt::format("expected the payment's advance to be there still but {} fen of it were refunded or moved", (-state.advance).value));
  return {};
}

}  // namespace

Result<TransactionKey> reverse_payment(db::Database& database, db::Session& session, const Reversal& reversal) {
  if (reversal.reason.empty()) return invalid("receivables.no_reason", "expected a reason but there is none");
  const auto found = find_payment(session, reversal.payment);
  if (!found) return not_found("receivables.no_payment", "expected a payment with this number but there is none");
  auto locked = lock_accounts(session, {&found->account, 1});
  if (!locked) return std::move(locked).error();
  // Looked at again under the lock: two who take the same payment back come one after the other.
  if (find_payment(session, reversal.payment)->reversed) return conflict("receivables.reversed_already", "expected a payment that stands but it has been taken back already");

  auto reversed = ledger::reverse(database, session, found->transaction, reversal.posted_on, reversal.at, reversal.by, reversal.reason);
  if (!reversed) return std::move(reversed).error();
  std::set<BillKey> bills;
  add_bills(bills, reversed->postings);
  auto& state = (*locked)[found->account];
  state.advance -= found->advance;
  auto returned = take_returns_back(database, session, found->account, found->transaction, reversal, bills);
  if (!returned) return std::move(returned).error();
  state.advance -= returned->amount;
  std::optional<Date> counted_from, since = returned->since;
  if (state.advance.value < 0)
    if (auto error = free_advance(database, session, found->account, state, reversal, bills, counted_from, since)) return *error;
  counted_from = earlier_of(counted_from, since);
  session.execute("INSERT INTO receivables_payment_reversal (payment_id, reason, reversed_on, reversed_at, reversed_by, approved_by, accounting_month, transaction_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                  reversal.payment, reversal.reason, reversal.posted_on, reversal.at, reversal.by, reversal.approved_by, reversed->by.accounting_month, reversed->by.id);
  const std::vector<BillKey> touched(bills.begin(), bills.end());
  auto items = replay_items(session, touched);
  for (auto& item : items) {
    // What is left of other money that came late may still make the late charge less.
    auto again = return_late_charge(database, session, item, {reversal.posted_on, reversal.at, reversal.by}, {});
    if (!again) return std::move(again).error();
    state.advance += *again;
  }
  write_items(session, items);
  write_accounts(session, *locked);
  // What is left of applications that were undone as a whole is used anew, as of the day on which it was used before: the
  // other payments in it were not late.
  if (state.advance.value > 0)
    if (auto applied = apply_advances(database, session, {&found->account, 1}, {reversal.posted_on, reversal.at, reversal.by, counted_from}); !applied) return std::move(applied).error();
  return reversed->by;
}

}  // namespace mis::receivables

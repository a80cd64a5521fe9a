// Taking a payment back.
#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "modules/receivables/advances.hpp"
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

// Reverses what the account's advance has paid, newest first, until the advance is whole again. `counted_from` becomes the value
// date of the last one, which may have been partly others' money; adds to `meant` the idle money that is needed now.
std::optional<Error> free_advance(db::Database& database, db::Session& session, AccountId account, AccountState& state, const Reversal& reversal, std::set<BillKey>& bills,
                                  std::optional<Date>& counted_from, std::vector<MeantMoney>& meant) {
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
    meant.insert(meant.end(), returned->meant.begin(), returned->meant.end());
  }
  if (state.advance.value < 0)
    return conflict("receivables.advance_gone", fmt::format("expected the payment's advance to be there still but {} fen of it were refunded or moved", (-state.advance).value));
  return {};
}

// What came into the account's advance and stands, what we heard of last first: of payments as of their value date, other money as of the day on which it came.
std::vector<MeantMoney> money_in_advance(db::Session& session, AccountId account) {
  std::vector<MeantMoney> list;
  for (auto rows = session.query("SELECT accounting_month, transaction_id, IF(template = ?, posted_on, value_on) AS counts_on, amount_fen FROM ledger_standing_posting WHERE account_id = ? AND ledger_account = ? AND amount_fen < 0 "
                                 "ORDER BY posted_on DESC, counts_on DESC", static_cast<int>(ledger::Template::kLateChargeReturned), account, static_cast<int>(LedgerAccount::kAdvances)); rows.next();)
    list.push_back({{{-rows.i64(3)}, rows.date(2)}, TransactionKey{rows.month(0), rows.i64(1)}});
  return list;
}

// Of what day the advance is that may be used for what is open again. Idle money that was meant for these bills is of its value date.
// What is left of applications that were undone is of the day on which it was used before, for the other payments in it were not
// late. Where none was undone, what came newest is what is left.
std::map<Date, Money> days_of_advance(db::Session& session, AccountId account, Money advance, const std::vector<MeantMoney>& meant, std::optional<Date> counted_from) {
  std::map<Date, Money> parts;
  const auto take = [&](Money money, Date value_on) {
    money = std::min(money, advance);
    if (money.value <= 0) return;
    parts[value_on] += money;
    advance -= money;
  };
  auto oldest_first = meant;
  std::stable_sort(oldest_first.begin(), oldest_first.end(), [](const MeantMoney& a, const MeantMoney& b) { return a.idle.value_on < b.idle.value_on; });
  for (const auto& one : oldest_first) take(one.idle.money, one.idle.value_on);
  if (counted_from) {
    take(advance, *counted_from);
  } else if (advance.value > 0) {
    for (auto one : money_in_advance(session, account)) {
      for (const auto& other : meant)
        if (other.transaction == one.transaction) one.idle.money -= other.idle.money;
      take(one.idle.money, one.idle.value_on);
    }
  }
  return parts;
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
  auto meant = std::move(returned->meant);
  std::optional<Date> counted_from;
  if (state.advance.value < 0)
    if (auto error = free_advance(database, session, found->account, state, reversal, bills, counted_from, meant)) return *error;
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
  for (const auto& [value_on, money] : days_of_advance(session, found->account, state.advance, meant, counted_from))
    if (auto applied = apply_advance(database, session, found->account, money, {reversal.posted_on, reversal.at, reversal.by, value_on}); !applied) return std::move(applied).error();
  return reversed->by;
}

}  // namespace mis::receivables

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

// A part of the advance, the day from which it counts, and what of it is idle money, which makes late charges less where it is not used.
struct Piece {
  std::optional<TransactionKey> transaction;  // that brought it
  Date value_on, posted_on;
  Money usable, idle;
};

// What came into the account's advance and stands, what we heard of last first: of payments as of their value date, other money as of the day on which it came.
std::vector<Piece> money_in_advance(db::Session& session, AccountId account) {
  std::vector<Piece> list;
  for (auto rows = session.query("SELECT accounting_month, transaction_id, IF(template = ?, posted_on, value_on) AS counts_on, posted_on, -amount_fen, template IN (?, ?) AND value_on < posted_on FROM ledger_standing_posting "
                                 "WHERE account_id = ? AND ledger_account = ? AND amount_fen < 0 ORDER BY posted_on DESC, counts_on DESC, posted_at DESC, transaction_id DESC",
                                 static_cast<int>(ledger::Template::kLateChargeReturned), static_cast<int>(ledger::Template::kPayment), static_cast<int>(ledger::Template::kUnidentifiedCleared), account,
                                 static_cast<int>(LedgerAccount::kAdvances)); rows.next();)
    list.push_back({TransactionKey{rows.month(0), rows.i64(1)}, rows.date(2), rows.date(3), {rows.i64(4)}, rows.i32(5) != 0 ? Money{rows.i64(4)} : Money{}});
  return list;
}

// Of what day the advance is that may be used for what is open again. Idle money that was meant for bills of these is of its value date;
// where its bill is paid otherwise, it goes on to make that bill's late charge less, also where it is spent. What is left of
// applications that were undone is of the day on which it was used before, for the other payments in it were not late. Where none was
// undone, what came newest is what is left.
std::vector<Piece> pieces_of_advance(db::Session& session, AccountId account, Money advance, const std::vector<MeantMoney>& meant, std::optional<Date> counted_from,
                                     const std::set<BillKey>& open, const Reversal& reversal) {
  std::vector<Piece> pieces;
  for (const auto& one : meant) pieces.push_back({one.transaction, one.idle.value_on, reversal.posted_on, open.contains(one.bill) ? one.idle.money : Money{}, one.idle.money});
  std::stable_sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.value_on < b.value_on; });
  const auto take = [&](Money most) {
    const Money money = std::max(Money{}, std::min(most, advance));
    advance -= money;
    return money;
  };
  for (auto& piece : pieces) piece.usable = take(piece.usable);
  if (counted_from) {
    pieces.push_back({{}, *counted_from, reversal.posted_on, take(advance), {}});
  } else if (advance.value > 0) {
    auto at_work = idle_money_at_work(session, account);
    for (const auto& one : meant)
      if (one.transaction && !open.contains(one.bill)) at_work[*one.transaction] += one.idle.money;
    for (auto piece : money_in_advance(session, account)) {
      for (const auto& one : meant)
        if (one.transaction == piece.transaction && open.contains(one.bill)) piece.usable -= one.idle.money;
      // Money that counts for another bill from its value date is there for this one since we heard of it.
      const Money elsewhere = std::clamp(at_work[*piece.transaction], Money{}, std::max(piece.usable, Money{}));
      piece.usable = take(piece.usable - elsewhere);
      piece.idle = std::min(piece.idle, piece.usable);
      pieces.push_back(piece);
      pieces.push_back({piece.transaction, piece.posted_on, piece.posted_on, take(elsewhere), {}});
    }
  }
  return pieces;
}

// Uses the advance for what is open, each piece as of its day, and takes off the pieces what was used of them.
std::optional<Error> use(db::Database& database, db::Session& session, AccountId account, std::vector<Piece>& pieces, const Reversal& reversal) {
  std::map<Date, Money> of_day;
  for (const auto& piece : pieces) of_day[piece.value_on] += piece.usable;
  for (const auto& [day, money] : of_day) {
    if (money.value == 0) continue;
    auto used = apply_advance(database, session, account, money, {reversal.posted_on, reversal.at, reversal.by, day});
    if (!used) return std::move(used).error();
    for (auto& piece : pieces) {
      if (piece.value_on != day) continue;
      const Money part = std::min(piece.usable, *used);
      piece.usable -= part;
      piece.idle -= std::min(part, piece.idle);
      *used -= part;
    }
  }
  return {};
}

// What idle money makes less of the late charges of these bills, now that they are paid otherwise, oldest value date first.
std::optional<Error> return_again(db::Database& database, db::Session& session, AccountId account, const std::vector<Piece>& pieces, const std::set<BillKey>& bills, const Reversal& reversal) {
  std::map<std::pair<Date, TransactionKey>, Money> idle;
  for (const auto& piece : pieces)
    if (piece.idle.value > 0 && piece.transaction) idle[{piece.value_on, *piece.transaction}] += piece.idle;
  if (idle.empty()) return {};
  Money total;
  for (const auto& [of, money] : idle) {
    auto returned = return_for_idle_money(database, session, account, {money, of.first}, {reversal.posted_on, reversal.at, reversal.by}, of.second, &bills);
    if (!returned) return std::move(returned).error();
    total += *returned;
  }
  if (total.value == 0) return {};
  auto accounts = lock_accounts(session, {&account, 1});
  if (!accounts) return std::move(accounts).error();
  (*accounts)[account].advance += total;
  write_accounts(session, *accounts);
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
  auto meant = std::move(returned->meant);
  std::optional<Date> counted_from;
  if (state.advance.value < 0)
    if (auto error = free_advance(database, session, found->account, state, reversal, bills, counted_from, meant)) return *error;
  session.execute("INSERT INTO receivables_payment_reversal (payment_id, reason, reversed_on, reversed_at, reversed_by, approved_by, accounting_month, transaction_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                  reversal.payment, reversal.reason, reversal.posted_on, reversal.at, reversal.by, reversal.approved_by, reversed->by.accounting_month, reversed->by.id);
  const std::vector<BillKey> touched(bills.begin(), bills.end());
  auto items = replay_items(session, touched);
  std::set<BillKey> open;
  for (auto& item : items) {
    if (item.outstanding.value != 0) open.insert(item.bill);
    // What is left of other money that came late may still make the late charge less.
    auto again = return_late_charge(database, session, item, {reversal.posted_on, reversal.at, reversal.by}, {});
    if (!again) return std::move(again).error();
    state.advance += *again;
  }
  write_items(session, items);
  write_accounts(session, *locked);
  auto pieces = pieces_of_advance(session, found->account, state.advance, meant, counted_from, open, reversal);
  if (auto error = use(database, session, found->account, pieces, reversal)) return *error;
  if (auto error = return_again(database, session, found->account, pieces, bills, reversal)) return *error;
  return reversed->by;
}

}  // namespace mis::receivables

#include "modules/receivables/late_returns.hpp"

#include <algorithm>
#include <vector>

namespace mis::receivables {
namespace {

using ledger::LedgerAccount;
using ledger::TransactionKey;

constexpr int kReceivables = static_cast<int>(LedgerAccount::kReceivables);
constexpr int kLateCharges = static_cast<int>(LedgerAccount::kLateCharges);
constexpr int kReturned = static_cast<int>(ledger::Template::kLateChargeReturned);
constexpr int kBillIssued = static_cast<int>(ledger::Template::kBillIssued);

struct Return {
  TransactionKey key;
  BillKey bill;
  Money amount;
  Date value_on;
  Money idle;  // what for: nothing where the bill itself was worked out anew
  std::optional<TransactionKey> cause;
  bool for_idle_money() const { return idle.value != 0; }
};

// What came back of the account's late charges and stands, newest first.
std::vector<Return> standing_returns(db::Session& session, AccountId account) {
  std::vector<Return> list;
  for (auto rows = session.query("SELECT p.accounting_month, p.transaction_id, r.billing_month, r.revision, p.amount_fen, p.value_on, r.idle_fen, r.cause_accounting_month, r.cause_transaction_id "
                                 "FROM ledger_standing_posting p JOIN receivables_late_return r ON r.accounting_month = p.accounting_month AND r.transaction_id = p.transaction_id "
                                 "WHERE p.account_id = ? AND p.template = ? AND p.ledger_account = ? ORDER BY p.posted_at DESC, p.transaction_id DESC", account, kReturned, kLateCharges); rows.next();) {
    list.push_back({{rows.month(0), rows.i64(1)}, {account, rows.month(2), rows.i32(3)}, {rows.i64(4)}, rows.date(5), {rows.i64(6)}, {}});
    if (!rows.is_null(7)) list.back().cause = TransactionKey{rows.month(7), rows.i64(8)};
  }
  return list;
}

// What of the bill's late charge was paid and has not come back, but for idle money: that is not about the bill's own postings.
Money late_paid(db::Session& session, const BillKey& bill) {
  auto rows = session.query("SELECT CAST(COALESCE(-SUM(amount_fen), 0) AS SIGNED) FROM ledger_standing_posting WHERE account_id = ? AND billing_month = ? AND revision = ? AND ledger_account = ?", bill.account,
                            bill.month, bill.revision, kLateCharges);
  return rows.next() ? Money{rows.i64(0)} : Money{};
}

Money returned_for_idle_money(const std::vector<Return>& returns, const BillKey& bill) {
  Money sum;
  for (const auto& one : returns)
    if (one.bill == bill && one.for_idle_money()) sum += one.amount;
  return sum;
}

// For idle money the postings name no bill, so that a replay leaves it settled as it is.
Status post_return(db::Database& database, db::Session& session, const BillKey& bill, Money amount, Date value_on, Money idle, const Occasion& when, const std::optional<TransactionKey>& cause) {
  const auto [month, revision] = idle.value == 0 ? std::pair(bill.month, bill.revision) : std::pair(BillingMonth{}, 0);
  auto posted = ledger::post(database, session, {ledger::Template::kLateChargeReturned, when.posted_on, value_on, when.at, when.by, {},
                                                 {{LedgerAccount::kLateCharges, amount, bill.account, month, revision}, {LedgerAccount::kAdvances, -amount, bill.account, month, revision}}});
  if (!posted) return std::move(posted).error();
  session.execute("INSERT INTO receivables_late_return (accounting_month, transaction_id, billing_month, revision, idle_fen, cause_accounting_month, cause_transaction_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
                  posted->accounting_month, posted->id, bill.month, bill.revision, idle, cause ? std::optional(cause->accounting_month.yyyymm) : std::nullopt, cause ? std::optional(cause->id) : std::nullopt);
  return ok();
}

struct Change {
  Date value_on;
  Money amount;
};

// What has changed what is open of the bill, and what idle money would have.
std::vector<Change> changes_of(db::Session& session, const BillKey& bill, const std::vector<Return>& returns) {
  std::vector<Change> changes;
  for (auto rows = session.query("SELECT value_on, amount_fen FROM ledger_standing_posting WHERE account_id = ? AND billing_month = ? AND revision = ? AND ledger_account = ? AND template <> ? "
                                 "ORDER BY value_on", bill.account, bill.month, bill.revision, kReceivables, kBillIssued); rows.next();)
    changes.push_back({rows.date(0), {rows.i64(1)}});
  for (const auto& one : returns)
    if (one.bill == bill && one.for_idle_money()) changes.push_back({one.value_on, -one.idle});
  return changes;
}

Money open_on(const OpenItem& item, const std::vector<Change>& changes, Date on) {
  Money open = item.amount;
  for (const auto& change : changes)
    if (change.value_on <= on) open += change.amount;
  return open;
}

// What of the late charge would be over with those changes; `item` is as it is, `settled` what of its late charge is.
Money excess_with(const OpenItem& item, std::vector<Change> changes, Money settled, Date on) {
  std::stable_sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) { return a.value_on < b.value_on; });
  auto as_if = OpenItem::of_bill(item.bill, item.org, item.category, item.amount, item.due_on);
  as_if.late_stop = item.late_stop;
  for (const auto& change : changes) as_if.change_outstanding(change.amount, change.value_on);
  as_if.settle_late(settled);
  return as_if.late_excess(on);
}

}  // namespace

Result<Money> return_late_charge(db::Database& database, db::Session& session, OpenItem& item, const Occasion& when, const std::optional<TransactionKey>& cause) {
  const Money excess = item.late_excess(when.posted_on);
  if (excess.value == 0) return Money{};
  const Money amount = std::min(excess, late_paid(session, item.bill) - returned_for_idle_money(standing_returns(session, item.bill.account), item.bill));
  if (amount.value <= 0) return Money{};
  if (auto posted = post_return(database, session, item.bill, amount, when.posted_on, {}, when, cause); !posted) return std::move(posted).error();
  item.settle_late(-amount);
  return amount;
}

Result<Money> return_for_idle_money(db::Database& database, db::Session& session, AccountId account, Idle idle, const Occasion& when, const TransactionKey& cause,
                                    const std::set<BillKey>* among) {
  std::vector<BillKey> bills;
  for (auto rows = session.query("SELECT billing_month, revision FROM ledger_standing_posting WHERE account_id = ? AND ledger_account = ? AND billing_month <> 0 GROUP BY billing_month, revision "
                                 "HAVING SUM(amount_fen) < 0", account, kLateCharges); rows.next();)
    if (const BillKey bill{account, rows.month(0), rows.i32(1)}; among == nullptr || among->contains(bill)) bills.push_back(bill);
  if (bills.empty()) return Money{};
  const auto returns = standing_returns(session, account);
  auto items = replay_items(session, bills);
  sort_oldest_first(items);
  Money total;
  for (const auto& item : items) {
    if (item.outstanding.value != 0) continue;  // who names bills leaves others open, and the money may pay them yet
    const Money gone = returned_for_idle_money(returns, item.bill), kept = late_paid(session, item.bill) - gone;
    auto changes = changes_of(session, item.bill, returns);
    const Money part = std::min(idle.money, open_on(item, changes, idle.value_on));
    if (kept.value <= 0 || part.value <= 0) continue;
    changes.push_back({idle.value_on, -part});
    const Money amount = std::min(kept, excess_with(item, std::move(changes), item.late_settled - gone, when.posted_on));
    if (amount.value == 0) continue;
    if (auto posted = post_return(database, session, item.bill, amount, idle.value_on, part, when, cause); !posted) return std::move(posted).error();
    idle.money -= part;
    total += amount;
  }
  return total;
}

std::map<TransactionKey, Money> idle_money_at_work(db::Session& session, AccountId account) {
  std::map<TransactionKey, Money> at_work;
  for (const auto& one : standing_returns(session, account))
    if (one.for_idle_money() && one.cause) at_work[*one.cause] += one.idle;
  return at_work;
}

Result<TakenBack> take_returns_back(db::Database& database, db::Session& session, AccountId account, const TransactionKey& cause, const Reversal& reversal, std::set<BillKey>& bills) {
  const auto standing = standing_returns(session, account);
  TakenBack taken;
  const auto take = [&](const Return& one) -> Status {
    auto reversed = ledger::reverse(database, session, one.key, reversal.posted_on, reversal.at, reversal.by, reversal.reason);
    if (!reversed) return std::move(reversed).error();
    taken.amount += one.amount;
    return ok();
  };
  for (const auto& one : standing) {
    if (one.cause != cause) continue;
    if (auto status = take(one); !status) return std::move(status).error();
    bills.insert(one.bill);
  }
  for (const auto& one : standing) {
    if (one.cause == cause || !bills.contains(one.bill) || (!one.for_idle_money() && late_paid(session, one.bill).value >= 0)) continue;
    if (auto status = take(one); !status) return std::move(status).error();
    if (one.for_idle_money()) taken.meant.push_back({{one.idle, one.value_on}, one.bill, one.cause});
  }
  return taken;
}

}  // namespace mis::receivables

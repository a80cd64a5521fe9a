#include "modules/receivables/late_returns.hpp"

#include <algorithm>
#include <vector>

namespace mis::receivables {
namespace {

using ledger::LedgerAccount;
using ledger::TransactionKey;

constexpr int kLateCharges = static_cast<int>(LedgerAccount::kLateCharges);
constexpr int kReturned = static_cast<int>(ledger::Template::kLateChargeReturned);

// What of the bill's late charge has been paid and has not come back.
Money late_paid(db::Session& session, const BillKey& bill) {
  auto rows = session.query("SELECT CAST(COALESCE(-SUM(amount_fen), 0) AS SIGNED) FROM ledger_standing_posting WHERE account_id = ? AND billing_month = ? AND revision = ? AND ledger_account = ?", bill.account,
                            bill.month, bill.revision, kLateCharges);
  return rows.next() ? Money{rows.i64(0)} : Money{};
}

struct Standing {
  TransactionKey key;
  BillKey bill;
  Money amount;
  bool caused = false;  // by what is taken back
};

// What came back of the account's late charges and stands, newest first.
std::vector<Standing> standing_returns(db::Session& session, AccountId account, const TransactionKey& cause) {
  std::vector<Standing> list;
  for (auto rows = session.query("SELECT p.accounting_month, p.transaction_id, p.billing_month, p.revision, p.amount_fen, r.cause_accounting_month, r.cause_transaction_id FROM ledger_standing_posting p "
                                 "JOIN receivables_late_return r ON r.accounting_month = p.accounting_month AND r.transaction_id = p.transaction_id "
                                 "WHERE p.account_id = ? AND p.template = ? AND p.ledger_account = ? ORDER BY p.posted_at DESC, p.transaction_id DESC", account, kReturned, kLateCharges); rows.next();)
    list.push_back({{rows.month(0), rows.i64(1)}, {account, rows.month(2), rows.i32(3)}, {rows.i64(4)}, !rows.is_null(5) && TransactionKey{rows.month(5), rows.i64(6)} == cause});
  return list;
}

}  // namespace

Result<Money> return_late_charge(db::Database& database, db::Session& session, OpenItem& item, const Occasion& when, const std::optional<TransactionKey>& cause) {
  const Money excess = item.late_excess(when.posted_on);
  if (excess.value == 0) return Money{};
  const Money amount = std::min(excess, late_paid(session, item.bill));
  if (amount.value <= 0) return Money{};
  const auto& bill = item.bill;
  auto posted = ledger::post(database, session, {ledger::Template::kLateChargeReturned, when.posted_on, when.posted_on, when.at, when.by, {},
                                                 {{LedgerAccount::kLateCharges, amount, bill.account, bill.month, bill.revision}, {LedgerAccount::kAdvances, -amount, bill.account, bill.month, bill.revision}}});
  if (!posted) return std::move(posted).error();
  session.execute("INSERT INTO receivables_late_return (accounting_month, transaction_id, cause_accounting_month, cause_transaction_id) VALUES (?, ?, ?, ?)", posted->accounting_month, posted->id,
                  cause ? std::optional(cause->accounting_month.yyyymm) : std::nullopt, cause ? std::optional(cause->id) : std::nullopt);
  item.settle_late(-amount);
  return amount;
}

Result<Money> take_returns_back(db::Database& database, db::Session& session, AccountId account, const TransactionKey& cause, const Reversal& reversal, std::set<BillKey>& bills) {
  auto standing = standing_returns(session, account, cause);
  Money taken;
  const auto take = [&](const Standing& one) -> Status {
    auto reversed = ledger::reverse(database, session, one.key, reversal.posted_on, reversal.at, reversal.by, reversal.reason);
    if (!reversed) return std::move(reversed).error();
    taken += one.amount;
    bills.insert(one.bill);
    return ok();
  };
  for (const auto& one : standing)
    if (one.caused)
      if (auto status = take(one); !status) return std::move(status).error();
  std::erase_if(standing, [](const Standing& one) { return one.caused; });
  for (const auto& one : standing)
    if (bills.contains(one.bill) && late_paid(session, one.bill).value < 0)
      if (auto status = take(one); !status) return std::move(status).error();
  return taken;
}

}  // namespace mis::receivables

#include "modules/receivables/statement.hpp"

#include <fmt/format.h>

#include "modules/receivables/domain/bill_no.hpp"

namespace mis::receivables {
namespace {

constexpr int kReceivables = static_cast<int>(ledger::LedgerAccount::kReceivables);
constexpr int kLateCharges = static_cast<int>(ledger::LedgerAccount::kLateCharges);
constexpr int kAdvances = static_cast<int>(ledger::LedgerAccount::kAdvances);

}  // namespace

Statement read_statement(db::Session& session, AccountId account, std::string_view account_no, Date from, Date to) {
  Statement statement;
  {
    auto rows = session.query("SELECT CAST(COALESCE(SUM(amount_fen), 0) AS SIGNED) FROM ledger_account_posting WHERE account_id = ? AND ledger_account IN (?, ?) AND posted_on < ?", account, kReceivables,
                              kAdvances, from);
    if (rows.next()) statement.opening = {rows.i64(0)};
  }
  std::vector<StatementTransaction> transactions;
  // Bills first on their day, for they have no hour; then as it was posted.
  for (auto rows = session.query("SELECT q.posted_on, q.template, q.accounting_month, q.transaction_id, q.receivables, q.late, q.advances, q.billing_month, q.revision, q.bills, "
                                 "COALESCE(p.reference, r.reference) FROM (SELECT posted_on, template, accounting_month, transaction_id, posted_at, "
                                 "CAST(SUM(IF(ledger_account = ?, amount_fen, 0)) AS SIGNED) AS receivables, CAST(SUM(IF(ledger_account = ?, amount_fen, 0)) AS SIGNED) AS late, "
                                 "CAST(SUM(IF(ledger_account = ?, amount_fen, 0)) AS SIGNED) AS advances, MAX(billing_month) AS billing_month, MAX(revision) AS revision, "
                                 "COUNT(DISTINCT billing_month, revision) AS bills FROM ledger_account_posting WHERE account_id = ? AND ledger_account IN (?, ?, ?) AND posted_on >= ? AND posted_on <= ? "
                                 "GROUP BY posted_on, template, accounting_month, transaction_id, posted_at) q "
                                 "LEFT JOIN receivables_payment p ON p.transaction_id = q.transaction_id AND p.accounting_month = q.accounting_month "
                                 "LEFT JOIN receivables_payment_reversal v ON v.transaction_id = q.transaction_id AND v.accounting_month = q.accounting_month "
                                 "LEFT JOIN receivables_payment r ON r.payment_id = v.payment_id ORDER BY q.posted_on, q.posted_at IS NOT NULL, q.posted_at, q.transaction_id",
                                 kReceivables, kLateCharges, kAdvances, account, kReceivables, kLateCharges, kAdvances, from, to); rows.next();) {
    std::string reference = fmt::format("{}-{}", rows.month(2).yyyymm, rows.i64(3));
    if (!rows.is_null(10)) reference = rows.text(10);
    else if (rows.i64(9) == 1 && rows.i32(7) != 0) reference = bill_no_of({account, rows.month(7), rows.i32(8)}, account_no);
    transactions.push_back({rows.date(0), rows.i32(1), std::move(reference), {rows.i64(4)}, {rows.i64(5)}, {rows.i64(6)}});
  }
  statement.rows = statement_rows(statement.opening, transactions);
  statement.closing = statement.rows.empty() ? statement.opening : statement.rows.back().balance;
  return statement;
}

}  // namespace mis::receivables

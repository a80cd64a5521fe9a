// Reads of receivables and postings.
#include <map>

#include "modules/receivables/domain/posting_template.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::receivables {

AccountBalance balance_of(db::Session& session, AccountId account) {
  AccountBalance result;
  std::map<std::pair<int, int>, Money> left;  // by bill
  for (auto rows = session.query("SELECT billing_month, revision, CAST(SUM(amount_fen) AS SIGNED) FROM receivables_posting "
                                 "WHERE account_id = ? AND ledger_account = ? GROUP BY billing_month, revision",
                                 account, static_cast<int>(LedgerAccount::kReceivables)); rows.next();) {
    left[{rows.i32(0), rows.i32(1)}] = {rows.i64(2)};
    result.balance += {rows.i64(2)};
  }
  for (auto rows = session.query("SELECT billing_month, revision, amount_fen, issued_on, due_on FROM receivables_receivable WHERE account_id = ? "
                                 "ORDER BY billing_month DESC, revision DESC LIMIT 60", account); rows.next();)
    result.receivables.push_back({rows.month(0), rows.i32(1), {rows.i64(2)}, left[{rows.i32(0), rows.i32(1)}], rows.date(3), rows.date(4)});
  return result;
}

std::vector<Posting> postings_of(db::Session& session, AccountId account, PostingPosition after, int limit) {
  std::vector<Posting> postings;
  for (auto rows = session.query(
           "SELECT p.accounting_month, p.transaction_id, p.line_no, l.code, l.name, l.name_en, p.amount_fen, p.billing_month, r.issued_on "
           "FROM receivables_posting p JOIN receivables_ledger_account l ON l.ledger_account = p.ledger_account "
           "LEFT JOIN receivables_receivable r ON r.billing_month = p.billing_month AND r.account_id = p.account_id AND r.revision = p.revision "
           "WHERE p.account_id = ? AND (p.accounting_month < ? OR (p.accounting_month = ? AND (p.transaction_id < ? OR (p.transaction_id = ? AND p.line_no > ?)))) "
           "ORDER BY p.accounting_month DESC, p.transaction_id DESC, p.line_no LIMIT ?",
           account, after.accounting_month, after.accounting_month, after.transaction_id, after.transaction_id, after.line_no, limit); rows.next();) {
    Posting posting;
    posting.accounting_month = rows.month(0);
    posting.transaction_id = rows.i64(1);
    posting.line_no = rows.i32(2);
    posting.ledger_code = rows.text(3);
    posting.name = rows.text(4);
    posting.name_en = rows.text(5);
    posting.amount = {rows.i64(6)};
    posting.template_name = kBillIssued;
    if (rows.i32(7) != 0) posting.billing_month = rows.month(7);
    posting.posted_on = rows.date_or_null(8).value_or(posting.accounting_month.first_day());
    postings.push_back(std::move(posting));
  }
  return postings;
}

std::vector<TrialLine> trial_balance(db::Session& session, std::optional<BillingMonth> month) {
  std::vector<TrialLine> lines;
  for (auto rows = session.query(
           "SELECT l.code, l.name, l.name_en, CAST(COALESCE(SUM(IF(p.amount_fen > 0, p.amount_fen, 0)), 0) AS SIGNED), "
           "CAST(COALESCE(SUM(IF(p.amount_fen < 0, -p.amount_fen, 0)), 0) AS SIGNED) FROM receivables_ledger_account l "
           "LEFT JOIN receivables_posting p ON p.ledger_account = l.ledger_account AND p.accounting_month BETWEEN ? AND ? "
           "GROUP BY l.ledger_account, l.code, l.name, l.name_en ORDER BY l.code",
           month ? month->yyyymm : 0, month ? month->yyyymm : 999999); rows.next();)
    lines.push_back({rows.text(0), rows.text(1), rows.text(2), {rows.i64(3)}, {rows.i64(4)}});
  return lines;
}

}  // namespace mis::receivables

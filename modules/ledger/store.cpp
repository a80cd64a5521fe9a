// Reads of the ledger: postings of an account, trial balance, vouchers.
#include <cstdlib>
#include <map>

#include <fmt/format.h>

#include "modules/ledger/ledger.hpp"

namespace mis::ledger {

std::vector<PostingRow> postings_of(db::Session& session, AccountId account, PostingPosition after, int limit) {
  std::vector<PostingRow> postings;
  for (auto rows = session.query(
           "SELECT p.accounting_month, p.transaction_id, p.line_no, p.template, l.code, l.name, l.name_en, p.amount_fen, p.posted_on, p.billing_month "
           "FROM ledger_posting p JOIN ledger_chart l ON l.ledger_account = p.ledger_account "
           "WHERE p.account_id = ? AND (p.accounting_month < ? OR (p.accounting_month = ? AND (p.transaction_id < ? OR (p.transaction_id = ? AND p.line_no > ?)))) "
           "ORDER BY p.accounting_month DESC, p.transaction_id DESC, p.line_no LIMIT ?",
           account, after.accounting_month, after.accounting_month, after.transaction_id, after.transaction_id, after.line_no, limit); rows.next();) {
    PostingRow row{{rows.month(0), rows.i64(1)}, rows.i32(2), rows.i32(3), rows.text(4), rows.text(5), rows.text(6), {rows.i64(7)}, rows.date(8), {}};
    if (rows.i32(9) != 0) row.bill_month = rows.month(9);
    postings.push_back(std::move(row));
  }
  return postings;
}

std::vector<TrialLine> trial_balance(db::Session& session, std::optional<BillingMonth> month) {
  std::vector<BillingMonth> open_months;
  std::map<int, std::pair<Money, Money>> sums;  // by ledger account: debit, credit
  for (auto rows = session.query("SELECT p.accounting_month, p.state, b.ledger_account, b.debit_fen, b.credit_fen FROM ledger_period p "
                                 "LEFT JOIN ledger_period_balance b ON p.state = 'closed' AND b.accounting_month = p.accounting_month AND b.version = p.version "
                                 "WHERE p.accounting_month BETWEEN ? AND ?", month ? month->yyyymm : 0, month ? month->yyyymm : 999999); rows.next();) {
    if (rows.text(1) == "open") {
      open_months.push_back(rows.month(0));
    } else if (!rows.is_null(2)) {
      auto& [debit, credit] = sums[rows.i32(2)];
      debit += {rows.i64(3)};
      credit += {rows.i64(4)};
    }
  }
  for (const auto open : open_months)
    for (auto rows = session.query("SELECT ledger_account, CAST(SUM(IF(amount_fen > 0, amount_fen, 0)) AS SIGNED), CAST(SUM(IF(amount_fen < 0, -amount_fen, 0)) AS SIGNED) "
                                   "FROM ledger_posting WHERE accounting_month = ? GROUP BY ledger_account", open); rows.next();) {
      auto& [debit, credit] = sums[rows.i32(0)];
      debit += {rows.i64(1)};
      credit += {rows.i64(2)};
    }
  std::vector<TrialLine> lines;
  for (auto rows = session.query("SELECT ledger_account, code, name, name_en FROM ledger_chart ORDER BY code"); rows.next();) {
    const auto& [debit, credit] = sums[rows.i32(0)];
    lines.push_back({rows.text(1), rows.text(2), rows.text(3), debit, credit});
  }
  return lines;
}

std::vector<Voucher> vouchers(db::Session& session, Date day) {
  std::vector<Voucher> list;
  int template_number = 0;
  for (auto rows = session.query("SELECT p.template, l.code, l.name, CAST(SUM(IF(p.amount_fen > 0, p.amount_fen, 0)) AS SIGNED), CAST(SUM(IF(p.amount_fen < 0, -p.amount_fen, 0)) AS SIGNED), "
                                 "CAST(SUM(p.line_no = 1) AS SIGNED) FROM ledger_posting p JOIN ledger_chart l ON l.ledger_account = p.ledger_account "
                                 "WHERE p.accounting_month = ? AND p.posted_on = ? GROUP BY p.template, l.code, l.name ORDER BY ABS(p.template), p.template DESC, l.code",
                                 accounting_month_of(day), day); rows.next();) {
    if (list.empty() || rows.i32(0) != template_number) {
      template_number = rows.i32(0);
      const auto ymd = day.ymd();
      list.push_back({fmt::format("{:04}{:02}{:02}-{:02}", static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()), list.size() + 1), template_number,
                      std::string(info_of(static_cast<Template>(std::abs(template_number))).zh) + (template_number < 0 ? "冲正" : ""), 0, {}});
    }
    list.back().transactions += rows.i64(5);
    list.back().lines.push_back({rows.text(1), rows.text(2), {rows.i64(3)}, {rows.i64(4)}});
  }
  return list;
}

}  // namespace mis::ledger

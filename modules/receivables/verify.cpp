// Recomputes the ledger from its postings and says what differs.
#include <fmt/format.h>

#include "modules/receivables/domain/posting_template.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::receivables {

Result<std::vector<std::string>> verify_ledger(db::Database& database) {
  return database.read([](db::Session& s) -> Result<std::vector<std::string>> {
    constexpr int kMost = 20;  // of each kind: enough to see what happened
    std::vector<std::string> differences;
    for (auto rows = s.query("SELECT accounting_month, transaction_id, CAST(SUM(amount_fen) AS SIGNED) AS total FROM receivables_posting "
                             "GROUP BY accounting_month, transaction_id HAVING SUM(amount_fen) <> 0 LIMIT ?", kMost); rows.next();)
      differences.push_back(fmt::format("transaction {} of {}: expected to sum to zero but found {} fen", rows.i64(1), rows.month(0).to_string(), rows.i64(2)));

    for (auto rows = s.query("SELECT b.accounting_month, CAST(SUM(b.debit_fen) AS SIGNED), COALESCE((SELECT CAST(SUM(p.amount_fen) AS SIGNED) FROM receivables_posting p "
                             "WHERE p.accounting_month = b.accounting_month AND p.amount_fen > 0), 0) FROM receivables_batch b GROUP BY b.accounting_month"); rows.next();)
      if (rows.i64(1) != rows.i64(2))
        differences.push_back(fmt::format("month {}: expected the batches' {} fen of debit but the postings have {}", rows.month(0).to_string(), rows.i64(1), rows.i64(2)));

    const auto receivables = static_cast<int>(LedgerAccount::kReceivables);
    for (auto rows = s.query("SELECT r.billing_month, r.account_id, r.amount_fen, p.total FROM receivables_receivable r LEFT JOIN "
                             "(SELECT billing_month, account_id, revision, CAST(SUM(amount_fen) AS SIGNED) AS total FROM receivables_posting WHERE ledger_account = ? "
                             "AND MOD(transaction_id, 10) = 1 GROUP BY billing_month, account_id, revision) p "
                             "ON p.billing_month = r.billing_month AND p.account_id = r.account_id AND p.revision = r.revision "
                             "WHERE r.amount_fen <> COALESCE(p.total, 0) LIMIT ?", receivables, kMost); rows.next();)
      differences.push_back(fmt::format("receivable of account {} for {}: expected a posting of {} fen but found {}", rows.i64(1), rows.month(0).to_string(), rows.i64(2),
                                        rows.is_null(3) ? std::string("none") : std::to_string(rows.i64(3))));

    for (auto rows = s.query("SELECT b.billing_month, b.account_id, b.amount_fen, r.amount_fen FROM billing_issuable_bill b "
                             "JOIN billing_issued_month x ON x.billing_month = b.billing_month "
                             "LEFT JOIN receivables_receivable r ON r.billing_month = b.billing_month AND r.account_id = b.account_id AND r.revision = b.revision "
                             "WHERE r.amount_fen IS NULL OR r.amount_fen <> b.amount_fen LIMIT ?", kMost); rows.next();)
      differences.push_back(fmt::format("issued bill of account {} for {}: expected a receivable of {} fen but found {}", rows.i64(1), rows.month(0).to_string(), rows.i64(2),
                                        rows.is_null(3) ? std::string("none") : std::to_string(rows.i64(3))));
    return differences;
  });
}

}  // namespace mis::receivables

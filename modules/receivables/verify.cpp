// Recomputes the ledger from its postings and says what differs.
#include <map>

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

    // Months that only one side has are differences too.
    struct Sums {
      std::int64_t transactions = 0, debit_fen = 0;
    };
    std::map<std::int32_t, std::pair<Sums, Sums>> months;  // by month: what the batches say, what the postings have
    for (auto rows = s.query("SELECT accounting_month, CAST(SUM(transactions) AS SIGNED), CAST(SUM(debit_fen) AS SIGNED) FROM receivables_batch GROUP BY accounting_month"); rows.next();)
      months[rows.i32(0)].first = {rows.i64(1), rows.i64(2)};
    for (auto rows = s.query("SELECT accounting_month, CAST(SUM(line_no = 1) AS SIGNED), CAST(SUM(IF(amount_fen > 0, amount_fen, 0)) AS SIGNED) FROM receivables_posting GROUP BY accounting_month"); rows.next();)
      months[rows.i32(0)].second = {rows.i64(1), rows.i64(2)};
    for (const auto& [month, sums] : months) {
      const auto& [said, found] = sums;
      if (said.debit_fen != found.debit_fen)
        differences.push_back(fmt::format("month {}: expected the batches' {} fen of debit but the postings have {}", BillingMonth{month}.to_string(), said.debit_fen, found.debit_fen));
      if (said.transactions != found.transactions)
        differences.push_back(fmt::format("month {}: expected the batches' {} transactions but the postings have {}", BillingMonth{month}.to_string(), said.transactions, found.transactions));
    }

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

    // What each ledger account has of an issued month is what the template makes of the month's bills.
    std::map<std::pair<std::int32_t, int>, Money> posted;
    for (auto rows = s.query("SELECT billing_month, ledger_account, CAST(SUM(amount_fen) AS SIGNED) FROM receivables_posting WHERE MOD(transaction_id, 10) = 1 "
                             "GROUP BY billing_month, ledger_account"); rows.next();)
      posted[{rows.i32(0), rows.i32(1)}] = {rows.i64(2)};
    for (auto rows = s.query("SELECT b.billing_month, CAST(SUM(b.amount_fen) AS SIGNED), CAST(SUM(b.funds_fen) AS SIGNED), CAST(SUM(b.export_fen) AS SIGNED) "
                             "FROM billing_issuable_bill b JOIN billing_issued_month x ON x.billing_month = b.billing_month GROUP BY b.billing_month"); rows.next();) {
      const BillAmounts bills{{rows.i64(1)}, {rows.i64(2)}, -Money{rows.i64(3)}};
      for (const auto& line : kBillIssuedLines) {
        const auto wanted = amount_of(line, bills), found = posted[{rows.i32(0), static_cast<int>(line.account)}];
        if (wanted != found)
          differences.push_back(fmt::format("ledger account {} for {}: expected {} fen of the issued bills but found {}", static_cast<int>(line.account), rows.month(0).to_string(),
                                            wanted.value, found.value));
      }
    }
    return differences;
  });
}

}  // namespace mis::receivables

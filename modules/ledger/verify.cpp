// Recomputes the ledger from its postings and says what differs.
#include <algorithm>
#include <cstdlib>
#include <map>

#include <fmt/format.h>

#include "modules/ledger/ledger.hpp"

namespace mis::ledger {
namespace {

constexpr int kMost = 20;  // of each kind: enough to see what happened

using Differences = std::vector<std::string>;

void check_sums(db::Session& s, Differences& differences) {
  for (auto rows = s.query("SELECT accounting_month, transaction_id, CAST(SUM(amount_fen) AS SIGNED) AS total FROM ledger_posting "
                           "GROUP BY accounting_month, transaction_id HAVING SUM(amount_fen) <> 0 LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("transaction {} of {}: expected to sum to zero but found {} fen", rows.i64(1), rows.month(0).to_string(), rows.i64(2)));
}

// Head by head: what a transaction's head says is what its postings are. Two errors that cancel each other out are two errors.
void check_heads(db::Session& s, Differences& differences) {
  for (auto rows = s.query("SELECT t.accounting_month, t.transaction_id, t.debit_fen, q.debit_fen, q.alike FROM ledger_transaction t LEFT JOIN "
                           "(SELECT h.accounting_month, h.transaction_id, CAST(SUM(IF(p.amount_fen > 0, p.amount_fen, 0)) AS SIGNED) AS debit_fen, "
                           "MIN(p.template = h.template AND p.posted_on = h.posted_on) AS alike FROM ledger_transaction h "
                           "JOIN ledger_posting p ON p.accounting_month = h.accounting_month AND p.transaction_id = h.transaction_id GROUP BY h.accounting_month, h.transaction_id) q "
                           "ON q.accounting_month = t.accounting_month AND q.transaction_id = t.transaction_id "
                           "WHERE q.debit_fen IS NULL OR q.debit_fen <> t.debit_fen OR q.alike = 0 LIMIT ?", kMost); rows.next();)
    differences.push_back(!rows.is_null(3) && rows.i64(2) == rows.i64(3)
                              ? fmt::format("transaction {} of {}: expected its postings to have the head's template and day but they do not", rows.i64(1), rows.month(0).to_string())
                              : fmt::format("transaction {} of {}: expected the head's {} fen of debit but the postings have {}", rows.i64(1), rows.month(0).to_string(), rows.i64(2), rows.i64_or_null(3).value_or(0)));
  for (auto rows = s.query("SELECT p.accounting_month, p.transaction_id FROM ledger_posting p LEFT JOIN ledger_transaction t ON t.accounting_month = p.accounting_month AND t.transaction_id = p.transaction_id "
                           "WHERE MOD(p.transaction_id, 10) = 0 AND p.line_no = 1 AND t.transaction_id IS NULL LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("transaction {} of {}: expected a head but found postings only", rows.i64(1), rows.month(0).to_string()));
  // Batches have no number in their postings: those of one template and day together are.
  struct Sums {
    std::int64_t said = 0, found = 0;
  };
  std::map<std::pair<std::string, std::string>, Sums> days;
  for (auto rows = s.query("SELECT template, posted_on, CAST(SUM(debit_fen) AS SIGNED) FROM ledger_batch GROUP BY template, posted_on"); rows.next();)
    days[{rows.text(0), rows.date(1).to_string()}].said = rows.i64(2);
  for (auto rows = s.query("SELECT template, posted_on, CAST(SUM(IF(amount_fen > 0, amount_fen, 0)) AS SIGNED) FROM ledger_posting WHERE MOD(transaction_id, 10) <> 0 GROUP BY template, posted_on"); rows.next();)
    days[{name_of_template(rows.i32(0)), rows.date(1).to_string()}].found = rows.i64(2);
  for (const auto& [day, sums] : days)
    if (sums.said != sums.found)
      differences.push_back(fmt::format("{} of {}: expected the batches' {} fen of debit but the postings have {}", day.first, day.second, sums.said, sums.found));
}

// Batches and heads have totals of their own; months that only one side has are differences too.
void check_totals(db::Session& s, Differences& differences) {
  struct Sums {
    std::int64_t transactions = 0, debit_fen = 0;
  };
  struct Kind {
    const char* name;
    std::map<std::int32_t, std::pair<Sums, Sums>> months;  // what they say, what the postings have
  };
  Kind batches{"batches", {}}, heads{"heads", {}};
  for (auto rows = s.query("SELECT accounting_month, CAST(SUM(transactions) AS SIGNED), CAST(SUM(debit_fen) AS SIGNED) FROM ledger_batch GROUP BY accounting_month"); rows.next();)
    batches.months[rows.i32(0)].first = {rows.i64(1), rows.i64(2)};
  for (auto rows = s.query("SELECT accounting_month, COUNT(*), CAST(SUM(debit_fen) AS SIGNED) FROM ledger_transaction GROUP BY accounting_month"); rows.next();)
    heads.months[rows.i32(0)].first = {rows.i64(1), rows.i64(2)};
  for (auto rows = s.query("SELECT accounting_month, MOD(transaction_id, 10) = 0, CAST(SUM(line_no = 1) AS SIGNED), CAST(SUM(IF(amount_fen > 0, amount_fen, 0)) AS SIGNED) "
                           "FROM ledger_posting GROUP BY accounting_month, MOD(transaction_id, 10) = 0"); rows.next();)
    (rows.i32(1) != 0 ? heads : batches).months[rows.i32(0)].second = {rows.i64(2), rows.i64(3)};
  for (const auto* kind : {&batches, &heads})
    for (const auto& [month, sums] : kind->months) {
      const auto& [said, found] = sums;
      if (said.debit_fen != found.debit_fen)
        differences.push_back(fmt::format("month {}: expected the {}' {} fen of debit but the postings have {}", BillingMonth{month}.to_string(), kind->name, said.debit_fen, found.debit_fen));
      if (said.transactions != found.transactions)
        differences.push_back(fmt::format("month {}: expected the {}' {} transactions but the postings have {}", BillingMonth{month}.to_string(), kind->name, said.transactions, found.transactions));
    }
}

void check_legs(db::Session& s, Differences& differences) {
  for (auto rows = s.query("SELECT template, ledger_account, amount_fen > 0, COUNT(*) FROM ledger_posting GROUP BY template, ledger_account, amount_fen > 0"); rows.next();) {
    const int number = rows.i32(0), account = rows.i32(1);
    const bool debit = rows.i32(2) != 0;
    const auto& legs = [&] {
      const auto& info = info_of(static_cast<Template>(std::clamp(std::abs(number), 1, kTemplates)));
      return (debit != (number < 0)) ? info.debits : info.credits;
    }();
    const bool known = number != 0 && std::abs(number) <= kTemplates && std::find(legs.begin(), legs.end(), static_cast<LedgerAccount>(account)) != legs.end();
    if (!known)
      differences.push_back(fmt::format("template {}: expected no {} of ledger account {} but found {} postings", name_of_template(number), debit ? "debit" : "credit", account, rows.i64(3)));
  }
}

void check_reversals(db::Session& s, Differences& differences) {
  for (auto rows = s.query("SELECT v.accounting_month, v.transaction_id FROM ledger_reversal v "
                           "JOIN ledger_posting p ON p.accounting_month = v.accounting_month AND p.transaction_id = v.transaction_id "
                           "LEFT JOIN ledger_posting r ON r.accounting_month = v.by_accounting_month AND r.transaction_id = v.by_transaction_id AND r.line_no = p.line_no "
                           "AND r.amount_fen = -p.amount_fen AND r.ledger_account = p.ledger_account AND r.account_id = p.account_id AND r.billing_month = p.billing_month "
                           "AND r.revision = p.revision AND r.subject_id = p.subject_id AND r.template = -p.template WHERE r.line_no IS NULL LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("transaction {} of {}: expected its reversal to mirror it but it does not", rows.i64(1), rows.month(0).to_string()));
  // The other way round: a reversal has no line that what it reverses has not.
  for (auto rows = s.query("SELECT v.by_accounting_month, v.by_transaction_id, (SELECT COUNT(*) FROM ledger_posting p WHERE p.accounting_month = v.accounting_month AND p.transaction_id = v.transaction_id) AS old, "
                           "(SELECT COUNT(*) FROM ledger_posting r WHERE r.accounting_month = v.by_accounting_month AND r.transaction_id = v.by_transaction_id) AS made "
                           "FROM ledger_reversal v HAVING old <> made LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("transaction {} of {}: expected as many postings as what it reverses has, {}, but found {}", rows.i64(1), rows.month(0).to_string(), rows.i64(2), rows.i64(3)));
  for (auto rows = s.query("SELECT t.accounting_month, t.transaction_id FROM ledger_transaction t "
                           "LEFT JOIN ledger_reversal v ON v.by_accounting_month = t.accounting_month AND v.by_transaction_id = t.transaction_id "
                           "WHERE t.template < 0 AND v.transaction_id IS NULL LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("transaction {} of {}: expected a reversal to name what it reverses but it names nothing", rows.i64(1), rows.month(0).to_string()));
}

void check_closed_months(db::Session& s, Differences& differences) {
  for (auto rows = s.query("SELECT q.accounting_month, q.ledger_account, q.debit_fen, q.credit_fen, b.debit_fen, b.credit_fen FROM "
                           "(SELECT p.accounting_month, d.version, p.ledger_account, CAST(SUM(IF(p.amount_fen > 0, p.amount_fen, 0)) AS SIGNED) AS debit_fen, "
                           "CAST(SUM(IF(p.amount_fen < 0, -p.amount_fen, 0)) AS SIGNED) AS credit_fen FROM ledger_period d JOIN ledger_posting p ON p.accounting_month = d.accounting_month "
                           "WHERE d.state = 'closed' GROUP BY p.accounting_month, d.version, p.ledger_account) q "
                           "LEFT JOIN ledger_period_balance b ON b.accounting_month = q.accounting_month AND b.version = q.version AND b.ledger_account = q.ledger_account "
                           "WHERE b.debit_fen IS NULL OR b.debit_fen <> q.debit_fen OR b.credit_fen <> q.credit_fen LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("closed month {}, ledger account {}: expected {} fen of debit and {} of credit as stored but the postings have {} and {}", rows.month(0).to_string(), rows.i32(1),
                                      rows.i64_or_null(4).value_or(0), rows.i64_or_null(5).value_or(0), rows.i64(2), rows.i64(3)));
  for (auto rows = s.query("SELECT b.accounting_month, b.ledger_account, b.debit_fen, b.credit_fen FROM ledger_period d "
                           "JOIN ledger_period_balance b ON b.accounting_month = d.accounting_month AND b.version = d.version "
                           "WHERE d.state = 'closed' AND NOT EXISTS (SELECT 1 FROM ledger_posting p WHERE p.accounting_month = b.accounting_month AND p.ledger_account = b.ledger_account) LIMIT ?", kMost);
       rows.next();)
    differences.push_back(fmt::format("closed month {}, ledger account {}: expected {} fen of debit and {} of credit as stored but it has no postings", rows.month(0).to_string(), rows.i32(1),
                                      rows.i64(2), rows.i64(3)));
}

}  // namespace

Result<std::vector<std::string>> verify(db::Database& database) {
  return database.snapshot([](db::Session& s) -> Result<std::vector<std::string>> {
    Differences differences;
    check_sums(s, differences);
    check_heads(s, differences);
    check_totals(s, differences);
    check_legs(s, differences);
    check_reversals(s, differences);
    check_closed_months(s, differences);
    return differences;
  });
}

}  // namespace mis::ledger

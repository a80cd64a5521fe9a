// Writing to the ledger. Everything passes `check` and an open period.
#include <set>

#include <fmt/format.h>

#include "mis/db/bulk_writer.hpp"
#include "modules/ledger/ledger.hpp"

namespace mis::ledger {
namespace {

constexpr const char* kSequence = "ledger_transaction";
// The last digit of a transaction's id tells whether it has a head of its own (0) or belongs to a batch.
constexpr std::int64_t kIdStep = 10;

// Holds the month open until the transaction ends: whoever closes it waits for us, and we see it closed once it is.
std::optional<Error> hold_open(db::Session& session, BillingMonth month, Instant now) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto rows = session.query("SELECT state FROM ledger_period WHERE accounting_month = ? LOCK IN SHARE MODE", month);
    if (rows.next()) {
      if (rows.text(0) == "open") return {};
      return conflict("ledger.period_closed", fmt::format("expected accounting month {} to be open but it is closed", month.to_string()));
    }
    session.execute("INSERT IGNORE INTO ledger_period (accounting_month, state, changed_at) VALUES (?, 'open', ?)", month, now);
  }
  return internal("ledger.no_period", fmt::format("expected accounting month {} to open with its first posting but it did not", month.to_string()));
}

class PostingWriter {
 public:
  void add(BillingMonth month, std::int64_t id, int template_number, Date posted_on, std::span<const Posting> postings, bool turned = false) {
    int line_no = 0;
    for (const auto& p : postings) {
      writer_.add(month).add(id).add(++line_no).add(p.account).add(static_cast<int>(p.ledger_account)).add(turned ? -p.amount : p.amount).add(p.bill_month).add(p.revision);
      writer_.add(template_number).add(posted_on).add(p.subject);
      writer_.end_row();
    }
  }
  void flush(db::Session& session) { writer_.flush(session); }

 private:
  db::BulkWriter writer_{"ledger_posting",
                         {"accounting_month", "transaction_id", "line_no", "account_id", "ledger_account", "amount_fen", "billing_month", "revision", "template", "posted_on", "subject_id"}};
};

class HeadWriter {
 public:
  void add(BillingMonth month, std::int64_t id, int template_number, const Transaction& t, Money debit) {
    writer_.add(month).add(id).add(template_number).add(t.posted_on).add(t.value_on).add(t.posted_at).add(t.by).add(debit).add(t.note);
    writer_.end_row();
  }
  void flush(db::Session& session) { writer_.flush(session); }

 private:
  db::BulkWriter writer_{"ledger_transaction", {"accounting_month", "transaction_id", "template", "posted_on", "value_on", "posted_at", "posted_by", "debit_fen", "note"}};
};

Money debit_of(std::span<const Posting> postings) {
  Money debit;
  for (const auto& p : postings)
    if (p.amount.value > 0) debit += p.amount;
  return debit;
}

}  // namespace

Result<std::vector<TransactionKey>> post_all(db::Database& database, db::Session& session, std::span<const Transaction> transactions) {
  if (transactions.empty()) return std::vector<TransactionKey>{};
  std::set<BillingMonth> months;
  for (const auto& t : transactions) {
    if (auto error = check(t.what, t.postings)) return *error;
    if (months.insert(accounting_month_of(t.posted_on)).second)
      if (auto error = hold_open(session, accounting_month_of(t.posted_on), t.posted_at)) return *error;
  }
  auto id = database.take_ids(kSequence, static_cast<std::int64_t>(transactions.size())) * kIdStep;
  std::vector<TransactionKey> keys;
  keys.reserve(transactions.size());
  HeadWriter heads;
  PostingWriter postings;
  for (const auto& t : transactions) {
    const auto month = accounting_month_of(t.posted_on);
    heads.add(month, id, static_cast<int>(t.what), t, debit_of(t.postings));
    postings.add(month, id, static_cast<int>(t.what), t.posted_on, t.postings);
    keys.push_back({month, id});
    id += kIdStep;
  }
  heads.flush(session);
  postings.flush(session);
  return keys;
}

Result<TransactionKey> post(db::Database& database, db::Session& session, const Transaction& transaction) {
  auto keys = post_all(database, session, {&transaction, 1});
  if (!keys) return std::move(keys).error();
  return keys->front();
}

Result<Reversed> reverse(db::Database& database, db::Session& session, TransactionKey key, Date posted_on, Instant now, std::optional<UserId> by, const std::string& note) {
  if (key.id % kIdStep != 0) return conflict("ledger.in_batch", "expected a transaction that was posted by itself but an issued bill is corrected by a new bill");
  int number = 0;
  {
    auto head = session.query("SELECT template FROM ledger_transaction WHERE accounting_month = ? AND transaction_id = ?", key.accounting_month, key.id);
    if (!head.next()) return not_found("ledger.no_transaction", "expected a transaction of the ledger but there is none with this number");
    number = head.i32(0);
  }
  if (number < 0) return conflict("ledger.is_reversal", "expected a transaction that can be reversed but this one is a reversal itself");
  Reversed reversed;
  reversed.what = static_cast<Template>(number);
  for (auto rows = session.query("SELECT ledger_account, amount_fen, account_id, billing_month, revision, subject_id FROM ledger_posting "
                                 "WHERE accounting_month = ? AND transaction_id = ? ORDER BY line_no", key.accounting_month, key.id); rows.next();)
    reversed.postings.push_back({static_cast<LedgerAccount>(rows.i32(0)), {rows.i64(1)}, {rows.i64(2)}, rows.month(3), rows.i32(4), rows.i64(5)});
  if (auto error = check(reversed.what, reversed.postings)) return *error;

  const auto month = accounting_month_of(posted_on);
  if (auto error = hold_open(session, month, now)) return *error;
  const auto id = database.take_ids(kSequence) * kIdStep;
  try {
    session.execute("INSERT INTO ledger_reversal (accounting_month, transaction_id, by_accounting_month, by_transaction_id) VALUES (?, ?, ?, ?)", key.accounting_month, key.id, month, id);
  } catch (const db::DbError& e) {
    if (e.kind() != db::DbError::Kind::kDuplicate) throw;
    return conflict("ledger.reversed_already", "expected a transaction that stands but it has been reversed already");
  }
  const Transaction head{reversed.what, posted_on, posted_on, now, by, note, {}};
  HeadWriter heads;
  heads.add(month, id, -number, head, debit_of(reversed.postings));
  heads.flush(session);
  PostingWriter postings;
  postings.add(month, id, -number, posted_on, reversed.postings, true);
  postings.flush(session);
  reversed.by = {month, id};
  return reversed;
}

Status post_batch(db::Session& session, const Batch& batch, std::span<const BatchTransaction> transactions) {
  const auto month = accounting_month_of(batch.posted_on);
  if (auto error = hold_open(session, month, batch.posted_at)) return *error;
  PostingWriter postings;
  Money debit;
  std::int64_t posted = 0;
  for (const auto& t : transactions) {
    if (t.postings.empty()) continue;
    if (auto error = check(batch.what, t.postings)) return *error;
    postings.add(month, t.id, static_cast<int>(batch.what), batch.posted_on, t.postings);
    debit += debit_of(t.postings);
    ++posted;
  }
  try {
    session.execute("INSERT INTO ledger_batch (accounting_month, template, subject, first_transaction_id, transactions, debit_fen, posted_on, posted_at, posted_by) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", month, info_of(batch.what).name, batch.subject, transactions.empty() ? 0 : transactions.front().id, posted, debit,
                    batch.posted_on, batch.posted_at, batch.by);
  } catch (const db::DbError& e) {
    if (e.kind() != db::DbError::Kind::kDuplicate) throw;
    return conflict("ledger.posted_already", fmt::format("expected {} {} not to be posted yet but it is", info_of(batch.what).name, batch.subject));
  }
  postings.flush(session);
  return ok();
}

}  // namespace mis::ledger

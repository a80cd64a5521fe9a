// What others may use of the ledger: post, reverse, read. Double entry, append-only; a balance is always the sum of postings.
//
// Whoever moves money makes a `Transaction` of a named template and posts it inside the transaction of the database that
// records why. A correction is `reverse`: a new transaction that names the old one.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/db/database.hpp"
#include "mis/registry.hpp"
#include "modules/ledger/domain/posting_template.hpp"

namespace mis::ledger {

struct TransactionKey {
  BillingMonth accounting_month;
  std::int64_t id = 0;
  auto operator<=>(const TransactionKey&) const = default;
};
constexpr BillingMonth accounting_month_of(Date day) {
  const auto ymd = day.ymd();
  return {static_cast<int>(ymd.year()) * 100 + static_cast<int>(static_cast<unsigned>(ymd.month()))};
}

struct Transaction {
  Template what = Template::kPayment;
  Date posted_on;  // its month is the accounting month
  Date value_on;   // the day from which it counts for the customer
  Instant posted_at;
  std::optional<UserId> by;
  std::string note;  // at most 200 characters
  std::vector<Posting> postings;
};

// Posts them all or none, in the caller's unit of work; returns their keys in order. Errors: ledger.period_closed (conflict),
// and those of `check`.
Result<std::vector<TransactionKey>> post_all(db::Database& database, db::Session& session, std::span<const Transaction> transactions);
Result<TransactionKey> post(db::Database& database, db::Session& session, const Transaction& transaction);

// Posts the same postings with the other sign, naming the old transaction; returns what was reversed. Errors:
// ledger.no_transaction, ledger.reversed_already, ledger.is_reversal, ledger.in_batch (an issued bill is not reversed here),
// ledger.period_closed.
struct Reversed {
  TransactionKey by;
  Template what = Template::kPayment;
  std::vector<Posting> postings;  // as they were
};
Result<Reversed> reverse(db::Database& database, db::Session& session, TransactionKey key, Date posted_on, Instant now, std::optional<UserId> by, const std::string& note);

// Many transactions of one template with ids of the caller's making, that share one head: a route of an issued run. The pair
// (template, subject) is posted once. Errors: ledger.posted_already, ledger.period_closed, and those of `check`.
struct Batch {
  Template what = Template::kBillIssued;
  std::string subject;  // "run/route"
  Date posted_on;
  Instant posted_at;
  std::optional<UserId> by;
};
struct BatchTransaction {
  std::int64_t id = 0;
  std::vector<Posting> postings;
};
Status post_batch(db::Session& session, const Batch& batch, std::span<const BatchTransaction> transactions);

// One posting as a reader wants to see it.
struct PostingRow {
  TransactionKey transaction;
  int line_no = 0;
  int template_number = 0;
  std::string ledger_code, name, name_en;
  Money amount;
  Date posted_on;
  std::optional<BillingMonth> bill_month;
};
// An account's postings behind `after`, newest transaction first, lines ascending.
struct PostingPosition {
  BillingMonth accounting_month{999912};
  std::int64_t transaction_id = INT64_MAX;
  int line_no = 0;
};
std::vector<PostingRow> postings_of(db::Session& session, AccountId account, PostingPosition after, int limit);

struct TrialLine {
  std::string ledger_code, name, name_en;
  Money debit, credit;
};
// Debit and credit per ledger account of one accounting month, or of all time (closed months from their stored balances).
std::vector<TrialLine> trial_balance(db::Session& session, std::optional<BillingMonth> month);

struct Period {
  BillingMonth month;
  bool closed = false;
  int version = 1;
  std::string changed_by_name;
  std::optional<Instant> changed_at;
};
// Months that have had postings, newest first.
std::vector<Period> periods(db::Session& session);
// Makes the rows of months to come, so that those who post first in a new month do not queue for whoever makes its row. Until its
// first posting such a month is none that anybody sees, closes or has to close; one that is there already stays as it is.
void make_periods(db::Session& session, BillingMonth from, BillingMonth to, Instant now);
// Closes a month that is over, with every earlier one closed; stores its balances. `today` is the utility's day. Errors:
// ledger.no_period, ledger.period_state, ledger.period_not_over, ledger.earlier_open.
Status close_period(db::Session& session, BillingMonth month, Date today, Instant now, UserId by);
// Opens the newest closed month again. Errors: ledger.no_period, ledger.period_state, ledger.later_closed.
Status reopen_period(db::Session& session, BillingMonth month, Instant now, UserId by);

// The vouchers (凭证) of a day: one per template, its postings summed per ledger account; always the same for the same postings.
struct VoucherLine {
  std::string ledger_code, name;
  Money debit, credit;
};
struct Voucher {
  std::string voucher_no;  // "20261124-02"
  int template_number = 0;
  std::string summary;  // 收费, 收费冲正
  std::int64_t transactions = 0;
  std::vector<VoucherLine> lines;
};
std::vector<Voucher> vouchers(db::Session& session, Date day);

// Recomputes what must hold and says in words what differs: every transaction sums to zero, comes from its template and has its
// head; batches, heads and postings have the same totals; reversals mirror what they reverse; closed months have their balances.
Result<std::vector<std::string>> verify(db::Database& database);

void register_module(Registry& registry);

}  // namespace mis::ledger

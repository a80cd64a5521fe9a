#include "modules/receivables/post_issue.hpp"

#include <vector>

#include <fmt/format.h>

#include "mis/db/bulk_writer.hpp"
#include "modules/receivables/domain/posting_template.hpp"

namespace mis::receivables {
namespace {

struct IssuedBill {
  AccountId account;
  int revision;
  OrgId org;
  BillAmounts amounts;
};

std::vector<IssuedBill> read_bills(db::Session& session, const billing::IssuedShard& shard) {
  std::vector<IssuedBill> bills;
  for (auto rows = session.query("SELECT account_id, revision, org_id, amount_fen, funds_fen, export_fen FROM billing_issuable_bill "
                                 "WHERE billing_month = ? AND route_id = ? ORDER BY account_id, revision", shard.month, shard.route); rows.next();)
    bills.push_back({{rows.i64(0)}, rows.i32(1), {rows.i64(2)}, {{rows.i64(3)}, {rows.i64(4)}, -Money{rows.i64(5)}}});
  return bills;
}

// Transaction ids need only be unique, so they are made of what they are about instead of being drawn from a counter that
// all shards would queue for: account, billing month, revision and the number of the template.
constexpr std::int64_t kTemplateNumber = 1;
std::int64_t transaction_id_of(BillingMonth month, const IssuedBill& bill) {
  constexpr BillingMonth kFirst{200001};
  return ((bill.account.value * 10'000 + month.months_since(kFirst)) * 100 + bill.revision) * 10 + kTemplateNumber;
}

}  // namespace

Status post_issued_shard(db::Session& session, const billing::IssuedShard& shard) {
  const auto bills = read_bills(session, shard);
  const auto day = shard.issued_on.ymd();
  const BillingMonth accounting_month{static_cast<int>(day.year()) * 100 + static_cast<int>(static_cast<unsigned>(day.month()))};
  db::BulkWriter receivables("receivables_receivable", {"billing_month", "account_id", "revision", "route_id", "org_id", "amount_fen", "issued_on", "due_on"});
  db::BulkWriter postings("receivables_posting", {"accounting_month", "transaction_id", "line_no", "account_id", "ledger_account", "amount_fen", "billing_month", "revision"});
  Money debit;
  std::int64_t transactions = 0;
  for (const auto& bill : bills) {
    receivables.add(shard.month).add(bill.account).add(bill.revision).add(shard.route).add(bill.org).add(bill.amounts.amount).add(shard.issued_on).add(billing::due_date(shard.issued_on));
    receivables.end_row();
    int line_no = 0;
    Money sum;
    for (const auto& line : kBillIssuedLines) {
      const Money amount = amount_of(line, bill.amounts);
      if (amount.value == 0) continue;
      postings.add(accounting_month).add(transaction_id_of(shard.month, bill)).add(++line_no).add(bill.account).add(static_cast<int>(line.account)).add(amount).add(shard.month).add(bill.revision);
      postings.end_row();
      sum += amount;
      if (amount.value > 0) debit += amount;
    }
    if (sum.value != 0) return internal("receivables.unbalanced", fmt::format("expected the postings of account {} to sum to zero but they make {} fen", bill.account.value, sum.value));
    if (line_no > 0) ++transactions;
  }
  try {
    session.execute("INSERT INTO receivables_batch (accounting_month, template, subject, first_transaction_id, transactions, debit_fen, posted_on, posted_at, posted_by) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", accounting_month, kBillIssued, fmt::format("{}/{}", shard.run.value, shard.route.value),
                    bills.empty() ? 0 : transaction_id_of(shard.month, bills.front()), transactions, debit, shard.issued_on, shard.at, shard.by);
  } catch (const db::DbError& e) {
    if (e.kind() != db::DbError::Kind::kDuplicate) throw;
    return conflict("receivables.posted_already", fmt::format("expected route {} of run {} not to be posted yet but it is", shard.route.value, shard.run.value));
  }
  receivables.flush(session);
  postings.flush(session);
  return ok();
}

}  // namespace mis::receivables

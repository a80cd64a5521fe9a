#include "modules/receivables/post_issue.hpp"

#include <vector>

#include <fmt/format.h>

#include "mis/db/bulk_writer.hpp"
#include "modules/receivables/domain/bill_postings.hpp"
#include "modules/receivables/item_store.hpp"

namespace mis::receivables {
namespace {

struct IssuedBill {
  BillKey key;
  OrgId org;
  std::string category;
  BillAmounts amounts;
};

std::vector<IssuedBill> read_bills(db::Session& session, const billing::IssuedShard& shard) {
  std::vector<IssuedBill> bills;
  for (auto rows = session.query("SELECT account_id, revision, org_id, category, amount_fen, funds_fen, export_fen FROM billing_issuable_bill "
                                 "WHERE billing_month = ? AND route_id = ? ORDER BY account_id, revision", shard.month, shard.route); rows.next();)
    bills.push_back({{{rows.i64(0)}, shard.month, rows.i32(1)}, {rows.i64(2)}, rows.text(3), {{rows.i64(4)}, {rows.i64(5)}, -Money{rows.i64(6)}}});
  return bills;
}

// Transaction ids need only be unique, so they are made of what they are about instead of being drawn from a counter that
// all shards would queue for: account, billing month, revision and the number of the template, which is no zero.
std::int64_t transaction_id_of(const BillKey& bill) {
  constexpr BillingMonth kFirst{200001};
  return ((bill.account.value * 10'000 + bill.month.months_since(kFirst)) * 100 + bill.revision) * 10 + static_cast<int>(ledger::Template::kBillIssued);
}

std::vector<ledger::Posting> postings_of(const IssuedBill& bill) {
  std::vector<ledger::Posting> postings;
  for (const auto& line : kBillLines)
    if (const Money amount = amount_of(line, bill.amounts); amount.value != 0) postings.push_back({line.account, amount, bill.key.account, bill.key.month, bill.key.revision});
  return postings;
}

void write_receivables(db::Session& session, const billing::IssuedShard& shard, const std::vector<IssuedBill>& bills) {
  const Date due_on = billing::due_date(shard.issued_on);
  db::BulkWriter receivables("receivables_receivable", {"billing_month", "account_id", "revision", "route_id", "org_id", "category", "amount_fen", "issued_on", "due_on"});
  db::BulkWriter items("receivables_open_item", {"account_id", "billing_month", "revision", "org_id", "category", "amount_fen", "due_on", "outstanding_fen", "late_to"});
  for (const auto& bill : bills) {
    const auto& key = bill.key;
    receivables.add(key.month).add(key.account).add(key.revision).add(shard.route).add(bill.org).add(bill.category).add(bill.amounts.amount).add(shard.issued_on).add(due_on);
    receivables.end_row();
    if (bill.amounts.amount.value <= 0) continue;
    items.add(key.account).add(key.month).add(key.revision).add(bill.org).add(bill.category).add(bill.amounts.amount).add(due_on).add(bill.amounts.amount).add(due_on);
    items.end_row();
  }
  receivables.flush(session);
  items.flush(session);
}

}  // namespace

Status post_issued_shard(db::Database& database, db::Session& session, const billing::IssuedShard& shard) {
  const auto bills = read_bills(session, shard);
  std::vector<ledger::BatchTransaction> transactions;
  std::vector<AccountId> accounts;
  for (const auto& bill : bills) {
    transactions.push_back({transaction_id_of(bill.key), postings_of(bill)});
    accounts.push_back(bill.key.account);
  }
  // The accounts first, then the accounting month, as every payment takes them. Held until the end: a payment that comes meanwhile finds either no new bill, or the bill with its advance used.
  auto locked = lock_accounts(session, accounts);
  if (!locked) return std::move(locked).error();
  const ledger::Batch batch{ledger::Template::kBillIssued, fmt::format("{}/{}", shard.run.value, shard.route.value), shard.issued_on, shard.at, shard.by};
  if (auto posted = ledger::post_batch(session, batch, transactions); !posted) return posted;
  write_receivables(session, shard, bills);
  std::vector<AccountId> with_advance;
  for (const auto& [account, state] : *locked)
    if (state.advance.value > 0) with_advance.push_back(account);
  auto applied = apply_advances(database, session, with_advance, {shard.issued_on, shard.at, shard.by});
  if (!applied) return std::move(applied).error();
  return ok();
}

}  // namespace mis::receivables

#include "modules/receivables/item_store.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "mis/db/bulk_writer.hpp"
#include "mis/files/lookup.hpp"

namespace mis::receivables {
namespace {

std::vector<std::int64_t> sorted_ids(std::span<const AccountId> accounts) {
  std::vector<std::int64_t> ids;
  ids.reserve(accounts.size());
  for (const auto account : accounts) ids.push_back(account.value);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

void read_states(db::Session& session, std::string_view sql, std::span<const std::int64_t> ids, Accounts& accounts) {
  files::query_in(session, sql, ids, [&](db::Rows& row) { accounts[{row.i64(0)}] = {{row.i64(1)}, {row.i64(2)}}; });
}

std::vector<std::int64_t> missing_of(std::span<const std::int64_t> ids, const Accounts& accounts) {
  std::vector<std::int64_t> missing;
  for (const auto id : ids)
    if (!accounts.contains({id})) missing.push_back(id);
  return missing;
}

// One change of a bill: of the bill itself or of its late charge.
struct Event {
  Date value_on;
  bool late = false;
  Money amount;
};

constexpr int kReceivables = static_cast<int>(ledger::LedgerAccount::kReceivables);
constexpr int kLateCharges = static_cast<int>(ledger::LedgerAccount::kLateCharges);
constexpr int kBillIssued = static_cast<int>(ledger::Template::kBillIssued);

// The key is named so that the rows are found by it however few there are: looking through all would wait for other people's.
void delete_items(db::Session& session, BillingMonth month, int revision, std::span<const std::int64_t> accounts) {
  files::execute_in(session, "DELETE i FROM receivables_open_item AS i FORCE INDEX (PRIMARY) WHERE i.billing_month = ? AND i.revision = ? AND i.account_id IN (*)", accounts, {{month, revision}});
}

struct History {
  OpenItem item;
  std::vector<Event> events;
};
using Histories = std::map<BillKey, History>;

void add_receivable(Histories& histories, const db::Rows& row) {
  const BillKey bill{{row.i64(0)}, row.month(1), row.i32(2)};
  histories[bill].item = OpenItem::of_bill(bill, {row.i64(3)}, row.text(4), {row.i64(5)}, row.date(6));
}
void add_event(Histories& histories, const db::Rows& row) {
  const auto it = histories.find({{row.i64(0)}, row.month(1), row.i32(2)});
  if (it == histories.end()) return;  // verify tells of postings about bills that do not exist
  if (row.i32(3) == kLateCharges) it->second.events.push_back({row.date(5), true, {-row.i64(4)}});
  else it->second.events.push_back({row.date(5), false, {row.i64(4)}});
}
void add_waiver(Histories& histories, const db::Rows& row) {
  const auto it = histories.find({{row.i64(0)}, row.month(1), row.i32(2)});
  if (it != histories.end()) it->second.item.settle_late({row.i64(3)});
}

void add_late_stop(Histories& histories, const db::Rows& row) {
  const auto it = histories.find({{row.i64(0)}, row.month(1), row.i32(2)});
  if (it != histories.end()) it->second.item.late_stop = row.date(3);
}

OpenItem play(History history, Date as_of = kForever) {
  std::stable_sort(history.events.begin(), history.events.end(), [](const Event& a, const Event& b) { return a.value_on < b.value_on; });
  for (const auto& event : history.events) {
    if (event.late) history.item.settle_late(event.amount);
    else history.item.change_outstanding(event.amount, std::min(event.value_on, as_of));
  }
  return std::move(history.item);
}

}  // namespace

Accounts read_accounts(db::Session& session, std::span<const AccountId> accounts) {
  Accounts found;
  read_states(session, "SELECT account_id, advance_fen, deposit_fen FROM receivables_account WHERE account_id IN (*)", sorted_ids(accounts), found);
  return found;
}

Result<Accounts> lock_accounts(db::Session& session, std::span<const AccountId> accounts) {
  static constexpr std::string_view kLock = "SELECT account_id, advance_fen, deposit_fen FROM receivables_account WHERE account_id IN (*) ORDER BY account_id FOR UPDATE";
  const auto ids = sorted_ids(accounts);
  Accounts locked;
  read_states(session, kLock, ids, locked);
  const auto missing = missing_of(ids, locked);
  if (missing.empty()) return locked;
  db::BulkWriter rows("receivables_account", {"account_id"});
  rows.or_update({"account_id"});  // somebody else may make the same row meanwhile
  std::int64_t known = 0;
  files::query_in(session, "SELECT account_id FROM customers_account_place WHERE account_id IN (*)", std::span<const std::int64_t>(missing), [&](db::Rows& row) {
    rows.add(row.i64(0));
    rows.end_row();
    ++known;
  });
  if (known != static_cast<std::int64_t>(missing.size()))
    return not_found("receivables.no_account", fmt::format("expected accounts that exist but {} of {} do not", static_cast<std::int64_t>(missing.size()) - known, ids.size()));
  rows.flush(session);
  read_states(session, kLock, missing, locked);
  return locked;
}

std::vector<AccountId> lock_free(db::Session& session, std::span<const AccountId> accounts) {
  Accounts locked;
  read_states(session, "SELECT account_id, advance_fen, deposit_fen FROM receivables_account WHERE account_id IN (*) ORDER BY account_id FOR UPDATE SKIP LOCKED", sorted_ids(accounts), locked);
  std::vector<AccountId> free;
  for (const auto& [account, state] : locked) free.push_back(account);
  return free;
}

void write_accounts(db::Session& session, const Accounts& changed) {
  db::BulkWriter rows("receivables_account", {"account_id", "advance_fen", "deposit_fen"});
  rows.or_update({"advance_fen", "deposit_fen"});
  for (const auto& [account, state] : changed) {
    rows.add(account).add(state.advance).add(state.deposit);
    rows.end_row();
  }
  rows.flush(session);
}

Items read_open_items(db::Session& session, std::span<const AccountId> accounts) {
  Items items;
  files::query_in(session, "SELECT account_id, billing_month, revision, org_id, category, amount_fen, due_on, outstanding_fen, late_milli_fen, late_to, late_settled_fen, late_stop "
                           "FROM receivables_open_item WHERE account_id IN (*)", sorted_ids(accounts), [&](db::Rows& row) {
    items[{row.i64(0)}].push_back({{{row.i64(0)}, row.month(1), row.i32(2)}, {row.i64(3)}, row.text(4), {row.i64(5)}, row.date(6), {row.i64(7)}, row.i64(8), row.date(9), {row.i64(10)}, row.date(11)});
  });
  for (auto& [account, list] : items) sort_oldest_first(list);
  return items;
}

void write_items(db::Session& session, std::span<const OpenItem> items) {
  db::BulkWriter rows("receivables_open_item", {"account_id", "billing_month", "revision", "org_id", "category", "amount_fen", "due_on", "outstanding_fen", "late_milli_fen", "late_to",
                                                "late_settled_fen", "late_stop"});
  rows.or_update({"outstanding_fen", "late_milli_fen", "late_to", "late_settled_fen", "late_stop"});
  std::map<std::pair<BillingMonth, int>, std::vector<std::int64_t>> settled;
  for (const auto& item : items) {
    if (item.settled()) {
      settled[{item.bill.month, item.bill.revision}].push_back(item.bill.account.value);
      continue;
    }
    rows.add(item.bill.account).add(item.bill.month).add(item.bill.revision).add(item.org).add(item.category).add(item.amount).add(item.due_on).add(item.outstanding);
    rows.add(item.late_accrued_milli_fen).add(item.late_to).add(item.late_settled).add(item.late_stop);
    rows.end_row();
  }
  rows.flush(session);
  for (const auto& [bills, accounts] : settled) delete_items(session, bills.first, bills.second, accounts);
}

std::vector<OpenItem> replay_items(db::Session& session, std::span<const BillKey> bills, Date as_of) {
  Histories histories;
  for (const auto& bill : bills) {
    for (auto rows = session.query("SELECT account_id, billing_month, revision, org_id, category, amount_fen, due_on FROM receivables_receivable "
                                   "WHERE billing_month = ? AND account_id = ? AND revision = ?", bill.month, bill.account, bill.revision); rows.next();)
      add_receivable(histories, rows);
    for (auto rows = session.query("SELECT account_id, billing_month, revision, ledger_account, amount_fen, value_on FROM ledger_standing_posting "
                                   "WHERE account_id = ? AND billing_month = ? AND revision = ? AND ledger_account IN (?, ?) AND template <> ?",
                                   bill.account, bill.month, bill.revision, kReceivables, kLateCharges, kBillIssued); rows.next();)
      add_event(histories, rows);
    for (auto rows = session.query("SELECT account_id, billing_month, revision, amount_fen FROM receivables_late_waiver WHERE account_id = ? AND billing_month = ? AND revision = ?",
                                   bill.account, bill.month, bill.revision); rows.next();)
      add_waiver(histories, rows);
    for (auto rows = session.query("SELECT account_id, billing_month, revision, late_stop FROM receivables_late_stop WHERE account_id = ? AND billing_month = ? AND revision = ?",
                                   bill.account, bill.month, bill.revision); rows.next();)
      add_late_stop(histories, rows);
  }
  std::vector<OpenItem> items;
  for (auto& [bill, history] : histories) items.push_back(play(std::move(history), as_of));
  return items;
}

std::map<BillKey, OpenItem> replay_range(db::Session& session, AccountId from, AccountId to) {
  Histories histories;
  for (auto rows = session.query("SELECT account_id, billing_month, revision, org_id, category, amount_fen, due_on FROM receivables_receivable "
                                 "WHERE account_id >= ? AND account_id < ? AND amount_fen > 0", from, to); rows.next();)
    add_receivable(histories, rows);
  for (auto rows = session.query("SELECT account_id, billing_month, revision, ledger_account, amount_fen, value_on FROM ledger_standing_posting "
                                 "WHERE account_id >= ? AND account_id < ? AND ledger_account IN (?, ?) AND template <> ?", from, to, kReceivables, kLateCharges, kBillIssued); rows.next();)
    add_event(histories, rows);
  for (auto rows = session.query("SELECT account_id, billing_month, revision, amount_fen FROM receivables_late_waiver WHERE account_id >= ? AND account_id < ?", from, to); rows.next();)
    add_waiver(histories, rows);
  for (auto rows = session.query("SELECT account_id, billing_month, revision, late_stop FROM receivables_late_stop WHERE account_id >= ? AND account_id < ?", from, to); rows.next();)
    add_late_stop(histories, rows);
  std::map<BillKey, OpenItem> items;
  for (auto& [bill, history] : histories) items.emplace(bill, play(std::move(history)));
  return items;
}

}  // namespace mis::receivables

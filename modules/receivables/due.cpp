// What an account owes on a day.
#include "modules/receivables/item_store.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::receivables {

std::vector<AccountDue> due_of(db::Session& session, std::span<const AccountId> accounts, Date on) {
  auto items = read_open_items(session, accounts);
  const auto states = read_accounts(session, accounts);
  std::vector<AccountDue> list;
  for (const auto account : accounts) {
    AccountDue due;
    due.account = account;
    due.items = std::move(items[account]);
    for (const auto& item : due.items) {
      due.principal += item.outstanding;
      due.late += item.late_due(on);
    }
    if (const auto it = states.find(account); it != states.end()) {
      due.advance = it->second.advance;
      due.deposit = it->second.deposit;
    }
    list.push_back(std::move(due));
  }
  return list;
}

AccountDue due_of(db::Session& session, AccountId account, Date on) { return std::move(due_of(session, std::span<const AccountId>(&account, 1), on).front()); }

std::vector<BillState> newest_bills(db::Session& session, AccountId account, Date on, int limit) {
  const auto due = due_of(session, account, on);
  std::vector<BillState> bills;
  for (auto rows = session.query("SELECT billing_month, revision, amount_fen, issued_on, due_on FROM receivables_receivable WHERE account_id = ? "
                                 "ORDER BY billing_month DESC, revision DESC LIMIT ?", account, limit); rows.next();) {
    BillState bill{rows.month(0), rows.i32(1), {rows.i64(2)}, {}, {}, rows.date(3), rows.date(4)};
    for (const auto& item : due.items)
      if (item.bill.month == bill.month && item.bill.revision == bill.revision) {
        bill.outstanding = item.outstanding;
        bill.late = item.late_due(on);
      }
    bills.push_back(bill);
  }
  return bills;
}

}  // namespace mis::receivables

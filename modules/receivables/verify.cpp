// Recomputes bills and accounts from the ledger and says what differs.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "mis/base/decimal.hpp"
#include "modules/receivables/domain/bill_postings.hpp"
#include "modules/receivables/item_store.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::receivables {
namespace {

using ledger::LedgerAccount;
using Differences = std::vector<std::string>;

constexpr int kMost = 20;  // of each kind: enough to see what happened
constexpr int kReturned = static_cast<int>(ledger::Template::kLateChargeReturned);
constexpr int kLateCharges = static_cast<int>(LedgerAccount::kLateCharges);

void check_receivables(db::Session& s, Differences& differences) {
  for (auto rows = s.query("SELECT r.billing_month, r.account_id, r.amount_fen, p.total FROM receivables_receivable r LEFT JOIN "
                           "(SELECT billing_month, account_id, revision, CAST(SUM(amount_fen) AS SIGNED) AS total FROM ledger_issue_posting WHERE ledger_account = ? "
                           "GROUP BY billing_month, account_id, revision) p "
                           "ON p.billing_month = r.billing_month AND p.account_id = r.account_id AND p.revision = r.revision "
                           "WHERE r.amount_fen <> COALESCE(p.total, 0) LIMIT ?", static_cast<int>(LedgerAccount::kReceivables), kMost); rows.next();)
    differences.push_back(fmt::format("receivable of account {} for {}: expected a posting of {} fen but found {}", rows.i64(1), rows.month(0).to_string(), rows.i64(2),
                                      rows.is_null(3) ? std::string("none") : std::to_string(rows.i64(3))));
  for (auto rows = s.query("SELECT b.billing_month, b.account_id, b.amount_fen, r.amount_fen FROM billing_issuable_bill b "
                           "JOIN billing_issued_month x ON x.billing_month = b.billing_month "
                           "LEFT JOIN receivables_receivable r ON r.billing_month = b.billing_month AND r.account_id = b.account_id AND r.revision = b.revision "
                           "WHERE r.amount_fen IS NULL OR r.amount_fen <> b.amount_fen LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("issued bill of account {} for {}: expected a receivable of {} fen but found {}", rows.i64(1), rows.month(0).to_string(), rows.i64(2),
                                      rows.is_null(3) ? std::string("none") : std::to_string(rows.i64(3))));
}

// What each ledger account has of an issued month, organisation by organisation, is what their bills make of it.
void check_issued_months(db::Session& s, Differences& differences) {
  std::map<std::tuple<std::int32_t, std::int64_t, int>, Money> posted;
  for (auto rows = s.query("SELECT p.billing_month, COALESCE(r.org_id, 0), p.ledger_account, CAST(SUM(p.amount_fen) AS SIGNED) FROM ledger_issue_posting p "
                           "JOIN billing_issued_month x ON x.billing_month = p.billing_month "
                           "LEFT JOIN receivables_receivable r ON r.billing_month = p.billing_month AND r.account_id = p.account_id AND r.revision = p.revision "
                           "GROUP BY p.billing_month, COALESCE(r.org_id, 0), p.ledger_account"); rows.next();)
    posted[{rows.i32(0), rows.i64(1), rows.i32(2)}] = {rows.i64(3)};
  const auto differ = [&](const std::tuple<std::int32_t, std::int64_t, int>& head, Money wanted, Money found) {
    differences.push_back(fmt::format("ledger account {} for {} of organisation {}: expected {} fen of the issued bills but found {}", std::get<2>(head), BillingMonth{std::get<0>(head)}.to_string(),
                                      std::get<1>(head), wanted.value, found.value));
  };
  for (auto rows = s.query("SELECT b.billing_month, b.org_id, CAST(SUM(b.amount_fen) AS SIGNED), CAST(SUM(b.funds_fen) AS SIGNED), CAST(SUM(b.export_fen) AS SIGNED) "
                           "FROM billing_issuable_bill b JOIN billing_issued_month x ON x.billing_month = b.billing_month GROUP BY b.billing_month, b.org_id"); rows.next();) {
    const BillAmounts bills{{rows.i64(2)}, {rows.i64(3)}, -Money{rows.i64(4)}};
    for (const auto& line : kBillLines) {
      const std::tuple head{rows.i32(0), rows.i64(1), static_cast<int>(line.account)};
      const auto wanted = amount_of(line, bills), found = posted[head];
      if (wanted != found) differ(head, wanted, found);
      posted.erase(head);
    }
  }
  for (const auto& [head, found] : posted)
    if (found.value != 0) differ(head, {}, found);
}

void check_payments(db::Session& s, Differences& differences) {
  constexpr int kPayment = static_cast<int>(ledger::Template::kPayment), kCleared = static_cast<int>(ledger::Template::kUnidentifiedCleared);
  for (auto rows = s.query("SELECT p.payment_id, p.amount_fen, p.advance_fen, q.debit, q.advance FROM receivables_payment p LEFT JOIN "
                           "(SELECT accounting_month, transaction_id, account_id, CAST(SUM(IF(amount_fen > 0, amount_fen, 0)) AS SIGNED) AS debit, "
                           "CAST(SUM(IF(ledger_account = ?, -amount_fen, 0)) AS SIGNED) AS advance FROM ledger_payment_posting WHERE template IN (?, ?) "
                           "GROUP BY accounting_month, transaction_id, account_id) q "
                           "ON q.accounting_month = p.accounting_month AND q.transaction_id = p.transaction_id AND q.account_id = p.account_id "
                           "WHERE q.debit IS NULL OR q.debit <> p.amount_fen OR q.advance <> p.advance_fen LIMIT ?",
                           static_cast<int>(LedgerAccount::kAdvances), kPayment, kCleared, kMost); rows.next();)
    differences.push_back(fmt::format("payment {}: expected postings of {} fen, {} of them in advance, but found {}", rows.i64(0), rows.i64(1), rows.i64(2),
                                      rows.is_null(3) ? std::string("none") : fmt::format("{} and {}", rows.i64(3), rows.i64(4))));
  for (auto rows = s.query("SELECT q.accounting_month, q.transaction_id FROM (SELECT DISTINCT accounting_month, transaction_id FROM ledger_payment_posting WHERE template = ?) q "
                           "LEFT JOIN receivables_payment p ON p.transaction_id = q.transaction_id AND p.accounting_month = q.accounting_month WHERE p.payment_id IS NULL LIMIT ?", kPayment, kMost);
       rows.next();)
    differences.push_back(fmt::format("transaction {} of {}: expected the payment that it posts but there is none", rows.i64(1), rows.month(0).to_string()));
  for (auto rows = s.query("SELECT p.payment_id, p.reversed, v.transaction_id FROM receivables_payment_row p "
                           "LEFT JOIN ledger_reversed v ON v.accounting_month = p.accounting_month AND v.transaction_id = p.transaction_id "
                           "WHERE p.reversed <> (v.transaction_id IS NOT NULL) LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("payment {}: expected it {} but the ledger says otherwise", rows.i64(0), rows.i32(1) != 0 ? "taken back" : "to stand"));
}

// What a proposal came to is what its transaction moved, and an active or kept plan is the sum of its instalments.
void check_proposals(db::Session& s, Differences& differences) {
  for (auto rows = s.query("SELECT p.proposal_id, p.amount_fen, q.debit FROM receivables_proposal p LEFT JOIN "
                           "(SELECT accounting_month, transaction_id, CAST(SUM(IF(amount_fen > 0, amount_fen, 0)) AS SIGNED) AS debit FROM ledger_standing_posting "
                           "WHERE template IN (?, ?, ?, ?, ?, ?, ?) GROUP BY accounting_month, transaction_id) q ON q.accounting_month = p.accounting_month AND q.transaction_id = p.transaction_id "
                           "WHERE p.transaction_id IS NOT NULL AND (q.debit IS NULL OR q.debit <> p.amount_fen) LIMIT ?", static_cast<int>(ledger::Template::kAdvanceRefunded),
                           static_cast<int>(ledger::Template::kDepositReceived), static_cast<int>(ledger::Template::kDepositRefunded), static_cast<int>(ledger::Template::kDepositApplied),
                           static_cast<int>(ledger::Template::kBadDebtWrittenOff), static_cast<int>(ledger::Template::kBadDebtRecovered), static_cast<int>(ledger::Template::kAccountTransferred), kMost);
       rows.next();)
    differences.push_back(fmt::format("proposal {}: expected a transaction of {} fen but found {}", rows.i64(0), rows.i64(1), rows.is_null(2) ? std::string("none") : std::to_string(rows.i64(2))));
  // Nothing of what moves money is approved without having moved it.
  for (auto rows = s.query("SELECT proposal_id, kind FROM receivables_proposal WHERE state = 'approved' AND transaction_id IS NULL AND kind NOT IN ('waive_late', 'instalment_plan', 'cancel_plan') LIMIT ?", kMost);
       rows.next();)
    differences.push_back(fmt::format("proposal {}: expected an approved {} to name its transaction but it names none", rows.i64(0), rows.text(1)));
  for (auto rows = s.query("SELECT p.proposal_id FROM receivables_proposal p LEFT JOIN receivables_plan q ON q.proposal_id = p.proposal_id "
                           "WHERE p.kind = 'instalment_plan' AND (p.state = 'approved') <> (q.plan_id IS NOT NULL) LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("proposal {}: expected an instalment plan exactly where it is approved", rows.i64(0)));
  for (auto rows = s.query("SELECT p.plan_id, p.total_fen, COALESCE(q.total, 0) FROM receivables_plan p LEFT JOIN "
                           "(SELECT plan_id, CAST(SUM(amount_fen) AS SIGNED) AS total FROM receivables_plan_instalment GROUP BY plan_id) q ON q.plan_id = p.plan_id "
                           "WHERE p.total_fen <> COALESCE(q.total, 0) LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("instalment plan {}: expected instalments of {} fen but found {}", rows.i64(0), rows.i64(1), rows.i64(2)));
}

// Late charges that came back: each posting has its record, each record its posting, and none stands longer than what caused it.
void check_late_returns(db::Session& s, Differences& differences) {
  for (auto rows = s.query("SELECT p.accounting_month, p.transaction_id FROM ledger_account_posting p "
                           "LEFT JOIN receivables_late_return r ON r.accounting_month = p.accounting_month AND r.transaction_id = p.transaction_id "
                           "WHERE p.template = ? AND p.ledger_account = ? AND r.transaction_id IS NULL LIMIT ?", kReturned, kLateCharges, kMost); rows.next();)
    differences.push_back(fmt::format("transaction {} of {}: expected the record of a late charge that came back but there is none", rows.i64(1), rows.month(0).to_string()));
  for (auto rows = s.query("SELECT r.accounting_month, r.transaction_id FROM receivables_late_return r LEFT JOIN ledger_account_posting p ON p.accounting_month = r.accounting_month "
                           "AND p.transaction_id = r.transaction_id AND p.template = ? AND p.ledger_account = ? WHERE p.transaction_id IS NULL LIMIT ?", kReturned, kLateCharges, kMost); rows.next();)
    differences.push_back(fmt::format("transaction {} of {}: expected the postings of a late charge that came back but there are none", rows.i64(1), rows.month(0).to_string()));
  for (auto rows = s.query("SELECT r.accounting_month, r.transaction_id, r.cause_accounting_month, r.cause_transaction_id FROM receivables_late_return r "
                           "JOIN ledger_reversed c ON c.accounting_month = r.cause_accounting_month AND c.transaction_id = r.cause_transaction_id "
                           "LEFT JOIN ledger_reversed v ON v.accounting_month = r.accounting_month AND v.transaction_id = r.transaction_id WHERE v.transaction_id IS NULL LIMIT ?", kMost); rows.next();)
    differences.push_back(fmt::format("transaction {} of {}: expected the late charge that came back to have gone with transaction {} of {} that caused it, for that was taken back, but it stands", rows.i64(1),
                                      rows.month(0).to_string(), rows.i64(3), rows.month(2).to_string()));
}

std::string told(const OpenItem& item) {
  return fmt::format("{} fen open, late charge {}/1000 fen until {} of which {} fen settled, stopped after {}", item.outstanding.value, item.late_accrued_milli_fen, item.late_to.to_string(), item.late_settled.value,
                     item.late_stop == kForever ? "no day" : item.late_stop.to_string());
}

// Compares the projection of the accounts in [from, to) with what the ledger makes of them.
class RangeCheck {
 public:
  RangeCheck(db::Session& session, AccountId from, AccountId to, Differences& differences) : session_(session), from_(from), to_(to), differences_(differences) {}

  void run() {
    check_items();
    check_late_charges();
    check_accounts();
  }
  const std::vector<OpenItem>& wrong_items() const { return wrong_items_; }
  const Accounts& wrong_accounts() const { return wrong_accounts_; }

 private:
  void check_items() {
    made_ = replay_range(session_, from_, to_);
    std::map<BillKey, OpenItem> kept;
    for (auto rows = session_.query("SELECT account_id, billing_month, revision, org_id, category, amount_fen, due_on, outstanding_fen, late_milli_fen, late_to, late_settled_fen, late_stop "
                                    "FROM receivables_open_item WHERE account_id >= ? AND account_id < ?", from_, to_); rows.next();) {
      const BillKey bill{{rows.i64(0)}, rows.month(1), rows.i32(2)};
      kept[bill] = {bill, {rows.i64(3)}, rows.text(4), {rows.i64(5)}, rows.date(6), {rows.i64(7)}, rows.i64(8), rows.date(9), {rows.i64(10)}, rows.date(11)};
    }
    for (const auto& [bill, item] : made_) {
      const auto it = kept.find(bill);
      if (it == kept.end() ? item.settled() : it->second == item && !item.settled()) continue;
      wrong_items_.push_back(item);
      tell(fmt::format("bill of account {} for {}: expected {} but found {}", bill.account.value, bill.month.to_string(), told(item), it == kept.end() ? "nothing" : told(it->second)));
    }
    for (const auto& [bill, item] : kept)
      if (!made_.contains(bill)) tell(fmt::format("bill of account {} for {}: expected a receivable but found an open item only", bill.account.value, bill.month.to_string()));
  }

  // Of a bill that is paid for no more is kept than its late charge came to, and never less than nothing: what is over came back. What
  // came back for idle money names its bill in its record only.
  void check_late_charges() {
    std::map<BillKey, Money> paid, returned;
    for (auto rows = session_.query("SELECT account_id, billing_month, revision, CAST(-SUM(amount_fen) AS SIGNED) FROM ledger_standing_posting WHERE account_id >= ? AND account_id < ? AND ledger_account = ? AND billing_month <> 0 "
                                    "GROUP BY account_id, billing_month, revision", from_, to_, kLateCharges); rows.next();)
      paid[{{rows.i64(0)}, rows.month(1), rows.i32(2)}] = {rows.i64(3)};
    for (auto rows = session_.query("SELECT p.account_id, r.billing_month, r.revision, CAST(SUM(p.amount_fen) AS SIGNED) FROM ledger_standing_posting p JOIN receivables_late_return r "
                                    "ON r.accounting_month = p.accounting_month AND r.transaction_id = p.transaction_id "
                                    "WHERE p.account_id >= ? AND p.account_id < ? AND p.ledger_account = ? AND p.billing_month = 0 GROUP BY p.account_id, r.billing_month, r.revision", from_, to_, kLateCharges); rows.next();) {
      const BillKey bill{{rows.i64(0)}, rows.month(1), rows.i32(2)};
      returned[bill] = {rows.i64(3)};
      paid.try_emplace(bill);
    }
    for (const auto& [bill, money] : paid) {
      const Money kept = money - returned[bill];
      const auto it = made_.find(bill);
      Money over = std::min(kept, Money{});
      if (it != made_.end() && it->second.outstanding.value == 0 && kept.value > 0) over = std::min(kept, it->second.late_excess(it->second.late_to));
      if (over.value != 0) tell(fmt::format("bill of account {} for {}: expected {} fen of late charge to be kept but found {}", bill.account.value, bill.month.to_string(), (kept - over).value, kept.value));
    }
  }

  void check_accounts() {
    Accounts made;
    for (auto rows = session_.query("SELECT account_id, CAST(SUM(IF(ledger_account = ?, -amount_fen, 0)) AS SIGNED), CAST(SUM(IF(ledger_account = ?, -amount_fen, 0)) AS SIGNED) "
                                    "FROM ledger_standing_posting WHERE account_id >= ? AND account_id < ? AND ledger_account IN (?, ?) GROUP BY account_id", static_cast<int>(LedgerAccount::kAdvances),
                                    static_cast<int>(LedgerAccount::kDeposits), from_, to_, static_cast<int>(LedgerAccount::kAdvances), static_cast<int>(LedgerAccount::kDeposits)); rows.next();)
      made[{rows.i64(0)}] = {{rows.i64(1)}, {rows.i64(2)}};
    for (auto rows = session_.query("SELECT account_id, advance_fen, deposit_fen FROM receivables_account WHERE account_id >= ? AND account_id < ?", from_, to_); rows.next();) {
      const AccountId account{rows.i64(0)};
      const AccountState kept{{rows.i64(1)}, {rows.i64(2)}};
      const auto wanted = made[account];
      if (kept != wanted) differ(account, wanted, kept);
      made.erase(account);
    }
    for (const auto& [account, wanted] : made)
      if (wanted != AccountState{}) differ(account, wanted, {});
  }

  void differ(AccountId account, const AccountState& wanted, const AccountState& kept) {
    wrong_accounts_[account] = wanted;
    tell(fmt::format("account {}: expected {} fen in advance and {} as a deposit but found {} and {}", account.value, wanted.advance.value, wanted.deposit.value, kept.advance.value, kept.deposit.value));
  }
  void tell(std::string difference) {
    if (static_cast<int>(differences_.size()) < 5 * kMost) differences_.push_back(std::move(difference));
  }

  db::Session& session_;
  AccountId from_, to_;
  Differences& differences_;
  std::map<BillKey, OpenItem> made_;
  std::vector<OpenItem> wrong_items_;
  Accounts wrong_accounts_;
};

constexpr std::int64_t kRange = 5'000;  // accounts at a time, so that memory stays small whatever the county's size

std::int64_t highest_account(db::Session& s) {
  auto rows = s.query("SELECT GREATEST(COALESCE((SELECT MAX(account_id) FROM receivables_receivable), 0), COALESCE((SELECT MAX(account_id) FROM receivables_account), 0), "
                      "COALESCE((SELECT MAX(account_id) FROM receivables_open_item), 0))");
  return rows.next() ? rows.i64(0) : 0;
}

}  // namespace

Result<std::vector<std::string>> verify_receivables(db::Database& database, bool repair) {
  Differences differences;
  auto last = database.snapshot([&](db::Session& s) -> Result<std::int64_t> {
    differences.clear();
    check_receivables(s, differences);
    check_issued_months(s, differences);
    check_payments(s, differences);
    check_proposals(s, differences);
    check_late_returns(s, differences);
    return highest_account(s);
  });
  if (!last) return std::move(last).error();
  for (std::int64_t from = 0; from <= *last; from += kRange) {
    const AccountId begin{from}, end{from + kRange};
    const auto found = differences.size();  // what a repeated attempt tells again is told once
    if (!repair) {
      auto done = database.snapshot([&](db::Session& s) -> Status {
        differences.resize(found);
        RangeCheck(s, begin, end, differences).run();
        return ok();
      });
      if (!done) return std::move(done).error();
      continue;
    }
    auto done = database.transact([&](db::Session& s) -> Status {
      differences.resize(found);
      // What the projection says is about to be decided on: nobody may move these accounts' money meanwhile, nor that of an
      // account whose first payment would make its row.
      std::vector<AccountId> accounts;
      for (auto rows = s.query("SELECT account_id FROM customers_account_place WHERE account_id >= ? AND account_id < ?", begin, end); rows.next();) accounts.push_back({rows.i64(0)});
      if (auto locked = lock_accounts(s, accounts); !locked) return std::move(locked).error();
      RangeCheck check(s, begin, end, differences);
      check.run();
      write_items(s, check.wrong_items());
      write_accounts(s, check.wrong_accounts());
      return ok();
    });
    if (!done) return std::move(done).error();
  }
  return differences;
}

}  // namespace mis::receivables

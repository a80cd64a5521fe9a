// What others may use of receivables: what customers owe, how it is paid, and how a payment is taken back.
//
// Money comes in by one door, `pay`, whoever took it: a cashier's session, a bank, a QR payment. It locks the account, shares
// the money among what is open (oldest first, late charges as the utility has set it), keeps the rest as an advance and posts
// to the ledger, in the caller's unit of work. The state of accounts and bills is a projection of the ledger.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mis/base/id.hpp"
#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/db/database.hpp"
#include "mis/registry.hpp"
#include "modules/ledger/ledger.hpp"
#include "modules/receivables/domain/allocate.hpp"
#include "modules/receivables/domain/open_item.hpp"

namespace mis::receivables {

using PaymentId = Id<struct PaymentTag>;

// ── What is owed ────────────────────────────────────────────────────────────────────────────────────────────────────

// What an account owes on a day, bill by bill, oldest first; what it has in advance and as a deposit.
struct AccountDue {
  AccountId account;
  std::vector<OpenItem> items;  // open ones only
  Money principal, late;        // sums of the items, late charges as of the day asked for
  Money advance, deposit;
  Money due() const { return principal + late; }
};
std::vector<AccountDue> due_of(db::Session& session, std::span<const AccountId> accounts, Date on);
AccountDue due_of(db::Session& session, AccountId account, Date on);

// The account's newest bills with what is left of each, newest first.
struct BillState {
  BillingMonth month;
  int revision = 1;
  Money amount, outstanding, late;  // late charge due as of the day asked for
  Date issued_on, due_on;
};
std::vector<BillState> newest_bills(db::Session& session, AccountId account, Date on, int limit);

// ── Payments ────────────────────────────────────────────────────────────────────────────────────────────────────────

enum class PaymentMethod : std::uint8_t { kCash, kCard, kCheque, kQr, kTransfer, kCollection, kDirectDebit };
std::string_view name_of(PaymentMethod method);  // "cash", "card", "cheque", "qr", "transfer", "collection", "direct_debit"
std::optional<PaymentMethod> method_of(std::string_view name);

// Who took the money. A reference is unique within its source: what was paid once is not paid again.
enum class Source : std::uint8_t { kCashier, kChannel, kUnidentified };
std::string_view name_of(Source source);

// Where the money is now: kCash of a cashier session, kInTransit or kBank of a channel; kUnidentified of a channel where it was
// received before.
struct MoneyPlace {
  ledger::LedgerAccount account = ledger::LedgerAccount::kInTransit;
  std::int64_t subject = 0;
};

inline constexpr Money kMostMoney{9'000'000'000'000'000};  // of one movement: sums of many stay inside 64 bits

struct Payment {
  AccountId account;
  Money amount;  // positive, at most kMostMoney
  Source source = Source::kCashier;
  std::int64_t source_id = 0;
  std::string reference;  // 1 to 64 printable ASCII characters
  PaymentMethod method = PaymentMethod::kCash;
  MoneyPlace into;
  Date posted_on;  // the utility's day
  Date value_on;   // the day that counts for late charges: the bank's business day; not after posted_on
  Instant at;
  std::optional<UserId> by;
  std::vector<BillKey> bills = {};  // pay only these, in this order; empty: all, by the utility's order
};

struct PaymentOutcome {
  PaymentId id;
  std::vector<Allocation> allocations;
  Money advance;  // what became an advance
  ledger::TransactionKey transaction;
};

// Takes payments, each for its account; one account may come several times. Locks the accounts in the order of their ids. Any
// error undoes the caller's whole unit of work, so callers with many lines find out what is wrong with each before: the account
// must exist, amounts be positive, references new. Errors: receivables.no_account, receivables.bad_amount,
// receivables.bad_reference, receivables.value_date, receivables.not_open (a bill asked for is not), receivables.bill_twice, receivables.paid_already
// (conflict: the reference is there already), ledger.period_closed.
Result<std::vector<PaymentOutcome>> pay_all(db::Database& database, db::Session& session, std::span<const Payment> payments);
Result<PaymentOutcome> pay(db::Database& database, db::Session& session, const Payment& payment);

// Those of the accounts that nobody else works on, locked up to the end of the unit of work, in the order of their ids; nobody is
// waited for. An account that never had anything to do with money is not among them.
std::vector<AccountId> lock_free(db::Session& session, std::span<const AccountId> accounts);

struct PaymentRow {
  PaymentId id;
  AccountId account;
  Source source = Source::kCashier;
  std::int64_t source_id = 0;
  std::string reference;
  PaymentMethod method = PaymentMethod::kCash;
  Money amount, advance;
  Date value_on;
  Instant paid_at;
  std::optional<UserId> taken_by;
  ledger::TransactionKey transaction;
  bool reversed = false;
};
std::optional<PaymentRow> find_payment(db::Session& session, PaymentId id);
std::optional<PaymentRow> find_payment(db::Session& session, Source source, std::int64_t source_id, std::string_view reference);
// An account's payments behind `before` (0: from the newest on), newest first.
std::vector<PaymentRow> payments_of(db::Session& session, AccountId account, PaymentId before, int limit);

// Takes a payment back: its transaction is reversed, the bills are open again as though it had never come (late charges run
// on), its advance goes; where that advance has paid later bills already, those applications are reversed too, newest first, and what
// of them was other payments' counts again from the day on which it counted.
// Errors: receivables.no_payment, receivables.reversed_already, receivables.advance_gone (it was refunded or moved),
// ledger.period_closed.
struct Reversal {
  PaymentId payment;
  std::string reason;  // 1 to 200 characters
  Date posted_on;
  Instant at;
  std::optional<UserId> by, approved_by;
};
Result<ledger::TransactionKey> reverse_payment(db::Database& database, db::Session& session, const Reversal& reversal);

// ── Advances and deposits ───────────────────────────────────────────────────────────────────────────────────────────

struct Occasion {  // when and by whom something is done
  Date posted_on;
  Instant at;
  std::optional<UserId> by;
  std::optional<Date> value_on = {};  // the day that counts, where it is an earlier one
};
// Uses the accounts' advances for what they owe; done by itself at issue. Returns what was used of all.
Result<Money> apply_advances(db::Database& database, db::Session& session, std::span<const AccountId> accounts, const Occasion& when);

// Takes a deposit (保证金). Errors: receivables.no_account, receivables.bad_amount, ledger.period_closed. That it goes back or
// pays bills is proposed and approved by two people, as are refunds of advances, waivers, write-offs, transfers and plans.
struct Deposit {
  AccountId account;
  Money amount;  // positive, at most kMostMoney
  MoneyPlace into;
  Occasion when;
  std::string note;  // at most 200 characters
};
Result<ledger::TransactionKey> receive_deposit(db::Database& database, db::Session& session, const Deposit& deposit);

// Whose debts wait because they are paid by instalments: the published view `receivables_active_plan` (account_id, plan_id).

// ── The projection ──────────────────────────────────────────────────────────────────────────────────────────────────

// Recomputes bills and accounts from the ledger and says in words what differs, beside what ledger::verify says: receivables and
// issued bills, payments and their transactions, open items, advances and deposits. With `repair` it writes the projection anew
// where it differs (never the ledger) and still tells.
Result<std::vector<std::string>> verify_receivables(db::Database& database, bool repair = false);

void register_module(Registry& registry);

}  // namespace mis::receivables

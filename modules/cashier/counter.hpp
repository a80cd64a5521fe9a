// What a cashier does: open a session, take money, take a receipt back, close, bring cash to the bank. Each in the caller's
// unit of work. Internal to the module.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "modules/cashier/session_store.hpp"
#include "modules/cashier/settings.hpp"

namespace mis::cashier {

// Who does something, where, and when.
struct Act {
  UserId by;
  OrgId hall;
  Instant at;
  Date today() const { return local_date(at); }
};

// Opens a session with cash out of the safe. Errors: cashier.bad_float, cashier.session_open (conflict: one each),
// cashier.day_closed (conflict: the hall's or the company's day is over), ledger.period_closed.
Result<SessionRow> open_session(db::Database& database, db::Session& session, const Act& act, Money float_taken);

struct TakeLine {
  AccountId account;
  std::string account_no, name;
  Money amount;
  std::vector<receivables::BillKey> bills;  // only these; empty: the oldest first
};
struct Take {
  CounterMethod method = CounterMethod::kCash;
  std::optional<Money> tendered;  // cash only; nothing: exactly the total
  std::string reference;          // not for cash
  std::vector<TakeLine> lines;    // each account once
};
// Takes the money of one receipt into the cashier's open session: all accounts or none. Errors: cashier.no_open_session,
// cashier.session_of_another_day (conflict), cashier.tendered_too_little, and those of receivables::pay_all.
Result<Receipt> take_receipt(db::Database& database, db::Session& session, const Act& act, const Take& take);

// Counts a print; returns its number. Errors: cashier.no_receipt.
Result<int> count_print(db::Session& session, const Act& act, std::string_view receipt_no, std::string_view scope_pattern, std::string_view format, std::string_view language);

struct Closing {
  CashCount cash;
  MethodSums counted;  // cash is the total of the count
  std::string note;    // where anything differs
};
// Compares count and system, posts a difference of cash, brings the float back to the safe. The session is final then.
// Errors: cashier.no_session, cashier.session_closed (conflict), cashier.note_needed, ledger.period_closed.
Status close_session(db::Database& database, db::Session& session, const Act& act, const SessionRow& locked, const Closing& closing);

struct Deposit {
  std::int64_t id = 0;
  std::string bank_account, slip_no;
  Money amount;
};
// Cash of a session, open or closed, goes to the bank. Errors: cashier.not_enough_cash (conflict), cashier.slip_used
// (conflict), ledger.period_closed.
Result<Deposit> deposit_cash(db::Database& database, db::Session& session, const Act& act, const SessionRow& locked, Deposit deposit);

}  // namespace mis::cashier

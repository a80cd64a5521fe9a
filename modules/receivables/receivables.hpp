// What others may use of receivables: what customers owe and the ledger that says why. Both are append-only; a balance is
// always the sum of postings.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mis/base/id.hpp"
#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/db/database.hpp"
#include "mis/registry.hpp"

namespace mis::receivables {

struct Receivable {
  BillingMonth month;
  int revision = 1;
  Money amount;
  Money outstanding;
  Date issued_on, due_on;
};

struct AccountBalance {
  Money balance;  // what the account owes; negative: what it has in advance
  std::vector<Receivable> receivables;  // newest first
};

struct Posting {
  BillingMonth accounting_month;
  std::int64_t transaction_id = 0;
  int line_no = 0;
  std::string ledger_code, name, name_en;
  Money amount;  // debit positive
  std::string template_name;
  Date posted_on;
  std::optional<BillingMonth> billing_month;
};

struct TrialLine {
  std::string ledger_code, name, name_en;
  Money debit, credit;
};

AccountBalance balance_of(db::Session& session, AccountId account);
// The postings behind `after` in the order newest transaction first, lines ascending.
struct PostingPosition {
  BillingMonth accounting_month{999912};
  std::int64_t transaction_id = INT64_MAX;
  int line_no = 0;
};
std::vector<Posting> postings_of(db::Session& session, AccountId account, PostingPosition after, int limit);
// Debit and credit per ledger account of one accounting month, or of all time.
std::vector<TrialLine> trial_balance(db::Session& session, std::optional<BillingMonth> month);

// Recomputes everything from the postings: every transaction sums to zero, every batch has the transactions and the debit
// that it says, every receivable has its posting and every issued bill its receivable, and every ledger account has of an
// issued month what the bills make. Returns what differs, in words.
Result<std::vector<std::string>> verify_ledger(db::Database& database);

void register_module(Registry& registry);

}  // namespace mis::receivables

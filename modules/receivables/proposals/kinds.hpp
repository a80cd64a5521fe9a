// What each kind of proposal asks for, checks and does. One file per kind; the rules are in domain/. Internal to the module.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "mis/http/fields.hpp"
#include "modules/receivables/domain/proposal.hpp"
#include "modules/receivables/item_store.hpp"
#include "modules/receivables/plans.hpp"

namespace mis::receivables {

// A proposal before the world as it is: when it is proposed, and again at approval with its accounts locked.
struct Case {
  db::Database& database;
  db::Session& session;
  const nlohmann::json& detail;
  ProposalId proposal;  // 0 until it has been written
  AccountId account;
  std::string account_no;
  std::optional<AccountId> other;  // where a transfer goes to
  std::string reason;
  Date proposed_on, today;
  Instant at;
  UserId proposed_by, approved_by;
  Accounts accounts;
  std::vector<OpenItem> items;  // open ones of `account`, oldest first

  AccountState& state() { return accounts[account]; }
  Money due(Date on) const;
  Occasion occasion() const { return {today, at, approved_by}; }
  // A bill of the detail, which was read well when it was proposed.
  BillKey bill(const nlohmann::json& bill_no) const;
};

using MovedBy = std::optional<ledger::TransactionKey>;  // nothing where no money is moved

struct Kind {
  ProposalKind kind;
  // Reads the kind's own fields; what is wrong is complained of there. `account` is who it is about.
  nlohmann::json (*read)(http::Fields& body, AccountId account, const std::string& account_no);
  // What it is about in money, or why it may not be.
  Result<Money> (*check)(Case& c);
  // Does it; called after `check` in the same unit of work, with the accounts locked.
  Result<MovedBy> (*apply)(Case& c);
};
const Kind& kind_of(ProposalKind kind);

Kind waive_late_kind();
Kind write_off_kind();
Kind recover_kind();
Kind refund_advance_kind();
Kind receive_deposit_kind();
Kind refund_deposit_kind();
Kind apply_deposit_kind();
Kind transfer_kind();
Kind instalment_plan_kind();
Kind cancel_plan_kind();

// ── What several kinds need ─────────────────────────────────────────────────────────────────────────────────────────

inline constexpr std::size_t kMostBills = 200;
// A positive amount that sums of many stay inside 64 bits of.
Money read_amount(http::Fields& body);
// Complains about what is no number of a bill of the account.
void check_bill_no(http::Fields& body, std::string_view field, const std::string& text, AccountId account, const std::string& account_no);
std::string read_bill_no(http::Fields& body, std::string_view field, AccountId account, const std::string& account_no);
void read_bank_account(http::Fields& body, nlohmann::json& detail);
Money amount_of(const nlohmann::json& yuan);

// Posts a transaction of today with the reason as its note.
Result<ledger::TransactionKey> post_today(const Case& c, ledger::Template what, std::vector<ledger::Posting> postings);
// Works bills out anew from the ledger and writes them.
void refresh_bills(db::Session& session, std::span<const BillKey> bills);
// Writes that so much of the bill's late charge need not be paid.
void waive_late(const Case& c, const BillKey& bill, Money amount);

}  // namespace mis::receivables

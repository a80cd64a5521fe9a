// What others may use of dunning: runs that remind customers, and the cases in which supply is stopped and restored.
// Not here: what is owed (receivables), how a message leaves the house (mis/outbox), who goes out and switches.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/id.hpp"
#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/db/session.hpp"
#include "mis/registry.hpp"
#include "modules/dunning/domain/disconnection.hpp"
#include "modules/dunning/domain/rules.hpp"
#include "modules/dunning/domain/texts.hpp"

namespace mis::dunning {

using CaseId = Id<struct CaseTag>;
using DunningRunId = Id<struct DunningRunTag>;

// ── What the utility has decided ────────────────────────────────────────────────────────────────────────────────────

struct Settings {
  int contacts_per_week = 2;  // reminders and warnings to one customer, over all accounts; 0 to 7
  Language language = Language::kChinese;
  std::string sender, phone;
  bool operator==(const Settings&) const = default;
};
Settings read_settings(db::Session& session);
void write_settings(db::Session& session, const Settings& settings, UserId by, Instant now);

struct RuleSet {
  std::int64_t id = 0;
  Date valid_from;
  std::vector<Rule> rules;  // by category and step
};
RuleSet rules_on(db::Session& session, Date day);
// The newest set, which may begin later; its id is the version that a change refers to.
RuleSet newest_rules(db::Session& session);
// Rules from a day on (today or later); earlier days keep theirs. Errors: dunning.bad_rules, dunning.valid_from.
Result<RuleSet> change_rules(db::Session& session, Date valid_from, std::vector<Rule> rules, Date today, UserId by, Instant now);

// ── Runs ────────────────────────────────────────────────────────────────────────────────────────────────────────────

// Long work over all customers. A run that was killed goes on where it stopped, and a second one on the same day does nothing.
enum class RunKind : std::uint8_t { kReminders = 1, kPaymentScan = 2, kPrepaid = 3 };  // the numbers are stored
std::string_view name_of(RunKind kind);  // "reminders", "payment_scan", "prepaid"
// Queues a run. Errors: dunning.run_active.
Result<JobId> start_run(const Services& services, db::Session& session, RunKind kind, std::optional<UserId> by);

// ── Disconnection ───────────────────────────────────────────────────────────────────────────────────────────────────

struct Case {
  CaseId id;
  CaseKind kind = CaseKind::kArrears;
  AccountId account;
  CustomerId customer;
  OrgId org;
  CaseState state = CaseState::kCandidate;
  int version = 1;
  BillingMonth month;  // with revision the oldest overdue bill; none for prepaid accounts
  int revision = 0;
  Date due_on;
  Money overdue;       // when it was proposed
  bool important = false;
  std::string authority_copy, reason;
  std::optional<UserId> proposed_by;
  Instant proposed_at;
  std::optional<UserId> release_asked_by;  // with its reason: supply without payment, asked for and then decided
  std::string release_reason;
  std::optional<Instant> approved_at, noticed_at, stop_at, noticed_again_at, disconnected_at, paid_at, release_asked_at, released_at, reconnect_due_at, reconnected_at, cancelled_at;
  int notices = 0;
  std::string account_no, name, address, phone, proposed_by_name, approved_by_name, release_asked_by_name, released_by_name;
};
Result<Case> find_case(db::Session& session, CaseId id, std::string_view scope_pattern = "/%");

// Proposes to stop an account's supply for what it has overdue. Errors: customers.no_account, dunning.nothing_overdue,
// dunning.case_open, dunning.on_plan.
Result<CaseId> propose(const Services& services, db::Session& session, AccountId account, std::string_view reason, std::optional<UserId> by);

// Moves a case on, by the rules of domain/disconnection.hpp, and tells the customer where the step is a notice. `note` is kept in
// the history; with kApprove or kNotice it may bring the number of the authority's copy.
struct CaseMove {
  CaseStep step = CaseStep::kApprove;
  std::optional<UserId> by;
  std::optional<Instant> stop_at = {};
  std::optional<std::string> authority_copy = {};
  std::string note = {};
};
Result<Case> move_case(const Services& services, db::Session& session, CaseId id, const CaseMove& move);

// Looks whether a case's debt is paid and moves it on where it is: cancelled before the stop, paid after it. Returns whether
// it moved. Errors: dunning.no_case.
Result<bool> check_payment(const Services& services, db::Session& session, CaseId id);

void register_module(Registry& registry);

}  // namespace mis::dunning

// What the use cases of dunning share: contacts, notices, and the rows of cases. Internal to the module.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "mis/db/bulk_writer.hpp"
#include "mis/outbox/outbox.hpp"
#include "modules/dunning/dunning.hpp"

namespace mis::dunning {

struct Contact {
  AccountId account;
  CustomerId customer;
  OrgId org;
  std::string account_no, name, phone, address;
};
// Of a row that begins with account_id, customer_id, org_id, account_no, name, phone and address of customers_contact. Names and
// addresses are made fit for a letter: one that holds a stray line end must not stop a run.
Contact contact_from(const db::Rows& row);
std::optional<Contact> find_contact(db::Session& session, AccountId account);

// The rules of a set, by category and step.
std::vector<Rule> read_rules(db::Session& session, std::int64_t set);

// Accounts whose debt is being paid by an agreed plan: nobody is reminded or stopped meanwhile.
std::set<AccountId> accounts_on_plan(db::Session& session, std::span<const AccountId> accounts);

// How many contacts each customer had in a week, for customers in [from, to).
std::map<CustomerId, int> contacts_in_week(db::Session& session, Date week, CustomerId from, CustomerId to);

enum class Purpose : std::uint8_t { kReminder, kStopNotice, kLastNotice, kRestored, kPrepaidLow, kPrepaidEmpty };
std::string_view name_of(Purpose purpose);

struct Notice {
  Contact to;
  outbox::Kind channel = outbox::Kind::kSms;
  Purpose purpose = Purpose::kReminder;
  BillingMonth month;  // the oldest overdue bill
  int revision = 0;
  int step = 0;
  std::string occasion;  // unique within the account
  Money principal, late;
  int days_overdue = 0;
  Date day;
  std::optional<DunningRunId> run;
  std::optional<CaseId> about_case;
  int slot = 1;  // among the customer's contacts of the week
  Text text;
};
// Writes notices down, counts them as contacts and queues their messages, all in the caller's transaction.
Status send_notices(const Services& services, db::Session& session, std::span<const Notice> notices);

// SMS where the number can be one, else a letter.
outbox::Kind channel_for(Action action, const Contact& contact);

struct NewCase {
  CaseKind kind = CaseKind::kArrears;
  Contact of;
  BillingMonth month;
  int revision = 0;
  Date due_on;
  Money overdue;
  std::string reason;
  std::optional<UserId> by;
};
// Fails with db.duplicate where an account has an open case. Returns the first id; the others follow.
CaseId insert_cases(const Services& services, db::Session& session, std::span<const NewCase> cases);

void add_event(db::Session& session, CaseId id, CaseStep step, CaseState from, CaseState to, Instant at, std::optional<UserId> by, std::string_view note);

// What is overdue of an account on a day: bills past their due day with something of them open, and their late charges.
struct Overdue {
  int bills = 0;
  Money principal, late;
  Date oldest_due;
  BillingMonth month;  // the oldest
  int revision = 0;
  Money total() const { return principal + late; }
};
Overdue overdue_of(db::Session& session, AccountId account, Date on);

}  // namespace mis::dunning

// The projection of the ledger: what is open of each bill, what each account has in advance. Internal to the module.
#pragma once

#include <map>
#include <set>
#include <span>
#include <vector>

#include "mis/base/result.hpp"
#include "mis/db/session.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::receivables {

struct AccountState {
  Money advance, deposit;
  bool operator==(const AccountState&) const = default;
};
using Accounts = std::map<AccountId, AccountState>;
using Items = std::map<AccountId, std::vector<OpenItem>>;

// Locks the accounts until the unit of work ends, in the order of their ids, so that two who need the same accounts wait for
// each other and never cross. Accounts that never had money get their row. Errors: receivables.no_account.
Result<Accounts> lock_accounts(db::Session& session, std::span<const AccountId> accounts);
Accounts read_accounts(db::Session& session, std::span<const AccountId> accounts);
void write_accounts(db::Session& session, const Accounts& changed);

// What is not settled, oldest first.
Items read_open_items(db::Session& session, std::span<const AccountId> accounts);
// A settled item leaves the table; it comes back by replay where its payment is taken back.
void write_items(db::Session& session, std::span<const OpenItem> items);

// The bills as the receivable, the standing postings, the waivers and the instalment plans make them. What counts is the day of each change, not the
// order in which they were posted: a payment that the bank had earlier ends the late charge earlier.
// As of a day: late charges up to then only, though everything known is paid.
std::vector<OpenItem> replay_items(db::Session& session, std::span<const BillKey> bills, Date as_of = kForever);
// The same for every bill of the accounts in [from, to).
std::map<BillKey, OpenItem> replay_range(db::Session& session, AccountId from, AccountId to);

}  // namespace mis::receivables

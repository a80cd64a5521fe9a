// Late charges that turn out to have been too high, and their way back to the customer. Internal to the module.
//
// A late charge is income when it is paid. Money that we hear of later and that was there earlier makes it less, and what is over
// becomes an advance (违约金退回), by a transaction for each bill that keeps in mind what caused it. Either the money has paid the
// bill, whose late charge is worked out anew from the ledger; or others had paid it meanwhile, so that the money is an advance: then
// the late charge is what it would have been had the money paid the bill on its value day.
//
// What came back goes with its cause, and where what it was about is taken back. Callers hold the account's lock.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "modules/receivables/item_store.hpp"

namespace mis::receivables {

// Posts what of the item's late charge was paid and is over by what is known on the day, and takes it off the item. Returns the
// amount that the account has in advance now, mostly nothing. Item and account are the caller's to write. What was waived stays
// waived: never more comes back than was paid.
Result<Money> return_late_charge(db::Database& database, db::Session& session, OpenItem& item, const Occasion& when, const std::optional<ledger::TransactionKey>& cause);

// The same for bills that are paid already, because of `money` that found nothing to pay but was there on `value_on`. `among`: for those
// bills alone; nothing: for all.
struct Idle {
  Money money;
  Date value_on;
};
Result<Money> return_for_idle_money(db::Database& database, db::Session& session, AccountId account, Idle idle, const Occasion& when, const ledger::TransactionKey& cause,
                                    const std::set<BillKey>* among = nullptr);

// For how much of each payment's idle money late charges came back, which stand: so much counts for their bills and no others.
std::map<ledger::TransactionKey, Money> idle_money_at_work(db::Session& session, AccountId account);

// Reverses what came back because of `cause`, and adds its bills; what came back of the late charges of all these bills for idle money,
// for they are paid otherwise now, which is to be worked out again; and, newest first, what came back beyond what is still paid of them.
struct MeantMoney {
  Idle idle;
  BillKey bill;
  std::optional<ledger::TransactionKey> transaction;  // that brought it
};
struct TakenBack {
  Money amount;                   // that is no advance any more
  std::vector<MeantMoney> meant;  // other money that was meant for the bills
};
Result<TakenBack> take_returns_back(db::Database& database, db::Session& session, AccountId account, const ledger::TransactionKey& cause, const Reversal& reversal, std::set<BillKey>& bills);

}  // namespace mis::receivables

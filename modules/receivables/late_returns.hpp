// Late charges that turn out to have been too high, and their way back to the customer. Internal to the module.
//
// A late charge is income when it is paid. Money that we hear of later and that was there earlier makes it less: what is over
// becomes an advance (违约金退回), by a transaction for each bill that keeps in mind what caused it. It goes with its cause, and where the
// late charge that it gave back was itself paid by what is taken back. Callers hold the account's lock.
#pragma once

#include <optional>
#include <set>

#include "modules/receivables/item_store.hpp"

namespace mis::receivables {

// Posts what of the item's late charge was paid and is over by what is known on the day, and takes it off the item. Returns the
// amount that the account has in advance now, mostly nothing. Item and account are the caller's to write. What was waived stays
// waived: never more comes back than was paid.
Result<Money> return_late_charge(db::Database& database, db::Session& session, OpenItem& item, const Occasion& when, const std::optional<ledger::TransactionKey>& cause);

// Reverses what came back because of `cause`, and, newest first, what came back of the late charges of `bills` beyond what is still
// paid of them; adds the bills of the former. Returns the amount that is no advance any more.
Result<Money> take_returns_back(db::Database& database, db::Session& session, AccountId account, const ledger::TransactionKey& cause, const Reversal& reversal, std::set<BillKey>& bills);

}  // namespace mis::receivables

// How a part of an advance is used. Internal to the module; what others may do with advances is in receivables.hpp.
#pragma once

#include "modules/receivables/receivables.hpp"

namespace mis::receivables {

// Uses at most so much of the account's advance for what it owes, as of the day that counts. Returns what was used; what comes
// back of late charges thereby is advance again and not used here. The caller holds the account's lock and has written its state.
Result<Money> apply_advance(db::Database& database, db::Session& session, AccountId account, Money most, const Occasion& when);

}  // namespace mis::receivables

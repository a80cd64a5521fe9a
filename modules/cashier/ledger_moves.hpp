// How the counter's own movements of cash are posted, and the guard that every one of them begins with. Internal to the module.
#pragma once

#include "modules/cashier/counter.hpp"

namespace mis::cashier {

// The caller's open session of today, locked. Errors: cashier.no_open_session, cashier.session_of_another_day (conflict).
Result<SessionRow> lock_open_session(db::Session& session, const Act& act);

struct CashMove {
  std::int64_t from = kSafe, to = kSafe;  // subjects of cash
  Money amount;
  std::string note;
};
// Nothing is posted where nothing moves.
Status move_cash(db::Database& database, db::Session& session, const CashMove& move, const Act& act);

}  // namespace mis::cashier

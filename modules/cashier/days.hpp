// The day of a business hall and of the company: who may still open a session, and the pass that closes it. Internal to the
// module.
#pragma once

#include <string>
#include <vector>

#include "modules/cashier/counter.hpp"

namespace mis::cashier {

inline constexpr OrgId kCompany{0};  // in place of a hall

// Opens the hall's day where it is not there yet, holds it for the transaction and returns the next session's number. Errors:
// cashier.day_closed (conflict).
Result<int> next_session_of_day(db::Session& session, OrgId hall, Date day);

struct MethodTotal {
  CounterMethod method = CounterMethod::kCash;
  int receipts = 0, reversals = 0;
  Money taken, given, difference;
  Money net() const { return taken - given; }
};
struct DayState {
  bool closed = false;
  std::string closed_by_name;
  std::optional<Instant> closed_at;
  std::vector<MethodTotal> totals;  // of all four methods
  Money carried;                    // of sessions of this day that was not deposited when it was closed
};
// The totals as stored where the day is closed, as they are now where it is open. `hall` kCompany: of all halls.
DayState day_state(db::Session& session, OrgId hall, Date day);
// Cash that closed days before `day` had carried over and that is in the bank by no slip yet.
Money carried_before(db::Session& session, OrgId hall, Date day);

struct DayClose {
  Date day;
  bool carry_over = false;  // what is not deposited stays in the sessions' bags, and the close says so
};
// All its sessions are closed, everything is deposited or carried over; from then on nobody opens a session of that day.
// Errors: cashier.day_not_begun (a day in the future), cashier.day_closed, cashier.sessions_open, cashier.undeposited (conflicts).
Status close_hall_day(db::Session& session, const Act& act, OrgId hall, const DayClose& close);
// The same for every hall that is not closed yet, then for the company; its totals agree with the ledger's of that day or it is
// not closed (cashier.ledger_differs).
Status close_company_day(db::Session& session, const Act& act, const DayClose& close);

}  // namespace mis::cashier

#include "modules/cashier/ledger_moves.hpp"

#include <fmt/format.h>

namespace mis::cashier {

Result<SessionRow> lock_open_session(db::Session& session, const Act& act) {
  SessionId id;
  {
    auto open = session.query("SELECT session_id FROM cashier_session WHERE open_for = ?", act.by);
    if (!open.next()) return conflict("cashier.no_open_session", "expected an open session of yours but there is none: open one first");
    id = {open.i64(0)};
  }
  auto row = lock_session(session, id);
  if (!row) return std::move(row).error();
  // Looked at again under the lock: it may have been closed meanwhile.
  if (!row->open) return conflict("cashier.no_open_session", "expected an open session of yours but it was just closed");
  if (row->day != act.today())
    return conflict("cashier.session_of_another_day", fmt::format("expected a session of today but {} is of {}: close it and open a new one", row->no, row->day.to_string()));
  return row;
}

Status move_cash(db::Database& database, db::Session& session, const CashMove& move, const Act& act) {
  if (move.amount.value == 0 || move.from == move.to) return ok();
  ledger::Transaction t{ledger::Template::kCashMoved, act.today(), act.today(), act.at, act.by, move.note, {}};
  t.postings.push_back({ledger::LedgerAccount::kCash, move.amount, {}, {}, 0, move.to});
  t.postings.push_back({ledger::LedgerAccount::kCash, -move.amount, {}, {}, 0, move.from});
  if (auto posted = ledger::post(database, session, t); !posted) return std::move(posted).error();
  return ok();
}

}  // namespace mis::cashier

// Closing a session, and bringing its cash to the bank.
#include <fmt/format.h>

#include "mis/base/decimal.hpp"
#include "mis/db/bulk_writer.hpp"
#include "modules/cashier/counter.hpp"
#include "modules/cashier/ledger_moves.hpp"

namespace mis::cashier {
namespace {

using ledger::LedgerAccount;

Status post_difference(db::Database& database, db::Session& session, const Act& act, const SessionRow& row, Money difference, const std::string& note) {
  if (difference.value == 0) return ok();
  ledger::Transaction t{ledger::Template::kCashDifference, act.today(), act.today(), act.at, act.by, note, {}};
  t.postings.push_back({LedgerAccount::kCash, difference, {}, {}, 0, row.id.value});
  t.postings.push_back({LedgerAccount::kCashDifferences, -difference, {}, {}, 0, row.id.value});
  if (auto posted = ledger::post(database, session, t); !posted) return std::move(posted).error();
  return ok();
}

std::string stage_of(db::Session& session, const SessionRow& row) {
  if (row.open) return "open";
  auto rows = session.query("SELECT 1 FROM cashier_day_session WHERE session_id = ?", row.id);
  return rows.next() ? "carried" : "closed";
}

}  // namespace

Status close_session(db::Database& database, db::Session& session, const Act& act, const SessionRow& locked, const Closing& closing) {
  if (!locked.open) return conflict("cashier.session_closed", "expected an open session but it is closed already");
  const auto expected = money_of(session, locked).drawer.expected();
  const auto difference = closing.counted - expected;
  if (!difference.all_zero() && closing.note.empty()) {
    std::string what;
    for (const auto method : kMethods)
      if (difference[method].value != 0) what += fmt::format("{}{} {}", what.empty() ? "" : ", ", name_of(method), format_yuan(difference[method]));
    return invalid("cashier.note_needed", fmt::format("expected a note that explains the difference but there is none: {}", what),
                   {{"/note", "cashier.note_needed", fmt::format("expected a note about the difference but found none: {}", what)}});
  }
  const Money cash_counted = closing.counted[CounterMethod::kCash];
  const Money returned = Drawer::to_return(locked.float_taken, cash_counted);
  if (auto posted = post_difference(database, session, act, locked, difference[CounterMethod::kCash], closing.note); !posted) return posted;
  if (auto moved = move_cash(database, session, {locked.id.value, kSafe, returned, "float returned"}, act); !moved) return moved;
  session.execute("INSERT INTO cashier_close (session_id, returned_fen, note, closed_by, closed_at) VALUES (?, ?, ?, ?, ?)", locked.id, returned, closing.note, act.by, act.at);
  db::BulkWriter methods("cashier_close_method", {"session_id", "method", "expected_fen", "counted_fen"});
  for (const auto method : kMethods) {
    methods.add(locked.id).add(name_of(method)).add(expected[method]).add(closing.counted[method]);
    methods.end_row();
  }
  methods.flush(session);
  db::BulkWriter pieces("cashier_close_count", {"session_id", "denomination_fen", "pieces"});
  for (const auto& [denomination, count] : closing.cash) {
    if (count == 0) continue;
    pieces.add(locked.id).add(denomination).add(count);
    pieces.end_row();
  }
  if (pieces.pending_rows() > 0) pieces.flush(session);
  session.execute("UPDATE cashier_session SET state = 'closed', open_for = NULL, closed_at = ?, version = version + 1 WHERE session_id = ?", act.at, locked.id);
  return ok();
}

Result<Deposit> deposit_cash(db::Database& database, db::Session& session, const Act& act, const SessionRow& locked, Deposit deposit) {
  const Money left = money_of(session, locked).drawer.cash_left();
  if (deposit.amount > left)
    return conflict("cashier.not_enough_cash", fmt::format("expected at most {}, which is what the session has in cash, but found {}", format_yuan(left), format_yuan(deposit.amount)));
  deposit.id = database.take_ids("cashier_deposit");
  try {
    session.execute("INSERT INTO cashier_deposit (deposit_id, session_id, bank_account, slip_no, amount_fen, stage, deposited_on, deposited_at, deposited_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", deposit.id,
                    locked.id, deposit.bank_account, deposit.slip_no, deposit.amount, stage_of(session, locked), act.today(), act.at, act.by);
  } catch (const db::DbError& e) {
    if (e.kind() != db::DbError::Kind::kDuplicate) throw;
    return conflict("cashier.slip_used", "expected a slip number that was not used yet for this bank account but it was");
  }
  ledger::Transaction t{ledger::Template::kCashDeposited, act.today(), act.today(), act.at, act.by, deposit.bank_account + " " + deposit.slip_no, {}};
  t.postings.push_back({LedgerAccount::kInTransit, deposit.amount, {}, {}, 0, kDepositsInTransit});
  t.postings.push_back({LedgerAccount::kCash, -deposit.amount, {}, {}, 0, locked.id.value});
  if (auto posted = ledger::post(database, session, t); !posted) return std::move(posted).error();
  return deposit;
}

}  // namespace mis::cashier

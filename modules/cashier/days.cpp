#include "modules/cashier/days.hpp"

#include <map>

#include <fmt/format.h>

#include "mis/base/decimal.hpp"

namespace mis::cashier {
namespace {

struct HeldDay {
  bool closed = false;
  int sessions = 0;
};

enum class Hold : std::uint8_t { kShare, kUpdate };

// The row of a day, made where it is not there yet. Always the company's before a hall's, so that nobody waits in a ring.
HeldDay hold_day(db::Session& session, OrgId hall, Date day, Hold hold) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    {
      auto rows = hold == Hold::kShare ? session.query("SELECT state, sessions FROM cashier_day WHERE org_id = ? AND day = ? LOCK IN SHARE MODE", hall, day)
                                       : session.query("SELECT state, sessions FROM cashier_day WHERE org_id = ? AND day = ? FOR UPDATE", hall, day);
      if (rows.next()) return {rows.text(0) == "closed", rows.i32(1)};
    }
    session.execute("INSERT IGNORE INTO cashier_day (org_id, day, state) VALUES (?, ?, 'open')", hall, day);
  }
  return {true, 0};
}

Error day_closed(Date day) { return conflict("cashier.day_closed", fmt::format("expected the day {} to be open but it is closed", day.to_string())); }

std::optional<Error> check_begun(const Act& act, Date day) {
  if (day <= act.today()) return {};
  return conflict("cashier.day_not_begun", fmt::format("expected a day that has begun but {} is in the future", day.to_string()));
}

// Held until the day is closed: a deposit of one of these sessions comes before it or after it, never in between.
std::optional<Error> check_sessions_closed(db::Session& session, OrgId hall, Date day) {
  int open = 0;
  std::string first;
  for (auto rows = session.query("SELECT session_no, state FROM cashier_session WHERE day = ? AND (? = 0 OR org_id = ?) ORDER BY session_id FOR UPDATE", day, hall, hall); rows.next();)
    if (rows.text(1) == "open" && ++open == 1) first = rows.text(0);
  if (open == 0) return {};
  return conflict("cashier.sessions_open", fmt::format("expected every session of the day to be closed but {} are open, {} among them", open, first));
}

// The pass itself: a few statements whatever the number of receipts. `hall` 0: every hall whose day is still open.
std::optional<Error> close_open_halls(db::Session& session, const Act& act, OrgId hall, const DayClose& close) {
  session.execute("INSERT INTO cashier_day_session (session_id, org_id, day, carried_fen) "
                  "SELECT s.session_id, s.org_id, s.day, m.counted_fen - c.returned_fen - COALESCE(p.deposited, 0) "
                  "FROM cashier_session s JOIN cashier_day d ON d.org_id = s.org_id AND d.day = s.day AND d.state = 'open' JOIN cashier_close c ON c.session_id = s.session_id "
                  "JOIN cashier_close_method m ON m.session_id = s.session_id AND m.method = 'cash' "
                  "LEFT JOIN (SELECT x.session_id, CAST(SUM(x.amount_fen) AS SIGNED) AS deposited FROM cashier_deposit x JOIN cashier_session y ON y.session_id = x.session_id "
                  "WHERE y.day = ? AND x.stage = 'closed' GROUP BY x.session_id) p ON p.session_id = s.session_id WHERE s.day = ? AND (? = 0 OR s.org_id = ?)",
                  close.day, close.day, hall, hall);
  if (!close.carry_over) {
    auto rows = session.query("SELECT COUNT(*), MIN(s.session_no), CAST(COALESCE(SUM(x.carried_fen), 0) AS SIGNED) FROM cashier_day_session x JOIN cashier_session s ON s.session_id = x.session_id "
                              "JOIN cashier_day d ON d.org_id = x.org_id AND d.day = x.day AND d.state = 'open' WHERE x.day = ? AND (? = 0 OR x.org_id = ?) AND x.carried_fen <> 0", close.day, hall, hall);
    if (rows.next() && rows.i64(0) > 0)
      return conflict("cashier.undeposited", fmt::format("expected all cash to be deposited or carried over but {} sessions have {}, {} among them", rows.i64(0), format_yuan({rows.i64(2)}), rows.text(1)));
  }
  session.execute("INSERT INTO cashier_day_total (org_id, day, method, receipts, receipts_fen, reversals, reversals_fen, difference_fen) "
                  "SELECT q.org_id, ?, q.method, SUM(q.receipts), SUM(q.receipts_fen), SUM(q.reversals), SUM(q.reversals_fen), SUM(q.difference_fen) FROM ("
                  "SELECT s.org_id, r.method, COUNT(*) AS receipts, SUM(r.total_fen) AS receipts_fen, 0 AS reversals, 0 AS reversals_fen, 0 AS difference_fen "
                  "FROM cashier_session s JOIN cashier_receipt r ON r.session_id = s.session_id WHERE s.day = ? GROUP BY s.org_id, r.method UNION ALL "
                  "SELECT s.org_id, r.method, 0, 0, COUNT(*), SUM(r.total_fen), 0 FROM cashier_session s JOIN cashier_reversal v ON v.session_id = s.session_id "
                  "JOIN cashier_receipt r ON r.receipt_id = v.receipt_id WHERE s.day = ? GROUP BY s.org_id, r.method UNION ALL "
                  "SELECT s.org_id, m.method, 0, 0, 0, 0, SUM(m.counted_fen - m.expected_fen) FROM cashier_session s JOIN cashier_close_method m ON m.session_id = s.session_id WHERE s.day = ? "
                  "GROUP BY s.org_id, m.method) q JOIN cashier_day d ON d.org_id = q.org_id AND d.day = ? AND d.state = 'open' WHERE ? = 0 OR q.org_id = ? GROUP BY q.org_id, q.method",
                  close.day, close.day, close.day, close.day, close.day, hall, hall);
  session.execute("UPDATE cashier_day SET state = 'closed', closed_by = ?, closed_at = ? WHERE day = ? AND org_id <> 0 AND state = 'open' AND (? = 0 OR org_id = ?)", act.by, act.at, close.day, hall, hall);
  return {};
}

// What the ledger has of the day's payments at the counter, by method.
MethodSums ledger_of_day(db::Session& session, Date day) {
  MethodSums sums;
  for (auto rows = session.query("SELECT ledger_account, IF(ledger_account = ?, 0, subject_id), CAST(SUM(amount_fen) AS SIGNED) FROM ledger_subject_posting "
                                 "WHERE accounting_month = ? AND posted_on = ? AND template IN (?, ?) AND (ledger_account = ? OR subject_id IN (?, ?, ?)) GROUP BY ledger_account, IF(ledger_account = ?, 0, subject_id)",
                                 static_cast<int>(ledger::LedgerAccount::kCash), ledger::accounting_month_of(day), day, static_cast<int>(ledger::Template::kPayment), -static_cast<int>(ledger::Template::kPayment),
                                 static_cast<int>(ledger::LedgerAccount::kCash), kCardsInTransit, kChequesInTransit, kQrInTransit, static_cast<int>(ledger::LedgerAccount::kCash)); rows.next();) {
    const auto subject = rows.i64(1);
    const auto method = subject == kCardsInTransit ? CounterMethod::kCard : subject == kChequesInTransit ? CounterMethod::kCheque : subject == kQrInTransit ? CounterMethod::kQr : CounterMethod::kCash;
    sums[method] += Money{rows.i64(2)};
  }
  return sums;
}

void read_totals(db::Rows rows, std::vector<MethodTotal>& totals) {
  for (const auto method : kMethods) totals.push_back({method, 0, 0, {}, {}, {}});
  while (rows.next())
    if (const auto method = counter_method_of(rows.text(0))) {
      auto& total = totals[static_cast<std::size_t>(*method)];
      total.receipts += rows.i32(1);
      total.taken += Money{rows.i64(2)};
      total.reversals += rows.i32(3);
      total.given += Money{rows.i64(4)};
      total.difference += Money{rows.i64(5)};
    }
}

}  // namespace

Result<int> next_session_of_day(db::Session& session, OrgId hall, Date day) {
  if (hold_day(session, kCompany, day, Hold::kShare).closed) return day_closed(day);
  const auto held = hold_day(session, hall, day, Hold::kUpdate);
  if (held.closed) return day_closed(day);
  session.execute("UPDATE cashier_day SET sessions = sessions + 1 WHERE org_id = ? AND day = ?", hall, day);
  return held.sessions + 1;
}

DayState day_state(db::Session& session, OrgId hall, Date day) {
  DayState state;
  {
    auto rows = session.query("SELECT d.state, u.name, d.closed_at FROM cashier_day d LEFT JOIN administration_user_name u ON u.user_id = d.closed_by WHERE d.org_id = ? AND d.day = ?", hall, day);
    if (rows.next()) {
      state.closed = rows.text(0) == "closed";
      state.closed_by_name = rows.text_or_null(1).value_or("");
      state.closed_at = rows.instant_or_null(2);
    }
  }
  {
    auto rows = session.query("SELECT CAST(COALESCE(SUM(carried_fen), 0) AS SIGNED) FROM cashier_day_session WHERE day = ? AND (? = 0 OR org_id = ?)", day, hall, hall);
    if (rows.next()) state.carried = {rows.i64(0)};
  }
  if (state.closed) {
    read_totals(session.query("SELECT method, receipts, receipts_fen, reversals, reversals_fen, difference_fen FROM cashier_day_total WHERE org_id = ? AND day = ?", hall, day), state.totals);
  } else {
    read_totals(session.query("SELECT r.method, COUNT(*), CAST(SUM(r.total_fen) AS SIGNED), 0, 0, 0 FROM cashier_session s JOIN cashier_receipt r ON r.session_id = s.session_id "
                              "WHERE s.day = ? AND (? = 0 OR s.org_id = ?) GROUP BY r.method UNION ALL "
                              "SELECT r.method, 0, 0, COUNT(*), CAST(SUM(r.total_fen) AS SIGNED), 0 FROM cashier_session s JOIN cashier_reversal v ON v.session_id = s.session_id "
                              "JOIN cashier_receipt r ON r.receipt_id = v.receipt_id WHERE s.day = ? AND (? = 0 OR s.org_id = ?) GROUP BY r.method UNION ALL "
                              "SELECT m.method, 0, 0, 0, 0, CAST(SUM(m.counted_fen - m.expected_fen) AS SIGNED) FROM cashier_session s JOIN cashier_close_method m ON m.session_id = s.session_id "
                              "WHERE s.day = ? AND (? = 0 OR s.org_id = ?) GROUP BY m.method", day, hall, hall, day, hall, hall, day, hall, hall), state.totals);
  }
  return state;
}

Money carried_before(db::Session& session, OrgId hall, Date day) {
  auto rows = session.query("SELECT CAST(COALESCE(SUM(x.carried_fen - COALESCE(p.deposited, 0)), 0) AS SIGNED) FROM cashier_day_session x "
                            "LEFT JOIN (SELECT session_id, CAST(SUM(amount_fen) AS SIGNED) AS deposited FROM cashier_deposit WHERE stage = 'carried' GROUP BY session_id) p ON p.session_id = x.session_id "
                            "WHERE x.day < ? AND (? = 0 OR x.org_id = ?) AND x.carried_fen <> 0", day, hall, hall);
  return rows.next() ? Money{rows.i64(0)} : Money{};
}

Status close_hall_day(db::Session& session, const Act& act, OrgId hall, const DayClose& close) {
  if (auto error = check_begun(act, close.day)) return *error;
  if (hold_day(session, kCompany, close.day, Hold::kShare).closed || hold_day(session, hall, close.day, Hold::kUpdate).closed) return day_closed(close.day);
  if (auto error = check_sessions_closed(session, hall, close.day)) return *error;
  if (auto error = close_open_halls(session, act, hall, close)) return *error;
  return ok();
}

Status close_company_day(db::Session& session, const Act& act, const DayClose& close) {
  if (auto error = check_begun(act, close.day)) return *error;
  if (hold_day(session, kCompany, close.day, Hold::kUpdate).closed) return day_closed(close.day);
  for (auto rows = session.query("SELECT org_id FROM cashier_day WHERE day = ? FOR UPDATE", close.day); rows.next();) continue;
  if (auto error = check_sessions_closed(session, kCompany, close.day)) return *error;
  if (auto error = close_open_halls(session, act, kCompany, close)) return *error;
  session.execute("INSERT INTO cashier_day_total (org_id, day, method, receipts, receipts_fen, reversals, reversals_fen, difference_fen) "
                  "SELECT 0, day, method, SUM(receipts), SUM(receipts_fen), SUM(reversals), SUM(reversals_fen), SUM(difference_fen) FROM cashier_day_total WHERE day = ? AND org_id <> 0 GROUP BY day, method",
                  close.day);
  session.execute("UPDATE cashier_day SET state = 'closed', closed_by = ?, closed_at = ? WHERE day = ? AND org_id = 0", act.by, act.at, close.day);
  const auto ledger = ledger_of_day(session, close.day);
  for (const auto& total : day_state(session, kCompany, close.day).totals)
    if (total.net() != ledger[total.method])
      return conflict("cashier.ledger_differs", fmt::format("expected the ledger to have {} of {} for {} but it has {}: run verify", format_yuan(total.net()), name_of(total.method), close.day.to_string(),
                                                            format_yuan(ledger[total.method])));
  return ok();
}

}  // namespace mis::cashier

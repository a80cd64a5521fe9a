#include "modules/cashier/session_store.hpp"

#include <fmt/format.h>

namespace mis::cashier {
namespace {

SessionRow session_row(const db::Rows& row) {
  SessionRow s;
  s.id = {row.i64(0)};
  s.no = row.text(1);
  s.cashier = {row.i64(2)};
  s.cashier_name = row.text_or_null(3).value_or("");
  s.hall = {row.i64(4)};
  s.hall_code = row.text(5);
  s.hall_name = row.text(6);
  s.hall_path = row.text(7);
  s.day = row.date(8);
  s.open = row.text(9) == "open";
  s.float_taken = {row.i64(10)};
  s.opened_at = row.instant(11);
  s.closed_at = row.instant_or_null(12);
  s.version = row.i32(13);
  return s;
}

void add_sums(db::Rows rows, MethodSums& sums, int& number) {
  while (rows.next()) {
    if (const auto method = counter_method_of(rows.text(0))) sums[*method] += Money{rows.i64(1)};
    number += rows.i32(2);
  }
}

}  // namespace

Result<SessionRow> find_session(db::Session& session, SessionId id, std::string_view scope_pattern) {
  auto rows = session.query("SELECT s.session_id, s.session_no, s.cashier, u.name, s.org_id, o.code, o.name, o.path, s.day, s.state, s.float_fen, s.opened_at, s.closed_at, s.version "
                            "FROM cashier_session s JOIN administration_org_name o ON o.org_id = s.org_id LEFT JOIN administration_user_name u ON u.user_id = s.cashier "
                            "WHERE s.session_id = ? AND o.path LIKE ?", id, scope_pattern);
  if (!rows.next()) return not_found("cashier.no_session", "expected a cashier's session with this number but there is none in your data scope");
  return session_row(rows);
}

Result<SessionRow> lock_session(db::Session& session, SessionId id) {
  // The lock is on the session alone: names of people and halls must not queue behind a counter.
  { auto locked = session.query("SELECT session_id FROM cashier_session WHERE session_id = ? FOR UPDATE", id); while (locked.next()) continue; }
  return find_session(session, id);
}

std::optional<SessionRow> open_session_of(db::Session& session, UserId cashier) {
  auto rows = session.query("SELECT s.session_id, s.session_no, s.cashier, u.name, s.org_id, o.code, o.name, o.path, s.day, s.state, s.float_fen, s.opened_at, s.closed_at, s.version "
                            "FROM cashier_session s JOIN administration_org_name o ON o.org_id = s.org_id LEFT JOIN administration_user_name u ON u.user_id = s.cashier "
                            "WHERE s.open_for = ?", cashier);
  if (!rows.next()) return {};
  return session_row(rows);
}

std::vector<SessionRow> list_sessions(db::Session& session, const SessionFilter& filter) {
  std::vector<SessionRow> list;
  const std::optional<std::string> state = filter.open ? std::optional<std::string>(*filter.open ? "open" : "closed") : std::nullopt;
  for (auto rows = session.query("SELECT s.session_id, s.session_no, s.cashier, u.name, s.org_id, o.code, o.name, o.path, s.day, s.state, s.float_fen, s.opened_at, s.closed_at, s.version "
                                 "FROM cashier_session s JOIN administration_org_name o ON o.org_id = s.org_id LEFT JOIN administration_user_name u ON u.user_id = s.cashier "
                                 "WHERE s.session_id < ? AND o.path LIKE ? AND s.day = COALESCE(?, s.day) AND s.state = COALESCE(?, s.state) ORDER BY s.session_id DESC LIMIT ?",
                                 filter.before.value == 0 ? INT64_MAX : filter.before.value, filter.scope_pattern, filter.day, state, filter.limit); rows.next();)
    list.push_back(session_row(rows));
  return list;
}

std::vector<SessionRow> sessions_of_day(db::Session& session, Date day, OrgId hall) {
  std::vector<SessionRow> list;
  for (auto rows = session.query("SELECT s.session_id, s.session_no, s.cashier, u.name, s.org_id, o.code, o.name, o.path, s.day, s.state, s.float_fen, s.opened_at, s.closed_at, s.version "
                                 "FROM cashier_session s JOIN administration_org_name o ON o.org_id = s.org_id LEFT JOIN administration_user_name u ON u.user_id = s.cashier "
                                 "WHERE s.day = ? AND (? = 0 OR s.org_id = ?) ORDER BY s.session_id", day, hall, hall); rows.next();)
    list.push_back(session_row(rows));
  return list;
}

SessionMoney money_of(db::Session& session, const SessionRow& row) {
  SessionMoney money;
  money.drawer.float_taken = row.float_taken;
  add_sums(session.query("SELECT method, CAST(SUM(total_fen) AS SIGNED), COUNT(*) FROM cashier_receipt WHERE session_id = ? GROUP BY method", row.id), money.drawer.taken, money.receipts);
  add_sums(session.query("SELECT r.method, CAST(SUM(r.total_fen) AS SIGNED), COUNT(*) FROM cashier_reversal v JOIN cashier_receipt r ON r.receipt_id = v.receipt_id WHERE v.session_id = ? GROUP BY r.method",
                         row.id), money.drawer.given, money.reversals);
  {
    auto rows = session.query("SELECT CAST(COALESCE(SUM(amount_fen), 0) AS SIGNED), COUNT(*) FROM cashier_deposit WHERE session_id = ?", row.id);
    if (rows.next()) {
      money.drawer.deposited = {rows.i64(0)};
      money.deposits = rows.i32(1);
    }
  }
  if (row.open) return money;
  {
    auto rows = session.query("SELECT returned_fen, note FROM cashier_close WHERE session_id = ?", row.id);
    if (rows.next()) {
      money.drawer.returned = {rows.i64(0)};
      money.note = rows.text(1);
    }
  }
  MethodSums expected, counted;
  for (auto rows = session.query("SELECT method, expected_fen, counted_fen FROM cashier_close_method WHERE session_id = ?", row.id); rows.next();)
    if (const auto method = counter_method_of(rows.text(0))) {
      expected[*method] = {rows.i64(1)};
      counted[*method] = {rows.i64(2)};
    }
  money.expected_at_close = expected;
  money.counted = counted;
  money.drawer.difference = counted[CounterMethod::kCash] - expected[CounterMethod::kCash];
  return money;
}

}  // namespace mis::cashier

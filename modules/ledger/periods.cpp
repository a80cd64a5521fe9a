// Accounting months: they open with their first posting and are closed, oldest first, once they are over. Their rows are made ahead.
#include <algorithm>

#include <fmt/format.h>

#include "modules/ledger/ledger.hpp"

namespace mis::ledger {
namespace {

// Locks the month's row, which every posting holds shared until it has ended.
Result<Period> lock(db::Session& session, BillingMonth month) {
  auto rows = session.query("SELECT state, version FROM ledger_period WHERE accounting_month = ? FOR UPDATE", month);
  if (!rows.next()) return not_found("ledger.no_period", fmt::format("expected an accounting month with postings but {} has none", month.to_string()));
  return Period{month, rows.text(0) == "closed", rows.i32(1), {}, {}};
}

// Asked with the month's row locked: nobody is about to post the first one.
bool has_postings(db::Session& session, BillingMonth month) {
  auto rows = session.query("SELECT 1 FROM ledger_posting WHERE accounting_month = ? LIMIT 1", month);
  return rows.next();
}

Status change(db::Session& session, const Period& period, const char* state, Instant now, UserId by) {
  session.execute("UPDATE ledger_period SET state = ?, version = version + 1, changed_by = ?, changed_at = ? WHERE accounting_month = ?", state, by, now, period.month);
  return ok();
}

bool exists(db::Rows rows) { return rows.next(); }

}  // namespace

std::vector<Period> periods(db::Session& session) {
  std::vector<Period> list;
  for (auto rows = session.query("SELECT p.accounting_month, p.state, p.version, u.name, p.changed_at FROM ledger_period p "
                                 "LEFT JOIN administration_user_name u ON u.user_id = p.changed_by "
                                 "WHERE p.state = 'closed' OR EXISTS (SELECT 1 FROM ledger_posting q WHERE q.accounting_month = p.accounting_month) ORDER BY p.accounting_month DESC"); rows.next();)
    list.push_back({rows.month(0), rows.text(1) == "closed", rows.i32(2), rows.text_or_null(3).value_or(""), rows.instant_or_null(4)});
  return list;
}

void make_periods(db::Session& session, BillingMonth from, BillingMonth to, Instant now) {
  for (auto month = from; month <= to; month = month.plus(1)) session.execute("INSERT IGNORE INTO ledger_period (accounting_month, state, changed_at) VALUES (?, 'open', ?)", month, now);
}

Status close_period(db::Session& session, BillingMonth month, Date today, Instant now, UserId by) {
  auto period = lock(session, month);
  if (!period) return std::move(period).error();
  if (period->closed) return conflict("ledger.period_state", fmt::format("expected accounting month {} to be open but it is closed", month.to_string()));
  if (!has_postings(session, month)) return not_found("ledger.no_period", fmt::format("expected an accounting month with postings but {} has none", month.to_string()));
  if (today < month.range().to) return conflict("ledger.period_not_over", fmt::format("expected accounting month {} to be over but today is {}", month.to_string(), today.to_string()));
  std::vector<BillingMonth> open_before;
  for (auto rows = session.query("SELECT accounting_month FROM ledger_period WHERE accounting_month < ? AND state = 'open' FOR UPDATE", month); rows.next();) open_before.push_back(rows.month(0));
  if (std::any_of(open_before.begin(), open_before.end(), [&](BillingMonth earlier) { return has_postings(session, earlier); }))
    return conflict("ledger.earlier_open", fmt::format("expected every month before {} to be closed but one is open", month.to_string()));
  session.execute("INSERT INTO ledger_period_balance (accounting_month, version, ledger_account, debit_fen, credit_fen) "
                  "SELECT accounting_month, ?, ledger_account, SUM(IF(amount_fen > 0, amount_fen, 0)), SUM(IF(amount_fen < 0, -amount_fen, 0)) "
                  "FROM ledger_posting WHERE accounting_month = ? GROUP BY accounting_month, ledger_account", period->version + 1, month);
  return change(session, *period, "closed", now, by);
}

Status reopen_period(db::Session& session, BillingMonth month, Instant now, UserId by) {
  auto period = lock(session, month);
  if (!period) return std::move(period).error();
  if (!period->closed) return conflict("ledger.period_state", fmt::format("expected accounting month {} to be closed but it is open", month.to_string()));
  if (exists(session.query("SELECT 1 FROM ledger_period WHERE accounting_month > ? AND state = 'closed' LIMIT 1 LOCK IN SHARE MODE", month)))
    return conflict("ledger.later_closed", fmt::format("expected {} to be the newest closed month but a later one is closed", month.to_string()));
  return change(session, *period, "open", now, by);
}

}  // namespace mis::ledger

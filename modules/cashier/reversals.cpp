#include "modules/cashier/reversals.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "mis/base/decimal.hpp"
#include "modules/cashier/ledger_moves.hpp"

namespace mis::cashier {
namespace {

Error reversed_already() { return conflict("cashier.reversed_already", "expected a receipt that stands but it has been taken back already"); }

Error request_open() { return conflict("cashier.request_open", "expected no request about this receipt that waits but there is one: it has to be decided first"); }
bool is_asked_for(db::Session& session, ReceiptId receipt) {
  auto rows = session.query("SELECT 1 FROM cashier_reversal_request WHERE open_for = ?", receipt);
  return rows.next();
}

struct Who {
  UserId asked;                   // whose session pays where the receipt's own is over
  std::optional<UserId> approved;
};

bool is_usable(const SessionRow& row, Date today) { return row.open && row.day == today; }

// The session that gives the money back, locked together with the receipt's own: that one while it is open, then the one of
// whoever asked. So each session's cash in the ledger stays what is in its drawer.
Result<SessionRow> paying_session(db::Session& session, SessionId own, UserId asked, Date today) {
  const auto other = open_session_of(session, asked);
  std::vector<SessionId> ids{own};
  if (other && other->id != own) ids.push_back(other->id);
  std::sort(ids.begin(), ids.end());  // two reversals across each other do not wait in a ring
  std::optional<SessionRow> of_receipt, of_asker;
  for (const auto id : ids) {
    auto row = lock_session(session, id);
    if (!row) return std::move(row).error();
    (id == own ? of_receipt : of_asker) = std::move(*row);
  }
  if (is_usable(*of_receipt, today)) return std::move(*of_receipt);
  if (of_asker && is_usable(*of_asker, today)) return std::move(*of_asker);
  return conflict("cashier.no_session_to_pay_from", "expected an open session of today to give the money back from: the receipt's own is over, and whoever asked for it has none");
}

Result<Receipt> execute(db::Database& database, db::Session& session, const Act& act, std::string_view receipt_no, const std::string& reason, const Who& who) {
  auto before = find_receipt(session, receipt_no);
  if (!before) return before;
  auto payer = paying_session(session, before->session, who.asked, act.today());
  if (!payer) return std::move(payer).error();
  // Read again under the lock of its session: two who take the same receipt back come one after the other.
  auto receipt = find_receipt(session, receipt_no);
  if (!receipt) return receipt;
  if (receipt->reversal) return reversed_already();
  const bool cash = receipt->method == PaymentMethod::kCash;
  if (cash) {
    const Money left = money_of(session, *payer).drawer.cash_left();
    if (left < receipt->total)
      return conflict("cashier.not_enough_cash", fmt::format("expected {} in cash in session {} but it has {}", format_yuan(receipt->total), payer->no, format_yuan(left)));
  }
  auto lines = receipt->lines;
  std::sort(lines.begin(), lines.end(), [](const ReceiptLine& a, const ReceiptLine& b) { return a.account < b.account; });  // accounts are locked in this order everywhere
  for (const auto& line : lines) {
    auto taken_back = receivables::reverse_payment(database, session, {line.payment, reason, act.today(), act.at, who.asked, who.approved});
    if (!taken_back) return std::move(taken_back).error();
  }
  if (cash)
    if (auto moved = move_cash(database, session, {payer->id.value, receipt->session.value, receipt->total, "reversal of " + receipt->receipt_no}, act); !moved) return std::move(moved).error();
  session.execute("INSERT INTO cashier_reversal (receipt_id, session_id, reason, reversed_on, reversed_at, reversed_by, approved_by) VALUES (?, ?, ?, ?, ?, ?, ?)", receipt->id, payer->id, reason, act.today(),
                  act.at, who.asked, who.approved);
  return find_receipt(session, receipt_no);
}

RequestRow request_row(const db::Rows& row) {
  RequestRow r;
  r.id = {row.i64(0)};
  r.receipt_no = row.text(1);
  r.state = row.text(2);
  r.method = receivables::method_of(row.text(3)).value_or(PaymentMethod::kCash);
  r.total = {row.i64(4)};
  r.hall_code = row.text(5);
  r.hall_name = row.text(6);
  r.reason = row.text(7);
  r.decision_note = row.text(8);
  r.requested_by = {row.i64(9)};
  r.requested_by_name = row.text_or_null(10).value_or("");
  r.decided_by_name = row.text_or_null(11).value_or("");
  r.requested_at = row.instant(12);
  r.decided_at = row.instant_or_null(13);
  return r;
}

Status decide(db::Session& session, const Act& act, const RequestRow& locked, const char* state, const std::string& note) {
  session.execute("UPDATE cashier_reversal_request SET state = ?, open_for = NULL, decided_by = ?, decided_at = ?, decision_note = ? WHERE request_id = ?", state, act.by, act.at, note, locked.id);
  return ok();
}

std::optional<Error> check_undecided(const RequestRow& locked) {
  if (locked.state == "requested") return {};
  return conflict("cashier.request_decided", fmt::format("expected a request that waits for a decision but it is {}", locked.state));
}

}  // namespace

Result<ReversalOutcome> ask_reversal(db::Database& database, db::Session& session, const Act& act, std::string_view receipt_no, std::string_view scope_pattern, const std::string& reason) {
  auto receipt = find_receipt(session, receipt_no, scope_pattern);
  if (!receipt) return std::move(receipt).error();
  // Whoever takes this receipt back or asks for it holds its session first: what is found under the lock is still so when it is done.
  auto locked = lock_session(session, receipt->session);
  if (!locked) return std::move(locked).error();
  receipt = find_receipt(session, receipt_no, scope_pattern);
  if (!receipt) return std::move(receipt).error();
  if (receipt->reversal) return reversed_already();
  if (is_asked_for(session, receipt->id)) return request_open();
  const auto own = open_session_of(session, act.by);
  if (own && own->id == receipt->session && locked->open && own->day == act.today() && receipt->total <= read_settings(session).reversal_limit) {
    auto reversed = execute(database, session, act, receipt_no, reason, {act.by, {}});
    if (!reversed) return std::move(reversed).error();
    return ReversalOutcome{std::move(*reversed), {}};
  }
  const RequestId id{database.take_ids("cashier_reversal_request")};
  try {
    session.execute("INSERT INTO cashier_reversal_request (request_id, receipt_id, open_for, org_id, state, reason, requested_by, requested_at) VALUES (?, ?, ?, ?, 'requested', ?, ?, ?)", id, receipt->id,
                    receipt->id, act.hall, reason, act.by, act.at);
  } catch (const db::DbError& e) {
    if (e.kind() != db::DbError::Kind::kDuplicate) throw;
    return request_open();
  }
  return ReversalOutcome{{}, id};
}

std::vector<RequestRow> list_requests(db::Session& session, std::optional<std::string> state, std::string_view scope_pattern, RequestId before, int limit) {
  std::vector<RequestRow> list;
  for (auto rows = session.query("SELECT q.request_id, r.receipt_no, q.state, r.method, r.total_fen, o.code, o.name, q.reason, q.decision_note, q.requested_by, u.name, d.name, q.requested_at, q.decided_at "
                                 "FROM cashier_reversal_request q JOIN cashier_receipt r ON r.receipt_id = q.receipt_id JOIN administration_org_name o ON o.org_id = q.org_id "
                                 "LEFT JOIN administration_user_name u ON u.user_id = q.requested_by LEFT JOIN administration_user_name d ON d.user_id = q.decided_by "
                                 "WHERE q.request_id < ? AND o.path LIKE ? AND q.state = COALESCE(?, q.state) ORDER BY q.request_id DESC LIMIT ?",
                                 before.value == 0 ? INT64_MAX : before.value, scope_pattern, state, limit); rows.next();)
    list.push_back(request_row(rows));
  return list;
}

Result<RequestRow> lock_request(db::Session& session, RequestId id, std::string_view scope_pattern) {
  { auto locked = session.query("SELECT request_id FROM cashier_reversal_request WHERE request_id = ? FOR UPDATE", id); while (locked.next()) continue; }
  auto rows = session.query("SELECT q.request_id, r.receipt_no, q.state, r.method, r.total_fen, o.code, o.name, q.reason, q.decision_note, q.requested_by, u.name, d.name, q.requested_at, q.decided_at "
                            "FROM cashier_reversal_request q JOIN cashier_receipt r ON r.receipt_id = q.receipt_id JOIN administration_org_name o ON o.org_id = q.org_id "
                            "LEFT JOIN administration_user_name u ON u.user_id = q.requested_by LEFT JOIN administration_user_name d ON d.user_id = q.decided_by "
                            "WHERE q.request_id = ? AND o.path LIKE ?", id, scope_pattern);
  if (!rows.next()) return not_found("cashier.no_request", "expected a request with this number but there is none in your data scope");
  return request_row(rows);
}

Result<Receipt> approve(db::Database& database, db::Session& session, const Act& act, const RequestRow& locked) {
  if (auto error = check_undecided(locked)) return *error;
  auto reversed = execute(database, session, act, locked.receipt_no, locked.reason, {locked.requested_by, act.by});
  if (!reversed) return reversed;
  if (auto decided = decide(session, act, locked, "approved", ""); !decided) return std::move(decided).error();
  return reversed;
}

Status refuse(db::Session& session, const Act& act, const RequestRow& locked, const std::string& note) {
  if (auto error = check_undecided(locked)) return *error;
  return decide(session, act, locked, "refused", note);
}

}  // namespace mis::cashier

#include "modules/payment_channels/reconciliation_store.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/security/audit.hpp"

namespace mis::payment_channels {
namespace {

Reconciliation reconciliation_row(const db::Rows& row) {
  Reconciliation r;
  r.id = row.i64(0);
  r.channel_id = row.i64(1);
  r.business_date = row.date(2);
  r.compared = row.text(3) == "compared";
  r.file_name = row.text(4);
  r.file_sha256 = row.text(5);
  r.theirs = {row.i64(6), {row.i64(7)}};
  r.ours = {row.i64(8), {row.i64(9)}};
  r.equal = {row.i64(10), {row.i64(11)}};
  if (const auto job = row.i64_or_null(12)) r.job = JobId{*job};
  if (const auto by = row.i64_or_null(13)) r.loaded_by = UserId{*by};
  r.loaded_at = row.instant(14);
  r.compared_at = row.instant_or_null(15);
  return r;
}

std::optional<Money> money_or_null(const db::Rows& row, int column) {
  if (const auto fen = row.i64_or_null(column)) return Money{*fen};
  return {};
}

Difference difference_row(const db::Rows& row) {
  Difference d;
  d.id = row.i64(0);
  d.reconciliation_id = row.i64(1);
  d.kind = difference_kind_of(row.text(2)).value_or(DifferenceKind::kOtherDay);
  d.serial_no = row.text(3);
  d.account_no = row.text(4);
  d.theirs = money_or_null(row, 5);
  d.ours = money_or_null(row, 6);
  d.item_id = row.i64_or_null(7);
  d.state = difference_state_of(row.text(8)).value_or(DifferenceState::kOpen);
  if (const auto how = row.text_or_null(9)) d.how = resolution_of(*how);
  d.note = row.text(10);
  if (const auto by = row.i64_or_null(11)) d.proposed_by = UserId{*by};
  d.proposed_at = row.instant_or_null(12);
  if (const auto by = row.i64_or_null(13)) d.decided_by = UserId{*by};
  d.decided_at = row.instant_or_null(14);
  d.payment_id = row.i64_or_null(15);
  d.version = row.i32(16);
  return d;
}

SideTotal total_of(db::Rows rows) {
  if (!rows.next() || rows.is_null(1)) return {};
  return {rows.i64(0), {rows.i64(1)}};
}

// Around midnight both sides may have put a payment on different days. Serial numbers may begin anew each day, so the number alone does
// not make an item of another day the same payment: amount and account must agree too (or it is what was refused or voided under this
// very key), and the item must not be in the file of its own day. One line stands for a payment, the nearest day's first. Files come in
// any order, and corrected ones late: each comparison keeps this rule between its day and those around it.
constexpr int kDaysAround[] = {-1, 1, -2, 2};

// Lets the lines of one day's file stand for items of another day, whatever somebody proposed to do about the lines; the note says what
// fell away. Two statements, since assignments to several columns of joined tables have no order.
void claim(db::Session& session, std::int64_t channel_id, Date lines_of, Date items_of) {
  session.execute("UPDATE payment_channels_reconciliation f "
                  "JOIN payment_channels_difference d ON d.reconciliation_id = f.reconciliation_id AND d.kind = 'only_theirs' AND d.state IN ('open', 'proposed') AND d.item_id IS NULL "
                  "JOIN payment_channels_item i ON i.channel_id = f.channel_id AND i.business_date = ? AND i.serial_no = d.serial_no AND i.kind = 'pay' "
                  "LEFT JOIN payment_channels_reconciliation own ON own.channel_id = f.channel_id AND own.business_date = i.business_date "
                  "LEFT JOIN payment_channels_their_item t ON t.reconciliation_id = own.reconciliation_id AND t.serial_no = i.serial_no "
                  "LEFT JOIN payment_channels_difference c ON c.item_id = i.item_id AND c.kind = 'other_day' "
                  "SET d.item_id = i.item_id, d.our_fen = i.amount_fen, d.kind = IF(i.state = 'paid', 'other_day', d.kind), d.version = d.version + 1 "
                  "WHERE f.channel_id = ? AND f.business_date = ? AND t.serial_no IS NULL AND c.difference_id IS NULL "
                  "AND ((i.amount_fen = d.their_fen AND i.account_no = d.account_no) OR (i.state <> 'paid' AND i.request_key = d.serial_no))", items_of, channel_id, lines_of);
  session.execute("UPDATE payment_channels_reconciliation f JOIN payment_channels_difference d ON d.reconciliation_id = f.reconciliation_id AND d.kind = 'other_day' AND d.state = 'proposed' AND d.how <> 'ignore' "
                  "SET d.note = LEFT(CONCAT('the payment of another day, so the proposal fell away: ', d.how, ', ', d.note), 200) WHERE f.channel_id = ? AND f.business_date = ?", channel_id, lines_of);
  session.execute("UPDATE payment_channels_reconciliation f JOIN payment_channels_difference d ON d.reconciliation_id = f.reconciliation_id AND d.kind = 'other_day' AND d.state = 'proposed' AND d.how <> 'ignore' "
                  "SET d.state = 'open', d.how = NULL WHERE f.channel_id = ? AND f.business_date = ?", channel_id, lines_of);
}

// Differences of the days around that stand for items which the file of those items' own day has after all.
std::vector<std::int64_t> wrong_claims(db::Session& session, const Reconciliation& r) {
  std::vector<std::int64_t> ids;
  for (auto rows = session.query("SELECT d.difference_id FROM payment_channels_reconciliation f JOIN payment_channels_difference d ON d.reconciliation_id = f.reconciliation_id AND d.item_id IS NOT NULL "
                                 "JOIN payment_channels_item i ON i.item_id = d.item_id AND i.business_date = ? JOIN payment_channels_their_item t ON t.reconciliation_id = ? AND t.serial_no = i.serial_no "
                                 "WHERE f.channel_id = ? AND f.business_date IN (?, ?, ?, ?) AND (d.kind = 'other_day' OR (d.kind = 'only_theirs' AND d.state <> 'settled')) ORDER BY d.difference_id",
                                 r.business_date, r.id, r.channel_id, r.business_date + -2, r.business_date + -1, r.business_date + 1, r.business_date + 2); rows.next();)
    ids.push_back(rows.i64(0));
  return ids;
}

// Such a line is another payment. The note says what fell away of what people had said about it, and the audit trail where two had decided.
std::vector<security::AuditEntry> release_claims(db::Session& session, const Reconciliation& r) {
  std::vector<security::AuditEntry> fell_away;
  for (const auto id : wrong_claims(session, r)) {
    auto d = *lock_difference(session, id);
    const auto note = d.how ? fmt::format("its own day's file has the payment too, so this fell away: {}, {}", name_of(*d.how), d.note) : d.note;
    if (d.decided_by)
      fell_away.push_back({r.loaded_by, "payment_channels.decision_fell_away", "channel_difference", std::to_string(id), {},
                           nlohmann::json({{"serial_no", d.serial_no}, {"note", note}, {"decided_by", d.decided_by->value}, {"business_date", r.business_date.to_string()}, {"file", r.file_name}}).dump()});
    d.state = DifferenceState::kOpen;
    d.how.reset();
    d.decided_by.reset();
    d.decided_at.reset();
    d.item_id.reset();
    update_difference(session, d);
    session.execute("UPDATE payment_channels_difference SET kind = 'only_theirs', our_fen = NULL, note = LEFT(?, 200) WHERE difference_id = ?", note, id);
  }
  return fell_away;
}

}  // namespace

void hold_channel(db::Session& session, std::int64_t channel_id) {
  session.query("SELECT channel_id FROM payment_channels_channel WHERE channel_id = ? FOR UPDATE", channel_id).next();
}
void share_gate(db::Session& session, std::int64_t channel_id) {
  session.query("SELECT channel_id FROM payment_channels_gate WHERE channel_id = ? LOCK IN SHARE MODE", channel_id).next();
}
void hold_gate(db::Session& session, std::int64_t channel_id) {
  session.query("SELECT channel_id FROM payment_channels_gate WHERE channel_id = ? FOR UPDATE", channel_id).next();
}

std::optional<Reconciliation> find_reconciliation(db::Session& session, std::int64_t channel_id, Date business_date) {
  auto rows = session.query("SELECT reconciliation_id, channel_id, business_date, state, file_name, file_sha256, their_count, their_fen, our_count, our_fen, equal_count, equal_fen, job_id, loaded_by, "
                            "loaded_at, compared_at FROM payment_channels_reconciliation WHERE channel_id = ? AND business_date = ?", channel_id, business_date);
  if (!rows.next()) return {};
  return reconciliation_row(rows);
}

std::optional<Reconciliation> find_reconciliation(db::Session& session, std::int64_t reconciliation_id) {
  auto rows = session.query("SELECT reconciliation_id, channel_id, business_date, state, file_name, file_sha256, their_count, their_fen, our_count, our_fen, equal_count, equal_fen, job_id, loaded_by, "
                            "loaded_at, compared_at FROM payment_channels_reconciliation WHERE reconciliation_id = ?", reconciliation_id);
  if (!rows.next()) return {};
  return reconciliation_row(rows);
}

std::vector<Reconciliation> list_reconciliations(db::Session& session, std::int64_t channel_id, Date before, int limit) {
  std::vector<Reconciliation> list;
  for (auto rows = session.query("SELECT reconciliation_id, channel_id, business_date, state, file_name, file_sha256, their_count, their_fen, our_count, our_fen, equal_count, equal_fen, job_id, loaded_by, "
                                 "loaded_at, compared_at FROM payment_channels_reconciliation WHERE channel_id = ? AND business_date < ? ORDER BY business_date DESC LIMIT ?", channel_id, before, limit);
       rows.next();)
    list.push_back(reconciliation_row(rows));
  return list;
}

std::int64_t insert_reconciliation(db::Session& session, const Reconciliation& r) {
  session.execute("INSERT INTO payment_channels_reconciliation (channel_id, business_date, state, file_name, file_sha256, their_count, their_fen, loaded_by, loaded_at) "
                  "VALUES (?, ?, 'loaded', ?, ?, ?, ?, ?, ?)", r.channel_id, r.business_date, r.file_name, r.file_sha256, r.theirs.count, r.theirs.amount, r.loaded_by, r.loaded_at);
  return session.last_insert_id();
}

void set_their_total(db::Session& session, std::int64_t reconciliation_id, const SideTotal& theirs) {
  session.execute("UPDATE payment_channels_reconciliation SET their_count = ?, their_fen = ? WHERE reconciliation_id = ?", theirs.count, theirs.amount, reconciliation_id);
}

void set_job(db::Session& session, std::int64_t reconciliation_id, JobId job) {
  session.execute("UPDATE payment_channels_reconciliation SET job_id = ? WHERE reconciliation_id = ?", job, reconciliation_id);
}

void delete_reconciliation(db::Session& session, const Reconciliation& r) {
  // What its lines stood for is free for those of other files.
  session.execute("UPDATE payment_channels_difference SET kind = 'gone' WHERE reconciliation_id = ? AND kind = 'other_day'", r.id);
  for (const int days : kDaysAround)
    for (const int further : kDaysAround)
      if (days + further != 0) claim(session, r.channel_id, r.business_date + (days + further), r.business_date + days);
  // What another file besides this one has as well stays closed.
  session.execute("UPDATE payment_channels_difference d JOIN payment_channels_difference o ON o.item_id = d.item_id AND o.reconciliation_id = ? AND o.kind = 'gone' "
                  "LEFT JOIN payment_channels_difference t ON t.item_id = d.item_id AND t.kind = 'other_day' "
                  "SET d.state = 'open', d.how = NULL, d.note = '', d.decided_at = NULL, d.version = d.version + 1 "
                  "WHERE d.kind = 'only_ours' AND d.state = 'settled' AND d.how = 'ignore' AND d.decided_by IS NULL AND d.reconciliation_id <> ? AND t.difference_id IS NULL", r.id, r.id);
  // Where this file was compared before that of the item's own day, there is no such difference yet: the item would be on no list.
  session.execute("INSERT INTO payment_channels_difference (reconciliation_id, kind, serial_no, account_no, our_fen, item_id) "
                  "SELECT r.reconciliation_id, 'only_ours', COALESCE(i.serial_no, i.request_key), i.account_no, i.amount_fen, i.item_id FROM payment_channels_difference o "
                  "JOIN payment_channels_item i ON i.item_id = o.item_id AND i.state = 'paid' "
                  "JOIN payment_channels_reconciliation r ON r.channel_id = i.channel_id AND r.business_date = i.business_date AND r.state = 'compared' "
                  "LEFT JOIN payment_channels_their_item t ON t.reconciliation_id = r.reconciliation_id AND t.serial_no = i.serial_no "
                  "LEFT JOIN payment_channels_difference e ON e.item_id = i.item_id AND e.reconciliation_id <> ? "
                  "AND (e.kind IN ('only_ours', 'other_day', 'amount', 'account') OR (e.kind = 'only_theirs' AND e.state = 'settled' AND e.how = 'post')) "
                  "WHERE o.reconciliation_id = ? AND o.kind = 'gone' AND t.serial_no IS NULL AND e.difference_id IS NULL ORDER BY i.item_id", r.id, r.id);
  session.execute("DELETE FROM payment_channels_difference WHERE reconciliation_id = ?", r.id);
  session.execute("DELETE FROM payment_channels_their_item WHERE reconciliation_id = ?", r.id);
  session.execute("DELETE FROM payment_channels_reconciliation WHERE reconciliation_id = ?", r.id);
}

bool is_decided_about(db::Session& session, std::int64_t reconciliation_id) {
  return session.query("SELECT difference_id FROM payment_channels_difference WHERE reconciliation_id = ? AND (state = 'proposed' OR (state = 'settled' AND decided_by IS NOT NULL)) LIMIT 1 FOR UPDATE", reconciliation_id).next();
}

std::int64_t compare(db::Session& session, const Reconciliation& r, Instant now) {
  session.execute("DELETE FROM payment_channels_difference WHERE reconciliation_id = ?", r.id);
  const auto ours = total_of(session.query("SELECT COUNT(*), CAST(SUM(amount_fen) AS SIGNED) FROM payment_channels_item WHERE channel_id = ? AND business_date = ? AND kind = 'pay' AND state = 'paid'",
                                           r.channel_id, r.business_date));
  // Each line of theirs is looked for once. What is not paid with us on that day: where we have the item all the same (refused,
  // voided, reversed), the row says so.
  session.execute("INSERT INTO payment_channels_difference (reconciliation_id, kind, serial_no, account_no, their_fen, our_fen, item_id) "
                  "SELECT t.reconciliation_id, IF(i.item_id IS NULL OR i.state <> 'paid', 'only_theirs', IF(i.amount_fen <> t.amount_fen, 'amount', 'account')), t.serial_no, t.account_no, t.amount_fen, "
                  "IF(i.state = 'paid', i.amount_fen, NULL), i.item_id FROM payment_channels_their_item t "
                  "LEFT JOIN payment_channels_item i ON i.channel_id = ? AND i.business_date = ? AND i.serial_no = t.serial_no AND i.kind = 'pay' "
                  "WHERE t.reconciliation_id = ? AND (i.item_id IS NULL OR i.state <> 'paid' OR i.amount_fen <> t.amount_fen OR i.account_no <> t.account_no) ORDER BY t.line_no",
                  r.channel_id, r.business_date, r.id);
  const auto fell_away = release_claims(session, r);
  for (const int days : kDaysAround) {
    claim(session, r.channel_id, r.business_date, r.business_date + days);
    claim(session, r.channel_id, r.business_date + days, r.business_date);
  }
  // What was refused, voided or reversed on this day may have been taken in by hand for a line of another day's file: that file has it.
  session.execute("INSERT INTO payment_channels_difference (reconciliation_id, kind, serial_no, account_no, our_fen, item_id) "
                  "SELECT ?, 'only_ours', COALESCE(i.serial_no, i.request_key), i.account_no, i.amount_fen, i.item_id FROM payment_channels_item i "
                  "LEFT JOIN payment_channels_their_item t ON t.reconciliation_id = ? AND t.serial_no = i.serial_no "
                  "LEFT JOIN payment_channels_difference o ON o.item_id = i.item_id AND (o.kind IN ('other_day', 'amount', 'account') OR (o.kind = 'only_theirs' AND o.state = 'settled' AND o.how = 'post')) "
                  "WHERE i.channel_id = ? AND i.business_date = ? AND i.kind = 'pay' AND i.state = 'paid' AND t.serial_no IS NULL AND o.difference_id IS NULL ORDER BY i.item_id",
                  r.id, r.id, r.channel_id, r.business_date);
  // A line of theirs that is in no difference is equal.
  const auto unequal = total_of(session.query("SELECT COUNT(*), CAST(SUM(their_fen) AS SIGNED) FROM payment_channels_difference WHERE reconciliation_id = ? AND their_fen IS NOT NULL", r.id));
  const SideTotal equal{r.theirs.count - unequal.count, r.theirs.amount - unequal.amount};
  // An earlier day's item of ours that this file has after all is no longer one-sided, whatever somebody proposed to do about it: the note
  // says what fell away. Two statements, since assignments to several columns of joined tables have no order.
  session.execute("UPDATE payment_channels_difference d JOIN payment_channels_difference o ON o.item_id = d.item_id AND o.reconciliation_id = ? AND o.kind = 'other_day' "
                  "SET d.note = IF(d.state = 'proposed', LEFT(CONCAT('in the file of another day, so the proposal fell away: ', d.how, ', ', d.note), 200), 'in the file of another day') "
                  "WHERE d.kind = 'only_ours' AND d.state IN ('open', 'proposed') AND d.reconciliation_id <> ?", r.id, r.id);
  session.execute("UPDATE payment_channels_difference d JOIN payment_channels_difference o ON o.item_id = d.item_id AND o.reconciliation_id = ? AND o.kind = 'other_day' "
                  "SET d.state = 'settled', d.how = 'ignore', d.decided_at = ?, d.version = d.version + 1 "
                  "WHERE d.kind = 'only_ours' AND d.state IN ('open', 'proposed') AND d.reconciliation_id <> ?", r.id, now, r.id);
  session.execute("UPDATE payment_channels_reconciliation SET state = 'compared', our_count = ?, our_fen = ?, equal_count = ?, equal_fen = ?, compared_at = ? WHERE reconciliation_id = ?", ours.count,
                  ours.amount, equal.count, equal.amount, now, r.id);
  for (const auto& entry : fell_away) security::append_audit(session, now, entry);
  return r.theirs.count;
}

std::optional<std::int64_t> find_paid_beside(db::Session& session, std::int64_t channel_id, Date business_date, const Difference& line) {
  auto rows = session.query("SELECT i.item_id FROM payment_channels_item i LEFT JOIN payment_channels_reconciliation own ON own.channel_id = i.channel_id AND own.business_date = i.business_date "
                            "LEFT JOIN payment_channels_their_item t ON t.reconciliation_id = own.reconciliation_id AND t.serial_no = i.serial_no "
                            "WHERE i.channel_id = ? AND i.business_date IN (?, ?, ?, ?) AND i.serial_no = ? AND i.kind = 'pay' AND i.state = 'paid' AND i.content_hash <> '' AND i.account_no = ? AND i.amount_fen = ? "
                            "AND t.serial_no IS NULL ORDER BY i.item_id LIMIT 1", channel_id, business_date + -2, business_date + -1, business_date + 1, business_date + 2, line.serial_no, line.account_no, line.theirs);
  if (!rows.next()) return {};
  return rows.i64(0);
}

bool is_in_another_file(db::Session& session, std::int64_t item_id) {
  return session.query("SELECT difference_id FROM payment_channels_difference WHERE item_id = ? AND (kind = 'other_day' OR (kind = 'only_theirs' AND state = 'settled' AND how = 'post')) LIMIT 1", item_id).next();
}

std::optional<Difference> lock_difference(db::Session& session, std::int64_t difference_id) {
  auto rows = session.query("SELECT difference_id, reconciliation_id, kind, serial_no, account_no, their_fen, our_fen, item_id, state, how, note, proposed_by, proposed_at, decided_by, decided_at, payment_id, "
                            "version FROM payment_channels_difference WHERE difference_id = ? FOR UPDATE", difference_id);
  if (!rows.next()) return {};
  return difference_row(rows);
}

std::vector<Difference> list_differences(db::Session& session, std::int64_t reconciliation_id, std::int64_t after, int limit) {
  std::vector<Difference> list;
  for (auto rows = session.query("SELECT difference_id, reconciliation_id, kind, serial_no, account_no, their_fen, our_fen, item_id, state, how, note, proposed_by, proposed_at, decided_by, decided_at, "
                                 "payment_id, version FROM payment_channels_difference WHERE reconciliation_id = ? AND difference_id > ? ORDER BY difference_id LIMIT ?", reconciliation_id, after, limit);
       rows.next();)
    list.push_back(difference_row(rows));
  return list;
}

std::vector<DifferenceCount> count_differences(db::Session& session, std::int64_t reconciliation_id) {
  std::vector<DifferenceCount> counts;
  for (auto rows = session.query("SELECT kind, state, COUNT(*) FROM payment_channels_difference WHERE reconciliation_id = ? GROUP BY kind, state ORDER BY kind, state", reconciliation_id); rows.next();)
    counts.push_back({difference_kind_of(rows.text(0)).value_or(DifferenceKind::kOtherDay), difference_state_of(rows.text(1)).value_or(DifferenceState::kOpen), rows.i64(2)});
  return counts;
}

void update_difference(db::Session& session, const Difference& d) {
  session.execute("UPDATE payment_channels_difference SET state = ?, how = ?, note = ?, proposed_by = ?, proposed_at = ?, decided_by = ?, decided_at = ?, payment_id = ?, item_id = ?, version = version + 1 "
                  "WHERE difference_id = ?", name_of(d.state), d.how ? std::optional(std::string(name_of(*d.how))) : std::nullopt, d.note, d.proposed_by, d.proposed_at, d.decided_by, d.decided_at,
                  d.payment_id, d.item_id, d.id);
}

}  // namespace mis::payment_channels

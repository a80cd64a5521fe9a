#include "modules/cashier/receipt_store.hpp"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "mis/db/bulk_writer.hpp"
#include "mis/files/lookup.hpp"

namespace mis::cashier {
namespace {

Receipt receipt_row(const db::Rows& row) {
  Receipt r;
  r.id = {row.i64(0)};
  r.receipt_no = row.text(1);
  r.session = {row.i64(2)};
  r.session_no = row.text(3);
  r.cashier = {row.i64(4)};
  r.cashier_name = row.text_or_null(5).value_or("");
  r.hall = {row.i64(6)};
  r.hall_code = row.text(7);
  r.hall_name = row.text(8);
  r.day = row.date(9);
  r.taken_at = row.instant(10);
  r.method = receivables::method_of(row.text(11)).value_or(PaymentMethod::kCash);
  r.total = {row.i64(12)};
  if (const auto tendered = row.i64_or_null(13)) r.tendered = Money{*tendered};
  r.reference = row.text_or_null(14).value_or("");
  r.number = row.i32(15);
  return r;
}

// Lines, bills, prints and reversals of all receipts, with one statement each.
void complete(db::Session& session, std::vector<Receipt>& receipts) {
  std::unordered_map<std::int64_t, Receipt*> by_id;
  std::vector<std::int64_t> ids;
  for (auto& receipt : receipts) {
    by_id[receipt.id.value] = &receipt;
    ids.push_back(receipt.id.value);
  }
  const std::span<const std::int64_t> keys(ids);
  files::query_in(session, "SELECT receipt_id, account_id, account_no, name, payment_id, amount_fen, advance_fen FROM cashier_receipt_line WHERE receipt_id IN (*) ORDER BY receipt_id, line_no", keys,
                  [&](db::Rows& row) { by_id[row.i64(0)]->lines.push_back({{row.i64(1)}, row.text(2), row.text(3), {row.i64(4)}, {row.i64(5)}, {row.i64(6)}, {}}); });
  files::query_in(session, "SELECT receipt_id, line_no, billing_month, revision, principal_fen, late_fen FROM cashier_receipt_bill WHERE receipt_id IN (*) "
                           "ORDER BY receipt_id, line_no, billing_month, revision", keys, [&](db::Rows& row) {
    auto& lines = by_id[row.i64(0)]->lines;
    const auto index = static_cast<std::size_t>(row.i64(1)) - 1;
    if (index < lines.size()) lines[index].bills.push_back({row.month(2), row.i32(3), {row.i64(4)}, {row.i64(5)}});
  });
  files::query_in(session, "SELECT receipt_id, COUNT(print_no) FROM cashier_receipt_print WHERE receipt_id IN (*) GROUP BY receipt_id", keys, [&](db::Rows& row) { by_id[row.i64(0)]->prints = row.i32(1); });
  files::query_in(session, "SELECT v.receipt_id, v.reason, v.reversed_at, u.name, a.name, v.session_id FROM cashier_reversal v LEFT JOIN administration_user_name u ON u.user_id = v.reversed_by "
                           "LEFT JOIN administration_user_name a ON a.user_id = v.approved_by WHERE v.receipt_id IN (*)", keys, [&](db::Rows& row) {
    by_id[row.i64(0)]->reversal = ReceiptReversal{row.text(1), row.instant(2), row.text_or_null(3).value_or(""), row.text_or_null(4).value_or(""), {row.i64(5)}};
  });
}

}  // namespace

std::string payment_reference(std::string_view receipt_no, int line_no) { return fmt::format("{}/{}", receipt_no, line_no); }

void write_receipt(db::Session& session, const Receipt& receipt) {
  session.execute("INSERT INTO cashier_receipt (receipt_id, receipt_no, session_id, number, taken_at, method, total_fen, tendered_fen, reference) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", receipt.id,
                  receipt.receipt_no, receipt.session, receipt.number, receipt.taken_at, receivables::name_of(receipt.method), receipt.total, receipt.tendered,
                  receipt.reference.empty() ? std::optional<std::string>() : std::optional(receipt.reference));
  db::BulkWriter lines("cashier_receipt_line", {"receipt_id", "line_no", "account_id", "payment_id", "amount_fen", "advance_fen", "account_no", "name"});
  db::BulkWriter bills("cashier_receipt_bill", {"receipt_id", "line_no", "billing_month", "revision", "principal_fen", "late_fen"});
  int line_no = 0;
  for (const auto& line : receipt.lines) {
    lines.add(receipt.id).add(++line_no).add(line.account).add(line.payment).add(line.amount).add(line.advance).add(line.account_no).add(line.name);
    lines.end_row();
    for (const auto& bill : line.bills) {
      bills.add(receipt.id).add(line_no).add(bill.month).add(bill.revision).add(bill.principal).add(bill.late);
      bills.end_row();
    }
  }
  lines.flush(session);
  if (bills.pending_rows() > 0) bills.flush(session);
}

Result<Receipt> find_receipt(db::Session& session, std::string_view receipt_no, std::string_view scope_pattern) {
  std::vector<Receipt> found;
  {
    auto rows = session.query("SELECT r.receipt_id, r.receipt_no, r.session_id, s.session_no, s.cashier, u.name, s.org_id, o.code, o.name, s.day, r.taken_at, r.method, r.total_fen, r.tendered_fen, r.reference, r.number "
                              "FROM cashier_receipt r JOIN cashier_session s ON s.session_id = r.session_id JOIN administration_org_name o ON o.org_id = s.org_id "
                              "LEFT JOIN administration_user_name u ON u.user_id = s.cashier WHERE r.receipt_no = ? AND o.path LIKE ?", receipt_no, scope_pattern);
    if (!rows.next()) return not_found("cashier.no_receipt", "expected a receipt with this number but there is none in your data scope");
    found.push_back(receipt_row(rows));
  }
  complete(session, found);
  return std::move(found.front());
}

std::vector<Receipt> list_receipts(db::Session& session, const ReceiptFilter& filter) {
  std::vector<Receipt> list;
  const auto before = filter.before.value == 0 ? INT64_MAX : filter.before.value;
  // One statement for each way of looking, so that each has its index.
  if (filter.account) {
    for (auto rows = session.query("SELECT r.receipt_id, r.receipt_no, r.session_id, s.session_no, s.cashier, u.name, s.org_id, o.code, o.name, s.day, r.taken_at, r.method, r.total_fen, r.tendered_fen, r.reference, r.number "
                                   "FROM cashier_receipt_line l JOIN cashier_receipt r ON r.receipt_id = l.receipt_id JOIN cashier_session s ON s.session_id = r.session_id "
                                   "JOIN administration_org_name o ON o.org_id = s.org_id LEFT JOIN administration_user_name u ON u.user_id = s.cashier "
                                   "WHERE l.account_id = ? AND l.receipt_id < ? AND o.path LIKE ? AND s.session_id = COALESCE(?, s.session_id) AND s.day = COALESCE(?, s.day) "
                                   "ORDER BY l.receipt_id DESC LIMIT ?", *filter.account, before, filter.scope_pattern, filter.session, filter.day, filter.limit); rows.next();)
      list.push_back(receipt_row(rows));
  } else if (filter.session) {
    for (auto rows = session.query("SELECT r.receipt_id, r.receipt_no, r.session_id, s.session_no, s.cashier, u.name, s.org_id, o.code, o.name, s.day, r.taken_at, r.method, r.total_fen, r.tendered_fen, r.reference, r.number "
                                   "FROM cashier_receipt r JOIN cashier_session s ON s.session_id = r.session_id JOIN administration_org_name o ON o.org_id = s.org_id "
                                   "LEFT JOIN administration_user_name u ON u.user_id = s.cashier WHERE r.session_id = ? AND r.receipt_id < ? AND o.path LIKE ? AND s.day = COALESCE(?, s.day) "
                                   "ORDER BY r.receipt_id DESC LIMIT ?", *filter.session, before, filter.scope_pattern, filter.day, filter.limit); rows.next();)
      list.push_back(receipt_row(rows));
  } else if (filter.day) {
    for (auto rows = session.query("SELECT r.receipt_id, r.receipt_no, r.session_id, s.session_no, s.cashier, u.name, s.org_id, o.code, o.name, s.day, r.taken_at, r.method, r.total_fen, r.tendered_fen, r.reference, r.number "
                                   "FROM cashier_session s JOIN cashier_receipt r ON r.session_id = s.session_id JOIN administration_org_name o ON o.org_id = s.org_id "
                                   "LEFT JOIN administration_user_name u ON u.user_id = s.cashier WHERE s.day = ? AND r.receipt_id < ? AND o.path LIKE ? "
                                   "ORDER BY r.receipt_id DESC LIMIT ?", *filter.day, before, filter.scope_pattern, filter.limit); rows.next();)
      list.push_back(receipt_row(rows));
  } else {
    for (auto rows = session.query("SELECT r.receipt_id, r.receipt_no, r.session_id, s.session_no, s.cashier, u.name, s.org_id, o.code, o.name, s.day, r.taken_at, r.method, r.total_fen, r.tendered_fen, r.reference, r.number "
                                   "FROM cashier_receipt r JOIN cashier_session s ON s.session_id = r.session_id JOIN administration_org_name o ON o.org_id = s.org_id "
                                   "LEFT JOIN administration_user_name u ON u.user_id = s.cashier WHERE r.receipt_id < ? AND o.path LIKE ? "
                                   "ORDER BY r.receipt_id DESC LIMIT ?", before, filter.scope_pattern, filter.limit); rows.next();)
      list.push_back(receipt_row(rows));
  }
  complete(session, list);
  return list;
}

}  // namespace mis::cashier

#include "modules/billing/review_store.hpp"

#include "modules/billing/domain/flags.hpp"

namespace mis::billing {
namespace {

constexpr std::string_view kExceptionColumns =
    "SELECT e.route_id, e.account_id, e.reason, e.usage_point_id, e.severity, e.argument_1, e.argument_2, a.account_no, a.name, COALESCE(t.code, ''), "
    "COALESCE(r.action, ''), COALESCE(r.note, ''), COALESCE(u.name, '') FROM billing_exception e "
    "JOIN customers_account_label a ON a.account_id = e.account_id JOIN administration_org_name o ON o.org_id = a.org_id "
    "LEFT JOIN meter_reading_route_name t ON t.route_id = e.route_id "
    "LEFT JOIN billing_exception_resolution r ON r.run_id = e.run_id AND r.account_id = e.account_id AND r.seq = "
    "(SELECT MAX(x.seq) FROM billing_exception_resolution x WHERE x.run_id = e.run_id AND x.account_id = e.account_id) AND r.seq > e.after_decision "
    "LEFT JOIN administration_user_name u ON u.user_id = r.decided_by WHERE e.run_id = ? AND o.path LIKE ? ";

ExceptionRow exception_from(const db::Rows& row) {
  return {{row.i64(0)}, {row.i64(1)}, static_cast<ExceptionKind>(row.i32(2)), {row.i64(3)}, static_cast<Severity>(row.i32(4)), row.i64(5), row.i64(6),
          row.text(7), row.text(8), row.text(9), row.text(10), row.text(11), row.text(12)};
}

}  // namespace

std::vector<ExceptionRow> list_exceptions(db::Session& session, RunId run, const ExceptionFilter& f) {
  std::vector<ExceptionRow> list;
  for (auto rows = session.query(std::string(kExceptionColumns) +
                                     "AND (? IS NULL OR e.reason = ?) AND (? = '' OR (? = 'open') = (r.action IS NULL)) "
                                     "AND (e.route_id, e.account_id, e.reason, e.usage_point_id) > (?, ?, ?, ?) "
                                     "ORDER BY e.route_id, e.account_id, e.reason, e.usage_point_id LIMIT ?",
                                 run, f.scope, f.reason, f.reason, f.state, f.state, f.after_route, f.after_account, f.after_reason, f.after_usage_point, f.limit);
       rows.next();)
    list.push_back(exception_from(rows));
  return list;
}

std::optional<ExceptionRow> find_exception(db::Session& session, RunId run, AccountId account, int reason, std::int64_t usage_point, std::string_view scope) {
  auto rows = session.query(std::string(kExceptionColumns) + "AND e.account_id = ? AND e.reason = ? AND e.usage_point_id = ?", run, scope, account, reason, usage_point);
  return rows.next() ? std::optional(exception_from(rows)) : std::nullopt;
}

std::map<int, std::int64_t> count_exceptions(db::Session& session, RunId run, std::string_view scope) {
  std::map<int, std::int64_t> counts;
  for (auto rows = session.query("SELECT e.reason, COUNT(*) FROM billing_exception e JOIN customers_account_label a ON a.account_id = e.account_id "
                                 "JOIN administration_org_name o ON o.org_id = a.org_id WHERE e.run_id = ? AND o.path LIKE ? GROUP BY e.reason", run, scope); rows.next();)
    counts[rows.i32(0)] = rows.i64(1);
  return counts;
}

std::vector<ReviewRow> list_flagged(db::Session& session, BillingMonth month, const ReviewFilter& f) {
  std::vector<ReviewRow> list;
  for (auto rows = session.query(
           "SELECT b.route_id, b.account_id, b.revision, a.account_no, a.name, b.category, b.energy_wh, b.amount_fen, b.flags FROM billing_bill b "
           "JOIN customers_account_label a ON a.account_id = b.account_id JOIN administration_org_name o ON o.org_id = b.org_id "
           "WHERE b.billing_month = ? AND b.flags <> 0 AND (? = 0 OR b.flags & ? <> 0) AND o.path LIKE ? AND (b.route_id, b.account_id) > (?, ?) "
           "ORDER BY b.route_id, b.account_id, b.revision LIMIT ?", month, f.flag, f.flag, f.scope, f.after_route, f.after_account, f.limit); rows.next();)
    list.push_back({month, {rows.i64(0)}, {rows.i64(1)}, rows.i32(2), rows.text(3), rows.text(4), rows.text(5), {rows.i64(6)}, {rows.i64(7)}, rows.i32(8), {}, {}});
  for (auto& row : list) {
    row.last_month = past_month(session, row.account, month.plus(-1));
    row.last_year = past_month(session, row.account, month.plus(-12));
  }
  return list;
}

std::map<int, std::int64_t> count_flags(db::Session& session, BillingMonth month, std::string_view scope) {
  std::map<int, std::int64_t> counts;
  for (auto rows = session.query("SELECT b.flags, COUNT(*) FROM billing_bill b JOIN administration_org_name o ON o.org_id = b.org_id "
                                 "WHERE b.billing_month = ? AND b.flags <> 0 AND o.path LIKE ? GROUP BY b.flags", month, scope); rows.next();)
    for (const auto flag : kAllFlags)
      if (rows.i32(0) & static_cast<int>(flag)) counts[static_cast<int>(flag)] += rows.i64(1);
  return counts;
}

std::optional<PastMonth> past_month(db::Session& session, AccountId account, BillingMonth month) {
  {
    auto rows = session.query("SELECT energy_wh, amount_fen, tier_energy_wh FROM billing_bill WHERE account_id = ? AND billing_month = ? ORDER BY revision DESC LIMIT 1", account, month);
    if (rows.next()) return PastMonth{{rows.i64(0)}, {rows.i64(1)}, {rows.i64(2)}};
  }
  auto rows = session.query("SELECT energy_wh, amount_fen, tier_energy_wh FROM billing_history WHERE account_id = ? AND billing_month = ?", account, month);
  if (rows.next()) return PastMonth{{rows.i64(0)}, {rows.i64(1)}, {rows.i64(2)}};
  return {};
}

}  // namespace mis::billing

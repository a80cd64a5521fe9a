#include "modules/billing/month_store.hpp"

namespace mis::billing {

ReadingCounts count_readings(db::Session& session, BillingMonth month) {
  ReadingCounts counts;
  {
    auto rows = session.query("SELECT CAST(COALESCE(SUM(accounts), 0) AS SIGNED) FROM customers_route_size");
    if (rows.next()) counts.accounts = rows.i64(0);
  }
  {
    const auto range = month.range();
    auto rows = session.query("SELECT COUNT(*) FROM metering_installed WHERE valid_from < ? AND valid_to >= ?", range.to, range.to);
    if (rows.next()) counts.meters = rows.i64(0);
  }
  auto rows = session.query("SELECT COUNT(DISTINCT route_id, installation_id) FROM meter_reading_index WHERE billing_month = ? AND kind = 1 AND quality <> 4", month);
  if (rows.next()) counts.read = rows.i64(0);
  return counts;
}

std::vector<Sum> sums_by_category(db::Session& session, RunId run, std::string_view scope) {
  std::vector<Sum> sums;
  for (auto rows = session.query("SELECT s.category, CAST(SUM(s.bills) AS SIGNED), CAST(SUM(s.energy_wh) AS SIGNED), CAST(SUM(s.amount_fen) AS SIGNED) FROM billing_run_shard s "
                                 "JOIN administration_org_name o ON o.org_id = s.org_id WHERE s.run_id = ? AND o.path LIKE ? GROUP BY s.category ORDER BY SUM(s.amount_fen) DESC", run, scope); rows.next();)
    sums.push_back({{}, rows.text(0), "", rows.i64(1), {rows.i64(2)}, {rows.i64(3)}});
  return sums;
}

std::vector<Sum> sums_by_station(db::Session& session, RunId run, std::string_view scope) {
  std::vector<Sum> sums;
  for (auto rows = session.query("SELECT o.org_id, o.name, o.name_en, CAST(SUM(s.bills) AS SIGNED), CAST(SUM(s.energy_wh) AS SIGNED), CAST(SUM(s.amount_fen) AS SIGNED) "
                                 "FROM billing_run_shard s JOIN administration_org_name o ON o.org_id = s.org_id WHERE s.run_id = ? AND o.path LIKE ? "
                                 "GROUP BY o.org_id, o.name, o.name_en ORDER BY o.org_id", run, scope); rows.next();)
    sums.push_back({{rows.i64(0)}, rows.text(1), rows.text(2), rows.i64(3), {rows.i64(4)}, {rows.i64(5)}});
  return sums;
}

void restrict_to(Run& run, db::Session& session, std::string_view scope) {
  auto rows = session.query("SELECT CAST(COALESCE(SUM(s.accounts), 0) AS SIGNED), CAST(COALESCE(SUM(s.bills), 0) AS SIGNED), CAST(COALESCE(SUM(s.flagged), 0) AS SIGNED), "
                            "CAST(COALESCE(SUM(s.energy_wh), 0) AS SIGNED), CAST(COALESCE(SUM(s.amount_fen), 0) AS SIGNED) FROM billing_run_shard s "
                            "JOIN administration_org_name o ON o.org_id = s.org_id WHERE s.run_id = ? AND o.path LIKE ?", run.id, scope);
  rows.next();
  run.accounts = rows.i64(0);
  run.bills = rows.i64(1);
  run.flagged = rows.i64(2);
  run.energy = {rows.i64(3)};
  run.amount = {rows.i64(4)};
}

std::vector<BillingMonth> months_with_readings(db::Session& session) {
  // One look into the index per month: "the newest below the last one found" instead of grouping two million rows.
  std::vector<BillingMonth> months;
  std::int64_t below = 999999;
  while (months.size() < 36) {
    auto rows = session.query("SELECT billing_month FROM meter_reading_index WHERE billing_month < ? ORDER BY billing_month DESC LIMIT 1", below);
    if (!rows.next()) break;
    months.push_back(rows.month(0));
    below = months.back().yyyymm;
  }
  return months;
}

}  // namespace mis::billing

#include "modules/meter_reading/store.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "mis/base/rounding.hpp"

namespace mis::meter_reading::store {
namespace {

// What is typed is looked for as it stands: its % and _ are no wildcards.
std::string containing(std::string_view text) {
  std::string out = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out + "%";
}

// The use between two indexes, across the end of the dial where it rolled over. Nothing where an index is missing or the
// drop is no rollover: then the month's use is a question for people.
std::optional<Energy> used(const ReadingRow& before, const ReadingRow& now) {
  const std::int64_t from = before.reading.registers.total_e4, to = now.reading.registers.total_e4;
  if (from == kNoIndex || to == kNoIndex) return {};
  std::int64_t moved = to - from;
  if (moved < 0) {
    std::int64_t dial = 10'000;
    for (int i = 0; i < now.register_digits; ++i) dial *= 10;
    moved += dial;
    if (moved < 0 || moved > dial / 10) return {};
  }
  // 1/10,000 kWh is a tenth of a Wh. The range of an index (ten digits) times a ratio of 10⁸ still fits 128 bits.
  const int128 tenths = int128{moved} * now.ratio;
  return Energy{static_cast<std::int64_t>(divide_rounded(tenths, int128{10}, Rounding::kHalfUp))};
}

void mark_and_count(std::vector<ReadingRow>& rows) {
  // Oldest first within an installation, so that each meets the one before it.
  std::map<std::int64_t, std::vector<ReadingRow*>> by_installation;
  for (auto it = rows.rbegin(); it != rows.rend(); ++it) by_installation[it->reading.installation_id.value].push_back(&*it);
  for (auto& [installation, series] : by_installation) {
    for (std::size_t i = 0; i + 1 < series.size(); ++i) {
      const Reading& a = series[i]->reading;
      const Reading& b = series[i + 1]->reading;
      series[i]->superseded = a.billing_month == b.billing_month && a.kind == b.kind;
    }
    const ReadingRow* before = nullptr;
    for (ReadingRow* row : series) {
      if (row->superseded) continue;
      if (before && row->reading.kind != ReadingKind::kInstallation) row->energy = used(*before, *row);
      if (row->reading.registers.total_e4 != kNoIndex) before = row;
    }
  }
}

}  // namespace

std::optional<std::vector<ReadingRow>> readings_of_account(db::Session& session, std::string_view account_no, const std::string& scope_pattern,
                                                           BillingMonth newest) {
  std::int64_t account = 0;
  {
    auto found = session.query(
        "SELECT a.account_id FROM customers_account_place a JOIN administration_org_name o ON o.org_id = a.org_id "
        "WHERE a.account_no = ? AND o.path LIKE ?",
        account_no, scope_pattern);
    if (!found.next()) return std::nullopt;
    account = found.i64(0);
  }
  std::vector<ReadingRow> out;
  // Within a month: the removal of the old meter is shown above what came before it, so kinds go by their order in time.
  auto rows = session.query(
      "SELECT r.billing_month, r.installation_id, r.seq, r.kind, r.read_at, r.source, r.quality, r.total_e4, r.sharp_e4, r.peak_e4, r.flat_e4, "
      "r.valley_e4, r.deep_e4, r.reactive_forward_e4, r.reactive_reverse_e4, r.reverse_total_e4, r.max_demand_w, i.asset_no, "
      "i.ct_ratio * i.pt_ratio, i.register_digits "
      "FROM metering_installed i JOIN meter_reading_reading r ON r.installation_id = i.installation_id "
      "WHERE i.account_id = ? AND r.billing_month <= ? "
      "ORDER BY r.billing_month DESC, r.installation_id DESC, r.kind = 2, r.kind DESC, r.seq DESC LIMIT 5000",
      account, newest);
  while (rows.next()) {
    ReadingRow row;
    Reading& r = row.reading;
    r.billing_month = rows.month(0);
    r.installation_id = {rows.i64(1)};
    r.seq = rows.i32(2);
    r.kind = static_cast<ReadingKind>(rows.i32(3));
    r.read_at = rows.instant(4);
    r.source = static_cast<Source>(rows.i32(5));
    r.quality = static_cast<Quality>(rows.i32(6));
    std::int64_t* const registers[] = {&r.registers.total_e4, &r.registers.sharp_e4, &r.registers.peak_e4, &r.registers.flat_e4, &r.registers.valley_e4,
                                       &r.registers.deep_e4, &r.registers.reactive_forward_e4, &r.registers.reactive_reverse_e4,
                                       &r.registers.reverse_total_e4, &r.registers.max_demand_w};
    for (int i = 0; i < 10; ++i) *registers[i] = rows.i64_or_null(7 + i).value_or(kNoIndex);
    row.asset_no = rows.text(17);
    row.ratio = rows.i32(18);
    row.register_digits = rows.i32(19);
    out.push_back(std::move(row));
  }
  mark_and_count(out);
  return out;
}

std::vector<RouteRow> routes(db::Session& session, const RouteSearch& search) {
  const std::string like = containing(search.text);
  auto rows = session.query(
      "SELECT r.route_id, r.code, r.name, r.org_id, r.cycle_day, o.name, COALESCE(u.name, ''), "
      "  (SELECT COUNT(*) FROM customers_account_place a WHERE a.route_id = r.route_id) "
      "FROM meter_reading_route r JOIN administration_org_name o ON o.org_id = r.org_id "
      "LEFT JOIN administration_user_name u ON u.user_id = r.reader_user_id "
      "WHERE o.path LIKE ? AND r.code > ? AND (r.code LIKE ? OR r.name LIKE ?) ORDER BY r.code LIMIT ?",
      search.scope_pattern, search.after_code, like, like, search.limit);
  std::vector<RouteRow> out;
  while (rows.next()) {
    out.push_back({{{rows.i64(0)}, rows.text(1), rows.text(2), {rows.i64(3)}, {}, rows.i32(4)}, rows.text(5), rows.text(6), rows.i64(7)});
  }
  return out;
}

std::vector<RouteProgress> meters_of_month(db::Session& session, BillingMonth month) {
  std::vector<RouteProgress> out;
  std::unordered_map<std::int64_t, std::size_t> at;
  {
    auto rows = session.query(
        "SELECT r.route_id, r.org_id, o.name, o.path FROM meter_reading_route r JOIN administration_org_name o ON o.org_id = r.org_id ORDER BY r.route_id");
    while (rows.next()) {
      at.emplace(rows.i64(0), out.size());
      out.push_back({{rows.i64(0)}, {rows.i64(1)}, rows.text(2), rows.text(3), 0, 0, 0, 0});
    }
  }
  const DateRange range = month.range();
  {
    auto rows = session.query(
        "SELECT a.route_id, COUNT(*) FROM metering_installed i JOIN customers_account_place a ON a.account_id = i.account_id "
        "WHERE i.valid_from < ? AND i.valid_to >= ? GROUP BY a.route_id",
        range.to, range.to);
    while (rows.next()) {
      if (const auto found = at.find(rows.i64(0)); found != at.end()) out[found->second].meters = rows.i64(1);
    }
  }
  return out;
}

void count_readings(db::Session& session, BillingMonth month, std::vector<RouteProgress>& routes) {
  std::unordered_map<std::int64_t, RouteProgress*> at;
  for (RouteProgress& route : routes) at.emplace(route.route_id.value, &route);
  // The quality of the reading that counts: the highest seq of each installation, found as the largest of seq and quality
  // together, in one pass over the month in the order of its key.
  auto rows = session.query(
      "SELECT route_id, CAST(SUM(quality <> 4) AS SIGNED), CAST(SUM(quality = 3) AS SIGNED) FROM ("
      "  SELECT route_id, installation_id, MAX(seq * 10 + quality) % 10 AS quality FROM meter_reading_reading "
      "  WHERE billing_month = ? AND kind = 1 GROUP BY route_id, installation_id) latest GROUP BY route_id",
      month);
  while (rows.next()) {
    const auto found = at.find(rows.i64(0));
    if (found == at.end()) continue;
    found->second->read = rows.i64(1);
    found->second->suspect = rows.i64(2);
  }
  for (RouteProgress& route : routes) route.missing = std::max<std::int64_t>(route.meters - route.read, 0);
}

}  // namespace mis::meter_reading::store

#include "modules/metering/store.hpp"

#include <algorithm>

namespace mis::metering::store {
namespace {

constexpr int kInstallation = 2;  // the kinds of readings, as meter_reading numbers them

std::vector<InstalledMeter> meters_of(db::Session& session, UsagePointId point) {
  std::vector<InstalledMeter> meters;
  {
    auto rows = session.query(
        "SELECT installation_id, asset_no, meter_kind, register_digits, valid_from, valid_to, ct_ratio, pt_ratio FROM metering_installed "
        "WHERE usage_point_id = ? ORDER BY valid_from DESC",
        point);
    while (rows.next()) {
      meters.push_back({{rows.i64(0)}, rows.text(1), rows.text(2), rows.i32(3), {rows.date(4), rows.date(5)}, rows.i32(6), rows.i32(7), {}, {}});
    }
  }
  for (InstalledMeter& meter : meters) {
    auto rows = session.query(
        "SELECT kind, total_e4, sharp_e4, peak_e4, flat_e4, valley_e4, deep_e4, reactive_forward_e4, reactive_reverse_e4, reverse_total_e4, "
        "max_demand_w FROM meter_reading_start_end WHERE installation_id = ? ORDER BY seq",
        meter.installation_id);
    while (rows.next()) {
      RegisterValues values;
      for (int i = 0; i < 10; ++i) values[static_cast<std::size_t>(i)] = rows.i64_or_null(1 + i);
      (rows.i32(0) == kInstallation ? meter.start : meter.end) = values;  // a later one supersedes
    }
  }
  return meters;
}

}  // namespace

std::optional<std::vector<PointPage>> points_of_account(db::Session& session, std::string_view account_no, const std::string& scope_pattern) {
  std::int64_t account = 0;
  {
    auto rows = session.query(
        "SELECT a.account_id FROM customers_account_place a JOIN administration_org_name o ON o.org_id = a.org_id "
        "WHERE a.account_no = ? AND o.path LIKE ?",
        account_no, scope_pattern);
    if (!rows.next()) return {};
    account = rows.i64(0);
  }
  std::vector<PointPage> points;
  {
    auto rows = session.query(
        "SELECT u.usage_point_id, u.usage_point_no, u.kind, u.deduction_kind, u.deduction_value, COALESCE(p.usage_point_no, '') "
        "FROM metering_usage_point u LEFT JOIN metering_usage_point p ON p.usage_point_id = u.parent_id WHERE u.account_id = ? ORDER BY u.usage_point_no",
        account);
    while (rows.next()) {
      PointPage page;
      page.point.usage_point_id = {rows.i64(0)};
      page.point.account_id = {account};
      page.point.usage_point_no = rows.text(1);
      page.point.kind = rows.text(2);
      page.point.deduction_kind = rows.text_or_null(3);
      page.point.deduction_value = rows.i64(4);
      page.parent_no = rows.text(5);
      points.push_back(std::move(page));
    }
  }
  for (PointPage& page : points) page.meters = meters_of(session, page.point.usage_point_id);
  return points;
}

}  // namespace mis::metering::store

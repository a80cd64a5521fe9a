#include "db/demo/county.hpp"

#include <algorithm>

namespace mis::demo {

Result<County> County::plan(const CountyOptions& options) {
  if (auto checked = check(options); !checked) return std::move(checked).error();
  County county;
  auto book = read_tariff_book(options.reference_folder);
  if (!book) return std::move(book).error();
  county.book_ = std::move(*book);
  auto staff = make_staff(options);
  if (!staff) return std::move(staff).error();
  county.staff_ = std::move(*staff);
  county.layout_ = make_layout(options);
  return county;
}

std::vector<meter_reading::Route> County::routes() const {
  std::vector<meter_reading::Route> list;
  list.reserve(layout_.routes.size());
  for (const auto& plan : layout_.routes) {
    list.push_back(plan.route);
    list.back().reader_user_id = reader_of(plan);
  }
  return list;
}

void County::make_route(std::size_t route_index, RouteRows& out) const {
  out.clear();
  const auto& route = layout_.routes[route_index];
  const auto months = static_cast<std::size_t>(layout_.options.months);
  std::vector<std::vector<meter_reading::Reading>> readings(months + 1);
  std::vector<std::vector<billing::MigratedMonth>> history(months);
  HistoryBiller biller(book_);
  Cursor cursor{route.first_usage_point, route.first_meter};
  for (std::int64_t i = 0; i < route.accounts; ++i) {
    const auto account_id = route.first_account + i;
    const auto premises = premises_of(layout_, account_id);
    const auto points_before = out.usage_points.size();
    const auto meters = add_account_rows(layout_, route, account_id, premises, cursor, out);
    const auto measured = add_readings(layout_, route, account_id, premises, meters, readings);
    const auto* second = out.usage_points.size() - points_before == 2 ? &out.usage_points.back() : nullptr;
    biller.bill(layout_, {out.accounts.back(), out.agreements.back(), out.usage_points[points_before], second}, measured, history);
  }
  // The order of the tables' keys: bulk rows go in fastest that way.
  for (auto& month : readings) {
    std::sort(month.begin(), month.end(), [](const auto& a, const auto& b) {
      return a.installation_id != b.installation_id ? a.installation_id < b.installation_id : a.kind < b.kind;
    });
    out.readings.insert(out.readings.end(), month.begin(), month.end());
  }
  for (const auto& month : history) out.history.insert(out.history.end(), month.begin(), month.end());
}

}  // namespace mis::demo

// A whole demonstration county, made route by route: deterministic from its options, the same whatever the number of
// threads. Rows come in the structs of the modules; load.hpp puts them into a database, county_csv.hpp into files.
#pragma once

#include <memory>
#include <vector>

#include "db/demo/history.hpp"
#include "db/demo/layout.hpp"
#include "db/demo/rows.hpp"
#include "db/demo/staff.hpp"

namespace mis::demo {

class County {
 public:
  // Errors: options that cannot be used, tariffs or roles that cannot be read or lack what the county needs.
  static Result<County> plan(const CountyOptions& options);

  const CountyLayout& layout() const { return layout_; }
  const TariffBook& tariffs() const { return book_; }
  const std::vector<StaffMember>& staff() const { return staff_; }
  std::vector<meter_reading::Route> routes() const;

  // Every row of one route, history included. Thread-safe: it only reads the county. `out` is cleared first.
  void make_route(std::size_t route_index, RouteRows& out) const;

 private:
  CountyLayout layout_;
  TariffBook book_;
  std::vector<StaffMember> staff_;
};

}  // namespace mis::demo

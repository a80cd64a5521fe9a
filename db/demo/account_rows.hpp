// The master data of one account: customer, account, agreement, usage points, meters, installations.
#pragma once

#include <string>

#include "db/demo/layout.hpp"
#include "db/demo/premises.hpp"
#include "db/demo/rows.hpp"

namespace mis::demo {

// The printed number of an account; none of a real utility begins like this.
std::string account_no_of(std::int64_t account_id);

// The ids that the next usage point and the next meter of a route get.
struct Cursor {
  std::int64_t usage_point = 0;
  std::int64_t meter = 0;  // also the installation: each is installed once
};

// A meter of an account while it works there.
struct MeterAtWork {
  InstallationId installation;
  DateRange valid;
  std::int32_t ratio = 1;
  int digits = 6;
};

// The meters of one account, for those who read them.
struct AccountMeters {
  UsagePointId first_usage_point, second_usage_point;  // second: 0 where there is none
  MeterAtWork first;        // of the first usage point, up to a change of meter
  MeterAtWork replacement;  // installation 0 where the meter was not changed
  MeterAtWork second;       // of the second usage point; installation 0 where it has none
};

std::string customer_no_of(CustomerId id);

AccountMeters add_account_rows(const CountyLayout& layout, const RoutePlan& route, std::int64_t account_id,
                               const Premises& premises, Cursor& cursor, RouteRows& out);

}  // namespace mis::demo

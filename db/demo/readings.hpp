// The readings of one account over all months, right and wrong ones, and what they measured month by month.
#pragma once

#include <vector>

#include "db/demo/account_rows.hpp"
#include "modules/billing/domain/measure.hpp"

namespace mis::demo {

// What the meters of an account measured in a month, as the engine takes it.
struct MonthMeasured {
  int index = 0;  // of the month, from the first with a bill
  std::vector<billing::MeterSegment> first;   // two where the meter was changed
  std::vector<billing::MeterSegment> second;
};

// Appends the account's readings to `by_month[index + 1]` ([0] is the opening month) and gives the measured months but the
// last one, which is for Watthour to bill.
std::vector<MonthMeasured> add_readings(const CountyLayout& layout, const RoutePlan& route, std::int64_t account_id,
                                        const Premises& premises, const AccountMeters& meters,
                                        std::vector<std::vector<meter_reading::Reading>>& by_month);

// Who reads a route by hand: one of the four readers of its station.
UserId reader_of(const RoutePlan& route);
// Rural routes are partly still read by hand; everything else comes in by night over the line.
bool is_read_by_hand(const RoutePlan& route);

}  // namespace mis::demo

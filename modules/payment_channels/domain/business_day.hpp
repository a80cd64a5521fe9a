// A channel's business day (账务日期): which day a moment belongs to, and which days a request may name. Pure.
#pragma once

#include "mis/base/time.hpp"

namespace mis::payment_channels {

inline constexpr int kNoCutMinutes = 24 * 60;

// From the cut (日切) on, given in minutes of the utility's day, what happens belongs to the next day.
Date business_day(Instant now, int cut_off_minutes);

// Yesterday's (a payment at the edge of the day), today's, and after the cut tomorrow's.
bool is_present_business_date(Date date, Instant now, int cut_off_minutes);

}  // namespace mis::payment_channels

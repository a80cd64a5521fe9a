#include "modules/payment_channels/domain/business_day.hpp"

namespace mis::payment_channels {

Date business_day(Instant now, int cut_off_minutes) {
  const Date day = local_date(now);
  constexpr std::int64_t kMicrosPerMinute = 60'000'000;
  const std::int64_t local_minutes = now.micros / kMicrosPerMinute + kChinaOffsetMinutes;
  return local_minutes % (24 * 60) >= cut_off_minutes ? day + 1 : day;
}

bool is_present_business_date(Date date, Instant now, int cut_off_minutes) { return date >= local_date(now) + -1 && date <= business_day(now, cut_off_minutes); }

}  // namespace mis::payment_channels

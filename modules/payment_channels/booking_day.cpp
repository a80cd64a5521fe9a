#include "modules/payment_channels/booking_day.hpp"

#include "modules/payment_channels/reconciliation_store.hpp"

namespace mis::payment_channels {

bool is_reconciled(db::Session& session, std::int64_t channel_id, Date business_date) { return find_reconciliation(session, channel_id, business_date).has_value(); }

Date open_day(db::Session& session, const Channel& channel, Instant now) {
  constexpr int kMostDaysAhead = 3;
  Date day = business_day(now, channel.profile.cut_off_minutes);
  for (int i = 0; i < kMostDaysAhead && is_reconciled(session, channel.id, day); ++i) day = day + 1;
  return day;
}

}  // namespace mis::payment_channels

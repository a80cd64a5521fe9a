#include "modules/payment_channels/booking_day.hpp"

#include "modules/payment_channels/reconciliation_store.hpp"

namespace mis::payment_channels {

bool is_reconciled(db::Session& session, std::int64_t channel_id, Date business_date) { return find_reconciliation(session, channel_id, business_date).has_value(); }

BookingDay booking_day(db::Session& session, const Channel& channel, Instant now) {
  constexpr int kMostDaysAhead = 3;
  const Date today = business_day(now, channel.profile.cut_off_minutes);
  BookingDay found{today, true};
  // One question for all: it is asked for each payment. Days come in their order.
  for (auto rows = session.query("SELECT business_date FROM payment_channels_reconciliation WHERE channel_id = ? AND business_date BETWEEN ? AND ? ORDER BY business_date", channel.id, today,
                                 today + kMostDaysAhead); rows.next();) {
    if (rows.date(0) != found.day) continue;
    if (found.day == today + kMostDaysAhead) found.is_open = false;
    else found.day = found.day + 1;
  }
  return found;
}

}  // namespace mis::payment_channels

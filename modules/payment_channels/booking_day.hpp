// The day on which a channel's message is booked. Whoever asks holds the gate of the channel's days (share_gate), so that no day closes
// before he is done. Internal to the module.
#pragma once

#include "modules/payment_channels/channel.hpp"

namespace mis::payment_channels {

// Whether the day's file is here already: nothing may be added to that day then.
bool is_reconciled(db::Session& session, std::int64_t channel_id, Date business_date);

struct BookingDay {
  Date day;
  bool is_open = false;  // no: a day of which the file is here, and the next ones too
};

// The present business day by the clock, or a later one where that is closed (the clock of another server may be ahead).
BookingDay booking_day(db::Session& session, const Channel& channel, Instant now);

}  // namespace mis::payment_channels

// What payment channels do by themselves: orders of which nobody has told are asked about, and debits whose deadline has passed are
// unknown. Internal to the module.
#pragma once

#include "mis/registry.hpp"

namespace mis::payment_channels {

inline constexpr const char* kDebitExpireJob = "payment_channels.debit_expire";
inline constexpr const char* kOrderRepairJob = "payment_channels.order_repair";

// The jobs and the timers that queue them.
void register_timers(Registry& registry);

}  // namespace mis::payment_channels

// A payment's way from a channel's request to its item and answer, for whoever takes one or many of them. Pure but for what it is given.
// Internal to the module.
#pragma once

#include <optional>
#include <string>

#include "modules/payment_channels/channel.hpp"
#include "modules/payment_channels/domain/response.hpp"
#include "modules/payment_channels/item_store.hpp"
#include "modules/payment_channels/service.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::payment_channels {

inline constexpr std::size_t kMostAccountBytes = 32;  // of an account number as it came, in an item

std::string content_hash(const PayRequest& request);  // the same key with another one is another request

// As it came; without an id, an account or a verdict. `open_day`: on which it is booked where it names no day.
Item new_item(const Channel& channel, const PayRequest& request, Date open_day, Instant now);
// What is wrong with amount and day, before anybody looks for the account; makes of the item what can be stored as refused.
std::optional<Response> broken_amount_or_day(Item& item, const Channel& channel, const PayRequest& request, Date open_day, Instant now);
// What receivables are asked to take. Names no bills.
receivables::Payment payment_of(const Item& item, const Channel& channel, Instant now);
// The money is taken: id, state and answer of the item.
void note_paid(Item& item, const Channel& channel, const receivables::PaymentOutcome& outcome, std::int64_t item_id);

}  // namespace mis::payment_channels

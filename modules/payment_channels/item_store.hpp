// The items' table: what channels asked for and what they were answered. Internal to the module.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/db/session.hpp"
#include "modules/payment_channels/domain/item_state.hpp"
#include "modules/payment_channels/service.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::payment_channels {

enum class ItemKind : std::uint8_t { kPay, kReverse };

struct Item {
  std::int64_t id = 0;
  std::int64_t channel_id = 0;
  std::string key;
  ItemKind kind = ItemKind::kPay;
  ItemState state = ItemState::kReceived;
  std::string content_hash;
  std::string original_key;  // of a reversal
  std::string serial_no;     // empty: the channel's file does not name it
  std::string account_no;
  std::optional<AccountId> account;
  Money amount;
  Date business_date;
  ItemAnswer answer;
  std::optional<receivables::PaymentId> payment;
  Instant received_at, changed_at;
};

inline constexpr const char* kItemSequence = "payment_channels_item";

std::optional<Item> find_item(db::Session& session, std::int64_t channel_id, std::string_view key);
// The same, held until the unit of work ends.
std::optional<Item> lock_item(db::Session& session, std::int64_t channel_id, std::string_view key);
std::optional<Item> lock_item(db::Session& session, std::int64_t item_id);

// Error payment_channels.item_taken where somebody else has just stored one with this key, or the serial number is another
// item's of the day: look again.
Status insert_item(db::Session& session, const Item& item);
Status insert_items(db::Session& session, std::span<const Item> items);
// State, content, answer and payment anew.
void update_item(db::Session& session, const Item& item);

struct ItemFilter {
  std::int64_t channel_id = 0;
  std::optional<Date> business_date;
  std::optional<ItemState> state;
  std::int64_t before = INT64_MAX;  // newest first
};
std::vector<Item> list_items(db::Session& session, const ItemFilter& filter, int limit);

DayTotals day_totals(db::Session& session, std::int64_t channel_id, Date business_date);

}  // namespace mis::payment_channels

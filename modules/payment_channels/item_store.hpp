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

  // Two people took the money in, by the channel's file; what the message itself asks for was not known, or was not done.
  bool taken_in_by_hand() const { return kind == ItemKind::kPay && payment && content_hash.empty(); }
};

inline constexpr const char* kItemSequence = "payment_channels_item";

std::optional<Item> find_item(db::Session& session, std::int64_t channel_id, std::string_view key);
// The same, held until the unit of work ends.
std::optional<Item> lock_item(db::Session& session, std::int64_t channel_id, std::string_view key);
std::optional<Item> lock_item(db::Session& session, std::int64_t item_id);
// The payment that bears this serial number on the day, whatever became of it.
std::optional<Item> lock_item(db::Session& session, std::int64_t channel_id, Date business_date, std::string_view serial_no);

// The key of a payment that was taken in by hand and has none of the channel's. No message's key begins like this.
inline constexpr std::string_view kFileKeyPrefix = "F/";
std::string file_key(Date business_date, std::string_view serial_no);

// A standing payment that was taken in by hand under this serial number, of this account and amount, within two days of the date: a
// message that comes late, or is repeated on another day under another key, is about that one.
std::optional<Item> find_taken_in(db::Session& session, const Item& like);
// Gives it the key of the message that asked for it after all. Errors as insert_item.
Status rename_item(db::Session& session, const Item& item);

// Error payment_channels.item_taken where somebody else has just stored one with this key, or the serial number is another
// item's of the day: look again.
Status insert_item(db::Session& session, const Item& item);
Status insert_items(db::Session& session, std::span<const Item> items);
// State, day, content, answer and payment anew. Errors as insert_item, where the day is another one.
Status update_item(db::Session& session, const Item& item);

struct ItemFilter {
  std::int64_t channel_id = 0;
  std::optional<Date> business_date;
  std::optional<ItemState> state;
  std::int64_t before = INT64_MAX;  // newest first
};
std::vector<Item> list_items(db::Session& session, const ItemFilter& filter, int limit);

DayTotals day_totals(db::Session& session, std::int64_t channel_id, Date business_date);

}  // namespace mis::payment_channels

// The declared states of a payment that a channel asks for: what each event does in each state, or why it does nothing.
//
//                accepted       refused        reversed         reversed late    posted by hand   taken back by hand
//   received     paid  +        refused        voided  (25)     voided  (25)     paid  +          -
//   paid         stored answer  stored answer  reversed  -      cut off          -                reversed  -
//   refused      stored answer  stored answer  (25)             (25)             paid  +          -
//   voided       reversed b.    reversed b.    (25)             (25)             paid  +          -
//   reversed     reversed b.    reversed b.    approved         approved         paid  +          -
//
// `received` is what a payment is before anything was decided; it is never stored, since a decision and its row are one unit
// of work. A reversal that comes before its payment voids it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "modules/payment_channels/domain/response.hpp"

namespace mis::payment_channels {

enum class ItemState : std::uint8_t { kReceived, kPaid, kRefused, kVoided, kReversed };
inline constexpr int kItemStates = 5;
std::string_view name_of(ItemState state);  // "paid"
std::optional<ItemState> item_state_of(std::string_view name);

enum class ItemEvent : std::uint8_t {
  kAccept,         // the payment came and the channel's rules allow it
  kRefuse,         // it came and they do not
  kReverse,        // the channel takes it back within its business day
  kReverseLate,    // … after the cut
  kPostByHand,     // reconciliation: the channel has it and we do not; two people decided to take it in
  kReverseByHand,  // reconciliation: we have it and the channel does not
};
inline constexpr int kItemEvents = 6;

enum class MoneyEffect : std::uint8_t { kNone, kIn, kOut };

struct ItemStep {
  ItemState to;
  MoneyEffect money = MoneyEffect::kNone;
  bool stored_answer = false;             // answer as the first time
  Response response = Response::kApproved;  // else this; for kRefuse the rule's own reason
};
// Nothing where the event cannot be: a decision by hand on what does not allow it.
std::optional<ItemStep> step(ItemState from, ItemEvent event);

}  // namespace mis::payment_channels

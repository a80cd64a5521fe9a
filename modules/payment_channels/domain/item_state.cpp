#include "modules/payment_channels/domain/item_state.hpp"

#include <array>
#include <cstddef>

namespace mis::payment_channels {
namespace {

using enum ItemState;
using Cell = std::optional<ItemStep>;

constexpr std::array<std::string_view, kItemStates> kNames = {"received", "paid", "refused", "voided", "reversed"};

constexpr Cell kPayIn = ItemStep{kPaid, MoneyEffect::kIn};
constexpr Cell kTakeOut = ItemStep{kReversed, MoneyEffect::kOut};
constexpr Cell kNever = std::nullopt;
constexpr Cell stored(ItemState state) { return ItemStep{state, MoneyEffect::kNone, true}; }
constexpr Cell stays(ItemState state, Response response) { return ItemStep{state, MoneyEffect::kNone, false, response}; }

// By state, then by event, as the header draws it.
constexpr std::array<std::array<Cell, kItemEvents>, kItemStates> kTable{{
    {kPayIn, ItemStep{kRefused}, stays(kVoided, Response::kUnknownOriginal), stays(kVoided, Response::kUnknownOriginal), kPayIn, kNever},
    {stored(kPaid), stored(kPaid), kTakeOut, stays(kPaid, Response::kCutOff), kNever, kTakeOut},
    {stored(kRefused), stored(kRefused), stays(kRefused, Response::kUnknownOriginal), stays(kRefused, Response::kUnknownOriginal), kPayIn, kNever},
    {stays(kVoided, Response::kReversedBefore), stays(kVoided, Response::kReversedBefore), stays(kVoided, Response::kUnknownOriginal), stays(kVoided, Response::kUnknownOriginal), kPayIn, kNever},
    {stays(kReversed, Response::kReversedBefore), stays(kReversed, Response::kReversedBefore), stays(kReversed, Response::kApproved), stays(kReversed, Response::kApproved), kPayIn, kNever},
}};

}  // namespace

std::string_view name_of(ItemState state) { return kNames[static_cast<std::size_t>(state)]; }

std::optional<ItemState> item_state_of(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<ItemState>(i);
  return {};
}

std::optional<ItemStep> step(ItemState from, ItemEvent event) { return kTable[static_cast<std::size_t>(from)][static_cast<std::size_t>(event)]; }

}  // namespace mis::payment_channels

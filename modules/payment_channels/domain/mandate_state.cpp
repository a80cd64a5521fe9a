#include "modules/payment_channels/domain/mandate_state.hpp"

#include <array>
#include <cstddef>

namespace mis::payment_channels {
namespace {

using enum MandateState;
using Cell = std::optional<MandateState>;

constexpr std::array<std::string_view, kMandateStates> kNames = {"signed", "active", "cancelled"};
// By state, then by event: activate, cancel.
constexpr std::array<std::array<Cell, kMandateEvents>, kMandateStates> kTable{{{kActive, kCancelled}, {kActive, kCancelled}, {std::nullopt, kCancelled}}};

}  // namespace

std::string_view name_of(MandateState state) { return kNames[static_cast<std::size_t>(state)]; }

std::optional<MandateState> mandate_state_of(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<MandateState>(i);
  return {};
}

std::optional<MandateState> step(MandateState from, MandateEvent event) { return kTable[static_cast<std::size_t>(from)][static_cast<std::size_t>(event)]; }

}  // namespace mis::payment_channels

// The declared states of a direct-debit mandate (代扣协议): signed by the customer, active once the bank has it too, cancelled. A
// cancelled mandate stays cancelled: a new agreement is a new mandate. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mis::payment_channels {

enum class MandateState : std::uint8_t { kSigned, kActive, kCancelled };
inline constexpr int kMandateStates = 3;
std::string_view name_of(MandateState state);  // "active"
std::optional<MandateState> mandate_state_of(std::string_view name);

enum class MandateEvent : std::uint8_t { kActivate, kCancel };
inline constexpr int kMandateEvents = 2;

// The state that follows; the present one where the event has happened before; nothing where it cannot happen.
std::optional<MandateState> step(MandateState from, MandateEvent event);

}  // namespace mis::payment_channels

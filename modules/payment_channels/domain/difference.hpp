// What reconciliation may find about one item, and how each kind may be settled. Pure.
//
//   only_theirs  they took it, we did not          post (take it in now) or ignore
//   only_ours    we took it, they did not          reverse (take ours back) or ignore
//   amount       both have it, amounts differ      post (take ours back and theirs in) or ignore
//   account      both have it, accounts differ     post (likewise) or ignore
//   other_day    both have it, on different days   ignore
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mis::payment_channels {

enum class DifferenceKind : std::uint8_t { kOnlyTheirs, kOnlyOurs, kAmount, kAccount, kOtherDay };
std::string_view name_of(DifferenceKind kind);  // "only_theirs"
std::optional<DifferenceKind> difference_kind_of(std::string_view name);

enum class DifferenceState : std::uint8_t { kOpen, kProposed, kSettled };
std::string_view name_of(DifferenceState state);  // "open"
std::optional<DifferenceState> difference_state_of(std::string_view name);

enum class Resolution : std::uint8_t { kPost, kReverse, kIgnore };
std::string_view name_of(Resolution how);  // "post"
std::optional<Resolution> resolution_of(std::string_view name);

bool may_settle(DifferenceKind kind, Resolution how);

}  // namespace mis::payment_channels

#include "modules/payment_channels/domain/difference.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace mis::payment_channels {
namespace {

constexpr std::array<std::string_view, 5> kKinds = {"only_theirs", "only_ours", "amount", "account", "other_day"};
constexpr std::array<std::string_view, 3> kStates = {"open", "proposed", "settled"};
constexpr std::array<std::string_view, 3> kResolutions = {"post", "reverse", "ignore"};

template <class Enum, std::size_t n>
std::optional<Enum> found_in(const std::array<std::string_view, n>& names, std::string_view name) {
  const auto it = std::find(names.begin(), names.end(), name);
  if (it == names.end()) return {};
  return static_cast<Enum>(it - names.begin());
}

}  // namespace

std::string_view name_of(DifferenceKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }
std::optional<DifferenceKind> difference_kind_of(std::string_view name) { return found_in<DifferenceKind>(kKinds, name); }
std::string_view name_of(DifferenceState state) { return kStates[static_cast<std::size_t>(state)]; }
std::optional<DifferenceState> difference_state_of(std::string_view name) { return found_in<DifferenceState>(kStates, name); }
std::string_view name_of(Resolution how) { return kResolutions[static_cast<std::size_t>(how)]; }
std::optional<Resolution> resolution_of(std::string_view name) { return found_in<Resolution>(kResolutions, name); }

bool may_settle(DifferenceKind kind, Resolution how) {
  if (how == Resolution::kIgnore) return true;
  switch (kind) {
    case DifferenceKind::kOnlyTheirs:
    case DifferenceKind::kAmount:
    case DifferenceKind::kAccount: return how == Resolution::kPost;
    case DifferenceKind::kOnlyOurs: return how == Resolution::kReverse;
    case DifferenceKind::kOtherDay: return false;
  }
  return false;
}

}  // namespace mis::payment_channels

#include "modules/billing/domain/flags.hpp"

namespace mis::billing {

std::string_view name_of(Flag flag) {
  switch (flag) {
    case Flag::kJump:
      return "jump";
    case Flag::kDrop:
      return "drop";
    case Flag::kZero:
      return "zero";
    case Flag::kHighAmount:
      return "high_amount";
    case Flag::kEstimated:
      return "estimated";
    case Flag::kRollover:
      return "rollover";
    case Flag::kMeterChange:
      return "meter_change";
    case Flag::kAgreementChange: return "agreement_change";
  }
  return "";
}

int flag_of(std::string_view name) {
  for (const auto flag : kAllFlags)
    if (name_of(flag) == name) return static_cast<int>(flag);
  return 0;
}

std::vector<std::string_view> names_of_flags(int flags) {
  std::vector<std::string_view> names;
  for (const auto flag : kAllFlags)
    if (flags & static_cast<int>(flag)) names.push_back(name_of(flag));
  return names;
}

int compare_flags(const Comparison& c) {
  constexpr Energy kSubstantial{100'000};
  constexpr Money kLarge{50'000'000}, kNoticeable{100'000};
  int flags = 0;
  if (c.has_previous) {
    if (c.energy.value == 0 && c.previous_energy.value > 0)
      flags |= static_cast<int>(Flag::kZero);
    else if (c.previous_energy > kSubstantial && c.energy.value < c.previous_energy.value / 10)
      flags |= static_cast<int>(Flag::kDrop);
  }
  const bool many_times =
      c.has_previous && c.previous_amount >= kNoticeable && c.amount.value / 5 > c.previous_amount.value;
  if (c.amount > kLarge || many_times) flags |= static_cast<int>(Flag::kHighAmount);
  return flags;
}

}  // namespace mis::billing

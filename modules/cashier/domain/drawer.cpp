#include "modules/cashier/domain/drawer.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace mis::cashier {
namespace {

constexpr std::array<std::string_view, kCounterMethods> kNames{"cash", "card", "cheque", "qr"};

}  // namespace

std::string_view name_of(CounterMethod method) { return kNames[static_cast<std::size_t>(method)]; }
std::optional<CounterMethod> counter_method_of(std::string_view name) {
  const auto it = std::find(kNames.begin(), kNames.end(), name);
  if (it == kNames.end()) return {};
  return static_cast<CounterMethod>(it - kNames.begin());
}

MethodSums Drawer::expected() const {
  auto sums = taken - given;
  sums[CounterMethod::kCash] += float_taken - deposited;
  return sums;
}

bool is_denomination(Money value) { return std::find(kDenominations.begin(), kDenominations.end(), value.value) != kDenominations.end(); }

Money total_of(const CashCount& count) {
  Money total;
  for (const auto& [denomination, pieces] : count) total += Money{denomination} * pieces;
  return total;
}

std::string make_session_no(std::string_view hall_code, Date day, int number) {
  const auto ymd = day.ymd();
  return fmt::format("{}-{:04}{:02}{:02}-{:02}", hall_code, static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()), number);
}
std::string make_receipt_no(std::string_view session_no, int number) { return fmt::format("{}-{:04}", session_no, number); }

}  // namespace mis::cashier

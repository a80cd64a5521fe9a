#include "modules/receivables/domain/allocate.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace mis::receivables {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"late_first", "principal_first", "all_principal_first"};

}  // namespace

std::string_view name_of(AllocationOrder order) { return kNames[static_cast<std::size_t>(order)]; }

std::optional<AllocationOrder> allocation_order_of(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<AllocationOrder>(i);
  return {};
}

void sort_oldest_first(std::vector<OpenItem>& items) {
  std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.due_on, a.bill.month, a.bill.revision) < std::tuple(b.due_on, b.bill.month, b.bill.revision);
  });
}

std::vector<Allocation> allocate(Money amount, std::span<OpenItem> items, Date on, AllocationOrder order, Money& rest) {
  rest = amount;
  std::vector<Allocation> parts(items.size());
  const auto take_late = [&](std::size_t i) {
    const Money part = std::min(rest, items[i].late_due(on));
    if (part.value == 0) return;
    items[i].settle_late(part);
    parts[i].late += part;
    rest -= part;
  };
  const auto take_principal = [&](std::size_t i) {
    const Money part = std::min(rest, items[i].outstanding);
    if (part.value == 0) return;
    items[i].change_outstanding(-part, on);
    parts[i].principal += part;
    rest -= part;
  };
  for (std::size_t i = 0; i < items.size(); ++i) {
    parts[i].bill = items[i].bill;
    switch (order) {
      case AllocationOrder::kLateFirst: take_late(i); take_principal(i); break;
      case AllocationOrder::kPrincipalFirst: take_principal(i); take_late(i); break;
      case AllocationOrder::kAllPrincipalFirst: take_principal(i); break;
    }
  }
  if (order == AllocationOrder::kAllPrincipalFirst)
    for (std::size_t i = 0; i < items.size(); ++i) take_late(i);
  std::erase_if(parts, [](const Allocation& part) { return part.principal.value == 0 && part.late.value == 0; });
  return parts;
}

}  // namespace mis::receivables

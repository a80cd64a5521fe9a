// How a payment is shared among what is open. Pure.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "modules/receivables/domain/open_item.hpp"

namespace mis::receivables {

enum class AllocationOrder : std::uint8_t {
  kLateFirst,          // bill by bill, oldest first: its late charge, then the bill itself
  kPrincipalFirst,     // bill by bill, oldest first: the bill itself, then its late charge
  kAllPrincipalFirst,  // all bills, oldest first, then all late charges
};
std::string_view name_of(AllocationOrder order);  // "late_first", "principal_first", "all_principal_first"
std::optional<AllocationOrder> allocation_order_of(std::string_view name);

struct Allocation {
  BillKey bill;
  Money principal, late;
};

// Oldest debt first: by due day, then month, then revision.
void sort_oldest_first(std::vector<OpenItem>& items);

// Shares `amount` (not negative) among the items, which are sorted, as paid on a day, and changes them accordingly. Returns
// what each took; `rest` is what nobody took. Every fen is in an allocation or in the rest.
std::vector<Allocation> allocate(Money amount, std::span<OpenItem> items, Date on, AllocationOrder order, Money& rest);

}  // namespace mis::receivables

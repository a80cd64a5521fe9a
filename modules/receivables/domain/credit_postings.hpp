// How what was allocated is credited: a bill's own amount and its late charge are different ledger accounts.
#pragma once

#include <span>
#include <vector>

#include "modules/ledger/ledger.hpp"
#include "modules/receivables/domain/allocate.hpp"

namespace mis::receivables {

inline void add_credits(std::vector<ledger::Posting>& postings, std::span<const Allocation> allocations) {
  for (const auto& part : allocations) {
    const auto& bill = part.bill;
    if (part.principal.value != 0) postings.push_back({ledger::LedgerAccount::kReceivables, -part.principal, bill.account, bill.month, bill.revision});
    if (part.late.value != 0) postings.push_back({ledger::LedgerAccount::kLateCharges, -part.late, bill.account, bill.month, bill.revision});
  }
}

}  // namespace mis::receivables

// `mis verify`: recomputes what must hold and prints what differs.
#include <fmt/format.h>

#include "mis/commands/commands.hpp"
#include "mis/security/audit.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::commands {

int verify(const Place& place) {
  Installation installation(place);
  int wrong = 0;
  auto chain = security::verify_audit_chain(installation.app());
  if (!chain) {
    fmt::print(stderr, "{}\n", chain.error().message);
    return 2;
  }
  if (chain->intact()) {
    fmt::print("audit chain: {} rows, intact; keep its last hash elsewhere: {}\n", chain->rows, chain->last_hash);
  } else {
    fmt::print("audit chain: broken at row {}: {}\n", *chain->first_broken_seq, chain->reason);
    ++wrong;
  }
  auto differences = receivables::verify_ledger(installation.app());
  if (!differences) {
    fmt::print(stderr, "{}\n", differences.error().message);
    return 2;
  }
  for (const auto& difference : *differences) fmt::print("ledger: {}\n", difference);
  if (differences->empty()) fmt::print("ledger: every transaction sums to zero; receivables, batches and postings agree\n");
  wrong += static_cast<int>(differences->size());
  return wrong == 0 ? 0 : 1;
}

}  // namespace mis::commands

// `mis verify`: recomputes what must hold and prints what differs; with --repair it also writes the projections anew.
#include <fmt/format.h>

#include "mis/commands/commands.hpp"
#include "mis/security/audit.hpp"
#include "modules/cashier/cashier.hpp"
#include "modules/invoicing/invoicing.hpp"
#include "modules/ledger/ledger.hpp"
#include "modules/payment_channels/payment_channels.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::commands {

int verify(const Place& place, bool repair) {
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
  const auto tell = [&](const char* what, const char* well, const Result<std::vector<std::string>>& differences) {
    if (!differences) {
      fmt::print(stderr, "{}\n", differences.error().message);
      return false;
    }
    for (const auto& difference : *differences) fmt::print("{}: {}\n", what, difference);
    if (differences->empty()) fmt::print("{}: {}\n", what, well);
    wrong += static_cast<int>(differences->size());
    return true;
  };
  if (!tell("ledger", "every transaction sums to zero and is of its template; heads, batches, reversals and closed months agree", ledger::verify(installation.app()))) return 2;
  if (!tell("receivables", "bills, payments, open items, advances and deposits are what the ledger makes of them", receivables::verify_receivables(installation.app(), repair))) return 2;
  if (!tell("cashier", "sessions, receipts, closings and closed days are what payments and the ledger make of them", cashier::verify_cashier(installation.app()))) return 2;
  if (!tell("channels", "what channels were told is in receivables, and what is in transit is what they owe", payment_channels::verify_channels(installation.app()))) return 2;
  if (!tell("invoicing", "numbers have no gaps, a bill has one standing invoice of its amount, red-letter invoices mirror theirs", invoicing::verify_invoicing(installation.app()))) return 2;
  if (!tell("debits", "batches, debits, results and receipts are what their files, payments and the ledger say", payment_channels::verify_debits(installation.app()))) return 2;
  if (repair && wrong > 0) fmt::print("the projections were written anew where they differed; run verify again\n");
  return wrong == 0 ? 0 : 1;
}

}  // namespace mis::commands

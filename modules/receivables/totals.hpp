// What was paid in all and what is still open, for a summary of the whole utility. A door of its own beside receivables.hpp, which few
// need to open. Not for one account, and not for accounts of the ledger.
#pragma once

#include <cstdint>
#include <vector>

#include "mis/db/session.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::receivables {

struct PaidTotal {
  Source source = Source::kCashier;
  PaymentMethod method = PaymentMethod::kCash;
  std::int64_t payments = 0;
  Money amount;
};
// Of payments that stand, by where they came in and how.
std::vector<PaidTotal> paid_totals(db::Session& session);

struct OpenTotal {
  std::int64_t bills = 0;
  Money outstanding;  // without late charges
  Money overdue;      // the part that was due before `on`
};
OpenTotal open_total(db::Session& session, Date on);

}  // namespace mis::receivables

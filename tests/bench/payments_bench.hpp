// Money coming in: single payments against the raw rate of the same statements, latency at a fixed rate, and in bulk.
#pragma once

#include "mis/commands/installation.hpp"
#include "tests/bench/table.hpp"

namespace bench {

// Pays the bills of a month in bulk, all but some in a hundred; not measured.
void pay_bills(mis::commands::Installation& installation, mis::BillingMonth month, int unpaid_of_hundred, mis::Instant now);

// Pays bills of the newest issued month of the county in `installation`; needs some 40,000 open bills for its full measure.
void run_payments_bench(Table& table, mis::commands::Installation& installation, mis::Instant now);

}  // namespace bench

// Long work over a whole county's debts: reminders, and the answers to a batch of direct debits.
#pragma once

#include "mis/commands/installation.hpp"
#include "tests/bench/table.hpp"

namespace bench {

// Works on the open bills of the county in `installation`; leaves it reminded, and those with mandates paid.
void run_collection_bench(Table& table, mis::commands::Installation& installation);

}  // namespace bench

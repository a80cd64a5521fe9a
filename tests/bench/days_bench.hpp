// The end of a day: a bank's file against our items, and the company's tills closed. Large days made by hand, measured, and taken away again.
#pragma once

#include "mis/commands/installation.hpp"
#include "tests/bench/table.hpp"

namespace bench {

// Works on any county: the days are made beside what is there.
void run_days_bench(Table& table, mis::commands::Installation& installation);

}  // namespace bench

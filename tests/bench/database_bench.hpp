// The billing month on a real MariaDB: load, calculate against the raw write ceiling, issue, month after month.
#pragma once

#include <filesystem>
#include <string>

#include "mis/commands/installation.hpp"
#include "tests/bench/table.hpp"

namespace bench {

struct CountySize {
  int customers = 153'000;
  int months = 13;  // how many are billed
};

// Leaves a county with every month billed in `installation`; its staff has the password given.
void run_database_bench(Table& table, mis::commands::Installation& installation, const CountySize& size, const std::string& staff_password);

}  // namespace bench

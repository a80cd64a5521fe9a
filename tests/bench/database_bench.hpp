// The billing month on a real MariaDB: load, calculate against the raw write ceiling, issue, month after month.
#pragma once

#include <filesystem>
#include <string>

#include "mis/commands/installation.hpp"
#include "tests/bench/table.hpp"

namespace bench {

struct CountySize {
  int customers = 153'000;
  int months = 13;            // how many are billed
  int unpaid_of_hundred = 2;  // of each month's bills, when the next is billed
};

// A noon in the middle of the month in which this month's bills are issued and paid.
mis::Instant time_of_billing(mis::BillingMonth month);

// Leaves a county in `installation` with every month billed and all but the last one paid, each in its own time; its staff
// has the password given. Returns when that is.
mis::Instant run_database_bench(Table& table, mis::commands::Installation& installation, const CountySize& size, const std::string& staff_password);

}  // namespace bench

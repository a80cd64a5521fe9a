// Banks' payments from the bank's side of the line: messages sealed, sent over TLS on many held connections, taken by the bank port, and
// answered. The bank and the port share the machine.
#pragma once

#include "mis/commands/installation.hpp"
#include "tests/bench/table.hpp"

namespace bench {

// Pays bills of the newest issued months of the county in `installation`; needs some 30,000 open ones for its full measure.
void run_port_bench(Table& table, mis::commands::Installation& installation);

}  // namespace bench

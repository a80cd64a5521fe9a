// What others may use of payment channels: how payments come in through banks, the post office and payment companies, and whether
// the books agree with what those were told. The money itself goes through receivables, like everybody's.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "mis/base/result.hpp"
#include "mis/db/database.hpp"
#include "mis/registry.hpp"

namespace mis::payment_channels {

// A part of the registry, set before the modules are registered: where the key file lies that channels' secrets are encrypted with.
struct KeyPlace {
  std::filesystem::path folder;
};

// Recomputes what must hold and says in words what differs: every paid item has its payment, of the same account and amount, taken
// back where the item was; every payment of a channel has its item; what is in transit in the ledger is what the items make of it.
Result<std::vector<std::string>> verify_channels(db::Database& database);
// The same of direct debits and statements: batches and their files, debits and their payments, receipts and what became of them.
Result<std::vector<std::string>> verify_debits(db::Database& database);

void register_module(Registry& registry);

}  // namespace mis::payment_channels

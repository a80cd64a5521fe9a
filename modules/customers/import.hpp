// The import of customers, accounts and agreements from files.
#pragma once

#include <vector>

#include "mis/files/import.hpp"

namespace mis::customers {

std::vector<files::ImportKind> customer_imports();

}  // namespace mis::customers

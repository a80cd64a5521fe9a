// The import of the network from files: substations, feeders, transformer areas.
#pragma once

#include <vector>

#include "mis/files/import.hpp"

namespace mis::network {

std::vector<files::ImportKind> network_imports();

}  // namespace mis::network

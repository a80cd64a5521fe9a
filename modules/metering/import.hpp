// The import of usage points, meters and installations from files.
#pragma once

#include <vector>

#include "mis/files/import.hpp"

namespace mis::metering {

std::vector<files::ImportKind> metering_imports();

}  // namespace mis::metering

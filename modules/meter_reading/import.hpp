// The import of reading routes, readings and interval data (NEM12) from files.
#pragma once

#include <vector>

#include "mis/files/import.hpp"

namespace mis::meter_reading {

files::ImportKind route_import();     // before accounts
files::ImportKind reading_import();   // behind installations
files::ImportKind nem12_import();

}  // namespace mis::meter_reading

// The import of months that another system billed, from files.
#pragma once

#include "mis/files/import.hpp"

namespace mis::billing {

files::ImportKind history_import();

}  // namespace mis::billing

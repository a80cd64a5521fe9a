// The import of organisational units from files.
#pragma once

#include "mis/files/import.hpp"

namespace mis::administration {

files::ImportKind organisation_import();

}  // namespace mis::administration

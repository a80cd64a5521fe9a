// Every module of this build, registered.
#pragma once

#include "mis/files/import.hpp"
#include "mis/registry.hpp"

namespace mis::commands {

// Implemented in mis/modules.cpp, the only file that lists the modules.
void register_modules(Registry& registry);
files::ImportKinds import_kinds();

}  // namespace mis::commands

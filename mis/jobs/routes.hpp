// The API of jobs: list, look, follow.
#pragma once

#include "mis/registry.hpp"

namespace mis::jobs {

void register_module(Registry& registry);

}  // namespace mis::jobs

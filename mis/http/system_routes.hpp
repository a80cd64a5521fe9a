// Routes about the server itself: is it alive, can it work, how does it fare, what does its API look like.
#pragma once

#include "mis/registry.hpp"

namespace mis::http {

// GET /health, /ready, /metrics, /openapi.json. The registry outlives the routes: /openapi.json tells of all of it.
void register_system_routes(Registry& registry);

}  // namespace mis::http

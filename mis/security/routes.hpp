// The session's routes: signing in and out, who am I, my password.
#pragma once

#include <functional>

#include "mis/registry.hpp"
#include "mis/security/sessions.hpp"

namespace mis::security {

// A part of the registry: what a module calls after it changed users or roles, so that this server feels it at once.
struct CallerMemory {
  std::function<void()> forget = [] {};
};

// /api/v1/session. `sessions` outlives the routes; it is also what http::Server finds callers by.
void register_session_routes(Registry& registry, Sessions& sessions);

}  // namespace mis::security

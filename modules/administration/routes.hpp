// HTTP and JSON in and out of administration.
#pragma once

#include <functional>
#include <memory>

#include "mis/registry.hpp"
#include "modules/administration/service.hpp"

namespace mis::administration {

// `forget_callers` is called after rights have changed.
void register_routes(Registry& registry, std::shared_ptr<const Service> service, std::function<void()> forget_callers);

}  // namespace mis::administration

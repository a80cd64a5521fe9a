// The HTTP of customers: the search box and the account page.
#pragma once

#include <memory>

#include "mis/registry.hpp"
#include "modules/customers/service.hpp"

namespace mis::customers {

void register_routes(Registry& registry, std::shared_ptr<const Service> service);

}  // namespace mis::customers

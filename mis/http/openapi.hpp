// What the API says of itself: an OpenAPI 3.1.0 document made from the registered routes, and from nothing else.
#pragma once

#include <string>

#include "mis/registry.hpp"

namespace mis::http {

// JSON text, two spaces deep, in an order that changes only when the API does (so that two versions can be compared).
std::string openapi_document(const Registry& registry);

}  // namespace mis::http

// What other modules may use of tariffs: the published version as values (domain), its JSON form and the reference prices
// that the repository carries.
#pragma once

#include "modules/tariffs/domain/power_factor.hpp"
#include "modules/tariffs/domain/tariff.hpp"
#include "modules/tariffs/domain/tou_calendar.hpp"
#include "modules/tariffs/publish.hpp"
#include "modules/tariffs/reference.hpp"
#include "modules/tariffs/tariff_json.hpp"

namespace mis { class Registry; }

namespace mis::tariffs {

void register_module(Registry& registry);

}  // namespace mis::tariffs

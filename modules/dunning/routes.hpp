// The routes of dunning, by what they are about. Internal to the module.
#pragma once

#include "mis/registry.hpp"

namespace mis::dunning {

void register_rule_routes(Registry& registry);     // rules, settings, important customers
void register_run_routes(Registry& registry);      // runs and what they sent
void register_case_routes(Registry& registry);     // disconnections
void register_prepaid_routes(Registry& registry);  // fee-controlled accounts

}  // namespace mis::dunning

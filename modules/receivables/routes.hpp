// The routes of receivables. Internal to the module.
#pragma once

#include "mis/registry.hpp"

namespace mis::receivables {

void register_routes(Registry& registry);           // what an account owes, and its postings
void register_account_routes(Registry& registry);   // its payments, statement and instalment plans
void register_proposal_routes(Registry& registry);  // what takes two people
void register_settings_routes(Registry& registry);  // what the utility has decided, and nightly work

}  // namespace mis::receivables

// What the accounts of a route were billed before: where their energy, tiers and comparison go on. Internal to the module.
#pragma once

#include "modules/billing/shard_input.hpp"

namespace mis::billing {

// Sets `has_previous`, `last_billed` and `previous` of the accounts, and the tier energy that they start from. Their
// `opened` day and tariff code must be known. An account that last month brought no bill on this route (excluded, blocked,
// moved here from another route) goes on from its newest bill, wherever it was; a bill of the system that Watthour replaced
// counts like one.
void read_past_months(db::Session& session, ShardInput& input);

// The first month of the tariff's tier year that `month` lies in.
BillingMonth tier_year_start(const tariffs::Tariff* tariff, BillingMonth month);

}  // namespace mis::billing

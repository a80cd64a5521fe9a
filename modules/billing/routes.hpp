// The routes of billing, by what they are about. Internal to the module.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "mis/http/schema.hpp"
#include "mis/registry.hpp"
#include "modules/billing/billing.hpp"
#include "modules/billing/shard_input.hpp"

namespace mis::billing {

void register_run_routes(Registry& registry);
void register_review_routes(Registry& registry);
void register_bill_routes(Registry& registry);
void register_month_routes(Registry& registry);

// A run as the API shows it; `shards` of the job that works on it, where there is one.
nlohmann::json run_to_json(db::Session& session, const Run& run);
http::Schema run_schema();
nlohmann::json past_to_json(const std::optional<PastMonth>& past);
http::Schema past_schema();

// "202610-0000000018-1": month, account and revision.
std::string make_bill_no(BillingMonth month, std::string_view account_no, int revision);

}  // namespace mis::billing

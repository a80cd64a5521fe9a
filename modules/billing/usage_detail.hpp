// What was measured, kept with the bill as compact JSON, so that the bill explains itself even after a reading has been
// superseded: {"meters":[{"asset","ratio","digits","estimated","registers":{"total":[start,end],…}}],"read":{…Wh},"billed":{…Wh},
// "deducted","loss","exported","max_demand","power_factor","child":true}. Indexes are in 10⁻⁴ kWh, energies in Wh.
#pragma once

#include <span>
#include <string>

#include "modules/billing/domain/calculate.hpp"
#include "modules/billing/shard_input.hpp"

namespace mis::billing {

// Appends the detail of one usage point. Zero values are left out.
void append_usage_detail(std::string& out, const UsagePointResult& result, const UsagePointInput& point, std::span<const MeterUse> meters);

// "total", "sharp", … in the order of Register.
const char* name_of(Register reg);

}  // namespace mis::billing

// The two kinds of long work of billing: calculate and issue, each by reading routes.
#pragma once

#include <string_view>

#include "mis/jobs/jobs.hpp"
#include "modules/billing/billing.hpp"

namespace mis::billing {

inline constexpr std::string_view kCalculateJob = "billing.calculate";
inline constexpr std::string_view kIssueJob = "billing.issue";

// `listeners` are looked at when a shard is issued, so modules registered later are heard as well.
jobs::Kind calculate_kind(const Clock& clock);
jobs::Kind issue_kind(const Clock& clock, const IssueListeners& listeners);

}  // namespace mis::billing

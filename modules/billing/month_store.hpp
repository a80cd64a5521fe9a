// Sums over a month, from the totals that each shard leaves.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mis/base/id.hpp"
#include "mis/base/money.hpp"
#include "mis/base/time.hpp"
#include "mis/db/session.hpp"
#include "modules/billing/billing.hpp"

namespace mis::billing {

struct ReadingCounts {
  std::int64_t accounts = 0;
  std::int64_t meters = 0;
  std::int64_t read = 0;
};
ReadingCounts count_readings(db::Session& session, BillingMonth month);

struct Sum {
  OrgId org;
  std::string key, name_en;
  std::int64_t bills = 0;
  Energy energy;
  Money amount;
};
// Within a data scope: a pattern of unit paths, "/%" for everything.
std::vector<Sum> sums_by_category(db::Session& session, RunId run, std::string_view scope);
std::vector<Sum> sums_by_station(db::Session& session, RunId run, std::string_view scope);
// The run with the sums of a scope instead of the whole utility's.
void restrict_to(Run& run, db::Session& session, std::string_view scope);

// Newest first, at most 36.
std::vector<BillingMonth> months_with_readings(db::Session& session);

}  // namespace mis::billing

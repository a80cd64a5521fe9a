// Sums over a month, from the totals that each shard leaves.
#pragma once

#include <string>
#include <vector>

#include "mis/base/id.hpp"
#include "mis/base/money.hpp"
#include "mis/base/time.hpp"
#include "mis/db/session.hpp"

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
std::vector<Sum> sums_by_category(db::Session& session, RunId run);
std::vector<Sum> sums_by_station(db::Session& session, RunId run);

// Newest first, at most 36.
std::vector<BillingMonth> months_with_readings(db::Session& session);

}  // namespace mis::billing

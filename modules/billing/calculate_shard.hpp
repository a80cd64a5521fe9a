// Calculates one shard of a run: a reading route's accounts, from readings to bills, inside the caller's transaction.
#pragma once

#include "mis/base/result.hpp"
#include "mis/db/session.hpp"
#include "modules/billing/tariff_book.hpp"

namespace mis::billing {

struct ShardCounts {
  std::int64_t accounts = 0;
  std::int64_t bills = 0;
};

Result<ShardCounts> calculate_shard(db::Session& session, RunId run, BillingMonth month, RouteId route, std::shared_ptr<const TariffBook> tariffs);

}  // namespace mis::billing

// What billing needs of one reading route for one month, read with few set-based queries and arranged for the engine.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "mis/base/id.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/db/session.hpp"
#include "modules/billing/domain/calculate.hpp"
#include "modules/billing/tariff_book.hpp"

namespace mis::billing {

// What last month (and the same month of last year) came to, for the tier carry and for comparison.
struct PastMonth {
  Energy energy;
  Money amount;
  Energy tier_energy;
};

// One meter's share of a usage point's month, as it is kept with the bill.
struct MeterUse {
  InstallationId installation;
  std::string asset_no;
  bool estimated = false;
};

struct ShardAccount {
  AccountId id;
  OrgId org;
  std::string category;
  std::string tariff_code;
  std::string status;
  AccountInput input;                // spans point into the ShardInput that owns this account
  Date opened;
  std::optional<Date> closed;
  bool has_previous = false;
  BillingMonth last_billed;          // the newest month with a bill, or the one before the first run; readings go on from its end
  PastMonth previous;                // what that month came to
  std::string decision;              // "", "estimate", "accept" or "exclude": what a person decided of its exceptions
  int decision_seq = 0;              // how many decisions there were
  bool meter_changed = false;
  bool agreement_changed = false;    // in more than its capacity, inside the month
  bool estimated = false;

  // Positions in the shard's arrays; the spans of `input` are set from them once those stop growing.
  std::size_t first_point = 0, points = 0;
  std::size_t first_transformer = 0, transformers = 0;
  std::size_t first_change = 0, changes = 0;
};

// An exception that is on record for an account that somebody has decided about.
struct KnownException {
  int reason = 0;
  std::int64_t usage_point = 0, a = 0, b = 0;
  bool operator==(const KnownException&) const = default;
};

// The accounts of a route with everything that their bills are made of. Memory is that of one route, whatever the
// county's size.
struct ShardInput {
  RouteId route;
  BillingMonth month;
  std::vector<ShardAccount> accounts;  // ascending by id
  std::vector<UsagePointInput> points;
  std::vector<MeterSegment> segments;
  std::vector<MeterUse> meters;        // parallel to `segments`
  std::vector<Transformer> transformers;
  std::vector<CapacityChange> changes;
  std::unordered_map<std::int64_t, std::vector<KnownException>> known_exceptions;  // by account
  std::shared_ptr<const TariffBook> tariffs;  // keeps alive what `points` refer to

  ShardInput() = default;
  ShardInput(const ShardInput&) = delete;  // the accounts' spans point into it
  ShardInput& operator=(const ShardInput&) = delete;
};

// Reads a route. Accounts that were not served in the month are left out.
Status read_shard(db::Session& session, RunId run, BillingMonth month, RouteId route, std::shared_ptr<const TariffBook> tariffs, ShardInput& out);

}  // namespace mis::billing

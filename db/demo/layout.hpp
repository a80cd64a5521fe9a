// The skeleton of a county: who exists, which kind, on which route, and what happens to whom. No names or readings yet.
//
// It is built once, in one thread and in a second or less, and then only read: everything else about an account follows
// from it and the seed, so any thread can make any route's rows, and ids are dense and ascending in the order of routes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "db/demo/kinds.hpp"
#include "db/demo/options.hpp"
#include "db/demo/places.hpp"
#include "modules/administration/administration.hpp"
#include "modules/meter_reading/meter_reading.hpp"
#include "modules/network/network.hpp"

namespace mis::demo {

// What is out of the ordinary about an account; at most one thing each, so that every case can be told apart.
enum class Event : std::uint8_t {
  kNone,
  kSuspended,      // uses nothing
  kClosed,         // left in `event_month`: a removal reading, nothing after it
  kConnected,      // came in `event_month`: an installation reading, nothing before it
  kMeterChange,    // a new meter inside `event_month`
  kRollover,       // the register passes its end in `event_month`
  kEstimated,      // the reading of `event_month` is an estimate
  kZeroUse,        // uses nothing in the last month
  kHighUse,        // uses far more than usual in the last month, and the reading is right
  kMissing,        // last month: the reader came in vain, a row without indexes
  kUnread,         // last month: no row at all
  kAbsurd,         // last month: an index far too high
  kFalling,        // last month: an index below the one before
};

struct AccountPlan {
  AccountKind kind = AccountKind::kHome;
  Event event = Event::kNone;
  std::int8_t event_month = -1;  // counted from the first month with a bill
  std::uint8_t children = 0;     // usage points below the first one: 1 dormitory child with a meter, 2 quantity, 3 ratio
};
enum class ChildKind : std::uint8_t { kNone, kChildMeter, kFixedQuantity, kFixedRatio };

// A route and the first ids of what lies on it.
struct RoutePlan {
  meter_reading::Route route;
  std::size_t township = 0;
  bool large = false;  // customers with a transformer of their own
  std::vector<Neighbourhood> neighbourhoods;  // low voltage only
  std::int64_t first_account = 0;  // ids count from 1
  std::int64_t accounts = 0;
  std::int64_t first_usage_point = 0;
  std::int64_t first_meter = 0;        // meters and installations are the same in number and order
  std::int64_t first_area = 0;
  std::int64_t areas = 0;
};

struct CountyLayout {
  CountyOptions options;
  std::vector<administration::OrgUnit> org_units;
  std::vector<network::Substation> substations;
  std::vector<network::Feeder> feeders;
  std::vector<network::TransformerArea> areas;
  std::vector<RoutePlan> routes;
  std::vector<AccountPlan> accounts;  // [account_id − 1]
  std::int64_t customers = 0, usage_points = 0, meters = 0;

  const AccountPlan& account(std::int64_t account_id) const { return accounts[static_cast<std::size_t>(account_id - 1)]; }
  BillingMonth opening_month() const { return options.last_month.plus(-options.months); }
  BillingMonth month(int index) const { return options.last_month.plus(index + 1 - options.months); }
  OrgId station_of(std::size_t township) const { return {static_cast<std::int64_t>(township) + 2}; }
};

// Every 383rd account belongs to the customer of the account before it: a second flat, a shop beside the home.
inline constexpr std::int64_t kSharedCustomerEvery = 383;
constexpr std::int64_t customer_of(std::int64_t account_id) { return account_id - account_id / kSharedCustomerEvery; }
constexpr bool has_own_customer(std::int64_t account_id) { return account_id % kSharedCustomerEvery != 0; }

// Low-voltage accounts behind one public transformer.
inline constexpr int kAccountsPerArea = 76;

int usage_points_of(const AccountPlan& plan);
int meters_of(const AccountPlan& plan);  // those that were exchanged included

// The options have passed check().
CountyLayout make_layout(const CountyOptions& options);

}  // namespace mis::demo

// What meter_reading reads of its tables, within a data scope.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/db/session.hpp"
#include "modules/meter_reading/meter_reading.hpp"

namespace mis::meter_reading::store {

struct ReadingRow {
  Reading reading;
  std::string asset_no;
  int ratio = 1;
  int register_digits = 6;
  bool superseded = false;
  std::optional<Energy> energy;  // since the month before, with the ratio
};

// The readings of an account, newest first, of months up to `newest`; nothing where the account is not there or not in
// scope. Two years and a half of a customer with many meters are some hundred rows, so there is no paging below a month.
std::optional<std::vector<ReadingRow>> readings_of_account(db::Session& session, std::string_view account_no, const std::string& scope_pattern,
                                                           BillingMonth newest);

struct RouteRow {
  Route route;
  std::string station, reader;
  std::int64_t accounts = 0;
};
struct RouteSearch {
  std::string scope_pattern, text, after_code;
  int limit = 20;
};
// Routes by code, whose code or name has the text in it.
std::vector<RouteRow> routes(db::Session& session, const RouteSearch& search);

// What a route's month has: how many meters there are to read and how far that has got.
struct RouteProgress {
  RouteId route_id;
  OrgId org_id;
  std::string station, path;
  std::int64_t meters = 0, read = 0, missing = 0, suspect = 0;
};
// All routes with the meters they have to read in a month: joins all installations with their accounts, a quarter of a
// second for 154,000 meters, so callers keep the result for a while.
std::vector<RouteProgress> meters_of_month(db::Session& session, BillingMonth month);
// Counts the month's readings into the routes: one pass over the month in the order of its key, a tenth of a second.
void count_readings(db::Session& session, BillingMonth month, std::vector<RouteProgress>& routes);

}  // namespace mis::meter_reading::store

// Loads a demonstration county into a database, on several threads, resumably.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "db/demo/county.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/db/database.hpp"

namespace mis::demo {

struct LoadProgress {
  std::string_view stage;  // "organisation", "network", "tariffs", "routes"
  std::int64_t rows = 0;   // of all stages so far
  int percent = 0;         // of the routes
};

struct LoadOptions {
  int threads = 2;
  std::string staff_password;  // of every member of staff; whoever keeps the county keeps it secret
  Instant now;
  // Called from the loading threads, one at a time, at least at each percent.
  std::function<void(const LoadProgress&)> progress;
};

// A login worth printing: one for each part in the billing of a month.
struct Login {
  std::string username;
  std::string name;
  std::string role;  // Chinese and English
};

struct StageTime {
  std::string stage;
  std::int64_t rows = 0;
  std::int64_t milliseconds = 0;  // of the routes: summed over the threads
};

struct CountySummary {
  bool already_there = false;  // complete before; nothing was written
  bool resumed = false;        // an earlier load had been interrupted
  std::int64_t customers = 0, accounts = 0, usage_points = 0, meters = 0, installations_open = 0;
  std::int64_t routes = 0, readings = 0, months_billed = 0;
  std::int64_t milliseconds = 0;
  std::vector<StageTime> stages;
  std::vector<Login> logins;
};

// `database` must be the schema's owner, as months need their partitions. A database that holds this county already is
// left as it is; one in which its loading was interrupted is completed: each shard's rows and its mark are one
// transaction. Errors: demo.other_county where it holds another county, demo.not_empty where it holds accounts of
// somebody else, and whatever the database says.
Result<CountySummary> load_county(db::Database& database, const CountyOptions& options, const LoadOptions& load);

// Its parts that no file brings, for a county that is loaded from files: inside the caller's transaction. Staff belong to
// units that are there; agreements refer to tariffs.
Status load_staff(db::Session& session, const County& county, const LoadOptions& load);
Status load_county_tariffs(db::Session& session, const County& county);

// The logins by themselves, for a server that starts on a county loaded earlier.
Result<std::vector<Login>> county_logins(const CountyOptions& options);

}  // namespace mis::demo

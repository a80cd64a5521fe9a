// The use cases of meter reading. Inside the module; others use meter_reading.hpp.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "mis/registry.hpp"
#include "mis/security/caller.hpp"
#include "modules/meter_reading/store.hpp"

namespace mis::meter_reading {

class Service {
 public:
  explicit Service(const Services& services) : services_(services) {}

  // Errors: customers.no_account.
  Result<std::vector<store::ReadingRow>> readings(const security::Caller& caller, std::string_view account_no, BillingMonth newest) const;
  Result<std::vector<store::RouteRow>> routes(const security::Caller& caller, store::RouteSearch search) const;

  struct StationProgress {
    OrgId org_id;
    std::string name;
    std::int64_t routes = 0, meters = 0, read = 0, missing = 0, suspect = 0;
  };
  // By station, within the caller's data scope. What everybody looks at is computed once in a few seconds, not by everybody.
  Result<std::vector<StationProgress>> plan(const security::Caller& caller, BillingMonth month) const;

 private:
  using Progress = std::shared_ptr<const std::vector<store::RouteProgress>>;
  Result<Progress> progress(BillingMonth month) const;

  struct Kept {
    Instant meters_at, readings_at;
    Progress meters;    // as to what there is to read
    Progress progress;  // the same with what has been read
  };
  Services services_;
  mutable std::mutex mutex_;
  mutable std::map<BillingMonth, Kept> kept_;
};

}  // namespace mis::meter_reading

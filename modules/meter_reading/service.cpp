#include "modules/meter_reading/service.hpp"

namespace mis::meter_reading {
namespace {

constexpr std::int64_t kReadingsKept_us = 10'000'000;
constexpr std::int64_t kMetersKept_us = 300'000'000;  // meters are installed by the dozen a day
constexpr std::size_t kMostMonthsKept = 36;

}  // namespace

Result<std::vector<store::ReadingRow>> Service::readings(const security::Caller& caller, std::string_view account_no, BillingMonth newest) const {
  return services_.database.read([&](db::Session& session) -> Result<std::vector<store::ReadingRow>> {
    auto rows = store::readings_of_account(session, account_no, caller.scope_pattern(), newest);
    if (!rows) return not_found("customers.no_account", "expected an account with this number but there is none in your data scope");
    return std::move(*rows);
  });
}

Result<std::vector<store::RouteRow>> Service::routes(const security::Caller& caller, store::RouteSearch search) const {
  search.scope_pattern = caller.scope_pattern();
  return services_.database.read([&](db::Session& session) -> Result<std::vector<store::RouteRow>> { return store::routes(session, search); });
}

Result<Service::Progress> Service::progress(BillingMonth month) const {
  // The lock is held while one request reads: the others wait for its result instead of reading the same again.
  const std::lock_guard lock(mutex_);
  const Instant now = services_.clock.now();
  if (kept_.size() >= kMostMonthsKept && !kept_.contains(month)) kept_.clear();
  Kept& kept = kept_[month];
  if (kept.progress && now.micros - kept.readings_at.micros < kReadingsKept_us) return kept.progress;
  return services_.database.read([&](db::Session& session) -> Result<Progress> {
    if (!kept.meters || now.micros - kept.meters_at.micros >= kMetersKept_us) {
      kept.meters = std::make_shared<const std::vector<store::RouteProgress>>(store::meters_of_month(session, month));
      kept.meters_at = now;
    }
    std::vector<store::RouteProgress> routes = *kept.meters;
    store::count_readings(session, month, routes);
    kept.progress = std::make_shared<const std::vector<store::RouteProgress>>(std::move(routes));
    kept.readings_at = now;
    return kept.progress;
  });
}

Result<std::vector<Service::StationProgress>> Service::plan(const security::Caller& caller, BillingMonth month) const {
  const auto all = progress(month);
  if (!all) return all.error();
  std::map<OrgId, StationProgress> stations;
  for (const store::RouteProgress& route : **all) {
    if (!caller.sees(route.path)) continue;
    StationProgress& station = stations[route.org_id];
    station.org_id = route.org_id;
    station.name = route.station;
    ++station.routes;
    station.meters += route.meters;
    station.read += route.read;
    station.missing += route.missing;
    station.suspect += route.suspect;
  }
  std::vector<StationProgress> out;
  for (auto& [org_id, station] : stations) out.push_back(std::move(station));
  return out;
}

}  // namespace mis::meter_reading

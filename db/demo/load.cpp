#include "db/demo/load.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/db/migrations.hpp"
#include "mis/db/month_partitions.hpp"
#include "mis/db/sequence.hpp"
#include "modules/invoicing/invoicing.hpp"
#include "modules/tariffs/store.hpp"

namespace mis::demo {
namespace {

using db::Session;

class Stopwatch {
 public:
  std::int64_t milliseconds() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

std::string describe(const CountyOptions& o) {
  return fmt::format("seed={} customers={} last_month={} months={}", o.seed, o.customers, o.last_month.yyyymm, o.months);
}

// Adds up rows and time by stage and tells the caller, from whichever thread.
class Tally {
 public:
  explicit Tally(const LoadOptions& load) : load_(load) {}

  void add(std::string_view stage, std::int64_t rows, std::int64_t milliseconds) {
    const std::lock_guard lock(mutex_);
    auto it = std::find_if(stages_.begin(), stages_.end(), [&](const auto& s) { return s.stage == stage; });
    if (it == stages_.end()) it = stages_.insert(stages_.end(), StageTime{std::string(stage), 0, 0});
    it->rows += rows;
    it->milliseconds += milliseconds;
    rows_ += rows;
  }
  void tell(std::string_view stage, int percent) {
    const std::lock_guard lock(mutex_);
    if (!load_.progress || (stage == last_stage_ && percent <= last_percent_)) return;
    last_stage_ = stage;
    last_percent_ = percent;
    load_.progress({stage, rows_, percent});
  }
  std::vector<StageTime> take() { return std::move(stages_); }

 private:
  const LoadOptions& load_;
  std::mutex mutex_;
  std::vector<StageTime> stages_;
  std::int64_t rows_ = 0;
  std::string last_stage_;
  int last_percent_ = -1;
};

// Marks a shard in the transaction of its rows. The mark comes first: of two loaders the second waits for the first one's
// commit and then finds the mark, so no row is written twice. False where it is there already.
bool mark(Session& session, std::string_view stage, std::int64_t shard, std::int64_t rows) {
  auto found = session.query("SELECT 1 FROM demo_county_shard WHERE stage = ? AND shard = ? FOR UPDATE", stage, shard);
  if (found.next()) return false;
  try {
    session.execute("INSERT INTO demo_county_shard (stage, shard, rows_loaded) VALUES (?, ?, ?)", stage, shard, rows);
  } catch (const db::DbError& e) {
    if (e.kind() != db::DbError::Kind::kDuplicate) throw;
    return false;
  }
  return true;
}

Status load_organisation(Session& session, const County& county, const LoadOptions& load) {
  if (auto s = administration::load_org_units(session, county.layout().org_units); !s) return s;
  // Invoices need a seller; a tax number of this form belongs to nobody.
  invoicing::name_seller(session, {county.layout().org_units.front().name, "91990100000000000A", "人民路1号 95598", "中国工商银行 9558800000000000000"}, load.now);
  return load_staff(session, county, load);
}

Status load_network(Session& session, const County& county) {
  const auto& layout = county.layout();
  network::load_substations(session, layout.substations);
  network::load_feeders(session, layout.feeders);
  network::load_transformer_areas(session, layout.areas);
  meter_reading::load_routes(session, county.routes());
  // The county brings its own ids; what is added later goes on behind them.
  const auto advance = [&](const char* sequence, std::size_t last) { db::advance_sequence(session, sequence, static_cast<std::int64_t>(last)); };
  advance(network::kSubstationSequence, layout.substations.size());
  advance(network::kFeederSequence, layout.feeders.size());
  advance(network::kTransformerAreaSequence, layout.areas.size());
  advance(meter_reading::kRouteSequence, layout.routes.size());
  advance(customers::kCustomerSequence, static_cast<std::size_t>(layout.customers));
  advance(customers::kAccountSequence, layout.accounts.size());
  advance(metering::kUsagePointSequence, static_cast<std::size_t>(layout.usage_points));
  advance(metering::kMeterSequence, static_cast<std::size_t>(layout.meters));
  advance(metering::kInstallationSequence, static_cast<std::size_t>(layout.meters));
  return ok();
}

template <class Load>
void timed(Tally& tally, std::string_view stage, std::size_t rows, Load&& load) {
  const Stopwatch watch;
  load();
  tally.add(stage, static_cast<std::int64_t>(rows), watch.milliseconds());
}

void load_route(Session& session, const RouteRows& rows, Tally& tally) {
  timed(tally, "customers", rows.customers.size() + rows.agreements.size(), [&] {
    customers::load_customers(session, rows.customers);
    customers::load_agreements(session, rows.agreements);
  });
  timed(tally, "accounts and search keys", rows.accounts.size(), [&] {
    customers::load_accounts(session, rows.accounts);
    customers::load_asset_search_keys(session, rows.asset_keys);
  });
  timed(tally, "metering", rows.usage_points.size() + rows.meters.size() + rows.installations.size(), [&] {
    metering::load_usage_points(session, rows.usage_points);
    metering::load_meters(session, rows.meters);
    metering::load_installations(session, rows.installations);
  });
  timed(tally, "readings", rows.readings.size(), [&] { meter_reading::load_readings(session, rows.readings); });
  timed(tally, "history", rows.history.size(), [&] { billing::load_history(session, rows.history); });
}

// The load as a whole: a claim on the database, single shards, then the routes on several threads.
class Loader {
 public:
  Loader(db::Database& database, const County& county, const LoadOptions& load)
      : database_(database), county_(county), load_(load), tally_(load) {}

  Result<CountySummary> run() {
    const Stopwatch watch;
    CountySummary summary;
    auto claimed = claim();
    if (!claimed) return std::move(claimed).error();
    summary.already_there = *claimed == Claim::kComplete;
    summary.resumed = *claimed == Claim::kInterrupted;
    if (*claimed != Claim::kComplete) {
      if (auto s = load_all(); !s) return std::move(s).error();
      if (auto s = database_.read([](Session& session) { return db::refresh_statistics(session); }); !s) return std::move(s).error();
    }
    if (auto s = count(summary); !s) return std::move(s).error();
    summary.stages = tally_.take();
    summary.milliseconds = watch.milliseconds();
    auto logins = county_logins(county_.layout().options);
    if (!logins) return std::move(logins).error();
    summary.logins = std::move(*logins);
    return summary;
  }

 private:
  enum class Claim : std::uint8_t { kNew, kInterrupted, kComplete };

  Result<Claim> claim() {
    const auto wanted = describe(county_.layout().options);
    return database_.transact([&](Session& session) -> Result<Claim> {
      auto found = session.query("SELECT options, complete FROM demo_county WHERE id = 1 FOR UPDATE");
      if (found.next()) {
        if (found.text(0) != wanted)
          return conflict("demo.other_county", fmt::format("expected an empty database or the county {}, but it holds the county {}", wanted, found.text(0)));
        return found.i64(1) != 0 ? Claim::kComplete : Claim::kInterrupted;
      }
      auto accounts = session.query("SELECT account_no FROM customers_account LIMIT 1");
      if (accounts.next())
        return conflict("demo.not_empty", fmt::format("expected a database without accounts, but it has some, {} among them", accounts.text(0)));
      session.execute("INSERT INTO demo_county (id, options, complete) VALUES (1, ?, 0)", wanted);
      return Claim::kNew;
    });
  }

  Status load_all() {
    const auto& layout = county_.layout();
    {
      auto session = database_.lease();
      if (auto s = db::ensure_month_partitions(*session, layout.opening_month(), layout.options.last_month.plus(1)); !s) return s;
    }
    if (auto s = single("organisation", county_.staff().size() + layout.org_units.size(),
                        [&](Session& session) { return load_organisation(session, county_, load_); }); !s) return s;
    if (auto s = single("network", layout.areas.size() + layout.routes.size() + layout.feeders.size(),
                        [&](Session& session) { return load_network(session, county_); }); !s) return s;
    if (auto s = single("tariffs", county_.tariffs().size(), [&](Session& session) { return load_county_tariffs(session, county_); }); !s) return s;
    if (auto s = routes(); !s) return s;
    return database_.transact([](Session& session) -> Status {
      session.execute("UPDATE demo_county SET complete = 1 WHERE id = 1");
      return ok();
    });
  }

  template <class Work>
  Status single(std::string_view stage, std::size_t rows, Work&& work) {
    tally_.tell(stage, 0);
    const Stopwatch watch;
    auto status = database_.transact([&](Session& session) -> Status {
      if (!mark(session, stage, 0, static_cast<std::int64_t>(rows))) return ok();
      return work(session);
    });
    if (status) tally_.add(stage, static_cast<std::int64_t>(rows), watch.milliseconds());
    return status;
  }

  Status routes() {
    std::vector<std::thread> threads;
    for (int i = 1; i < std::max(1, load_.threads); ++i) threads.emplace_back([this] { work_on_routes(); });
    work_on_routes();
    for (auto& thread : threads) thread.join();
    if (failure_) return *failure_;
    return ok();
  }

  // Threads take turns in the order of routes, so that rows of neighbouring keys are written at about the same time.
  void work_on_routes() {
    const auto total = county_.layout().routes.size();
    RouteRows rows;
    while (!stop_) {
      const auto index = next_.fetch_add(1);
      if (index >= total) return;
      auto status = one_route(index, rows);
      if (!status) {
        const std::lock_guard lock(failure_mutex_);
        if (!failure_) failure_ = std::move(status).error();
        stop_ = true;
        return;
      }
      tally_.tell("routes", static_cast<int>((done_.fetch_add(1) + 1) * 100 / total));
    }
  }

  Status one_route(std::size_t index, RouteRows& rows) {
    const auto shard = static_cast<std::int64_t>(index) + 1;
    auto there = database_.read([&](Session& session) -> Result<bool> {
      return session.query("SELECT 1 FROM demo_county_shard WHERE stage = 'routes' AND shard = ?", shard).next();
    });
    if (!there) return std::move(there).error();
    if (*there) return ok();
    timed(tally_, "making rows", 0, [&] { county_.make_route(index, rows); });
    return database_.transact([&](Session& session) -> Status {
      if (!mark(session, "routes", shard, static_cast<std::int64_t>(rows.size()))) return ok();
      load_route(session, rows, tally_);
      return ok();
    });
  }

  Status count(CountySummary& summary) {
    const auto& layout = county_.layout();
    summary.routes = static_cast<std::int64_t>(layout.routes.size());
    summary.customers = layout.customers;
    summary.accounts = static_cast<std::int64_t>(layout.accounts.size());
    summary.usage_points = layout.usage_points;
    summary.meters = layout.meters;
    return database_.read([&](Session& session) -> Status {
      const auto one = [&](std::string_view sql) {
        auto rows = session.query(sql);
        return rows.next() ? rows.i64(0) : 0;
      };
      summary.installations_open = one("SELECT COUNT(*) FROM metering_installation WHERE valid_to = '9999-12-31'");
      summary.readings = one("SELECT COUNT(*) FROM meter_reading_reading");
      summary.months_billed = one("SELECT COUNT(*) FROM billing_history");
      return ok();
    });
  }

  db::Database& database_;
  const County& county_;
  const LoadOptions& load_;
  Tally tally_;
  std::atomic<std::size_t> next_{0}, done_{0};
  std::atomic<bool> stop_{false};
  std::mutex failure_mutex_;
  std::optional<Error> failure_;
};

}  // namespace

Status load_staff(Session& session, const County& county, const LoadOptions& load) {
  const auto& options = county.layout().options;
  if (auto s = administration::load_roles(session, options.reference_folder / "roles.json"); !s) return s;
  std::vector<administration::NewUser> users;
  for (const auto& member : county.staff()) {
    administration::NewUser user;
    user.user_id = member.user_id;
    user.username = member.username;
    user.name = member.name;
    user.org_id = member.org_id;
    user.roles = member.roles;
    user.password = load.staff_password;
    user.must_change_password = false;  // a demonstration is for looking around
    users.push_back(std::move(user));
  }
  return administration::load_users(session, users, load.now);
}

Status load_county_tariffs(Session& session, const County& county) {
  std::vector<tariffs::Tariff> all;
  for (const auto& [code, tariff] : county.tariffs()) all.push_back(tariff);
  tariffs::publish(session, all);
  return ok();
}

Result<CountySummary> load_county(db::Database& database, const CountyOptions& options, const LoadOptions& load) {
  auto county = County::plan(options);
  if (!county) return std::move(county).error();
  return Loader(database, *county, load).run();
}

Result<std::vector<Login>> county_logins(const CountyOptions& options) {
  auto staff = make_staff(options);
  if (!staff) return std::move(staff).error();
  auto names = read_role_names(options);
  if (!names) return std::move(names).error();
  std::vector<Login> logins;
  for (const auto& member : *staff) {
    if (!member.printed) continue;
    const auto role = std::find_if(names->begin(), names->end(), [&](const auto& n) { return n.code == member.roles[0]; });
    logins.push_back({member.username, member.name, fmt::format("{} ({})", role->name, role->name_en)});
  }
  return logins;
}

}  // namespace mis::demo

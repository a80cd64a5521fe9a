#include "tests/bench/database_bench.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "db/demo/load.hpp"
#include "mis/commands/bill_month.hpp"
#include "mis/db/bulk_writer.hpp"
#include "tests/bench/payments_bench.hpp"

namespace bench {
namespace {

using namespace mis;
using Steady = std::chrono::steady_clock;
double since(Steady::time_point t) { return std::chrono::duration<double>(Steady::now() - t).count(); }

template <class T>
T require(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(result).value();
}

constexpr UserId kClerk{2}, kApprover{3}, kReviewer{4};

// The rows of one route in one table, as text ready to be loaded: what is measured is the database, not their making.
struct PreparedShard {
  std::vector<std::pair<std::string, std::string>> tables;  // table → file content
  std::int64_t bills = 0;
};

std::string unload(db::Session& session, const std::string& sql, int columns, BillingMonth month, std::int64_t route, std::int64_t& rows_out) {
  std::string text;
  rows_out = 0;
  for (auto rows = session.query(sql, month, route); rows.next(); ++rows_out) {
    for (int i = 0; i < columns; ++i) {
      if (i > 0) text += '\t';
      text += rows.text(i);
    }
    text += '\n';
  }
  return text;
}

// The ceiling: the rows that a month's calculation has just written, written again into empty tables of the same shape, by
// two connections, a transaction a route, and nothing else.
double raw_write_rate(commands::Installation& installation, BillingMonth month) {
  auto& database = installation.owner();
  struct Source { std::string table, columns; int count; };
  const std::vector<Source> sources{
      {"billing_bill", "billing_month, route_id, account_id, revision, run_id, org_id, category, version_id, period_from, period_to, energy_wh, amount_fen, funds_fen, export_fen, exported_wh, "
                       "tier_energy_wh, flags", 17},
      {"billing_bill_line", "billing_month, route_id, account_id, revision, line_no, usage_point_id, version_id, kind, role, unit, period, tier, component, rounding, power_factor, percent_bp, days, "
                            "of_days, quantity, price_e8, base_fen, amount_fen", 22},
      {"billing_bill_usage", "billing_month, route_id, account_id, revision, usage_point_id, detail", 6}};
  std::vector<PreparedShard> shards;
  {
    auto session = database.lease();
    std::vector<std::int64_t> routes;
    for (auto rows = session->query("SELECT DISTINCT route_id FROM billing_bill WHERE billing_month = ?", month); rows.next();) routes.push_back(rows.i64(0));
    for (const auto& source : sources) {
      session->run_raw(fmt::format("DROP TABLE IF EXISTS bench_{}", source.table));
      session->run_raw(fmt::format("CREATE TABLE bench_{} LIKE {}", source.table, source.table));
    }
    for (const auto route : routes) {
      PreparedShard shard;
      for (const auto& source : sources) {
        std::int64_t rows = 0;
        shard.tables.emplace_back(fmt::format("bench_{}|{}", source.table, source.columns),
                                  unload(*session, fmt::format("SELECT {} FROM {} WHERE billing_month = ? AND route_id = ?", source.columns, source.table), source.count, month, route, rows));
        if (source.table == "billing_bill") shard.bills = rows;
      }
      shards.push_back(std::move(shard));
    }
  }
  std::atomic<std::size_t> next{0};
  std::int64_t bills = 0;
  for (const auto& shard : shards) bills += shard.bills;
  const auto begun = Steady::now();
  const auto work = [&] {
    auto session = database.lease();
    for (std::size_t i; (i = next++) < shards.size();) {
      session->begin();
      for (const auto& [key, text] : shards[i].tables) db::load_text(*session, key.substr(0, key.find('|')), key.substr(key.find('|') + 1), text);
      session->commit();
    }
  };
  std::thread other(work);
  work();
  other.join();
  const auto seconds = since(begun);
  auto session = database.lease();
  for (const auto& source : sources) session->run_raw(fmt::format("DROP TABLE bench_{}", source.table));
  return static_cast<double>(bills) / seconds;
}

struct MonthTimes { double calculate_per_s = 0, issue_per_s = 0; };

class StandingClock final : public Clock {
 public:
  explicit StandingClock(Instant at) : at_(at) {}
  Instant now() const override { return at_; }

 private:
  Instant at_;
};

MonthTimes bill_a_month(commands::Installation& installation, BillingMonth month) {
  const StandingClock clock(time_of_billing(month));
  commands::MonthBiller biller(installation, 2, clock);
  const auto run = require(biller.open(month, kClerk));
  MonthTimes times;
  auto begun = Steady::now();
  require(biller.calculate(run.id, kClerk, {}));
  times.calculate_per_s = static_cast<double>(require(biller.look(run.id)).bills) / since(begun);
  require(biller.decide_all(run.id, kReviewer, billing::Decision::kEstimate, {}));
  require(biller.decide_all(run.id, kReviewer, billing::Decision::kExclude, {}));
  require(biller.submit(run.id, kReviewer));
  begun = Steady::now();
  require(biller.issue(run.id, kApprover, {}));
  times.issue_per_s = static_cast<double>(require(biller.look(run.id)).bills) / since(begun);
  return times;
}

}  // namespace

Instant time_of_billing(BillingMonth month) { return *Instant::parse(fmt::format("{}-12T04:00:00Z", month.plus(1).to_string())); }

Instant run_database_bench(Table& table, commands::Installation& installation, const CountySize& size, const std::string& staff_password) {
  const auto& timing = installation.timing();
  table.add({"private database, from nothing to ready", timing.install_s + timing.ready_s, "s", 0, true, fmt::format("create {:.2f} s, start {:.2f} s, schema {:.2f} s", timing.install_s, timing.ready_s, timing.migrate_s)});

  demo::CountyOptions county;
  county.customers = size.customers;
  county.months = size.months + 1;  // the last one is only calculated: the server's bench calculates it again
  county.reference_folder = installation.place().home / "db" / "reference";
  demo::LoadOptions load;
  load.now = SystemClock().now();
  load.staff_password = staff_password;
  const auto begun = Steady::now();
  const auto loaded = require(demo::load_county(installation.owner(), county, load));
  installation.grant_rights();
  table.add({"county loaded", since(begun), "s", 60, true, fmt::format("{} accounts, {} meters, {} readings", loaded.accounts, loaded.meters, loaded.readings)});

  // Each month has its accounting month, and is paid before the next is billed: that is what a county's thirteenth month is like.
  MonthTimes first, last;
  Instant now;
  for (int i = size.months; i >= 1; --i) {
    const auto month = county.last_month.plus(-i);
    if (i < size.months) pay_bills(installation, month.plus(-1), size.unpaid_of_hundred, now);
    now = time_of_billing(month);
    last = bill_a_month(installation, month);
    if (i == size.months) first = last;
    fmt::print("  {}: calculate {:.0f} bills/s, issue {:.0f} bills/s\n", month.to_string(), last.calculate_per_s, last.issue_per_s);
    std::fflush(stdout);
  }
  table.add({"calculate, durable", last.calculate_per_s, "bills/s", 20'000, false, ""});
  const auto raw = raw_write_rate(installation, county.last_month.plus(-1));
  table.add({"the same rows written raw, 2 connections", raw, "bills/s", 0, false, "the ceiling"});
  table.add({"calculate / raw", last.calculate_per_s / raw, "ratio", 0.5, false, ""});
  table.add({"issue, durable", last.issue_per_s, "bills/s", 20'000, false, ""});
  if (size.months > 1) {
    table.add({fmt::format("calculate, month {} / month 1", size.months), last.calculate_per_s / first.calculate_per_s, "ratio", 0.85, false, ""});
    table.add({fmt::format("issue, month {} / month 1", size.months), last.issue_per_s / first.issue_per_s, "ratio", 0.85, false, ""});
  }
  commands::MonthBiller biller(installation, 2);
  const auto waiting = require(biller.open(county.last_month, kClerk));
  require(biller.calculate(waiting.id, kClerk, {}));
  return now;
}

}  // namespace bench

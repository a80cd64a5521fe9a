#include "tests/sim/meters.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "mis/jobs/worker.hpp"
#include "modules/billing/billing.hpp"
#include "modules/customers/customers.hpp"
#include "modules/meter_reading/meter_reading.hpp"
#include "modules/metering/metering.hpp"
#include "modules/tariffs/publish.hpp"
#include "modules/tariffs/reference.hpp"

using namespace mis;

namespace sim {
namespace {

constexpr std::int64_t kRoute = 5, kCentiPerKwh = 100;
constexpr std::int64_t kDialEnd = 1'000'000 * kCentiPerKwh;  // six digits before the point
constexpr int kRegular = 1, kStartOfMeter = 2, kEndOfMeter = 3;
constexpr int kShopRatio = 40;
constexpr DateRange kAlways{Date::of(2020, 1, 1), kForever};

bool is_home(std::int64_t account) { return account % 3 != 0; }

// Half a fen is rounded up, each line by itself; `e4` is the price in 1/10,000 yuan for a kWh.
Fen price(std::int64_t centi, std::int64_t e4) { return (centi * e4 + 5'000) / 10'000; }

// Jiangsu's table: 0.5283 for all, 0.05 more above 2,760 kWh of a year and 0.30 more above 4,800. The shop pays 0.385 for all.
Fen price_of(bool home, std::int64_t before, std::int64_t used) {
  if (!home) return price(used, 3'850);
  constexpr std::int64_t kSecond = 2'760 * kCentiPerKwh, kThird = 4'800 * kCentiPerKwh;
  const auto between = [&](std::int64_t from, std::int64_t to) { return std::max<std::int64_t>(0, std::min(before + used, to) - std::max(before, from)); };
  return price(used, 5'283) + price(between(kSecond, kThird), 500) + price(between(kThird, before + used), 3'000);
}

// What of it is collected for others, rounded as one sum: the water fund, and of homes the reservoir fund and that of renewable energy.
Fen funds_of(bool home, std::int64_t used) { return (used * (home ? 196'875 + 620'000 + 100'000 : 196'875) + 50'000'000) / 100'000'000; }

void must(const Status& status) {
  if (!status) throw std::runtime_error(status.error().code + ": " + status.error().message);
}

void load_once(db::Session& s) {
  if (s.query("SELECT 1 FROM customers_agreement LIMIT 1").next()) return;
  auto tariffs = tariffs::load_reference((fixture::source_folder() / "db" / "reference").string());
  must(tariffs ? ok() : Status(tariffs.error()));
  tariffs::publish(s, *tariffs);
  const meter_reading::Route route{{kRoute}, "R5", "五线", {2}, {}, 1};
  meter_reading::load_routes(s, std::span(&route, 1));
  std::vector<customers::Agreement> agreements;
  for (std::int64_t account = kFirstAccount; account < kFirstAccount + kAccounts; ++account)
    agreements.push_back({{account}, kAlways, is_home(account) ? "residential" : "general", "220V", {10'000}, is_home(account) ? "JS-RES" : "AGRI", "single", {}, 0});
  customers::load_agreements(s, agreements);
}

void load_meter(db::Session& s, std::int64_t account, std::int64_t id, DateRange valid, int ratio) {
  const metering::Meter meter{{id}, "M" + std::to_string(id), "single_phase", 6, "华立", kAlways.from};
  metering::load_meters(s, std::span(&meter, 1));
  const metering::Installation row{{id}, {account}, {id}, valid, ratio, 1};
  metering::load_installations(s, std::span(&row, 1));
}

}  // namespace

Meters::Meters(Town& town) : town_(town) {
  must(town_.books.owner().transact([&](db::Session& s) -> Status {
    load_once(s);
    for (const char* statement : {"DELETE FROM meter_reading_reading", "DELETE FROM billing_bill_line", "DELETE FROM billing_bill_usage", "DELETE FROM billing_run_shard", "DELETE FROM billing_exception",
                                  "DELETE FROM billing_exception_resolution", "DELETE FROM metering_installation", "DELETE FROM metering_meter", "DELETE FROM metering_usage_point"})
      s.execute(statement);
    for (std::int64_t account = kFirstAccount; account < kFirstAccount + kAccounts; ++account) {
      metering::UsagePoint point;
      point.usage_point_id = {account};
      point.usage_point_no = "P" + std::to_string(account);
      point.account_id = {account};
      metering::load_usage_points(s, std::span(&point, 1));
      const int ratio = is_home(account) ? 1 : kShopRatio;
      load_meter(s, account, account, kAlways, ratio);
      // Some dials are near their end.
      const Centi start = town_.one_in(4) ? kDialEnd - town_.below(40'000) : town_.below(90'000'000);
      dials_[account].meters.push_back({account, start, start, ratio});
    }
    return ok();
  }));
  for (const auto& [account, dial] : dials_) read(dial.meters.back().installation, 202509, kRegular, dial.meters.back().now);
}

void Meters::read(std::int64_t installation, int month, int kind, Centi shown) {
  must(town_.books.owner().transact([&](db::Session& s) -> Status {
    s.execute("INSERT INTO meter_reading_reading (billing_month, route_id, installation_id, seq, kind, read_at, source, quality, total_e4) VALUES (?, ?, ?, 1, ?, ?, 2, 1, ?)",
              BillingMonth{month}, kRoute, installation, kind, town_.clock.now(), shown % kDialEnd * 100);
    return ok();
  }));
}

void Meters::use(std::int64_t account, Dial& dial, int month) {
  if (town_.one_in(30)) change_meter(account, dial, month);
  // Mostly a household's month, now and then nothing at all, or so much that somebody looks at it.
  const Centi used = town_.one_in(15) ? 0 : town_.one_in(12) ? 100'000 + town_.below(150'000) : town_.below(40'000);
  dial.meters.back().now += used;
}

void Meters::change_meter(std::int64_t account, Dial& dial, int month) {
  auto& old = dial.meters.back();
  const Centi last = town_.below(10'000);
  old.now += last;
  const auto on = BillingMonth{month}.first_day() + 3 + town_.below(20);
  const std::int64_t id = 1'000 + ++changed_;
  const int ratio = is_home(account) ? 1 : town_.one_in(2) ? kShopRatio : kShopRatio / 2;
  must(town_.books.owner().transact([&](db::Session& s) -> Status {
    s.execute("UPDATE metering_installation SET valid_to = ? WHERE installation_id = ?", on, old.installation);
    load_meter(s, account, id, {on, kForever}, ratio);
    return ok();
  }));
  read(old.installation, month, kEndOfMeter, old.now);
  const Centi start = town_.below(500);
  read(id, month, kStartOfMeter, start);
  dial.meters.push_back({id, start, start, ratio});
  town_.count("meters changed");
}

// What all meters since the last bill have counted, each line rounded by itself; the year's tiers go on from bill to bill.
Meters::Bill Meters::bill(std::int64_t account, Dial& dial, int month) {
  Centi used = 0;
  for (auto& meter : dial.meters) {
    used += (meter.now - meter.start) * meter.ratio;
    if (meter.start / kDialEnd != meter.now / kDialEnd) town_.count("dials over their end");
    meter.start = meter.now;
  }
  dial.meters.erase(dial.meters.begin(), dial.meters.end() - 1);
  if (dial.year != month / 100) dial.of_year = 0;
  dial.year = month / 100;
  const Bill bill{price_of(is_home(account), dial.of_year, used), funds_of(is_home(account), used)};
  if (dial.of_year + used > 4'800 * kCentiPerKwh && is_home(account)) town_.count("bills in the third tier");
  dial.of_year += used;
  return bill;
}

void Meters::bill_month(int month) {
  std::set<std::int64_t> is_read;
  town_.tick();
  for (auto& [account, dial] : dials_) {
    use(account, dial, month);
    if (town_.one_in(8)) {
      town_.count("meters nobody read");
      continue;
    }
    read(dial.meters.back().installation, month, kRegular, dial.meters.back().now);
    is_read.insert(account);
  }
  const auto run = run_month(month, is_read);
  std::map<std::int64_t, std::string> found;
  auto s = town_.books.app().lease();
  for (auto rows = s->query("SELECT account_id, amount_fen, funds_fen FROM billing_bill WHERE billing_month = ? AND run_id = ?", BillingMonth{month}, run); rows.next();)
    found[rows.i64(0)] = fmt::format("{}, funds {}", rows.i64(1), rows.i64(2));
  for (auto& [account, dial] : dials_) {
    const bool billed = is_read.contains(account);
    const auto expected = billed ? bill(account, dial, month) : Bill{};
    town_.expect(fmt::format("the bill of account {} for {}", account, month), billed ? fmt::format("{}, funds {}", expected.amount, expected.funds) : "", found[account]);
    if (!billed) continue;
    town_.auditor.issue(account, month, expected.amount, expected.funds, town_.day(), is_home(account));
    town_.count("bills of read meters");
  }
}

// A job as the product's worker does it, however often it is begun.
void Meters::work_off(const std::string& what, const std::string& job) {
  std::int64_t id = 0;
  if (job.starts_with("job ")) id = std::stoll(job.substr(4));
  town_.expect(what, fmt::format("job {}", id), job);
  const auto ended = town_.ask([&](const Desk& desk) {
    Registry registry(desk.services());
    billing::register_module(registry);
    receivables::register_module(registry);
    jobs::Worker worker(desk.database(), desk.services().clock, registry.part<jobs::Kinds>(), {.threads = 1, .poll_ms = 50, .nice = 0});
    const auto done = worker.run_to_end({id});
    return done ? std::string(done->state == jobs::State::kDone ? "done" : "failed: " + done->message) : refused(done.error());
  });
  town_.expect(what, "done", ended);
}

RunId Meters::run_month(int month, const std::set<std::int64_t>& is_read) {
  const auto run_text = town_.staff(kClerk, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto run = billing::RunService(desk.services()).create(s, {month}, kClerk);
    if (!run) return std::move(run).error();
    return std::to_string(run->value);
  });
  if (run_text.starts_with("error")) town_.differ("a bill run cannot be opened: " + run_text);
  const RunId run{std::stoll(run_text)};
  const auto queued = [](Result<JobId> job) -> Result<std::string> {
    if (!job) return std::move(job).error();
    return fmt::format("job {}", job->value);
  };
  work_off("the month is calculated", town_.staff(kClerk, [&](const Desk& desk, db::Session& s) { return queued(billing::RunService(desk.services()).calculate(s, run, kClerk)); }));
  review(run, is_read);
  const auto submitted = town_.staff(kClerk, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    if (auto done = billing::RunService(desk.services()).submit(s, run, kClerk); !done) return done.error();
    return std::string("submitted");
  });
  town_.expect("the run is submitted", "submitted", submitted);
  work_off("the month is issued", town_.staff(kSupervisor, [&](const Desk& desk, db::Session& s) { return queued(billing::RunService(desk.services()).issue(s, run, kSupervisor)); }));
  return run;
}

// Who was not read gets no bill this month; a bill that looks odd is what the meter showed.
void Meters::review(RunId run, const std::set<std::int64_t>& is_read) {
  std::set<std::int64_t> open;
  {
    auto s = town_.books.app().lease();
    for (auto rows = s->query("SELECT DISTINCT account_id FROM billing_exception WHERE run_id = ?", run); rows.next();) open.insert(rows.i64(0));
  }
  for (const auto& [account, dial] : dials_)
    if (!is_read.contains(account)) town_.expect(fmt::format("account {} that was not read", account), "is asked about", open.contains(account) ? "is asked about" : "is not");
  for (const auto account : open) {  // those outside of our town too: they have no agreement, and never get a bill
    const auto decision = is_read.contains(account) ? billing::Decision::kAccept : billing::Decision::kExclude;
    const auto answer = town_.staff(kClerk, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
      if (auto done = billing::RunService(desk.services()).decide(s, run, {account}, decision, "seen", kClerk); !done) return done.error();
      return std::string("decided");
    });
    town_.expect(fmt::format("exceptions of account {}", account), "decided", answer);
    town_.count("exceptions decided");
  }
}

}  // namespace sim

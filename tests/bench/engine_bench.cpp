#include "tests/bench/engine_bench.hpp"

#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "modules/billing/domain/calculate.hpp"

namespace bench {
namespace {

using namespace mis;
using namespace mis::billing;

constexpr int kRounds = 5;
constexpr std::int64_t kE4 = 10'000;

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

// A small generator of our own: the same bills on every machine.
class Numbers {
 public:
  std::int64_t below(std::int64_t n) {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<std::int64_t>((state_ >> 33) % static_cast<std::uint64_t>(n));
  }

 private:
  std::uint64_t state_ = 20270101;
};

Tariff tariff(const std::string& folder, const char* code) {
  auto all = tariffs::load_reference(folder);
  if (all)
    for (auto& t : *all)
      if (t.code == code) return t;
  std::fprintf(stderr, "expected the reference tariff %s in %s but it could not be read\n", code, folder.c_str());
  std::exit(1);
}

// One account's input with what it points to; one usage point and one meter each, as in nearly every account.
struct Prepared {
  std::vector<MeterSegment> segments;
  std::vector<UsagePointInput> points;
  std::vector<AccountInput> accounts;

  Prepared(std::size_t n, const Tariff& t, BillingMonth month) : segments(n), points(n), accounts(n) {
    for (std::size_t i = 0; i < n; ++i) {
      points[i].id = {static_cast<std::int64_t>(i + 1)};
      points[i].tariff = &t;
      points[i].segments = {&segments[i], 1};
      accounts[i].account = {static_cast<std::int64_t>(i + 1)};
      accounts[i].usage_points = {&points[i], 1};
      accounts[i].month = month;
      accounts[i].service = month.range();
    }
  }
};

EngineRow measure_rate(std::string name, double target, const std::vector<AccountInput>& accounts, int passes) {
  EngineRow row;
  row.name = std::move(name);
  row.target_per_second = target;
  row.bills = static_cast<std::int64_t>(accounts.size()) * passes;
  Bill bill;
  std::int64_t sum = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::int64_t lines = 0;
    const double start = cpu_seconds();
    for (int pass = 0; pass < passes; ++pass)
      for (const auto& account : accounts) {
        calculate(account, bill);
        lines += static_cast<std::int64_t>(bill.lines.size());
        sum += bill.totals.amount.value;
      }
    const double seconds = cpu_seconds() - start;
    if (round == 0 || seconds < row.seconds) row.seconds = seconds;
    row.lines = lines;
  }
  // A bench of exceptions would be fast and worthless.
  if (sum <= 0 || row.lines < row.bills * 4) {
    std::fprintf(stderr, "expected every bill of %s to have lines but they have not\n", row.name.c_str());
    std::exit(1);
  }
  row.bills_per_second = static_cast<double>(row.bills) / row.seconds;
  return row;
}

}  // namespace

EngineRow run_engine_residential(const std::string& reference_folder) {
  const Tariff t = tariff(reference_folder, "ZJ-RES");
  Prepared p(4096, t, {202407});
  Numbers numbers;
  for (std::size_t i = 0; i < p.accounts.size(); ++i) {
    const std::int64_t start = numbers.below(90'000) * kE4;
    p.segments[i].set(Register::kTotal, start, start + numbers.below(6'000'000));
    p.points[i].has_previous = true;
    p.points[i].previous_energy = {numbers.below(600'000)};
    p.accounts[i].tier_energy_before = {numbers.below(5'000'000)};
  }
  return measure_rate("engine: residential bill, annual tiers", 2'000'000, p.accounts, 100);
}

EngineRow run_engine_two_part(const std::string& reference_folder) {
  const Tariff t = tariff(reference_folder, "BJ-C2-10");
  Prepared p(4096, t, {202407});
  Numbers numbers;
  for (std::size_t i = 0; i < p.accounts.size(); ++i) {
    MeterSegment& s = p.segments[i];
    s.ratio = static_cast<std::int32_t>(100 + numbers.below(3000));
    std::int64_t total = 0;
    for (Register r : {Register::kSharp, Register::kPeak, Register::kFlat, Register::kValley}) {
      const std::int64_t start = numbers.below(5'000) * kE4, used = kE4 + numbers.below(800'000);
      s.set(r, start, start + used);
      total += used;
    }
    s.set(Register::kTotal, 20'000 * kE4, 20'000 * kE4 + total);
    s.set(Register::kReactiveForward, 0, numbers.below(total) + 1);
    s.set(Register::kReactiveReverse, 0, numbers.below(total / 10 + 1));
    s.set(Register::kMaxDemand, 0, 1000 + numbers.below(5000));
    Agreement& a = p.accounts[i].agreement;
    a.capacity = {s.ratio * std::int64_t{1'000}};
    a.contract_demand = {s.ratio * std::int64_t{600}};
    a.basic_mode = static_cast<BasicMode>(numbers.below(3));
  }
  return measure_rate("engine: two-part bill by periods with power factor", 300'000, p.accounts, 40);
}

EngineRow run_engine_intervals(const std::string& reference_folder) {
  const Tariff t = tariff(reference_folder, "SH-RES-TOU");
  constexpr std::size_t kAccounts = 256, kHours = 730;
  Prepared p(kAccounts, t, {202407});
  Numbers numbers;
  std::vector<std::int32_t> values(kAccounts * kHours);
  for (auto& v : values) v = static_cast<std::int32_t>(numbers.below(2'000));
  for (std::size_t i = 0; i < kAccounts; ++i) {
    p.points[i].segments = {};
    p.points[i].intervals.energy_wh = {&values[i * kHours], kHours};
    p.points[i].intervals.first_day = Date::of(2024, 7, 1);
    p.points[i].intervals.minutes = 60;
    p.accounts[i].tier_energy_before = {numbers.below(5'000'000)};
  }
  return measure_rate("engine: bill of 730 hourly intervals, periods × tiers", 50'000, p.accounts, 100);
}

}  // namespace bench

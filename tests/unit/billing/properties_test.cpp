// What holds for every bill, whatever its inputs: tried with random accounts from printed seeds.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "modules/billing/domain/tiers.hpp"
#include "tests/unit/billing/builders.hpp"

using namespace mis;
using namespace mis::billing;
using namespace mis::billing::testing;

namespace {

const std::vector<Tariff>& reference() {
  static const std::vector<Tariff> loaded = [] {
    auto result = tariffs::load_reference(std::string(WATTHOUR_SOURCE_DIR) + "/db/reference");
    return result ? std::move(result).value() : std::vector<Tariff>{};
  }();
  return loaded;
}

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(n)); }
  bool one_in(int n) { return below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

void fill_meter(Random& r, MeterSegment& s) {
  s.ratio = static_cast<std::int32_t>(1 + (r.one_in(2) ? r.below(3000) : 0));
  std::int64_t total = 0;
  for (Register reg : {Register::kSharp, Register::kPeak, Register::kFlat, Register::kValley, Register::kDeep}) {
    if (reg == Register::kDeep) continue;  // few tariffs price it
    const std::int64_t start = r.below(400'000) * kE4, used = r.one_in(5) ? 0 : r.below(900 * kE4);
    s.set(reg, start, start + used);
    total += used;
  }
  s.set(Register::kTotal, 100'000 * kE4, 100'000 * kE4 + total);
  s.set(Register::kReactiveForward, 0, r.below(total + 1));
  s.set(Register::kReactiveReverse, 0, r.below(100 * kE4));
  s.set(Register::kExport, 0, r.below(500 * kE4));
  s.set(Register::kMaxDemand, 0, r.below(10 * kE4));
}

// A random account over the reference tariffs that can bill such meters.
void fill_account(Random& r, Account& a, const Tariff*& export_tariff) {
  const auto& all = reference();
  std::vector<const Tariff*> usable;
  for (const Tariff& t : all) {
    if (t.category == tariffs::Category::kExport)
      export_tariff = &t;
    else if (t.valid.contains(a.in.service.from))
      usable.push_back(&t);
  }
  for (std::size_t i = 0; i < a.points.size(); ++i) {
    fill_meter(r, a.segments[i]);
    // Residential TOU tariffs price peak and valley only; such a meter has no other registers.
    const Tariff* t = usable[static_cast<std::size_t>(r.below(static_cast<std::int64_t>(usable.size())))];
    a.points[i].tariff = t;
    if (t->by_period && !t->prices(Period::kFlat)) {
      MeterSegment s;
      s.set(Register::kPeak, 0, r.below(900 * kE4));
      s.set(Register::kValley, 0, r.below(900 * kE4));
      a.segments[i] = s;
    }
    if (r.one_in(4) && a.segments[i].has(Register::kExport)) a.points[i].export_tariff = export_tariff;
  }
  for (std::size_t i = 1; i < a.points.size(); ++i)
    if (r.one_in(3)) {
      a.points[i].parent = 0;
      a.points[i].deduction = static_cast<Deduction>(1 + r.below(3));
      a.points[i].fixed_energy = {r.below(1'000'000)};
      a.points[i].fixed_ratio_bp = static_cast<std::int32_t>(r.below(2000));
      if (a.points[i].deduction != Deduction::kChildMeter) a.points[i].export_tariff = nullptr;
    }
  a.in.tier_energy_before = {r.below(6'000'000)};
  a.in.months_of_use = static_cast<std::int32_t>(1 + r.below(12));
  a.in.agreement.capacity = {1'000 * (100 + r.below(5000))};
  a.in.agreement.contract_demand = {1'000 * (100 + r.below(3000))};
  a.in.agreement.basic_mode = static_cast<BasicMode>(r.below(3));
  a.in.agreement.household_persons = static_cast<std::uint8_t>(r.below(8));
  a.in.agreement.household_since = {202403};
  a.in.agreement.free_energy = r.one_in(3);
}

constexpr unsigned kAccounts = 3000;

}  // namespace

TEST_CASE("lines add up to the total and of-which lines to their energy") {
  unsigned billed = 0;
  for (unsigned seed = 1; seed <= kAccounts; ++seed) {
    CAPTURE(seed);
    Random r(seed);
    Account a(1 + static_cast<std::size_t>(r.below(4)), nullptr);
    const Tariff* export_tariff = nullptr;
    fill_account(r, a, export_tariff);
    const Bill bill = a.bill();
    if (bill.blocked()) {
      REQUIRE(bill.lines.empty());
      REQUIRE(bill.totals.amount == Money{});
      continue;
    }
    ++billed;
    Money charges, payables;
    std::vector<Money> included(a.points.size()), energy(a.points.size());
    std::vector<bool> shows_parts(a.points.size());
    for (const Line& line : bill.lines) {
      const auto at = static_cast<std::size_t>(line.usage_point);
      if (line.role == LineRole::kCharge) charges += line.amount;
      if (line.role == LineRole::kPayable) payables += line.amount;
      if (line.included()) {
        included[at] += line.amount;
        shows_parts[at] = true;
      }
      if (line.kind == LineKind::kEnergy || line.kind == LineKind::kTierIncrement) energy[at] += line.amount;
    }
    REQUIRE(charges == bill.totals.amount);
    REQUIRE(payables == bill.totals.export_amount);
    for (std::size_t i = 0; i < a.points.size(); ++i)
      if (shows_parts[i]) REQUIRE(included[i] == energy[i]);
  }
  // The generator must mostly make accounts that can be billed, or this test would say nothing.
  CHECK(billed > kAccounts / 2);
}

TEST_CASE("the order of usage points moves no fen") {
  unsigned compared = 0;
  for (unsigned seed = 1; seed <= 1000; ++seed) {
    CAPTURE(seed);
    Random r(seed);
    const std::size_t n = 2 + static_cast<std::size_t>(r.below(4));
    Account a(n, nullptr), b(n, nullptr);
    const Tariff* export_tariff = nullptr;
    fill_account(r, a, export_tariff);
    // Two different tiered tariffs in one household are billed one after the other, so there the order has a meaning.
    const Tariff* tiered = nullptr;
    for (auto& p : a.points) {
      if (p.tariff->tiers.form == tariffs::TierForm::kNone) continue;
      if (tiered == nullptr) tiered = p.tariff;
      p.tariff = tiered;
    }
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t to = n - 1 - i;
      b.segments[to] = a.segments[i];
      b.points[to] = a.points[i];
      b.points[to].segments = {};
      if (a.points[i].parent >= 0) b.points[to].parent = static_cast<std::int32_t>(n) - 1 - a.points[i].parent;
    }
    const auto spans = b.in;
    b.in = a.in;
    b.in.usage_points = spans.usage_points;
    const Bill first = a.bill(), second = b.bill();
    REQUIRE(first.blocked() == second.blocked());
    if (first.blocked() || raised(first, ExceptionKind::kDeductionTooLarge)) continue;
    ++compared;
    REQUIRE(first.totals.amount == second.totals.amount);
    REQUIRE(first.totals.energy == second.totals.energy);
    REQUIRE(first.lines.size() == second.lines.size());
  }
  CHECK(compared > 300);
}

TEST_CASE("a meter changed for one of the same ratio moves no Wh") {
  const Tariff t = flat_tariff({53'830'000});
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    Random r(seed);
    const std::int64_t start = r.below(1'000'000), used = r.below(50'000'000), at = r.below(used + 1);
    const auto ratio = static_cast<std::int32_t>(1 + r.below(500));
    MeterSegment whole, before, after;
    for (auto* s : {&whole, &before, &after}) s->ratio = ratio;
    whole.set(Register::kTotal, start, start + used);
    before.set(Register::kTotal, start, start + at);
    after.set(Register::kTotal, 7 * kE4, 7 * kE4 + used - at);
    const MeterSegment both[] = {before, after};
    Account a(1, &t), b(1, &t);
    a.segments[0] = whole;
    b.points[0].segments = both;
    REQUIRE(a.bill().totals.energy == b.bill().totals.energy);
    REQUIRE(a.bill().totals.amount == b.bill().totals.amount);
  }
}

TEST_CASE("tiers lose and invent no energy") {
  for (const Tariff& t : reference()) {
    if (t.tiers.form == tariffs::TierForm::kNone) continue;
    for (unsigned seed = 1; seed <= 300; ++seed) {
      CAPTURE(t.code, seed);
      Random r(seed);
      AccountInput in;
      in.month = {static_cast<std::int32_t>(202401 + r.below(12))};
      in.tier_energy_before = {r.below(8'000'000)};
      in.months_of_use = static_cast<std::int32_t>(1 + r.below(12));
      in.agreement.household_persons = static_cast<std::uint8_t>(r.below(9));
      in.agreement.household_since = {202311};
      const Energy energy{r.below(9'000'000)};
      const TierEnergies parts = split_into_tiers(energy, tier_position(t, in));
      Energy sum;
      for (Energy part : parts) {
        REQUIRE(part >= Energy{});
        sum += part;
      }
      REQUIRE(sum == energy);
    }
  }
}

TEST_CASE("two half months cost what the whole year's tiers say") {
  // Billing 300 kWh at once or as 120 and then 180 kWh puts the same energy into each tier.
  const auto found =
      std::find_if(reference().begin(), reference().end(), [](const Tariff& t) { return t.code == "ZJ-RES"; });
  REQUIRE(found != reference().end());
  AccountInput in;
  in.month = {202407};
  for (std::int64_t before : {0, 2'600'000, 2'760'000, 4'700'000, 5'000'000}) {
    in.tier_energy_before = {before};
    const TierEnergies whole = split_into_tiers({300'000}, tier_position(*found, in));
    const TierEnergies first = split_into_tiers({120'000}, tier_position(*found, in));
    in.tier_energy_before = {before + 120'000};
    const TierEnergies second = split_into_tiers({180'000}, tier_position(*found, in));
    for (std::size_t tier = 0; tier < whole.size(); ++tier) CHECK(whole[tier] == first[tier] + second[tier]);
  }
}

TEST_CASE("a bill that is used again forgets the last one") {
  const Tariff t = flat_tariff({50'000'000});
  Account a(1, &t);
  a.segments[0].set(Register::kTotal, 0, 100 * kE4);
  a.bill();
  Bill bill;
  calculate(a.in, bill);
  const auto* memory = bill.lines.data();
  AccountInput bad = a.in;
  bad.service = {};
  calculate(bad, bill);
  CHECK(bill.blocked());
  CHECK(bill.lines.empty());
  calculate(a.in, bill);
  CHECK_FALSE(bill.blocked());
  CHECK(bill.lines.size() == 1);
  CHECK(bill.totals.amount == Money{5000});
  CHECK(bill.lines.data() == memory);  // no allocation once warm
}

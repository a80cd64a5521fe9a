// Inputs that no utility has: each must give a bill or an exception row, never an overflow. Run under the sanitizers.
#include <catch2/catch.hpp>
#include <limits>
#include <random>

#include "modules/billing/domain/explain.hpp"
#include "modules/billing/domain/transformer_loss.hpp"
#include "tests/unit/billing/builders.hpp"

using namespace mis;
using namespace mis::billing;
using namespace mis::billing::testing;

namespace {
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
}  // namespace

TEST_CASE("indexes at the ends of 64 bits are impossible, not negative") {
  const Tariff t = flat_tariff({50'000'000});
  for (auto [start, end] : {std::pair{kMin, kMax},
                            {kMax, kMin},
                            {std::int64_t{0}, kMax},
                            {kMin, std::int64_t{0}},
                            {kMax, kMax},
                            {std::int64_t{-1}, std::int64_t{0}}}) {
    CAPTURE(start, end);
    Account a(1, &t);
    a.segments[0].set(Register::kTotal, start, end);
    const Bill bill = a.bill();
    CHECK(raised(bill, ExceptionKind::kImpossibleIndex));
    CHECK(bill.lines.empty());
  }
}

TEST_CASE("ratios and digits that no meter has are bad meter data") {
  const Tariff t = flat_tariff({50'000'000});
  struct Row {
    std::int32_t ratio;
    std::uint8_t digits;
  };
  for (auto [ratio, digits] :
       {Row{0, 6}, {-1, 6}, {std::numeric_limits<std::int32_t>::max(), 6}, {1, 0}, {1, 11}, {1, 255}}) {
    CAPTURE(ratio, static_cast<int>(digits));
    Account a(1, &t);
    a.segments[0].ratio = ratio;
    a.segments[0].digits = digits;
    a.segments[0].set(Register::kTotal, 0, 1);
    CHECK(raised(a.bill(), ExceptionKind::kBadMeterData));
  }
}

TEST_CASE("months, dates and counts out of range are a bad case") {
  const Tariff t = flat_tariff({50'000'000});
  const auto spoiled = [&](auto spoil) {
    Account a(1, &t);
    a.segments[0].set(Register::kTotal, 0, 100 * kE4);
    spoil(a.in);
    return a.bill();
  };
  CHECK_FALSE(spoiled([](AccountInput&) {}).blocked());
  CHECK(raised(spoiled([](AccountInput& in) { in.month = {202413}; }), ExceptionKind::kBadCase));
  CHECK(raised(spoiled([](AccountInput& in) { in.month = {std::numeric_limits<std::int32_t>::min()}; }),
               ExceptionKind::kBadCase));
  CHECK(raised(
      spoiled([](AccountInput& in) {
        in.service = {Date{std::numeric_limits<std::int32_t>::max()}, Date{std::numeric_limits<std::int32_t>::min()}};
      }),
      ExceptionKind::kBadCase));
  CHECK(raised(
      spoiled([](AccountInput& in) {
        in.service = {Date{std::numeric_limits<std::int32_t>::min()}, Date{std::numeric_limits<std::int32_t>::max()}};
      }),
      ExceptionKind::kBadCase));
  CHECK(raised(
      spoiled([](AccountInput& in) {
        in.cycle = {Date{std::numeric_limits<std::int32_t>::min()}, Date{std::numeric_limits<std::int32_t>::max()}};
      }),
      ExceptionKind::kBadCase));
  CHECK(raised(spoiled([](AccountInput& in) { in.tier_energy_before = {kMin}; }), ExceptionKind::kBadCase));
  CHECK(raised(spoiled([](AccountInput& in) { in.tier_energy_before = {kMax}; }), ExceptionKind::kBadCase));
  CHECK(raised(spoiled([](AccountInput& in) { in.months_of_use = 0; }), ExceptionKind::kBadCase));
  CHECK(raised(spoiled([](AccountInput& in) { in.agreement.capacity = {kMax}; }), ExceptionKind::kBadAgreement));
  CHECK(raised(spoiled([](AccountInput& in) { in.agreement.contract_demand = {kMin}; }), ExceptionKind::kBadAgreement));
  CHECK(raised(spoiled([](AccountInput& in) { in.agreement.suspended = {1}; }), ExceptionKind::kBadAgreement));
}

TEST_CASE("a leap day is one day of service") {
  Tariff t = flat_tariff({50'000'000});
  t.structure = tariffs::Structure::kTwoPart;
  t.basic.capacity_price = {29 * kPriceScale};
  Account a(1, &t);
  a.segments[0].set(Register::kTotal, 0, 100 * kE4);
  a.in.month = {202402};
  a.in.service = {Date::of(2024, 2, 29), Date::of(2024, 3, 1)};
  a.in.agreement.capacity = {100'000};
  const Bill bill = a.bill();
  REQUIRE_FALSE(bill.blocked());
  CHECK(bill.lines[1].days == 1);
  CHECK(bill.lines[1].of_days == 29);
  CHECK(bill.lines[1].amount == Money{10'000});
}

TEST_CASE("prices beyond all reason end as arithmetic range") {
  Tariff t = flat_tariff({kMax});
  Account a(1, &t);
  a.segments[0].digits = 9;
  a.segments[0].set(Register::kTotal, 0, 999'999'999 * kE4);
  CHECK(raised(a.bill(), ExceptionKind::kArithmeticRange));
  t.of_which = {{ComponentKind::kMajorWaterFund, {kMax}}, {ComponentKind::kReservoirFund, {kMax}}};
  t.price[0] = {1};
  CHECK(raised(a.bill(), ExceptionKind::kArithmeticRange));
}

TEST_CASE("transformer loss: the published kW, idle, and absurd nameplates") {
  // TL-03: 320 kVA, P0 1.9, Pk 6.2, I0 7 %, Uk 4.5 % at 256 kVA lose 5.868 kW and 31.616 kvar.
  Transformer t;
  t.capacity = {320'000};
  t.no_load_loss = {1'900};
  t.load_loss = {6'200};
  t.no_load_current_bp = 700;
  t.impedance_bp = 450;
  t.whole_kwh = false;
  const TransformerLoss day = transformer_loss(t, {{256'000 * 24}, {0}, true, 1});
  REQUIRE(day.in_range);
  CHECK(day.active == Energy{5'868 * 24});
  CHECK(day.reactive == Energy{31'616 * 24});

  const TransformerLoss idle = transformer_loss(t, {{0}, {0}, true, 30});
  CHECK(idle.active == Energy{1'900 * 24 * 30});
  CHECK(idle.reactive == Energy{22'400 * 24 * 30});

  t.load_shape_e4 = 15'000;  // two shifts: copper loss × 1.5
  CHECK(transformer_loss(t, {{256'000 * 24}, {0}, true, 1}).active == Energy{1'900 * 24 + 3'968 * 24 * 3 / 2});

  for (std::int64_t wrong : {std::int64_t{0}, std::int64_t{-1}, kMin, kMax}) {
    Transformer bad = t;
    bad.capacity = {wrong};
    CHECK_FALSE(transformer_loss(bad, {{1}, {1}, true, 30}).in_range);
  }
  Transformer tiny = t;  // 1 VA that carries a terawatt-hour
  tiny.capacity = {1};
  tiny.load_loss = {1'000'000'000};
  CHECK_FALSE(transformer_loss(tiny, {{1'000'000'000'000}, {1'000'000'000'000}, true, 30}).in_range);
  CHECK_FALSE(transformer_loss(t, {{kMax}, {0}, true, 30}).in_range);
  CHECK_FALSE(transformer_loss(t, {{1}, {-1}, true, 30}).in_range);
  CHECK_FALSE(transformer_loss(t, {{1}, {1}, true, 0}).in_range);
}

TEST_CASE("random rubbish is billed or refused, and every outcome can be told") {
  const std::int64_t odd[] = {0,      1, -1, 9'999, 10'000, 123'456'789, 1'000'000'000'000, kMax, kMin, kMax / 10'000,
                              -10'000};
  std::mt19937_64 random(20270101);
  const auto any = [&] { return odd[random() % std::size(odd)]; };
  const auto any32 = [&] { return static_cast<std::int32_t>(any()); };
  Tariff t = flat_tariff({50'000'000});
  t.structure = tariffs::Structure::kTwoPart;
  t.basic.capacity_price = {10 * kPriceScale};
  t.basic.demand_price = {36 * kPriceScale};
  t.basic.discount_kwh_per_kva = 260;
  t.power_factor.standard = tariffs::PowerFactorStandard::k090;
  t.of_which = {{ComponentKind::kMajorWaterFund, {196'875}}};
  unsigned billed = 0;
  for (int round = 0; round < 20'000; ++round) {
    CAPTURE(round);
    Account a(1 + random() % 3, &t);
    for (std::size_t i = 0; i < a.points.size(); ++i) {
      a.segments[i].ratio = random() % 4 ? 1 : any32();
      a.segments[i].digits = static_cast<std::uint8_t>(random() % 4 ? 10 : random());
      for (unsigned reg = 0; reg < kRegisters; ++reg)
        if (random() % 8) a.segments[i].set(static_cast<Register>(reg), random() % 2 ? 0 : any(), any());
      if (random() % 2) {
        a.points[i].parent = static_cast<std::int32_t>(random() % 4) - 1;
        a.points[i].deduction = static_cast<Deduction>(random() % 4);
        a.points[i].fixed_energy = {any()};
        a.points[i].fixed_ratio_bp = any32();
      }
      if (random() % 4 == 0) a.points[i].manual_energy = {any()};
      if (random() % 4 == 0) a.points[i].line_loss_bp = any32();
      if (random() % 4 == 0) a.points[i].transformer = static_cast<std::int32_t>(random() % 3) - 1;
      a.points[i].has_previous = random() % 2;
      a.points[i].previous_energy = {any()};
    }
    a.transformers.push_back({static_cast<LossMode>(random() % 3),
                              {any()},
                              {any()},
                              {any()},
                              any32(),
                              any32(),
                              any32(),
                              any32(),
                              any32(),
                              {any()},
                              {any()},
                              random() % 2 == 0});
    if (random() % 3 == 0) a.changes.push_back({Date{any32()}, {any()}, {any()}});
    Agreement& g = a.in.agreement;
    g.capacity = {random() % 2 ? 1'000'000 : any()};
    g.suspended = {random() % 2 ? 0 : any()};
    g.contract_demand = {random() % 2 ? 1'000'000 : any()};
    g.basic_mode = static_cast<BasicMode>(random() % 3);
    g.household_persons = static_cast<std::uint8_t>(random());
    if (random() % 3 == 0) a.in.tier_energy_before = {any()};
    if (random() % 5 == 0) a.in.service = {Date{any32()}, Date{any32()}};
    if (random() % 5 == 0) a.in.cycle = {Date{any32()}, Date{any32()}};
    const Bill bill = a.bill();
    REQUIRE((bill.blocked() ? bill.lines.empty() : !bill.lines.empty()));
    billed += !bill.blocked();
    for (const auto& e : bill.exceptions) REQUIRE_FALSE(describe(e, Language::kEnglish).empty());
    for (const auto& line : bill.lines) REQUIRE_FALSE(explain(line, Language::kChinese).empty());
  }
  CHECK(billed > 0);
}

TEST_CASE("wrong interval series are refused") {
  Tariff t = flat_tariff({50'000'000});
  t.calendar.emplace();
  const std::int32_t values[] = {1, 2, 3, 4};
  struct Row {
    std::int32_t first_minute, minutes;
    Date day;
  };
  for (auto [first_minute, minutes, day] : {Row{-1, 60, Date::of(2024, 1, 1)},
                                            {1440, 60, Date::of(2024, 1, 1)},
                                            {30, 60, Date::of(2024, 1, 1)},
                                            {0, 0, Date::of(2024, 1, 1)},
                                            {0, 7, Date::of(2024, 1, 1)},
                                            {0, 60, Date{std::numeric_limits<std::int32_t>::max()}}}) {
    CAPTURE(first_minute, minutes, day.days);
    Account a(1, &t);
    a.points[0].intervals = {values, day, first_minute, minutes};
    CHECK(raised(a.bill(), ExceptionKind::kBadCase));
  }
}

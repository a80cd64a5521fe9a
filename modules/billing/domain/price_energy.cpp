// Energy: by period, by tier, both; then free energy, surcharges and the of-which lines. A pricer appends its lines and
// hands on the exact sum that the of-which split needs.
#include <algorithm>

#include "modules/billing/domain/engine.hpp"
#include "modules/billing/domain/split.hpp"
#include "modules/billing/domain/tiers.hpp"

namespace mis::billing {
namespace {

using tariffs::TierForm;

// One priced thing: a usage point, or all the usage points of the account that share a tiered tariff, since the tiers
// are the household's and not the meter's.
struct Subject {
  const Tariff& tariff;
  std::size_t at;  // index of the usage point that bears the lines
  PeriodEnergies energy;
  Charge exact;  // of the energy and tier lines, unrounded
  Money amount;  // their sum as printed

  Line line(LineKind kind) const {
    Line l;
    l.kind = kind;
    l.usage_point = static_cast<std::int32_t>(at);
    l.rounding = tariff.rounding.energy;
    l.tariff_version = tariff.version_id;
    return l;
  }
};

void add_energy(Context& c, Subject& s, Line& line, Energy energy, Price price) {
  line.quantity = energy.value;
  line.price = price;
  const Charge charge = price * energy;
  c.add(line, charge);
  if (c.blocked) return;
  s.exact += charge;
  s.amount += line.amount;
}

// The period whose line shows a month without any use.
Period quiet_period(const Tariff& tariff) {
  for (Period p : {Period::kFlat, Period::kPeak, Period::kValley})
    if (tariff.prices(p)) return p;
  return Period::kTotal;
}

bool has_price(Context& c, const Subject& s, Period period) {
  if (s.tariff.prices(period)) return true;
  c.raise(ExceptionKind::kNoPrice, static_cast<std::ptrdiff_t>(s.at), static_cast<std::int64_t>(period),
          s.energy[tariffs::index_of(period)].value);
  return false;
}

// energy × price, in one line or a line per period. Also the base of a bill with increments.
void price_flat(Context& c, Subject& s) {
  if (!s.tariff.by_period) {
    Line line = s.line(LineKind::kEnergy);
    add_energy(c, s, line, s.energy[kTotalPeriod], s.tariff.price[kTotalPeriod]);
    return;
  }
  const Period quiet = quiet_period(s.tariff);
  const bool idle = s.energy[kTotalPeriod].value == 0;
  for (std::size_t p = 1; p < tariffs::kPeriods; ++p) {
    const auto period = static_cast<Period>(p);
    if (s.energy[p].value == 0 && !(idle && period == quiet)) continue;
    if (!has_price(c, s, period)) return;
    Line line = s.line(LineKind::kEnergy);
    line.period = period;
    add_energy(c, s, line, s.energy[p], s.tariff.price[p]);
    if (c.blocked) return;
  }
}

// Base price × all energy was printed already; here come the increments of tier 2, 3 ….
void price_increments(Context& c, Subject& s, const TierEnergies& tiers) {
  for (std::size_t t = 1; t < tiers.size(); ++t) {
    if (tiers[t].value == 0) continue;
    Line line = s.line(LineKind::kTierIncrement);
    line.tier = static_cast<std::uint8_t>(t + 1);
    add_energy(c, s, line, tiers[t], s.tariff.tiers.increment[t]);
    if (c.blocked) return;
  }
}

// Tier × period where only the month's totals are known: each tier's energy has the month's shape over the periods. The
// interval way below needs no such assumption.
TierPeriodEnergies spread_over_periods(const TierEnergies& tiers, const PeriodEnergies& energy) {
  TierPeriodEnergies result{};
  std::array<std::int64_t, tariffs::kPeriods - 1> left{}, part{};
  for (std::size_t p = 0; p < left.size(); ++p) left[p] = energy[p + 1].value;
  for (std::size_t t = 0; t < tiers.size(); ++t) {
    if (tiers[t].value == 0) continue;
    // Of what the lower tiers left, so that tiers and periods both add up.
    split_small(tiers[t].value, left, part);
    for (std::size_t p = 0; p < left.size(); ++p) {
      result[t][p + 1] = {part[p]};
      left[p] -= part[p];
    }
  }
  return result;
}

void price_tier_periods(Context& c, Subject& s, const TierPeriodEnergies& energy) {
  const Period quiet = quiet_period(s.tariff);
  const bool idle = s.energy[kTotalPeriod].value == 0;
  for (std::size_t t = 0; t < energy.size(); ++t)
    for (std::size_t p = 1; p < tariffs::kPeriods; ++p) {
      const auto period = static_cast<Period>(p);
      if (energy[t][p].value == 0 && !(idle && t == 0 && period == quiet)) continue;
      if (!has_price(c, s, period)) return;
      Line line = s.line(LineKind::kEnergy);
      line.period = period;
      line.tier = static_cast<std::uint8_t>(t + 1);
      add_energy(c, s, line, energy[t][p], s.tariff.tiers.price[t][p]);
      if (c.blocked) return;
    }
}

void price_tiers(Context& c, Subject& s, const TierEnergies& tiers) {
  for (std::size_t t = 0; t < tiers.size(); ++t) {
    if (tiers[t].value == 0 && t != 0) continue;
    if (tiers[t].value == 0 && s.energy[kTotalPeriod].value != 0) continue;
    Line line = s.line(LineKind::kEnergy);
    line.tier = static_cast<std::uint8_t>(t + 1);
    add_energy(c, s, line, tiers[t], s.tariff.tiers.price[t][kTotalPeriod]);
    if (c.blocked) return;
  }
}

// The intervals say when the energy was used, so the tier of each kWh is known; unless deductions or losses changed it.
bool is_chronological(const Context& c, const Subject& s) {
  const UsagePointResult& r = c.bill.usage_points[s.at];
  return !c.point(s.at).intervals.energy_wh.empty() && r.billed == r.read && s.energy == r.billed;
}

void price_tiered(Context& c, Subject& s) {
  TierPosition position = tier_position(s.tariff, c.in);
  const Energy before = position.before;
  // A second tiered tariff of the same household goes on where the first one stopped.
  position.before += c.tiered;
  c.tiered += s.energy[kTotalPeriod];
  if (c.tiered.value > kMaxEnergyWh) {
    c.raise(ExceptionKind::kArithmeticRange, static_cast<std::ptrdiff_t>(s.at), c.tiered.value);
    return;
  }
  if (s.tariff.tiers.cycle == tariffs::TierCycle::kAnnual) c.bill.totals.tier_energy_after = before + c.tiered;
  switch (s.tariff.tiers.form) {
    case TierForm::kNone:
      return;
    case TierForm::kIncrement:
      price_flat(c, s);
      if (!c.blocked) price_increments(c, s, split_into_tiers(s.energy[kTotalPeriod], position));
      return;
    case TierForm::kTierPrice:
      if (!s.tariff.by_period) {
        price_tiers(c, s, split_into_tiers(s.energy[kTotalPeriod], position));
      } else if (is_chronological(c, s)) {
        price_tier_periods(c, s, rate_intervals(c.point(s.at).intervals, *s.tariff.calendar, position).energy);
      } else {
        price_tier_periods(c, s, spread_over_periods(split_into_tiers(s.energy[kTotalPeriod], position), s.energy));
      }
      return;
  }
}

void price_free_energy(Context& c, const Subject& s) {
  const tariffs::FreeEnergy& free = s.tariff.free_energy;
  if (!c.in.agreement.free_energy || free.per_month.value <= 0) return;
  Line line = s.line(LineKind::kFreeEnergy);
  line.quantity = std::min(free.per_month, s.energy[kTotalPeriod]).value;
  line.price = free.price;
  const Charge charge = free.price * Energy{line.quantity};
  c.add(line, Charge{-charge.nano_fen});
}

void price_surcharges(Context& c, const Subject& s) {
  for (const tariffs::Component& surcharge : s.tariff.surcharges) {
    Line line = s.line(LineKind::kSurcharge);
    line.component = surcharge.kind;
    line.rounding = s.tariff.rounding.surcharge;
    line.quantity = s.energy[kTotalPeriod].value;
    line.price = surcharge.price;
    c.add(line, surcharge.price * s.energy[kTotalPeriod]);
    if (c.blocked) return;
  }
}

// Splits the printed amount over the components by largest remainder of their exact charges; the remainder of the price
// is the first part. `Int` is 64 bits wherever that holds the charges, which it does for all but the largest customers.
template <class Int>
void split_amount(const Subject& s, std::array<std::int64_t, tariffs::kMaxComponents + 1>& parts) {
  const auto& components = s.tariff.of_which;
  const std::size_t count = components.size() + 1;
  std::array<std::int64_t, tariffs::kMaxComponents + 1> remainder;
  Int rest = static_cast<Int>(s.exact.nano_fen);
  std::int64_t left = s.amount.value;
  const auto put = [&](std::size_t i, Int exact) {
    Int floor = exact / kNanoFenPerFen;
    if (exact % kNanoFenPerFen < 0) --floor;
    parts[i] = static_cast<std::int64_t>(floor);
    remainder[i] = static_cast<std::int64_t>(exact - floor * kNanoFenPerFen);
    left -= parts[i];
  };
  for (std::size_t i = 0; i + 1 < count; ++i) {
    const Int exact = static_cast<Int>(components[i].price.value) * static_cast<Int>(s.energy[kTotalPeriod].value);
    rest -= exact;
    put(i + 1, exact);
  }
  put(0, rest);
  // Several rounded lines may differ from their exact sum by more than one fen, hence the second round.
  while (left != 0) {
    const bool give = left > 0;
    std::size_t best = 0;
    for (std::size_t i = 1; i < count; ++i)
      if (give ? remainder[i] > remainder[best] : remainder[i] < remainder[best]) best = i;
    parts[best] += give ? 1 : -1;
    remainder[best] += give ? -kNanoFenPerFen : kNanoFenPerFen;
    left += give ? -1 : 1;
  }
}

void show_components(Context& c, const Subject& s) {
  const auto& components = s.tariff.of_which;
  if (components.empty() || components.size() > tariffs::kMaxComponents) return;
  constexpr int128 kNarrow = int128{1} << 61;
  bool narrow = s.exact.nano_fen < kNarrow && s.exact.nano_fen > -kNarrow;
  Money funds;
  int128 fund_price = 0, all = 0;
  for (const auto& component : components) {
    const int128 exact = (component.price * s.energy[kTotalPeriod]).nano_fen;
    all += exact < 0 ? -exact : exact;
    if (tariffs::is_fund(component.kind)) fund_price += component.price.value;
  }
  narrow = narrow && all < kNarrow;
  if (!narrow && !fits_money(Charge{all})) {
    c.raise(ExceptionKind::kArithmeticRange, static_cast<std::ptrdiff_t>(s.at));
    return;
  }
  std::array<std::int64_t, tariffs::kMaxComponents + 1> parts;
  if (narrow)
    split_amount<std::int64_t>(s, parts);
  else
    split_amount<int128>(s, parts);
  for (std::size_t i = 0; i <= components.size(); ++i) {
    Line line = s.line(LineKind::kComponent);
    line.role = LineRole::kIncluded;
    line.component = i == 0 ? s.tariff.of_which_rest : components[i - 1].kind;
    line.quantity = s.energy[kTotalPeriod].value;
    if (i != 0) line.price = components[i - 1].price;  // the rest has no one price
    line.amount = {parts[i]};
    c.bill.lines.push_back(line);
  }
  funds = round_charge(Charge{fund_price * s.energy[kTotalPeriod].value}, s.tariff.rounding.energy);
  c.result(s.at).funds_amount = funds;
}

void price_subject(Context& c, Subject& s) {
  if (s.tariff.tiers.form == TierForm::kNone)
    price_flat(c, s);
  else
    price_tiered(c, s);
  if (c.blocked) return;
  c.result(s.at).energy_amount = s.amount;
  show_components(c, s);
  if (!c.blocked) price_free_energy(c, s);
  if (!c.blocked) price_surcharges(c, s);
}

bool is_priced_with(const Context& c, std::size_t i, const Tariff* tariff) {
  return c.point(i).billed && c.point(i).tariff == tariff;
}

}  // namespace

void price_energy(Context& c) {
  for (std::size_t i = 0; i < c.count() && !c.blocked; ++i) {
    if (!c.point(i).billed) continue;
    const Tariff& tariff = *c.point(i).tariff;
    Subject subject{tariff, i, c.result(i).billed, {}, {}};
    if (tariff.tiers.form != TierForm::kNone && c.count() > 1) {
      bool done = false;
      for (std::size_t j = 0; j < i && !done; ++j) done = is_priced_with(c, j, &tariff);
      if (done) continue;
      for (std::size_t j = i + 1; j < c.count(); ++j)
        if (is_priced_with(c, j, &tariff))
          for (std::size_t p = 0; p < tariffs::kPeriods; ++p) subject.energy[p] += c.result(j).billed[p];
      if (subject.energy[kTotalPeriod].value > kMaxEnergyWh) {
        c.raise(ExceptionKind::kArithmeticRange, static_cast<std::ptrdiff_t>(i));
        return;
      }
    }
    price_subject(c, subject);
  }
}

}  // namespace mis::billing

// 基本电费: the fixed part of a two-part tariff, by capacity or by demand, once for the account.
#include <algorithm>

#include "modules/billing/domain/engine.hpp"

namespace mis::billing {
namespace {

using tariffs::BasicCharge;
using tariffs::OverContract;
using tariffs::PartialMonth;

constexpr std::int32_t kWhole = 10'000;  // hundredths of a percent
constexpr std::int32_t kThirty = 30;

// Which part of a month is charged; of_days 0 is a whole one.
struct Share {
  std::int32_t days = 0;
  std::int32_t of_days = 0;
};

DateRange cycle_of(const AccountInput& in) {
  return in.cycle.empty() || in.cycle.to == kForever ? in.month.range() : in.cycle;
}

std::int32_t divisor(const BasicCharge& rule, const DateRange& cycle) {
  switch (rule.partial_month) {
    case PartialMonth::kCalendarDays:
      return cycle.days();
    case PartialMonth::kThirtyDays:
      return kThirty;
  }
  return kThirty;
}

// The basic charge is due per usage point that measures demand or per capacity of the account; it is printed at the
// largest of its two-part usage points, so that the order of the points does not matter.
std::ptrdiff_t bearer(const Context& c) {
  std::ptrdiff_t best = -1;
  for (std::size_t i = 0; i < c.count(); ++i) {
    const UsagePointInput& point = c.point(i);
    if (!point.billed || point.tariff->structure != tariffs::Structure::kTwoPart) continue;
    if (best < 0) {
      best = static_cast<std::ptrdiff_t>(i);
      continue;
    }
    const auto& a = c.bill.usage_points[i];
    const auto& b = c.bill.usage_points[static_cast<std::size_t>(best)];
    if (a.pf_active > b.pf_active || (a.pf_active == b.pf_active && a.id < b.id)) best = static_cast<std::ptrdiff_t>(i);
  }
  return best;
}

class BasicPricer {
 public:
  BasicPricer(Context& c, std::size_t at) : c_(c), at_(at), rule_(c.point(at).tariff->basic), cycle_(cycle_of(c.in)) {}

  void run() {
    const Agreement& a = c_.in.agreement;
    // A month's charge in a cycle that is no month is a mistake in the dates, not a price.
    if (cycle_.days() < 1 || !in_range(rule_.capacity_price) || !in_range(rule_.demand_price)) return bad();
    switch (a.basic_mode) {
      case BasicMode::kCapacity:
        return capacity();
      case BasicMode::kContractDemand:
        return contract();
      case BasicMode::kActualDemand:
        return actual();
    }
  }

 private:
  static bool in_range(Price p) { return p >= Price{0} && p <= tariffs::kMaxPrice; }

  void bad() {
    c_.raise(ExceptionKind::kBadAgreement, static_cast<std::ptrdiff_t>(at_),
             static_cast<std::int64_t>(c_.in.agreement.basic_mode));
  }

  Line line(LineKind kind, Unit unit) const {
    Line l;
    l.kind = kind;
    l.unit = unit;
    l.usage_point = static_cast<std::int32_t>(at_);
    l.rounding = c_.point(at_).tariff->rounding.basic;
    l.tariff_version = c_.point(at_).tariff->version_id;
    return l;
  }

  // price × quantity × share of the price × share of the month, rounded once.
  void add(Line l, std::int64_t quantity, Price price, std::int32_t price_bp, Share share) {
    l.quantity = quantity;
    l.price = price;
    l.percent_bp = price_bp == kWhole ? 0 : price_bp;
    l.days = share.days;
    l.of_days = share.of_days;
    int128 numerator = int128{price.value} * quantity * price_bp;
    int128 denominator = int128{kNanoFenPerFen} * kWhole;
    if (share.of_days != 0) {
      numerator *= share.days;
      denominator *= share.of_days;
    }
    const int128 fen = divide_rounded(numerator, denominator, l.rounding);
    if (!fits_money(Charge{fen > INT64_MAX ? int128{INT64_MAX} * kNanoFenPerFen : fen * kNanoFenPerFen})) {
      c_.raise(ExceptionKind::kArithmeticRange, l.usage_point, quantity, price.value);
      return;
    }
    l.amount = {static_cast<std::int64_t>(fen)};
    c_.bill.lines.push_back(l);
    c_.result(at_).basic_amount += l.amount;
  }

  Share share_of(DateRange days) const {
    const DateRange charged = days.intersect(cycle_);
    if (charged.from <= cycle_.from && charged.to >= cycle_.to) return {};
    return {charged.days(), divisor(rule_, cycle_)};
  }

  std::int64_t billable(Capacity capacity, Capacity suspended) const {
    return capacity.value - suspended.value +
           static_cast<std::int64_t>(
               divide_rounded(int128{suspended.value} * rule_.suspended_share_bp, int128{kWhole}, Rounding::kHalfUp));
  }

  // Capacity by the days that each value was in force; the day of a change counts with the new one (BC-04).
  void capacity() {
    const AccountInput& in = c_.in;
    const auto changes = in.capacity_changes;
    if (rule_.capacity_price.value == 0 || (in.agreement.capacity.value == 0 && changes.empty()) ||
        rule_.suspended_share_bp < 0 || rule_.suspended_share_bp > kWhole)
      return bad();
    for (std::size_t k = 0; k < changes.size(); ++k)
      if (changes[k].capacity.value < 0 || changes[k].capacity.value > kMaxEnergyWh || changes[k].suspended.value < 0 ||
          changes[k].suspended > changes[k].capacity || (k > 0 && changes[k].from <= changes[k - 1].from))
        return bad();
    Date from = in.service.from;
    std::int64_t now = billable(in.agreement.capacity, in.agreement.suspended);
    bool any = false;
    for (std::size_t k = 0; k <= changes.size() && !c_.blocked; ++k) {
      const Date to = k < changes.size() ? std::min(changes[k].from, in.service.to) : in.service.to;
      if (to > from) {
        const Share share = share_of({from, to});
        if (now > 0 && (share.of_days == 0 || share.days > 0)) {
          add(line(LineKind::kCapacityCharge, Unit::kVA), now, rule_.capacity_price, kWhole, share);
          any = true;
        }
        from = to;
      }
      if (k < changes.size()) now = billable(changes[k].capacity, changes[k].suspended);
    }
    // All of it suspended: the line says so with zero rather than being missing.
    if (!any && !c_.blocked) add(line(LineKind::kCapacityCharge, Unit::kVA), 0, rule_.capacity_price, kWhole, {});
  }

  // Feeds that can run together each have their own maximum; the sum is billed.
  Demand measured_demand() const {
    Demand sum;
    for (std::size_t i = 0; i < c_.count(); ++i)
      if (c_.point(i).billed && c_.point(i).tariff->structure == tariffs::Structure::kTwoPart && c_.point(i).parent < 0)
        sum += c_.bill.usage_points[i].max_demand;
    return sum;
  }

  // 2023: a month of 260 kWh per kVA and more pays 90 % of the demand price.
  std::int32_t demand_price_bp() const {
    if (rule_.discount_kwh_per_kva <= 0 || c_.in.agreement.capacity.value <= 0) return kWhole;
    int128 energy = 0;
    for (std::size_t i = 0; i < c_.count(); ++i)
      if (c_.point(i).billed) energy += c_.bill.usage_points[i].billed[kTotalPeriod].value;
    // kWh per kVA are Wh per VA.
    return energy >= int128{c_.in.agreement.capacity.value} * rule_.discount_kwh_per_kva ? rule_.discount_price_bp
                                                                                         : kWhole;
  }

  bool demand_is_priced() {
    const bool bp_ok = rule_.discount_price_bp >= 0 && rule_.discount_price_bp <= kWhole &&
                       rule_.contract_floor_bp >= 0 && rule_.contract_floor_bp <= kWhole;
    if (rule_.demand_price.value == 0 || !bp_ok) {
      bad();
      return false;
    }
    if (!has_demand_register()) {
      c_.raise(ExceptionKind::kNoReading, static_cast<std::ptrdiff_t>(at_),
               static_cast<std::int64_t>(Register::kMaxDemand));
      return false;
    }
    return true;
  }

  bool has_demand_register() const {
    for (const auto& segment : c_.point(at_).segments)
      if (segment.has(Register::kMaxDemand)) return true;
    return false;
  }

  void actual() {
    if (!demand_is_priced()) return;
    add(line(LineKind::kDemandCharge, Unit::kW), measured_demand().value, rule_.demand_price, demand_price_bp(),
        share_of(c_.in.service));
  }

  void contract() {
    const Agreement& a = c_.in.agreement;
    if (a.contract_demand.value <= 0) return bad();
    if (!demand_is_priced()) return;
    const std::int64_t floor = static_cast<std::int64_t>(
        divide_rounded(int128{a.capacity.value} * rule_.contract_floor_bp, int128{kWhole}, Rounding::kHalfUp));
    const std::int64_t agreed = std::max(a.contract_demand.value, floor);
    const std::int64_t found = measured_demand().value;
    const auto percent = [&](int p) {
      return static_cast<std::int64_t>(divide_rounded(int128{agreed} * p, int128{100}, Rounding::kHalfUp));
    };
    std::int64_t base = agreed, excess_from = agreed;
    switch (rule_.over_contract) {
      case OverContract::kBandFree:
        excess_from = percent(105);
        break;
      case OverContract::kBandCharged:
        excess_from = percent(105);
        if (found > excess_from) base = excess_from;
        break;
      case OverContract::kActualBand:
        if (found < percent(95))
          base = percent(95);
        else if (found <= percent(105))
          base = found;
        if (found <= percent(105)) excess_from = found;
        break;
      case OverContract::kActualBelow:
        if (found <= agreed) base = found;
        break;
    }
    const std::int32_t bp = demand_price_bp();
    const Share share = share_of(c_.in.service);
    add(line(LineKind::kDemandCharge, Unit::kW), base, rule_.demand_price, bp, share);
    if (found > excess_from && !c_.blocked)
      add(line(LineKind::kOverContract, Unit::kW), found - excess_from, rule_.demand_price * 2, bp, share);
  }

  Context& c_;
  const std::size_t at_;
  const BasicCharge& rule_;
  const DateRange cycle_;
};

}  // namespace

void price_basic_charge(Context& c) {
  const std::ptrdiff_t at = bearer(c);
  if (at >= 0) BasicPricer(c, static_cast<std::size_t>(at)).run();
}

}  // namespace mis::billing

// What the steps of the engine share. Internal to billing/domain: others see calculate.hpp only.
#pragma once

#include <cstddef>

#include "modules/billing/domain/calculate.hpp"

namespace mis::billing {

struct Context {
  const AccountInput& in;
  Bill& bill;
  Energy tiered;         // what this bill has put into tiers so far
  bool blocked = false;  // a blocking exception was raised; later steps need not run

  const UsagePointInput& point(std::size_t i) const { return in.usage_points[i]; }
  UsagePointResult& result(std::size_t i) { return bill.usage_points[i]; }
  std::size_t count() const { return in.usage_points.size(); }

  void raise(ExceptionKind kind, std::ptrdiff_t usage_point, std::int64_t a = 0, std::int64_t b = 0);
  // Rounds the charge into line.amount and appends the line; a charge that no bill can carry blocks instead.
  void add(Line& line, Charge charge);
};

constexpr std::size_t kTotalPeriod = 0;

// A charge as money. Nearly every charge fits 64 bits (0.5 yuan × 180 MWh), where dividing is several times cheaper.
inline Money round_charge(Charge charge, Rounding mode) {
  if (charge.nano_fen < INT64_MAX && charge.nano_fen > INT64_MIN)
    return {divide_rounded(static_cast<std::int64_t>(charge.nano_fen), kNanoFenPerFen, mode)};
  return round_to_money(charge, mode);
}

// The steps in their order. Each leaves the context consistent where it blocks.
void settle(Context& c);  // readings → billed energy, by the four below
void read_energy(Context& c, std::size_t usage_point);
void deduct(Context& c);
void add_losses(Context& c);
void find_power_factor_energy(Context& c);
void price_energy(Context& c);        // energy, tiers, free energy, surcharges, of-which
void price_basic_charge(Context& c);  // capacity or demand, once for the account
void price_power_factor(Context& c);  // percentage of energy and basic charge
void price_export(Context& c);        // photovoltaics, settled separately
void add_up(Context& c);

}  // namespace mis::billing

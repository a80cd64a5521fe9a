// From readings to billed energy. The order is the one of a real Chinese engine: read, deduct, add losses.
#include "modules/billing/domain/engine.hpp"

namespace mis::billing {

void settle(Context& c) {
  c.bill.usage_points.resize(c.count());
  for (std::size_t i = 0; i < c.count(); ++i) {
    const UsagePointInput& point = c.point(i);
    UsagePointResult& r = c.result(i);
    r.id = point.id;
    r.tariff = point.tariff;
    // Fixed quantities and shares have no meter; their energy comes from the parent.
    const bool has_meter = point.deduction == Deduction::kNone || point.deduction == Deduction::kChildMeter;
    if (has_meter) read_energy(c, i);  // where one is refused the others still say what is wrong with them
  }
  if (c.blocked) return;
  deduct(c);
  if (c.blocked) return;
  add_losses(c);
  if (!c.blocked) find_power_factor_energy(c);
}

}  // namespace mis::billing

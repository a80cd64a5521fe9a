#include "db/demo/dial.hpp"

namespace mis::demo {

DialKind dial_kind_of(AccountKind kind) {
  DialKind dial;
  const auto& terms = terms_of(kind);
  dial.two_periods = kind == AccountKind::kHomeTou;
  dial.four_periods = terms.by_period && !dial.two_periods;
  dial.reactive = terms.reactive;
  dial.demand = !is_low_voltage(kind);
  dial.fed_in = kind == AccountKind::kHomePv;
  return dial;
}

Dial::Dial(DialKind kind, std::int32_t ratio, int digits, std::int64_t start_kwh)
    : kind_(kind), ratio_(ratio), digits_(digits), range_e4_(10'000) {
  for (int i = 0; i < digits; ++i) range_e4_ *= 10;
  auto& r = registers_;
  r.total_e4 = start_kwh * 10'000;
  if (kind.four_periods) {
    r.sharp_e4 = r.total_e4 / 20 / 100 * 100;
    r.peak_e4 = r.total_e4 * 7 / 20 / 100 * 100;
    r.valley_e4 = r.total_e4 / 4 / 100 * 100;
    r.flat_e4 = r.total_e4 - r.sharp_e4 - r.peak_e4 - r.valley_e4;
  }
  if (kind.two_periods) {
    r.peak_e4 = r.total_e4 * 3 / 5 / 100 * 100;
    r.valley_e4 = r.total_e4 - r.peak_e4;
  }
  if (kind.reactive) {
    r.reactive_forward_e4 = r.total_e4 / 3 / 100 * 100;
    r.reactive_reverse_e4 = r.total_e4 / 90 / 100 * 100;
  }
  if (kind.demand) r.max_demand_w = 0;
  if (kind.fed_in) r.reverse_total_e4 = r.total_e4 * 2 / 100 * 100;
}

void Dial::advance(std::int64_t& index_e4, std::int64_t hundredths) const {
  index_e4 = (index_e4 + hundredths * 100) % range_e4_;
}

// The dial shows hundredths of a kWh on the secondary side; what is less is lost here, as the true use is nobody's business.
void Dial::turn(const MonthUse& use, std::int64_t share_permille) {
  const auto hundredths = [&](std::int64_t wh) { return wh * share_permille / 1'000 / (10 * ratio_); };
  auto& r = registers_;
  const auto total = hundredths(use.energy_wh);
  advance(r.total_e4, total);
  const auto period = [&](std::size_t i) { return total * use.shares[i] / 1'000; };
  if (kind_.four_periods) {
    advance(r.sharp_e4, period(0));
    advance(r.peak_e4, period(1));
    advance(r.valley_e4, period(3));
    advance(r.flat_e4, total - period(0) - period(1) - period(3));
  }
  if (kind_.two_periods) {
    advance(r.peak_e4, period(1));
    advance(r.valley_e4, total - period(1));
  }
  if (kind_.reactive) {
    const auto reactive = hundredths(use.reactive_varh);
    advance(r.reactive_forward_e4, reactive - reactive / 40);
    advance(r.reactive_reverse_e4, reactive / 40);
  }
  if (kind_.demand) r.max_demand_w = use.demand_w / ratio_;
  if (kind_.fed_in) advance(r.reverse_total_e4, hundredths(use.fed_in_wh));
}

void Dial::turn_total(std::int64_t energy_wh) { advance(registers_.total_e4, energy_wh / (10 * ratio_)); }

}  // namespace mis::demo

// A meter's registers as they turn: energies in, indexes out, over the end and on from zero.
#pragma once

#include <cstdint>

#include "db/demo/use.hpp"
#include "modules/meter_reading/meter_reading.hpp"

namespace mis::demo {

// Which registers a meter shows.
struct DialKind {
  bool four_periods = false;   // sharp, peak, flat, valley
  bool two_periods = false;    // peak and valley: homes that chose so
  bool reactive = false;
  bool demand = false;
  bool fed_in = false;         // photovoltaics
};
DialKind dial_kind_of(AccountKind kind);

class Dial {
 public:
  // `start_kwh` is where the total stands at first; the periods share it.
  Dial(DialKind kind, std::int32_t ratio, int digits, std::int64_t start_kwh);

  // Turns by a month's use, of which `share_permille` falls to this meter.
  void turn(const MonthUse& use, std::int64_t share_permille = 1'000);
  // For the second meter of an account: only a total.
  void turn_total(std::int64_t energy_wh);

  const meter_reading::Registers& registers() const { return registers_; }
  std::int32_t ratio() const { return ratio_; }
  int digits() const { return digits_; }

 private:
  void advance(std::int64_t& index_e4, std::int64_t hundredths) const;

  DialKind kind_;
  std::int32_t ratio_;
  int digits_;
  std::int64_t range_e4_;
  meter_reading::Registers registers_;
};

}  // namespace mis::demo

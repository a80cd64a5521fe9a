// Some four hundred days of a handful of accounts, lived by chance: meters, bills and payments through every channel, reversals, lost
// answers, killed servers, and after each month the question whether auditor and product agree.
#pragma once

#include "tests/sim/bank.hpp"
#include "tests/sim/debits.hpp"
#include "tests/sim/meters.hpp"
#include "tests/sim/office.hpp"
#include "tests/sim/till.hpp"
#include "tests/sim/town.hpp"

namespace sim {

class Years {
 public:
  explicit Years(std::uint64_t seed);
  // Throws std::runtime_error with seed, step and what differs.
  void live();
  const Counts& counts() const { return town_.counts(); }

 private:
  void step();
  void issue_month();
  void end_month();

  Town town_;
  Meters meters_;
  Till till_;
  Bank bank_;
  Debits debits_;
  Office office_;
  int next_month_ = 202510;
};

}  // namespace sim

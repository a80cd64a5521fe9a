// The meters of the town: what they show each month, who is not read, whose dial passes its end, whose meter is changed; the bill
// run that bills it, as people do it over the product's own door; and what an auditor of meters expects of each bill.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "tests/sim/town.hpp"

namespace sim {

class Meters {
 public:
  explicit Meters(Town& town);
  // A month is read, calculated, reviewed and issued; the auditor of accounts hears of the bills.
  void bill_month(int month);

 private:
  // Energy in 0.01 kWh throughout: what a register shows in its last two digits that anybody bills.
  using Centi = std::int64_t;
  struct Meter {
    std::int64_t installation = 0;
    Centi start = 0;  // where the next bill goes on from
    Centi now = 0;    // without the dial's end
    int ratio = 1;
  };
  // What the auditor knows of an account: energy since its last bill, and of the calendar year.
  struct Dial {
    std::vector<Meter> meters;  // the last one is in place
    Centi of_year = 0;
    int year = 0;
  };

  void use(std::int64_t account, Dial& dial, int month);
  void change_meter(std::int64_t account, Dial& dial, int month);
  void read(std::int64_t installation, int month, int kind, Centi shown);
  struct Bill {
    Fen amount = 0, funds = 0;
  };
  Bill bill(std::int64_t account, Dial& dial, int month);
  mis::RunId run_month(int month, const std::set<std::int64_t>& read);
  void review(mis::RunId run, const std::set<std::int64_t>& read);
  void work_off(const std::string& what, const std::string& job);

  Town& town_;
  std::map<std::int64_t, Dial> dials_;
  int changed_ = 0;
};

}  // namespace sim

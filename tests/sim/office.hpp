// The office where two people decide: waivers, write-offs and their recovery, refunds, deposits, transfers, instalment plans. One
// proposes, another one approves, at once or days later when the world has changed; and what the auditor expects of each.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "modules/receivables/domain/proposal.hpp"
#include "tests/sim/town.hpp"

namespace sim {

class Office {
 public:
  explicit Office(Town& town) : town_(town) {}
  void act();

 private:
  struct Waiting {
    std::int64_t id = 0;
    std::string what;
    std::function<std::string(Day)> effect;  // with the auditor: the code of the error, or nothing
  };
  void propose();
  void decide(std::size_t which);
  void review();
  void apply_advances();
  void change_order();
  void ask(mis::receivables::ProposalKind kind, std::int64_t account, const std::string& detail, const std::string& error, std::function<std::string(Day)> effect);
  void propose_plan(std::int64_t account);
  void propose_cancel(std::int64_t account);
  int some_month(std::int64_t account);

  Town& town_;
  std::vector<Waiting> waiting_;
};

}  // namespace sim

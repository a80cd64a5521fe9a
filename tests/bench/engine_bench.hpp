// How many bills the pure engine makes in a second on one core. No database, no threads; the inputs are prepared before
// the clock starts and differ from bill to bill, so that no branch is always the same.
#pragma once

#include <cstdint>
#include <string>

namespace bench {

struct EngineRow {
  std::string name;
  std::int64_t bills = 0;
  std::int64_t lines = 0;  // of all bills
  double seconds = 0;      // CPU time of this thread, the best of several rounds
  double bills_per_second = 0;
  double target_per_second = 0;
};

// `reference_folder` is db/reference of the source tree.
EngineRow run_engine_residential(const std::string& reference_folder);  // annual tiers, funds shown: target 2,000,000/s
EngineRow run_engine_two_part(const std::string& reference_folder);   // periods, demand, power factor: target 300,000/s
EngineRow run_engine_intervals(const std::string& reference_folder);  // 730 hours, periods × tiers: target 50,000/s

}  // namespace bench

// A small county in a folder of its own, run by the real program.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/scenario/program.hpp"
#include "tests/store/fixture.hpp"

namespace scenario {

// Big enough that every kind of customer is in it and every shard is killed now and then; small enough to be run often.
inline constexpr const char* kCustomers = "800";

class CountyFolder {
 public:
  std::filesystem::path data() const { return folder_.path() / "data"; }
  std::filesystem::path output() const { return folder_.path() / "output"; }
  std::vector<std::string> month_once() const { return {"demo", "--once", "--customers", kCustomers, "--data", data().string()}; }
  Outcome run_month() const { return run(month_once(), output()); }
  Outcome verify() const { return run({"verify", "--data", data().string()}, output()); }

 private:
  fixture::TemporaryFolder folder_;
};

}  // namespace scenario

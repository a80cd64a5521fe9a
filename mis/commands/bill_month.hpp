// A billing month worked through by this process itself, without a server: for the command line and the demo.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "mis/commands/installation.hpp"
#include "modules/billing/billing.hpp"

namespace mis::commands {

Result<UserId> user_named(db::Session& session, const std::string& username);

class MonthBiller {
 public:
  using Progress = std::function<void(std::int64_t done, std::int64_t total)>;
  // `days_ago`: what is done is told as of so many days before now; for demonstrations.
  MonthBiller(Installation& installation, int threads, int days_ago = 0);
  ~MonthBiller();

  Result<billing::Run> open(BillingMonth month, UserId by);  // the run of the month, made where there is none
  Status calculate(RunId run, UserId by, const Progress& progress);
  Result<billing::DecideAllResult> decide_all(RunId run, UserId by, billing::Decision decision, const Progress& progress);
  Status submit(RunId run, UserId by);
  Status issue(RunId run, UserId by, const Progress& progress);
  Result<billing::Run> look(RunId run);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mis::commands

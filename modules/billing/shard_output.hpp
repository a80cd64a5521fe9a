// Writes what a shard's calculation gave: bills, their lines, what was measured, exceptions, and the shard's totals.
#pragma once

#include <map>
#include <string>

#include "mis/db/bulk_writer.hpp"
#include "modules/billing/domain/calculate.hpp"
#include "modules/billing/shard_input.hpp"

namespace mis::billing {

class ShardOutput {
 public:
  ShardOutput(RunId run, const ShardInput& input);

  void add_bill(const ShardAccount& account, const Bill& bill, int flags);
  void add_exceptions(const ShardAccount& account, const Bill& bill);
  void count_account(const ShardAccount& account) { ++totals_of(account).accounts; }

  // Replaces what an earlier calculation of this shard left. Exceptions that somebody has decided about stay as the
  // record of what was decided.
  void write(db::Session& session);

 private:
  struct Totals {
    OrgId org;
    int accounts = 0, bills = 0, flagged = 0;
    Energy energy;
    Money amount;
  };
  Totals& totals_of(const ShardAccount& account);
  void add_lines(const ShardAccount& account, const Bill& bill);
  void add_usage(const ShardAccount& account, const Bill& bill);

  RunId run_;
  const ShardInput& input_;
  std::map<std::pair<std::string, std::int64_t>, Totals> totals_;
  db::BulkWriter bills_, lines_, usage_, exceptions_, summary_;
  struct Changed {
    AccountId account;
    int reason;
    std::int64_t usage_point;
  };
  std::vector<Changed> changed_;  // exceptions on record that have other values now
  std::string detail_;  // reused
};

}  // namespace mis::billing

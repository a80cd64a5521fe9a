// One shard of a run of reminders: the customers of a range of ids. Internal to the module.
#pragma once

#include "modules/dunning/dunning.hpp"

namespace mis::dunning {

struct Run {
  DunningRunId id;
  RunKind kind = RunKind::kReminders;
  Date on;
  std::int64_t rule_set = 0;
  std::int64_t shard_width = 0;
};
Result<Run> find_run(db::Session& session, DunningRunId id);

struct ShardCounts {
  int accounts = 0, notices = 0, candidates = 0, held_back = 0, moved = 0;
  Money overdue;
};
void write_counts(db::Session& session, DunningRunId run, std::int64_t shard, const ShardCounts& counts);

// Reminds the customers with ids in [from, from + width) who are to be reminded on the run's day, and proposes
// disconnections. Doing it again changes nothing: what was sent about a bill is not sent again.
Result<ShardCounts> remind_shard(const Services& services, db::Session& session, const Run& run, CustomerId from);

}  // namespace mis::dunning

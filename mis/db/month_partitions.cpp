#include "mis/db/month_partitions.hpp"

#include <map>
#include <set>

#include <fmt/format.h>

#include "mis/db/database.hpp"

namespace mis::db {
namespace {

// A partition holds the months from the boundary below it, included, to its own, excluded; it is named after the last.
using Boundaries = std::set<BillingMonth>;

std::map<std::string, Boundaries> read_boundaries(Session& owner) {
  std::map<std::string, Boundaries> result;
  for (auto rows = owner.query("SELECT t.table_name, CAST(p.partition_description AS SIGNED) FROM information_schema.tables t "
                               "JOIN information_schema.partitions p ON p.table_schema = t.table_schema AND p.table_name = t.table_name "
                               "WHERE t.table_schema = DATABASE() AND t.table_comment LIKE '%month-partitioned%'"); rows.next();)
    result[rows.text(0)].insert(rows.month(1));
  return result;
}

std::string name_below(BillingMonth boundary) { return fmt::format("p{}", boundary.plus(-1).yyyymm); }

std::string list_of(const Boundaries& boundaries) {
  std::string list;
  for (const auto boundary : boundaries)
    list += fmt::format("{}PARTITION {} VALUES LESS THAN ({})", list.empty() ? "" : ", ", name_below(boundary), boundary.yyyymm);
  return list;
}

// Who reads the table for long holds up a change of it, and everybody queues behind the change: it waits for seconds only.
class ShortWait {
 public:
  explicit ShortWait(Session& owner) : owner_(owner) { owner_.run_raw("SET SESSION lock_wait_timeout = 5"); }
  ~ShortWait() {
    try {
      owner_.run_raw("SET SESSION lock_wait_timeout = DEFAULT");
    } catch (const DbError&) {  // the connection is gone, and its setting with it
    }
  }
  ShortWait(const ShortWait&) = delete;
  ShortWait& operator=(const ShortWait&) = delete;

 private:
  Session& owner_;
};

enum class Need { kMust, kBetter };

void change_partitions(Session& owner, const std::string& sql, Need need) {
  constexpr int kSamePartitionName = 1517, kRangeNotIncreasing = 1493, kLockWaitTimeout = 1205;
  try {
    owner.run_raw(sql);
  } catch (const DbError& e) {
    if (e.code() == kSamePartitionName || e.code() == kRangeNotIncreasing) return;  // another server was faster
    if (e.code() == kLockWaitTimeout && need == Need::kBetter) return;
    throw;
  }
}

bool has_rows(Session& owner, const std::string& table, BillingMonth boundary) {
  return owner.query(fmt::format("SELECT 1 FROM {} PARTITION ({}) LIMIT 1", table, name_below(boundary))).next();
}

void ensure_in_table(Session& owner, const std::string& table, const Boundaries& present, BillingMonth from, BillingMonth to) {
  Boundaries above;                               // behind the last partition
  std::map<BillingMonth, Boundaries> inside;      // by the boundary of the partition that is to be cut
  for (auto boundary = from; boundary <= to.plus(1); boundary = boundary.plus(1)) {
    if (present.contains(boundary)) continue;
    if (const auto cut = present.upper_bound(boundary); cut == present.end()) above.insert(boundary);
    else inside[*cut].insert(boundary);
  }
  if (!above.empty()) change_partitions(owner, fmt::format("ALTER TABLE {} ADD PARTITION ({})", table, list_of(above)), Need::kMust);
  for (auto& [cut, parts] : inside) {
    if (has_rows(owner, table, cut)) continue;
    parts.insert(cut);
    change_partitions(owner, fmt::format("ALTER TABLE {} REORGANIZE PARTITION {} INTO ({})", table, name_below(cut), list_of(parts)), Need::kBetter);  // the months have a place already
  }
}

}  // namespace

Status ensure_month_partitions(Session& owner, BillingMonth from, BillingMonth to) {
  try {
    const ShortWait short_wait(owner);
    for (const auto& [table, present] : read_boundaries(owner)) ensure_in_table(owner, table, present, from, to);
    return ok();
  } catch (const DbError& e) {
    return to_error(e);
  }
}

}  // namespace mis::db

// The tables of reconciliation. Internal to the module.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/id.hpp"
#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/db/session.hpp"
#include "modules/payment_channels/domain/difference.hpp"

namespace mis::payment_channels {

struct SideTotal {
  std::int64_t count = 0;
  Money amount;
};

struct Reconciliation {
  std::int64_t id = 0;
  std::int64_t channel_id = 0;
  Date business_date;
  bool compared = false;
  std::string file_name, file_sha256;
  SideTotal theirs, ours, equal;
  std::optional<JobId> job;
  std::optional<UserId> loaded_by;
  Instant loaded_at;
  std::optional<Instant> compared_at;
};

struct Difference {
  std::int64_t id = 0;
  std::int64_t reconciliation_id = 0;
  DifferenceKind kind = DifferenceKind::kOnlyTheirs;
  std::string serial_no, account_no;
  std::optional<Money> theirs, ours;
  std::optional<std::int64_t> item_id;
  DifferenceState state = DifferenceState::kOpen;
  std::optional<Resolution> how;
  std::string note;
  std::optional<UserId> proposed_by, decided_by;
  std::optional<Instant> proposed_at, decided_at;
  std::optional<std::int64_t> payment_id;
  int version = 1;
};

// Holds the channel's row: one at a time loads its files, compares, settles, decides.
void hold_channel(db::Session& session, std::int64_t channel_id);
// The gate of the channel's days, held until the transaction ends: shared by whoever books on a day, alone by whoever closes one or
// takes a payment in by hand. So whoever books sees a day that was closed before, and whoever closes it sees all that was booked on it.
// Whoever needs the channel's row as well takes that first.
void share_gate(db::Session& session, std::int64_t channel_id);
void hold_gate(db::Session& session, std::int64_t channel_id);

std::optional<Reconciliation> find_reconciliation(db::Session& session, std::int64_t channel_id, Date business_date);
std::optional<Reconciliation> find_reconciliation(db::Session& session, std::int64_t reconciliation_id);
std::vector<Reconciliation> list_reconciliations(db::Session& session, std::int64_t channel_id, Date before, int limit);  // newest day first
std::int64_t insert_reconciliation(db::Session& session, const Reconciliation& reconciliation);
void set_their_total(db::Session& session, std::int64_t reconciliation_id, const SideTotal& theirs);
void set_job(db::Session& session, std::int64_t reconciliation_id, JobId job);
// With its lines and differences. What its lines stood for is claimed by other files' lines, or else an open difference of its own day
// again, where that day is compared.
// Only where nobody has decided anything about its own.
void delete_reconciliation(db::Session& session, const Reconciliation& reconciliation);
// Whether a person has; what another day's file has closed by itself is nobody's decision.
bool is_decided_about(db::Session& session, std::int64_t reconciliation_id);

// Compares in the database, both ways, and stores totals and differences. Returns the number of lines of theirs.
std::int64_t compare(db::Session& session, const Reconciliation& reconciliation, Instant now);

// A payment of the days around with the line's number, account and amount, which came by a message and is not in its own day's file.
std::optional<std::int64_t> find_paid_beside(db::Session& session, std::int64_t channel_id, Date business_date, const Difference& line);
// Whether the channel's file of another day accounts for the item.
bool is_in_another_file(db::Session& session, std::int64_t item_id);

std::optional<Difference> lock_difference(db::Session& session, std::int64_t difference_id);
std::vector<Difference> list_differences(db::Session& session, std::int64_t reconciliation_id, std::int64_t after, int limit);
struct DifferenceCount {
  DifferenceKind kind;
  DifferenceState state;
  std::int64_t count;
};
std::vector<DifferenceCount> count_differences(db::Session& session, std::int64_t reconciliation_id);
void update_difference(db::Session& session, const Difference& difference);

}  // namespace mis::payment_channels

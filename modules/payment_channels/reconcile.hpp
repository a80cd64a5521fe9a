// Reconciliation: a channel's file of a business day against our items, and what becomes of what only one side has. Internal to the
// module.
//
// A file is loaded as a whole or not at all. Differences are proposed to be settled by one person and settled by another; what is
// settled moves money in the same unit of work.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mis/base/result.hpp"
#include "mis/jobs/jobs.hpp"
#include "mis/registry.hpp"
#include "mis/security/caller.hpp"
#include "modules/payment_channels/channel.hpp"
#include "modules/payment_channels/reconciliation_store.hpp"

namespace mis::payment_channels {

inline constexpr const char* kReconcileJob = "payment_channels.reconcile";

struct DayFile {
  Date business_date;
  std::string name;
  std::string_view bytes;
};

class ReconciliationService {
 public:
  explicit ReconciliationService(const Services& services) : services_(services) {}

  // Stores the file's lines and queues the comparison. The same file again changes nothing and gives what is there; another file
  // for the day takes the first one's place as long as nobody has decided about its differences. Errors:
  // payment_channels.day_not_over, .file_problems (a field for each line), .reconciled_already, and those of read_debit_text.
  Result<Reconciliation> load(db::Session& session, const Channel& channel, const DayFile& file, UserId by);

  // The comparison itself, for the job; once.
  Result<std::int64_t> compare(db::Session& session, std::int64_t reconciliation_id);

  struct Proposal {
    std::int64_t difference_id = 0;
    Resolution how = Resolution::kIgnore;
    std::string note;
  };
  // Errors: payment_channels.no_difference, .difference_settled, .not_this_way (a payment of theirs cannot be reversed by us).
  Result<Difference> propose(db::Session& session, const Channel& channel, const Proposal& proposal, const security::Caller& caller);
  // Takes the proposal back to open; by either person.
  Result<Difference> withdraw(db::Session& session, const Channel& channel, std::int64_t difference_id, const security::Caller& caller);
  // By a second person: what was proposed is done. Errors beside those: security.second_person, payment_channels.not_proposed,
  // .no_account (their account number is nobody's), .changed_meanwhile, .in_another_file (the reversal of what the channel has after
  // all), those of receivables.
  Result<Difference> approve(db::Session& session, const Channel& channel, std::int64_t difference_id, const security::Caller& caller);

 private:
  Services services_;
};

// A day's totals are told with these.
struct Settlement {
  std::int64_t id = 0;
  std::int64_t channel_id = 0;
  Date business_date;
  Money amount;
  std::string reference, note;
  std::string state;  // proposed, posted, refused
  std::optional<UserId> proposed_by, decided_by;
  Instant proposed_at;
  std::optional<Instant> decided_at;
  int version = 1;
};

// Money in transit arrives at the bank: told by one person from the bank's statement, posted by another.
class SettlementService {
 public:
  explicit SettlementService(const Services& services) : services_(services) {}
  // Errors: payment_channels.bad_amount, .bad_reference, .settled_already (the bank's reference is there).
  Result<Settlement> propose(db::Session& session, const Channel& channel, const Settlement& settlement, const security::Caller& caller);
  // Errors: payment_channels.no_settlement, .not_proposed, .more_than_in_transit, security.second_person, ledger.period_closed.
  Result<Settlement> decide(db::Session& session, const Channel& channel, std::int64_t settlement_id, bool post, const security::Caller& caller);
  static std::vector<Settlement> list(db::Session& session, std::int64_t channel_id, std::int64_t before, int limit);
  // What the channel took and has not brought to the bank, by its items and settlements; `mis verify` compares it with the ledger.
  static Money in_transit(db::Session& session, std::int64_t channel_id);

 private:
  Services services_;
};

jobs::Kind reconcile_job(const Services& services);

}  // namespace mis::payment_channels

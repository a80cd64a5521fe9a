// Results of direct debits (回盘): a bank's file of answers to a batch, taken line by line into payments; and what contradicts what we
// know, which two people settle. Internal to the module.
//
// A file is loaded as a whole or not at all, in one unit of work; then a job takes its lines in chunks, each in one unit of work that
// pays, marks the debits and keeps the verdict on each line. Whoever is killed in between leaves whole chunks behind, and the next one
// goes on with the others.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/result.hpp"
#include "mis/jobs/jobs.hpp"
#include "mis/registry.hpp"
#include "mis/security/caller.hpp"
#include "modules/payment_channels/debit_batch.hpp"

namespace mis::payment_channels {

inline constexpr const char* kDebitResultJob = "payment_channels.debit_result";
inline constexpr std::int64_t kAnswersPerShard = 1000;

struct DebitResult {
  std::int64_t id = 0;
  std::int64_t batch_id = 0;
  bool taken = false;
  std::string file_name, file_sha256;
  std::int64_t lines = 0;
  std::optional<JobId> job;
  std::optional<UserId> loaded_by;
  Instant loaded_at;
  std::optional<Instant> taken_at;
};

class DebitResultService {
 public:
  explicit DebitResultService(const Services& services) : services_(services) {}

  struct File {
    std::string name;
    std::string_view bytes;
  };
  // Stores the lines and queues the job. The same file again changes nothing and gives what is there. pain.002 for batches that went
  // out as pain.008, else text by the channel's layout. Errors: payment_channels.no_batch, .batch_state (it was never sent),
  // .other_batch, .total_differs (the bank speaks of another number or sum), and those of the readers.
  Result<DebitResult> load(db::Session& session, const Channel& channel, std::int64_t batch_id, const File& file, UserId by);

  // Takes one chunk of lines; what was taken before is left as it is. For the job.
  Result<std::int64_t> take(db::Session& session, std::int64_t result_id, std::int64_t chunk);

 private:
  Services services_;
};

std::optional<DebitResult> find_result(db::Session& session, std::int64_t result_id);
std::vector<DebitResult> list_results(db::Session& session, std::int64_t batch_id);  // newest first
struct VerdictCount {
  std::string verdict;
  std::int64_t count = 0;
  Money paid;
};
std::vector<VerdictCount> count_verdicts(db::Session& session, std::int64_t result_id);

jobs::Kind debit_result_job(const Services& services);

// ── What contradicts ────────────────────────────────────────────────────────────────────────────────────────────────

enum class DebitRemedy : std::uint8_t { kTakeIn, kTakeBack, kRefuse, kIgnore };
std::string_view name_of(DebitRemedy remedy);  // "take_back"
std::optional<DebitRemedy> debit_remedy_of(std::string_view name);

struct DebitDifferenceRow {
  std::int64_t id = 0;
  std::int64_t channel_id = 0, batch_id = 0;
  std::optional<std::int64_t> result_id, line_no;
  std::string kind, end_to_end_id;
  std::optional<std::int64_t> item_id;
  std::optional<Money> expected, found;
  std::optional<Date> found_on;
  std::string message;
  std::string state;  // open, proposed, settled
  std::string how, note;
  std::optional<UserId> proposed_by, decided_by;
  std::optional<Instant> proposed_at, decided_at;
  std::optional<std::int64_t> payment_id;
  int version = 1;
};

class DebitDifferenceService {
 public:
  explicit DebitDifferenceService(const Services& services) : services_(services) {}

  // Take in: the money came, it is posted as the bank says. Take back: it went back, the payment is reversed. Refuse: the bank was
  // asked and did not collect. Errors: payment_channels.no_difference, .difference_settled, .not_this_way.
  Result<DebitDifferenceRow> propose(db::Session& session, const Channel& channel, std::int64_t difference_id, DebitRemedy how, const std::string& note, const security::Caller& caller);
  // By either person: back to open.
  Result<DebitDifferenceRow> withdraw(db::Session& session, const Channel& channel, std::int64_t difference_id, const security::Caller& caller);
  // By a second person; the effect is in the same unit of work. Errors beside those: security.second_person,
  // payment_channels.not_proposed, .changed_meanwhile, those of receivables.
  Result<DebitDifferenceRow> approve(db::Session& session, const Channel& channel, std::int64_t difference_id, const security::Caller& caller);

 private:
  Status settle(db::Session& session, const Channel& channel, DebitDifferenceRow& row, DebitRemedy how, UserId approver);
  Services services_;
};

std::vector<DebitDifferenceRow> list_debit_differences(db::Session& session, std::int64_t channel_id, const std::optional<std::string>& state, std::int64_t after, int limit,
                                                       std::optional<std::int64_t> batch_id = {});

}  // namespace mis::payment_channels

// Batches of direct debits: gathered, frozen, written to a file once, sent. What banks answer is debit_results.hpp. Internal to the
// module.
//
// A batch's amounts are those of the day it was made for. What a customer pays by other means meanwhile does not change it: the
// bank takes what it was told, and what is too much then becomes an advance.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/jobs/jobs.hpp"
#include "mis/registry.hpp"
#include "modules/payment_channels/channel.hpp"
#include "modules/payment_channels/domain/debit_state.hpp"

namespace mis::payment_channels {

inline constexpr const char* kDebitPrepareJob = "payment_channels.debit_prepare";
inline constexpr const char* kDebitItemSequence = "payment_channels_debit_item";
// Why a debit is in the batch and not in its file; it stays the debit's reason whatever becomes of it.
inline constexpr const char* kLeftOut = "more than the mandate allows";

enum class BatchState : std::uint8_t { kPreparing, kPrepared, kSent, kClosed, kCancelled };
std::string_view name_of(BatchState state);  // "prepared"
std::optional<BatchState> batch_state_of(std::string_view name);

struct DebitBatch {
  std::int64_t id = 0;
  std::string batch_no;
  std::int64_t channel_id = 0;
  BatchState state = BatchState::kPreparing;
  std::string note;
  Date collect_on, answer_by;
  DebitBasis basis = DebitBasis::kDue;
  std::optional<BillingMonth> month;
  DebitFormat format = DebitFormat::kPain00808;
  std::int64_t count = 0;  // in the file
  Money amount;
  std::string file_name, file_sha256;  // empty before it is written
  std::int64_t file_bytes = 0;
  std::optional<JobId> job;
  std::optional<UserId> created_by, sent_by;
  Instant created_at;
  std::optional<Instant> sent_at;
  int version = 1;
};

struct DebitItem {
  std::int64_t id = 0;
  std::int64_t batch_id = 0;
  std::int64_t channel_id = 0;
  std::string end_to_end_id;
  AccountId account;
  std::string account_no;
  std::string mandate_ref;
  Date signed_on;
  bool first = false;  // the mandate's first debit
  BankAccount debtor;
  Money amount;
  std::optional<BillingMonth> month;
  DebitState state = DebitState::kPrepared;
  std::optional<Money> paid;
  std::optional<Date> paid_on;
  std::string reason, bank_reference;
  std::optional<std::int64_t> payment_id;
};

struct DebitStateTotal {
  DebitState state = DebitState::kPrepared;
  std::int64_t count = 0;
  Money amount, paid;
};

class DebitBatchService {
 public:
  explicit DebitBatchService(const Services& services) : services_(services) {}

  struct Order {
    Date collect_on;
    std::optional<BillingMonth> month = {};  // only what is open of this month
  };
  // Makes the batch and the job that gathers it. Errors: payment_channels.no_debits (the channel does not collect), .suspended,
  // .collect_on (over already, or more than 60 days away), .batch_preparing (another one of the channel is being made).
  Result<DebitBatch> create(db::Session& session, const Channel& channel, const Order& order, UserId by);
  // Releases the file: from now on the bank may have it. Errors: payment_channels.no_batch, .batch_state.
  Result<DebitBatch> send(db::Session& session, const Channel& channel, std::int64_t batch_id, UserId by);
  // Only before the file was released. Frees the accounts. Errors as `send`.
  Result<DebitBatch> cancel(db::Session& session, const Channel& channel, std::int64_t batch_id);
  // Debits without an answer after the batch's deadline are unknown from now on, and each is a difference for a person. Returns how
  // many. Errors: payment_channels.no_batch, .batch_state, .deadline (it has not passed).
  Result<std::int64_t> expire(db::Session& session, const Channel& channel, std::int64_t batch_id);

 private:
  Services services_;
};

std::optional<DebitBatch> find_batch(db::Session& session, std::int64_t channel_id, std::int64_t batch_id);
std::optional<DebitBatch> lock_batch(db::Session& session, std::int64_t channel_id, std::int64_t batch_id);
std::vector<DebitBatch> list_batches(db::Session& session, std::int64_t channel_id, std::int64_t before, int limit);  // newest first
std::vector<DebitStateTotal> batch_totals(db::Session& session, std::int64_t batch_id);
std::vector<DebitItem> list_debits(db::Session& session, std::int64_t batch_id, std::optional<DebitState> state, std::int64_t after, int limit);
std::optional<DebitItem> lock_debit(db::Session& session, std::int64_t item_id);
void update_debit(db::Session& session, const DebitItem& item, Instant now);
// A sent batch all of whose debits have their answer is closed.
void close_answered(db::Session& session, std::int64_t batch_id);

// Writes the file of a batch from its rows and stores it with its sum. Errors: those of the writers.
Status write_batch_file(db::Session& session, const Channel& channel, DebitBatch& batch);
// The file as it was written, whoever asks and however often. Errors: payment_channels.batch_state (it was not released),
// payment_channels.file_damaged (its sum is not the stored one).
Result<std::string> read_batch_file(db::Session& session, const DebitBatch& batch);

// The reference of a debit's payment in receivables, and of the n-th payment for it.
std::string debit_reference(std::string_view end_to_end_id, std::int64_t again = 0);

jobs::Kind debit_prepare_job(const Services& services);

}  // namespace mis::payment_channels

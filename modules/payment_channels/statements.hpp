// Bank statements and notifications in: each movement is stored once and becomes what it is: money in transit that has arrived, a
// customer's transfer, a debit that came back, or a receipt that nobody knows (待查收款) until somebody does. Internal to the module.
//
// A file is loaded as a whole or not at all; a job takes its movements in chunks, each in one unit of work.
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
#include "modules/payment_channels/channel.hpp"

namespace mis::payment_channels {

inline constexpr const char* kStatementJob = "payment_channels.statement";
inline constexpr const char* kReceiptSequence = "payment_channels_receipt";
inline constexpr std::int64_t kReceiptsPerShard = 500;

struct StatementLoad {
  std::int64_t id = 0;
  std::int64_t channel_id = 0;
  bool taken = false;
  std::string file_name, file_sha256;
  std::int64_t receipts = 0, known = 0;
  std::optional<JobId> job;
  std::optional<UserId> loaded_by;
  Instant loaded_at;
};

struct Receipt {
  std::int64_t id = 0;
  std::int64_t channel_id = 0;
  std::string entry_key;
  int part_no = 0;
  bool credit = true, reversal = false;
  Money amount;
  Date booked_on, value_on;
  std::string payer_name, payer_account, remittance, end_to_end_id, return_reason;
  std::string state;
  std::optional<AccountId> account;
  std::optional<std::int64_t> payment_id, batch_id, settlement_id;
  std::optional<Date> day_on;
  std::string note;
  std::optional<UserId> proposed_by, decided_by, retracted_by;
  Instant changed_at;
  int version = 1;
};

class StatementService {
 public:
  explicit StatementService(const Services& services) : services_(services) {}

  struct File {
    std::string name;
    std::string_view bytes;
  };
  // The same file again changes nothing and gives what is there; movements that another file brought are not stored again. Errors:
  // payment_channels.file_problems (entries that cannot be read, balances that do not agree: a field for each), .entry_differs (a
  // movement that is there with another amount), and those of the reader.
  Result<StatementLoad> load(db::Session& session, const Channel& channel, const File& file, UserId by);
  // Takes one chunk of movements; for the job.
  Result<std::int64_t> take(db::Session& session, std::int64_t file_id, std::int64_t chunk);

  // An unidentified receipt was for this account: it is paid, as of the day it came. Errors: payment_channels.no_receipt, .receipt_state,
  // customers.no_account, those of receivables.
  Result<Receipt> assign(db::Session& session, const Channel& channel, std::int64_t receipt_id, std::string_view account_no, const security::Caller& caller);
  // It goes back to where it came from: proposed by one person, approved by another.
  Result<Receipt> propose_return(db::Session& session, const Channel& channel, std::int64_t receipt_id, const std::string& note, const security::Caller& caller);
  Result<Receipt> decide_return(db::Session& session, const Channel& channel, std::int64_t receipt_id, bool approve, const security::Caller& caller);
  // It was given to the wrong account, by a person or by the number that the payer named: the payment is taken back and the money is
  // nobody's again; proposed by one person, approved by another, and given to the right account by somebody who did not propose it. Errors
  // beside the above: payment_channels.no_payment, security.second_person, those of receivables.
  Result<Receipt> propose_retraction(db::Session& session, const Channel& channel, std::int64_t receipt_id, const std::string& note, const security::Caller& caller);
  Result<Receipt> decide_retraction(db::Session& session, const Channel& channel, std::int64_t receipt_id, bool approve, const security::Caller& caller);
  // It was the channel's own money: what a business day or a batch brought has arrived. Proposed here, as a settlement that is decided
  // about as any other; until then it stays nobody's. Errors beside the above: payment_channels.bad_origin (neither day nor batch, both,
  // or a day after the money came), .no_batch, .more_than_brought (by the day or batch, less what is settled or proposed of it).
  struct Origin {
    std::optional<Date> business_date;
    std::optional<std::string> batch_no;
  };
  Result<Receipt> propose_settlement(db::Session& session, const Channel& channel, std::int64_t receipt_id, const Origin& origin, const std::string& note, const security::Caller& caller);
  // The settlement that a receipt has proposed was posted, or refused: it is settled, or nobody's. Nothing where no receipt did.
  Status settlement_decided(db::Session& session, const Channel& channel, std::int64_t settlement_id, bool posted, const security::Caller& caller);

 private:
  Services services_;
};

std::optional<StatementLoad> find_statement_load(db::Session& session, std::int64_t file_id);
std::vector<StatementLoad> list_statement_loads(db::Session& session, std::int64_t channel_id, std::int64_t before, int limit);  // newest first
std::vector<Receipt> list_receipts(db::Session& session, std::int64_t channel_id, const std::optional<std::string>& state, std::int64_t after, int limit);
std::optional<Receipt> lock_receipt(db::Session& session, std::int64_t channel_id, std::int64_t receipt_id);
void update_receipt(db::Session& session, const Receipt& receipt);

// The receipt's money at the bank is nobody's.
Status post_unidentified(const Services& services, db::Session& session, const Receipt& receipt, Instant now, std::optional<UserId> by);

jobs::Kind statement_job(const Services& services);

}  // namespace mis::payment_channels

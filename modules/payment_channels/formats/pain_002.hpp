// Reads a bank's answer to direct debits, ISO 20022 "customer payment status report": pain.002.001.03 and .10. Reports what the
// bank says of the group, of each payment information and of each debit; what follows for the money is decided elsewhere.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/files/csv_reader.hpp"
#include "modules/payment_channels/domain/payment_status.hpp"
#include "modules/payment_channels/formats/channel_bytes.hpp"

namespace mis::payment_channels {

struct StatusReason {
  std::string code;                      // "AM04", or the bank's own where `proprietary`
  bool proprietary = false;
  std::vector<std::string> information;  // the bank's words
  bool operator==(const StatusReason&) const = default;
};

// What the bank says of one level; `status` is its code as written, `outcome` what it comes to.
struct ReportedStatus {
  std::string status;
  DebitOutcome outcome = DebitOutcome::kUnknown;
  std::vector<StatusReason> reasons;
};

struct StatusReportGroup {
  std::string version;              // "pain.002.001.10"
  std::string message_id;           // the bank's
  std::string original_message_id;  // ours: the batch's id
  std::string original_message_name;
  std::optional<std::int64_t> original_count;
  std::optional<Money> original_sum;
  ReportedStatus status;
};

struct StatusReportPayment {
  std::int64_t line = 0;
  std::string original_payment_id;  // "<batch id>-RCUR"
  ReportedStatus status;
};

struct StatusReportTransaction {
  std::int64_t line = 0;
  std::string original_payment_id;
  std::string original_end_to_end_id;
  std::string original_instruction_id;
  std::string bank_reference;  // AcctSvcrRef, else StsId
  std::string mandate_id;
  std::optional<Money> amount;  // the original one, where the bank repeats it
  // Its own status, else its payment's, else the group's: a report may name the debits and say "rejected" once above them.
  ReportedStatus status;
};

// Hears of the report in its order: the group before its payments, each payment before its transactions. A problem is a
// transaction or payment that could not be read; it is not reported otherwise. Called outside the parser, so they may throw.
struct StatusReportSink {
  std::function<void(const StatusReportGroup&)> group;
  std::function<void(const StatusReportPayment&)> payment;
  std::function<void(const StatusReportTransaction&)> transaction;
  std::function<void(const files::Problem&)> problem;
};

struct StatusReportCounts {
  std::int64_t payments = 0;
  std::int64_t transactions = 0;
  std::int64_t problems = 0;
};

// Reads to the end. An error refuses the file as a whole, whatever the sink has heard by then: those of XmlStream, and
// payment_channels.message_version, .message_unknown, .message_incomplete (no group, no original message id, no status anywhere).
Result<StatusReportCounts> read_pain_002(ChannelInput input, const StatusReportSink& sink);

// The whole report in memory.
struct StatusReport {
  StatusReportGroup group;
  std::vector<StatusReportPayment> payments;
  std::vector<StatusReportTransaction> transactions;
  std::vector<files::Problem> problems;
};
Result<StatusReport> read_pain_002(ChannelInput input);

}  // namespace mis::payment_channels

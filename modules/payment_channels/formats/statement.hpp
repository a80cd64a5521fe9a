// Reads what a bank says has moved on the utility's account: ISO 20022 statements (camt.053) and notifications (camt.054), each in
// versions .02, .04 and .08. Entry by entry, in memory that does not grow with the file. Finds no payment and posts none.
//
// Read leniently where nothing is at stake: elements in another order, unknown elements, blanks around values, dates with or
// without a time, a bank's own namespace as long as the message's name stands in it, GBK. Not where money is: an amount, a
// currency, a direction or a state that is not understood makes the entry a problem, and a statement without account or id
// refuses the file.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/files/csv_reader.hpp"
#include "modules/payment_channels/formats/channel_bytes.hpp"

namespace mis::payment_channels {

struct StatementOptions {
  std::string currency = "CNY";
};

enum class StatementKind : std::uint8_t { kStatement, kNotification };  // camt.053, camt.054
enum class EntryState : std::uint8_t { kBooked, kPending, kInformation };
enum class Direction : std::uint8_t { kCredit, kDebit };  // of the utility's account: credit is money that came in

// Amounts are signed: a debit balance is negative.
struct StatementHead {
  std::int64_t line = 0;
  StatementKind kind = StatementKind::kStatement;
  std::string version;     // "camt.053.001.08"
  std::string message_id;
  std::string id;
  std::string account;     // IBAN or the bank's own number
  std::string sequence_no; // ElctrncSeqNb, else LglSeqNb; for gaps between statements
  std::optional<Date> from, to;
  std::optional<Money> opening;  // OPBD, else PRCD
  std::optional<Money> closing;  // CLBD
  std::optional<Date> closing_on;
  bool duplicate = false;  // the bank marks it as a copy it has sent before (CpyDplctInd DUPL or CODU)
};

struct StatementReturn {
  std::string reason;  // "AC04", or the bank's own
  std::string information;
};

// One payment of an entry.
struct StatementTransaction {
  Money amount;
  Direction direction = Direction::kCredit;
  std::string end_to_end_id;  // empty where the bank says NOTPROVIDED
  std::string transaction_id, instruction_id, mandate_id, payment_id;
  std::string bank_reference;
  std::string debtor_name, debtor_account;
  std::string creditor_name, creditor_account;
  std::string remittance;  // unstructured text, joined by blanks
  std::string creditor_reference;
  std::optional<StatementReturn> returned;
};

struct StatementEntry {
  std::int64_t line = 0;
  std::string statement_id;
  std::string account;
  std::string reference;       // NtryRef
  std::string bank_reference;  // AcctSvcrRef
  Money amount;                // never negative; zero is possible (a bank's remark)
  Direction direction = Direction::kCredit;
  bool reversal = false;       // RvslInd: this entry takes an earlier one back
  EntryState state = EntryState::kBooked;
  std::optional<Date> booked_on, value_on;
  std::string transaction_code;  // "PMNT/RDDT/ESDD", or the bank's own
  std::string additional;
  // Its payments; empty where the bank gives none. They add up to the entry where `adds_up`; where they do not (charges, another
  // currency inside), only the entry as a whole is certain.
  std::vector<StatementTransaction> transactions;
  bool adds_up = true;
};

// What a statement came to. `agrees` where opening + booked credits - booked debits = closing; nothing where a balance is missing
// or an entry was a problem.
struct StatementEnd {
  std::string id;
  std::string account;
  std::int64_t entries = 0;   // good and bad
  std::int64_t problems = 0;  // bad ones
  Money booked_credit, booked_debit;
  std::optional<bool> agrees;
};

// Hears of each statement in the file's order: its head, its entries and problems, its end. A statement that does not agree is
// reported as a problem too (payment_channels.balance_differs). Called outside the parser, so they may throw.
struct StatementSink {
  std::function<void(const StatementHead&)> head;
  std::function<void(StatementEntry&&)> entry;
  std::function<void(const StatementEnd&)> end;
  std::function<void(const files::Problem&)> problem;
};

struct StatementCounts {
  std::int64_t statements = 0;
  std::int64_t entries = 0;   // that were told to the sink
  std::int64_t problems = 0;
};

// Reads to the end. An error refuses the file as a whole, whatever the sink has heard by then: those of XmlStream, and
// payment_channels.message_version, .message_unknown, .message_incomplete (no statement, or one without id or account).
// Problems of entries: payment_channels.currency, .amount, .direction, .entry_state, .date, .too_many_transactions.
Result<StatementCounts> read_statement(ChannelInput input, const StatementOptions& options, const StatementSink& sink);

// All of it in memory, for files that are known to be small.
struct StatementFile {
  std::vector<StatementHead> heads;
  std::vector<StatementEntry> entries;
  std::vector<StatementEnd> ends;
  std::vector<files::Problem> problems;
};
Result<StatementFile> read_statement(ChannelInput input, const StatementOptions& options = {});

}  // namespace mis::payment_channels

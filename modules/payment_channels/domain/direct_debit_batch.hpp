// A collection of direct debits for one bank and day, as every format of it needs it, and what must hold before any of them is
// written. Which debts go in, and what becomes of them, is decided elsewhere.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"

namespace mis::payment_channels {

// Where a mandate stands in its series (SequenceType of ISO 20022).
enum class DebitSequence : std::uint8_t { kFirst, kRecurring, kFinal, kOneOff };
std::string_view to_text(DebitSequence sequence);  // "FRST", "RCUR", "FNAL", "OOFF"

// An account at a bank. Chinese account numbers are no IBANs; `bank_code` is the 12-digit number of CNAPS (联行号) or a BIC,
// empty where only the bank itself needs to know it.
struct BankAccount {
  std::string number;
  std::string name;
  std::string bank_code;
};

struct DirectDebit {
  std::string end_to_end_id;  // ours, unique for ever: what every later message about this debit bears
  std::string mandate_id;
  std::optional<Date> mandate_signed_on;
  DebitSequence sequence = DebitSequence::kRecurring;
  Money amount;
  BankAccount debtor;
  std::string remittance;  // what the debtor reads: account number and billing month
};

struct DirectDebitBatch {
  std::string id;  // unique for ever, at most 29 characters, since the groups in it add to it
  Instant created_at;
  Date collect_on;
  std::string initiator;  // the utility's name
  BankAccount creditor;
  std::string creditor_id;  // the number that the bank knows the utility by as a collector; may be empty
  std::vector<DirectDebit> debits;
};

// How many and how much. The caller has validated the batch.
struct BatchTotals {
  std::int64_t count = 0;
  Money amount;
  bool operator==(const BatchTotals&) const = default;
};
BatchTotals totals_of(std::span<const DirectDebit> debits);

// Refuses a batch that a bank would refuse or, worse, take twice: no debits; ids that are empty, too long, no ISO 20022
// identifiers or there twice; amounts that are not positive or reach kAmountLimit, alone or together; a mandate, account or name
// that is missing or too long; text with control characters or broken UTF-8. `fields` name up to 100 places ("/debits/17/amount").
Status validate(const DirectDebitBatch& batch);

}  // namespace mis::payment_channels

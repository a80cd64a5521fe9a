// What a bank's answer to a direct debit means for the money: the status codes of ISO 20022 (external code sets
// ExternalPaymentGroupStatus1Code, ExternalPaymentTransactionStatus1Code) and those of text files come down to a few outcomes.
// Does not say what to do about it.
#pragma once

#include <cstdint>
#include <string_view>

namespace mis::payment_channels {

enum class DebitOutcome : std::uint8_t {
  kUnknown,   // no status, or one that Watthour does not know: nothing may be concluded from it
  kPending,   // received, checked or on its way: wait for the next report
  kPaid,      // settled: the money has left the debtor's account for ours
  kPartly,    // of a group: some lines are accepted and some are not; look at the lines
  kRejected,  // it will not come: the debit may be sent again
};
std::string_view to_text(DebitOutcome outcome);  // "unknown", "pending", …

// ACSC and ACCC are paid; RJCT and CANC rejected; PART partly; ACCP, ACSP, ACTC, ACWC, ACFC, ACWP, PATC, PDNG, PRES and
// RCVD pending. "Accepted" is not "paid": a direct debit may still bounce between the two. BLCK
// (blocked: neither posted nor given back) is unknown on purpose: a person has to ask.
DebitOutcome outcome_of_iso_status(std::string_view code);

}  // namespace mis::payment_channels

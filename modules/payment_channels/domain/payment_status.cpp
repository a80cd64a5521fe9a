#include "modules/payment_channels/domain/payment_status.hpp"

#include <algorithm>
#include <array>

namespace mis::payment_channels {
namespace {

struct Meaning {
  std::string_view code;
  DebitOutcome outcome;
};

constexpr std::array kIsoStatus = {
    Meaning{"ACSC", DebitOutcome::kPaid},     Meaning{"ACCC", DebitOutcome::kPaid},     Meaning{"RJCT", DebitOutcome::kRejected},
    Meaning{"CANC", DebitOutcome::kRejected}, Meaning{"PART", DebitOutcome::kPartly},   Meaning{"ACCP", DebitOutcome::kPending},
    Meaning{"ACSP", DebitOutcome::kPending},  Meaning{"ACTC", DebitOutcome::kPending},
    Meaning{"ACWC", DebitOutcome::kPending},  Meaning{"ACFC", DebitOutcome::kPending},  Meaning{"ACWP", DebitOutcome::kPending},
    Meaning{"PATC", DebitOutcome::kPending},  Meaning{"PDNG", DebitOutcome::kPending},  Meaning{"PRES", DebitOutcome::kPending},
    Meaning{"RCVD", DebitOutcome::kPending},
};

}  // namespace

std::string_view to_text(DebitOutcome outcome) {
  switch (outcome) {
    case DebitOutcome::kUnknown: return "unknown";
    case DebitOutcome::kPending: return "pending";
    case DebitOutcome::kPaid: return "paid";
    case DebitOutcome::kPartly: return "partly";
    case DebitOutcome::kRejected: return "rejected";
  }
  return "";
}

DebitOutcome outcome_of_iso_status(std::string_view code) {
  const auto found = std::find_if(kIsoStatus.begin(), kIsoStatus.end(), [&](const Meaning& m) { return m.code == code; });
  return found == kIsoStatus.end() ? DebitOutcome::kUnknown : found->outcome;
}

}  // namespace mis::payment_channels

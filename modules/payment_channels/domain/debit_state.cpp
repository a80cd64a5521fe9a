#include "modules/payment_channels/domain/debit_state.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace mis::payment_channels {
namespace {

using enum DebitState;
using Cell = std::optional<DebitStep>;

constexpr std::array<std::string_view, kDebitStates> kNames = {"prepared", "sent", "unknown", "paid", "partly", "refused", "cancelled", "returned"};
constexpr std::array<std::string_view, kDebitDifferences> kDifferences = {"unknown_id", "amount", "date", "returned", "paid_after", "unreadable", "unanswered", "unclear"};
constexpr std::array<std::string_view, 5> kVerdicts = {"taken", "refused", "known", "waits", "difference"};

constexpr Cell kNever = std::nullopt;
constexpr Cell to(DebitState state) { return DebitStep{state}; }
constexpr Cell in(DebitState state) { return DebitStep{state, MoneyEffect::kIn}; }
constexpr Cell known(DebitState state) { return DebitStep{state, MoneyEffect::kNone, true}; }
constexpr Cell kBack = DebitStep{kReturned, MoneyEffect::kOut};

// By state, then by event, as the header draws it.
constexpr std::array<std::array<Cell, kDebitEvents>, kDebitStates> kTable{{
    {to(kSent), to(kCancelled), kNever, kNever, kNever, kNever, kNever, kNever, kNever},
    {kNever, kNever, in(kPaid), in(kPartly), to(kRefused), to(kUnknown), in(kPaid), kNever, to(kRefused)},
    {kNever, kNever, in(kPaid), in(kPartly), to(kRefused), kNever, in(kPaid), kNever, to(kRefused)},
    {kNever, kNever, known(kPaid), kNever, kNever, kNever, kNever, kBack, kNever},
    {kNever, kNever, kNever, known(kPartly), kNever, kNever, kNever, kBack, kNever},
    {kNever, kNever, kNever, kNever, known(kRefused), kNever, in(kPaid), kNever, kNever},
    {kNever, kNever, kNever, kNever, known(kCancelled), kNever, in(kPaid), kNever, kNever},
    {kNever, kNever, kNever, kNever, known(kReturned), kNever, in(kPaid), kNever, kNever},
}};

DebitJudgement differs(DebitDifference kind) {
  DebitJudgement judgement;
  judgement.verdict = DebitVerdict::kDifference;
  judgement.difference = kind;
  return judgement;
}

bool has_money(DebitState state) { return state == kPaid || state == kPartly; }

DebitJudgement judge_paid(const DebitAnswer& answer, const DebitStanding& standing, Date today) {
  const Money paid = answer.paid.value_or(standing.amount);
  const bool whole = paid == standing.amount;
  // "Partly" is a part, and "paid" may be one where the bank says how much it took.
  if (paid.value <= 0 || paid > standing.amount || (answer.outcome == DebitOutcome::kPartly && (whole || !answer.paid))) return differs(DebitDifference::kAmount);
  const auto next = step(standing.state, whole ? DebitEvent::kPaid : DebitEvent::kPartPaid);
  if (!next) return differs(has_money(standing.state) ? DebitDifference::kAmount : DebitDifference::kPaidAfter);
  if (next->known && paid != standing.paid.value_or(Money{})) return differs(DebitDifference::kAmount);
  DebitJudgement judgement;
  judgement.verdict = next->known ? DebitVerdict::kKnown : DebitVerdict::kTaken;
  judgement.state = next->to;
  judgement.paid = paid;
  judgement.paid_on = answer.paid_on.value_or(std::min(standing.collect_on, today));
  if (!next->known && answer.paid_on && (*answer.paid_on > today || *answer.paid_on < standing.sent_on)) return differs(DebitDifference::kDate);
  return judgement;
}

}  // namespace

std::string_view name_of(DebitState state) { return kNames[static_cast<std::size_t>(state)]; }
std::string_view name_of(DebitDifference kind) { return kDifferences[static_cast<std::size_t>(kind)]; }
std::string_view name_of(DebitVerdict verdict) { return kVerdicts[static_cast<std::size_t>(verdict)]; }

std::optional<DebitState> debit_state_of(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<DebitState>(i);
  return {};
}

std::optional<DebitStep> step(DebitState from, DebitEvent event) { return kTable[static_cast<std::size_t>(from)][static_cast<std::size_t>(event)]; }

DebitJudgement judge(const DebitAnswer& answer, const DebitStanding& standing, Date today) {
  if (answer.amount && *answer.amount != standing.amount) return differs(DebitDifference::kAmount);
  DebitJudgement judgement;
  judgement.state = standing.state;
  switch (answer.outcome) {
    case DebitOutcome::kPaid:
    case DebitOutcome::kPartly: return judge_paid(answer, standing, today);
    case DebitOutcome::kUnknown: return differs(DebitDifference::kUnclear);
    case DebitOutcome::kPending: return judgement;
    case DebitOutcome::kRejected: break;
  }
  if (answer.paid && answer.paid->value != 0) return differs(DebitDifference::kAmount);
  const auto next = step(standing.state, DebitEvent::kRefused);
  if (!next) return differs(has_money(standing.state) ? DebitDifference::kReturned : DebitDifference::kUnclear);
  judgement.verdict = next->known ? DebitVerdict::kKnown : DebitVerdict::kRefused;
  judgement.state = next->to;
  return judgement;
}

}  // namespace mis::payment_channels

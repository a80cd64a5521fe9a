#include "modules/dunning/domain/disconnection.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "modules/dunning/domain/rules.hpp"

namespace mis::dunning {
namespace {

struct Transition {
  CaseState from;
  CaseStep step;
  CaseState to;
};

using S = CaseState;
using P = CaseStep;
constexpr std::array kTransitions = {
    Transition{S::kCandidate, P::kApprove, S::kApproved},
    Transition{S::kApproved, P::kNotice, S::kNoticed},
    Transition{S::kNoticed, P::kNotice, S::kNoticed},       // a new notice with another time, where the first one has expired
    Transition{S::kNoticedAgain, P::kNotice, S::kNoticed},
    Transition{S::kNoticed, P::kNoticeAgain, S::kNoticedAgain},
    Transition{S::kNoticedAgain, P::kNoticeAgain, S::kNoticedAgain},
    Transition{S::kNoticedAgain, P::kDisconnect, S::kDisconnected},
    Transition{S::kDisconnected, P::kPay, S::kPaid},
    Transition{S::kDisconnected, P::kAskRelease, S::kDisconnected},
    Transition{S::kDisconnected, P::kRelease, S::kReleased},
    Transition{S::kDisconnected, P::kRefuseRelease, S::kDisconnected},
    Transition{S::kPaid, P::kReconnect, S::kReconnected},
    Transition{S::kReleased, P::kReconnect, S::kReconnected},
    Transition{S::kCandidate, P::kCancel, S::kCancelled},
    Transition{S::kApproved, P::kCancel, S::kCancelled},
    Transition{S::kNoticed, P::kCancel, S::kCancelled},
    Transition{S::kNoticedAgain, P::kCancel, S::kCancelled},
};

std::string states_for(CaseStep step) {
  std::string names;
  for (const auto& t : kTransitions)
    if (t.step == step) names += (names.empty() ? "" : " or ") + std::string(name_of(t.from));
  return names;
}

Error too_early(std::string_view what, Instant earliest, Instant now) {
  return conflict("dunning.too_early", fmt::format("expected {} not before {} but now it is {}", what, local_time(earliest), local_time(now)));
}

// Whatever leads towards a stop.
Status check_debt(const CaseFacts& facts) {
  if (facts.settled) return conflict("dunning.settled", "expected something left of the bill that the case is about but it is paid; cancel the case");
  if (facts.on_plan) return conflict("dunning.on_plan", "expected no instalment plan but the debt is being paid by one; cancel the case");
  return ok();
}

// Who never got a notice was not given one, whatever the case says.
Status check_sent(const std::optional<Instant>& sent_at, std::string_view what) {
  if (!sent_at) return conflict("dunning.notice_not_sent", fmt::format("expected {} to have been sent but it has not gone out; see what became of its message, or give notice anew", what));
  return ok();
}

Status check_notice(const CaseFacts& facts, const Move& move) {
  if (auto status = check_debt(facts); !status) return status;
  if (facts.kind == CaseKind::kArrears) {
    const Date first_day = facts.due_on + (kLeastOverdueDays + 1);
    if (local_date(move.now) < first_day)
      return conflict("dunning.too_early", fmt::format("expected the bill to be overdue for more than {} days, which it is from {} on, but today is {}", kLeastOverdueDays,
                                                       first_day.to_string(), local_date(move.now).to_string()));
    if (!facts.reminded) return conflict("dunning.not_reminded", "expected a reminder before the notice but none was sent about this bill");
  }
  if (facts.important && !facts.authority_told)
    return conflict("dunning.authority_copy", "expected the number of the copy that the authority got, as this is an important customer, but there is none");
  const Instant earliest{move.now.micros + least_notice(facts.kind)}, latest{move.now.micros + kLongestNotice};
  if (!move.stop_at) return invalid("dunning.stop_time", fmt::format("expected the time of the stop, from {} to {}, but found none", local_time(earliest), local_time(latest)));
  if (*move.stop_at < earliest || *move.stop_at > latest)
    return invalid("dunning.stop_time", fmt::format("expected the time of the stop from {} to {} but found {}", local_time(earliest), local_time(latest), local_time(*move.stop_at)));
  return ok();
}

Status check_last_notice(const CaseFacts& facts, const Move& move) {
  if (auto status = check_debt(facts); !status) return status;
  if (auto status = check_sent(facts.notice_sent_at, "the notice of the stop"); !status) return status;
  const Instant earliest{facts.stop_at->micros - kLastNoticeAtMost}, expires{facts.noticed_at->micros + kLongestNotice};
  if (move.now < earliest) return too_early("the second notice", earliest, move.now);
  if (move.now.micros + kLastNoticeBefore > expires.micros)
    return conflict("dunning.too_late", fmt::format("expected the stop within 7 days of the notice, until {}, but there are no 30 minutes left; give notice anew", local_time(expires)));
  return ok();
}

Status check_disconnect(const CaseFacts& facts, const Move& move) {
  if (auto status = check_debt(facts); !status) return status;
  if (auto status = check_sent(facts.notice_sent_at, "the notice of the stop"); !status) return status;
  if (auto status = check_sent(facts.last_notice_sent_at, "the second notice"); !status) return status;
  const Instant after_first{std::max(facts.noticed_at->micros, facts.notice_sent_at->micros) + least_notice(facts.kind)};
  const Instant after_last{std::max(facts.noticed_again_at->micros, facts.last_notice_sent_at->micros) + kLastNoticeBefore}, expires{facts.noticed_at->micros + kLongestNotice};
  const Instant earliest{std::max({facts.stop_at->micros, after_first.micros, after_last.micros})};
  if (move.now < earliest) return too_early("the stop", earliest, move.now);
  if (move.now > expires)
    return conflict("dunning.too_late", fmt::format("expected the stop within 7 days of the notice, until {}, but now it is {}; give notice anew", local_time(expires), local_time(move.now)));
  return ok();
}

// Whoever asked may take it back; giving supply back takes another person.
Status check_release(const CaseFacts& facts, const Move& move, bool grant) {
  if (!facts.release_asked_by) return conflict("dunning.release_not_asked", "expected somebody to have asked for supply without payment but nobody has");
  if (grant && move.by && facts.release_asked_by == move.by) return forbidden("security.second_person", "expected a second person to approve but it is the one who asked");
  return ok();
}

}  // namespace

std::string_view name_of(CaseState state) {
  switch (state) {
    case CaseState::kCandidate: return "candidate";
    case CaseState::kApproved: return "approved";
    case CaseState::kNoticed: return "noticed";
    case CaseState::kNoticedAgain: return "noticed_again";
    case CaseState::kDisconnected: return "disconnected";
    case CaseState::kPaid: return "paid";
    case CaseState::kReleased: return "released";
    case CaseState::kReconnected: return "reconnected";
    case CaseState::kCancelled: return "cancelled";
  }
  return "";
}

std::optional<CaseState> case_state_of(std::string_view name) {
  for (const auto state : kCaseStates)
    if (name_of(state) == name) return state;
  return {};
}

std::string_view name_of(CaseStep step) {
  switch (step) {
    case CaseStep::kApprove: return "approve";
    case CaseStep::kNotice: return "notice";
    case CaseStep::kNoticeAgain: return "notice_again";
    case CaseStep::kDisconnect: return "disconnect";
    case CaseStep::kPay: return "pay";
    case CaseStep::kAskRelease: return "ask_release";
    case CaseStep::kRelease: return "release";
    case CaseStep::kRefuseRelease: return "refuse_release";
    case CaseStep::kReconnect: return "reconnect";
    case CaseStep::kCancel: return "cancel";
  }
  return "";
}

std::string_view name_of(CaseKind kind) {
  switch (kind) {
    case CaseKind::kArrears: return "arrears";
    case CaseKind::kPrepaid: return "prepaid";
  }
  return "";
}

std::optional<CaseState> target_of(CaseState from, CaseStep step) {
  for (const auto& t : kTransitions)
    if (t.from == from && t.step == step) return t.to;
  return {};
}

Result<CaseState> check_move(const CaseFacts& facts, const Move& move) {
  const auto target = target_of(facts.state, move.step);
  if (!target) return conflict("dunning.case_state", fmt::format("expected the case to be {} but it is {}", states_for(move.step), name_of(facts.state)));
  Status status = ok();
  switch (move.step) {
    case CaseStep::kApprove:
      status = check_debt(facts);
      if (status && move.by && facts.proposed_by == move.by) status = forbidden("security.second_person", "expected a second person to approve but it is the one who proposed");
      break;
    case CaseStep::kNotice: status = check_notice(facts, move); break;
    case CaseStep::kNoticeAgain: status = check_last_notice(facts, move); break;
    case CaseStep::kDisconnect: status = check_disconnect(facts, move); break;
    case CaseStep::kPay:
      if (!facts.settled) status = conflict("dunning.not_settled", "expected the bill that the case is about, and older ones, to be paid but something is left");
      break;
    case CaseStep::kAskRelease:
      if (facts.release_asked_by) status = conflict("dunning.release_asked", "expected nobody to have asked for supply without payment but somebody has; it waits for a decision");
      break;
    case CaseStep::kRelease: status = check_release(facts, move, true); break;
    case CaseStep::kRefuseRelease: status = check_release(facts, move, false); break;
    case CaseStep::kReconnect:
    case CaseStep::kCancel: break;
  }
  if (!status) return std::move(status).error();
  return *target;
}

std::string local_time(Instant at) {
  const auto text = Instant{at.micros + kChinaOffsetMinutes * kMinuteMicros}.to_sql();
  return text.substr(0, 16);
}

}  // namespace mis::dunning

// How supply is stopped for arrears and restored: the states of a case, who may move it on, and the waits that the law sets.
// Nothing here can be skipped by anybody: the clock is an argument, and an error says from when on a step is possible.
//
//   candidate → approved → noticed → noticed_again → disconnected → paid → reconnected
//        any of the first four → cancelled, when the debt is paid or somebody decides so
//        disconnected → released → reconnected, where supply is given back unpaid: one person asks, another decides
//
// Sources: 电力供应与使用条例 art. 39 (more than 30 days overdue, after reminders); 供电营业规则 (1996 art. 67; 2024 unchanged in
// this): the notice reaches the customer 3 to 7 days before the stop, a copy goes to the authority for important customers, the
// time is told once more 30 minutes before; 2024: supply is restored within 24 hours after the cause is gone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mis/base/id.hpp"
#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"

namespace mis::dunning {

enum class CaseState : std::uint8_t { kCandidate, kApproved, kNoticed, kNoticedAgain, kDisconnected, kPaid, kReleased, kReconnected, kCancelled };
inline constexpr CaseState kCaseStates[] = {CaseState::kCandidate,    CaseState::kApproved, CaseState::kNoticed,  CaseState::kNoticedAgain, CaseState::kDisconnected,
                                            CaseState::kPaid,         CaseState::kReleased, CaseState::kReconnected, CaseState::kCancelled};
std::string_view name_of(CaseState state);  // "candidate", …, "noticed_again", …
std::optional<CaseState> case_state_of(std::string_view name);
constexpr bool is_over(CaseState state) { return state == CaseState::kReconnected || state == CaseState::kCancelled; }

enum class CaseStep : std::uint8_t { kApprove, kNotice, kNoticeAgain, kDisconnect, kPay, kAskRelease, kRelease, kRefuseRelease, kReconnect, kCancel };
inline constexpr CaseStep kCaseSteps[] = {CaseStep::kApprove, CaseStep::kNotice,        CaseStep::kNoticeAgain, CaseStep::kDisconnect, CaseStep::kPay, CaseStep::kAskRelease,
                                          CaseStep::kRelease, CaseStep::kRefuseRelease, CaseStep::kReconnect,   CaseStep::kCancel};
std::string_view name_of(CaseStep step);  // "approve", "notice", "notice_again", …

// Where a step leads from a state; nothing where it is not possible there.
std::optional<CaseState> target_of(CaseState from, CaseStep step);

enum class CaseKind : std::uint8_t { kArrears = 1, kPrepaid = 2 };
std::string_view name_of(CaseKind kind);  // "arrears", "prepaid"

inline constexpr std::int64_t kMinuteMicros = 60'000'000;
inline constexpr std::int64_t kHourMicros = 60 * kMinuteMicros;
inline constexpr std::int64_t kDayMicros = 24 * kHourMicros;

// Between the notice and the stop. Arrears: 3 to 7 days, by law. A fee-controlled account has agreed to be stopped when its
// credit is used up; the agreement's notice is one day, and it must be used within seven like the other.
constexpr std::int64_t least_notice(CaseKind kind) { return kind == CaseKind::kArrears ? 3 * kDayMicros : kDayMicros; }
inline constexpr std::int64_t kLongestNotice = 7 * kDayMicros;
inline constexpr std::int64_t kLastNoticeBefore = 30 * kMinuteMicros;
// The second notice tells the time "once more, before the stop": not days before it. The utility's own limit.
inline constexpr std::int64_t kLastNoticeAtMost = kDayMicros;
inline constexpr std::int64_t kReconnectWithin = kDayMicros;

struct CaseFacts {
  CaseKind kind = CaseKind::kArrears;
  CaseState state = CaseState::kCandidate;
  Date due_on;               // of the oldest bill that is overdue
  bool reminded = false;     // before the case
  bool important = false;    // a customer whose stop the authority must know of
  bool authority_told = false;
  std::optional<UserId> proposed_by;  // nobody: the dunning run
  std::optional<UserId> release_asked_by;  // who asked to give supply back unpaid, while nobody has decided
  std::optional<Instant> noticed_at, stop_at, noticed_again_at;
  // When the newest message of each kind went out; nothing: it has not. The waits run from it, not from the decision.
  std::optional<Instant> notice_sent_at, last_notice_sent_at;
  bool on_plan = false;      // the debt is being paid by agreed instalments
  bool settled = false;      // nothing is left of the case's bill and what was due no later (prepaid: the balance is positive again)
};

// What is done now and by whom; `stop_at` is the time that a notice announces.
struct Move {
  CaseStep step = CaseStep::kApprove;
  Instant now;
  std::optional<UserId> by;
  std::optional<Instant> stop_at;
};

// The state that the move leads to. Errors: dunning.case_state, security.second_person, dunning.too_early (with the earliest
// time), dunning.too_late (the notice has expired; a new one is needed), dunning.not_reminded, dunning.authority_copy,
// dunning.notice_not_sent, dunning.stop_time, dunning.settled, dunning.not_settled, dunning.on_plan, dunning.release_asked,
// dunning.release_not_asked.
Result<CaseState> check_move(const CaseFacts& facts, const Move& move);

// When a case whose reason is gone, by payment or by decision, must be connected again.
constexpr Instant reconnect_due(Instant gone_at) { return {gone_at.micros + kReconnectWithin}; }

// An instant as people of the utility read it: "2026-12-05 10:00", in its zone.
std::string local_time(Instant at);

}  // namespace mis::dunning

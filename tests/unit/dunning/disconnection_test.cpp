// Supply is stopped only after what the law demands, whoever asks and whenever.
#include <catch2/catch.hpp>

#include "modules/dunning/domain/disconnection.hpp"

using namespace mis;
using namespace mis::dunning;

namespace {

Instant at(const char* text) { return *Instant::parse(text); }
constexpr UserId kCollector{7}, kSupervisor{8};

// Due on 12 November 2026 and reminded; so a notice is possible from 13 December on. Times are UTC, 8 hours behind the utility.
CaseFacts facts(CaseState state) {
  CaseFacts f;
  f.state = state;
  f.due_on = Date::of(2026, 11, 12);
  f.reminded = true;
  f.proposed_by = kCollector;
  f.noticed_at = at("2026-12-14T02:00:00Z");
  f.stop_at = at("2026-12-18T02:00:00Z");
  f.noticed_again_at = at("2026-12-18T01:00:00Z");
  f.notice_sent_at = f.noticed_at;
  f.last_notice_sent_at = f.noticed_again_at;
  return f;
}

std::string code(const CaseFacts& f, CaseStep step, const char* now, UserId by = kSupervisor, std::optional<Instant> stop = {}) {
  const auto result = check_move(f, {step, at(now), by, stop});
  return result ? std::string(name_of(*result)) : result.error().code;
}
std::string message(const CaseFacts& f, CaseStep step, const char* now) {
  const auto result = check_move(f, {step, at(now), kSupervisor, {}});
  return result ? "" : result.error().message;
}

}  // namespace

TEST_CASE("the states of a case and the steps between them are these and no others") {
  const std::vector<std::string> expected = {
      "candidate approve approved",        "candidate cancel cancelled",      "approved notice noticed",       "approved cancel cancelled",
      "noticed notice noticed",            "noticed notice_again noticed_again", "noticed cancel cancelled",   "noticed_again notice noticed",
      "noticed_again notice_again noticed_again", "noticed_again disconnect disconnected", "noticed_again cancel cancelled",
      "disconnected pay paid",             "disconnected ask_release disconnected", "disconnected release released", "disconnected refuse_release disconnected",
      "paid reconnect reconnected",        "released reconnect reconnected"};
  std::vector<std::string> found;
  for (const auto from : kCaseStates)
    for (const auto step : kCaseSteps)
      if (const auto to = target_of(from, step)) found.push_back(std::string(name_of(from)) + " " + std::string(name_of(step)) + " " + std::string(name_of(*to)));
  CHECK(found == expected);
}

TEST_CASE("a step from another state is refused and says which is expected") {
  for (const auto state : kCaseStates)
    for (const auto step : kCaseSteps)
      if (!target_of(state, step)) CHECK(code(facts(state), step, "2027-01-10T02:00:00Z") == "dunning.case_state");
  CHECK(message(facts(CaseState::kApproved), CaseStep::kDisconnect, "2027-01-10T02:00:00Z") == "expected the case to be noticed_again but it is approved");
}

TEST_CASE("who proposed a disconnection does not approve it") {
  CHECK(code(facts(CaseState::kCandidate), CaseStep::kApprove, "2026-12-14T02:00:00Z", kCollector) == "security.second_person");
  CHECK(code(facts(CaseState::kCandidate), CaseStep::kApprove, "2026-12-14T02:00:00Z", kSupervisor) == "approved");
  auto by_run = facts(CaseState::kCandidate);
  by_run.proposed_by = {};
  CHECK(code(by_run, CaseStep::kApprove, "2026-12-14T02:00:00Z", kCollector) == "approved");
}

TEST_CASE("notice is given only when the bill is more than 30 days overdue") {
  const auto f = facts(CaseState::kApproved);
  CHECK(code(f, CaseStep::kNotice, "2026-12-12T15:59:00Z", kSupervisor, at("2026-12-16T02:00:00Z")) == "dunning.too_early");  // still the 12th: the 30th day
  CHECK(code(f, CaseStep::kNotice, "2026-12-12T16:00:00Z", kSupervisor, at("2026-12-16T02:00:00Z")) == "noticed");
  CHECK(message(f, CaseStep::kNotice, "2026-12-01T02:00:00Z") == "expected the bill to be overdue for more than 30 days, which it is from 2026-12-13 on, but today is 2026-12-01");
  auto silent = f;
  silent.reminded = false;
  CHECK(code(silent, CaseStep::kNotice, "2026-12-14T02:00:00Z", kSupervisor, at("2026-12-18T02:00:00Z")) == "dunning.not_reminded");
}

TEST_CASE("the stop is announced 3 to 7 days ahead, to the second") {
  const auto f = facts(CaseState::kApproved);
  const auto with_stop = [&](const char* stop) { return code(f, CaseStep::kNotice, "2026-12-14T02:00:00Z", kSupervisor, at(stop)); };
  CHECK(with_stop("2026-12-17T01:59:59Z") == "dunning.stop_time");
  CHECK(with_stop("2026-12-17T02:00:00Z") == "noticed");
  CHECK(with_stop("2026-12-21T02:00:00Z") == "noticed");
  CHECK(with_stop("2026-12-21T02:00:01Z") == "dunning.stop_time");
  CHECK(message(f, CaseStep::kNotice, "2026-12-14T02:00:00Z") == "expected the time of the stop, from 2026-12-17 10:00 to 2026-12-21 10:00, but found none");
}

TEST_CASE("an important customer is noticed only when the authority has its copy") {
  auto f = facts(CaseState::kApproved);
  f.important = true;
  CHECK(code(f, CaseStep::kNotice, "2026-12-14T02:00:00Z", kSupervisor, at("2026-12-18T02:00:00Z")) == "dunning.authority_copy");
  f.authority_told = true;
  CHECK(code(f, CaseStep::kNotice, "2026-12-14T02:00:00Z", kSupervisor, at("2026-12-18T02:00:00Z")) == "noticed");
}

TEST_CASE("the time is told once more within the last day") {
  const auto f = facts(CaseState::kNoticed);
  CHECK(code(f, CaseStep::kNoticeAgain, "2026-12-17T01:59:59Z") == "dunning.too_early");
  CHECK(message(f, CaseStep::kNoticeAgain, "2026-12-15T02:00:00Z") == "expected the second notice not before 2026-12-17 10:00 but now it is 2026-12-15 10:00");
  CHECK(code(f, CaseStep::kNoticeAgain, "2026-12-17T02:00:00Z") == "noticed_again");
  CHECK(code(f, CaseStep::kNoticeAgain, "2026-12-21T01:30:00Z") == "noticed_again");
  CHECK(code(f, CaseStep::kNoticeAgain, "2026-12-21T01:30:01Z") == "dunning.too_late");
}

TEST_CASE("supply is stopped not before the time announced, nor within 30 minutes of the second notice, nor after 7 days") {
  auto f = facts(CaseState::kNoticedAgain);
  CHECK(code(f, CaseStep::kDisconnect, "2026-12-18T01:59:59Z") == "dunning.too_early");  // announced for 02:00
  CHECK(code(f, CaseStep::kDisconnect, "2026-12-18T02:00:00Z") == "disconnected");
  f.noticed_again_at = at("2026-12-18T02:10:00Z");
  CHECK(code(f, CaseStep::kDisconnect, "2026-12-18T02:39:59Z") == "dunning.too_early");
  CHECK(message(f, CaseStep::kDisconnect, "2026-12-18T02:30:00Z") == "expected the stop not before 2026-12-18 10:40 but now it is 2026-12-18 10:30");
  CHECK(code(f, CaseStep::kDisconnect, "2026-12-18T02:40:00Z") == "disconnected");
  CHECK(code(f, CaseStep::kDisconnect, "2026-12-21T02:00:01Z") == "dunning.too_late");
}

TEST_CASE("what is paid is not stopped, and only what is paid is connected again") {
  for (const auto& [state, step] : {std::pair{CaseState::kCandidate, CaseStep::kApprove}, std::pair{CaseState::kApproved, CaseStep::kNotice}, std::pair{CaseState::kNoticed, CaseStep::kNoticeAgain},
                                    std::pair{CaseState::kNoticedAgain, CaseStep::kDisconnect}}) {
    auto f = facts(state);
    f.settled = true;
    CHECK(code(f, step, "2026-12-18T03:00:00Z", kSupervisor, at("2026-12-22T02:00:00Z")) == "dunning.settled");
    CHECK(code(f, CaseStep::kCancel, "2026-12-18T03:00:00Z") == "cancelled");
  }
  auto f = facts(CaseState::kDisconnected);
  CHECK(code(f, CaseStep::kPay, "2026-12-19T02:00:00Z") == "dunning.not_settled");
  CHECK(code(f, CaseStep::kReconnect, "2026-12-19T02:00:00Z") == "dunning.case_state");
  f.settled = true;
  CHECK(code(f, CaseStep::kPay, "2026-12-19T02:00:00Z") == "paid");
  CHECK(code(facts(CaseState::kPaid), CaseStep::kReconnect, "2026-12-19T02:00:00Z") == "reconnected");
  CHECK(reconnect_due(at("2026-12-19T02:00:00Z")) == at("2026-12-20T02:00:00Z"));
}

TEST_CASE("who pays by agreed instalments is not stopped meanwhile") {
  for (const auto& [state, step] : {std::pair{CaseState::kCandidate, CaseStep::kApprove}, std::pair{CaseState::kApproved, CaseStep::kNotice}, std::pair{CaseState::kNoticed, CaseStep::kNoticeAgain},
                                    std::pair{CaseState::kNoticedAgain, CaseStep::kDisconnect}}) {
    auto f = facts(state);
    f.on_plan = true;
    CHECK(code(f, step, "2026-12-18T03:00:00Z", kSupervisor, at("2026-12-22T02:00:00Z")) == "dunning.on_plan");
    CHECK(code(f, CaseStep::kCancel, "2026-12-18T03:00:00Z") == "cancelled");
  }
}

TEST_CASE("a fee-controlled account has agreed to a shorter notice, and keeps the last one") {
  auto f = facts(CaseState::kApproved);
  f.kind = CaseKind::kPrepaid;
  f.reminded = false;
  f.due_on = Date::of(2026, 12, 14);
  CHECK(code(f, CaseStep::kNotice, "2026-12-14T02:00:00Z", kSupervisor, at("2026-12-15T01:59:59Z")) == "dunning.stop_time");
  CHECK(code(f, CaseStep::kNotice, "2026-12-14T02:00:00Z", kSupervisor, at("2026-12-15T02:00:00Z")) == "noticed");
  f.state = CaseState::kNoticedAgain;
  f.stop_at = at("2026-12-15T02:00:00Z");
  f.noticed_again_at = f.last_notice_sent_at = at("2026-12-15T01:45:00Z");
  CHECK(code(f, CaseStep::kDisconnect, "2026-12-15T02:14:59Z") == "dunning.too_early");
  CHECK(code(f, CaseStep::kDisconnect, "2026-12-15T02:15:00Z") == "disconnected");
}

TEST_CASE("a notice that has not gone out is none, and the waits run from when it went out") {
  auto again = facts(CaseState::kNoticed);
  again.notice_sent_at = {};
  CHECK(code(again, CaseStep::kNoticeAgain, "2026-12-18T01:00:00Z") == "dunning.notice_not_sent");
  auto stop = facts(CaseState::kNoticedAgain);
  stop.last_notice_sent_at = {};
  CHECK(code(stop, CaseStep::kDisconnect, "2026-12-18T02:00:00Z") == "dunning.notice_not_sent");
  stop.last_notice_sent_at = at("2026-12-18T01:50:00Z");
  CHECK(code(stop, CaseStep::kDisconnect, "2026-12-18T02:19:59Z") == "dunning.too_early");
  CHECK(code(stop, CaseStep::kDisconnect, "2026-12-18T02:20:00Z") == "disconnected");
  stop.notice_sent_at = at("2026-12-15T12:00:00Z");  // a day and a half after the decision
  CHECK(message(stop, CaseStep::kDisconnect, "2026-12-18T11:59:59Z") == "expected the stop not before 2026-12-18 20:00 but now it is 2026-12-18 19:59");
  CHECK(code(stop, CaseStep::kDisconnect, "2026-12-18T12:00:00Z") == "disconnected");
  stop.notice_sent_at = {};
  CHECK(code(stop, CaseStep::kDisconnect, "2026-12-18T12:00:00Z") == "dunning.notice_not_sent");
}

TEST_CASE("supply comes back unpaid only where one person asked and another decided") {
  auto f = facts(CaseState::kDisconnected);
  CHECK(code(f, CaseStep::kRelease, "2026-12-19T02:00:00Z") == "dunning.release_not_asked");
  CHECK(code(f, CaseStep::kRefuseRelease, "2026-12-19T02:00:00Z") == "dunning.release_not_asked");
  CHECK(code(f, CaseStep::kAskRelease, "2026-12-19T02:00:00Z", kCollector) == "disconnected");
  f.release_asked_by = kCollector;
  CHECK(code(f, CaseStep::kAskRelease, "2026-12-19T02:00:00Z", kSupervisor) == "dunning.release_asked");
  CHECK(code(f, CaseStep::kRelease, "2026-12-19T02:00:00Z", kCollector) == "security.second_person");
  CHECK(code(f, CaseStep::kRelease, "2026-12-19T02:00:00Z", kSupervisor) == "released");
  CHECK(code(f, CaseStep::kRefuseRelease, "2026-12-19T02:00:00Z", kCollector) == "disconnected");  // whoever asked takes it back
  CHECK(code(facts(CaseState::kReleased), CaseStep::kReconnect, "2026-12-19T02:00:00Z") == "reconnected");
  CHECK(code(facts(CaseState::kReleased), CaseStep::kPay, "2026-12-19T02:00:00Z") == "dunning.case_state");
}

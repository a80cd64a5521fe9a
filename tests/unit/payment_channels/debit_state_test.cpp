// What becomes of a direct debit, of a mandate, and what of a bank's answer.
#include <catch2/catch.hpp>

#include "mis/base/id.hpp"
#include "modules/payment_channels/domain/debit_state.hpp"
#include "modules/payment_channels/domain/mandate_state.hpp"
#include "modules/payment_channels/domain/remittance.hpp"

using namespace mis;
using namespace mis::payment_channels;

namespace {

constexpr Date kToday = Date::of(2026, 11, 25), kSentOn = Date::of(2026, 11, 20), kCollectOn = Date::of(2026, 11, 22);

DebitStanding sent(int fen) { return {DebitState::kSent, {fen}, {}, kSentOn, kCollectOn}; }
DebitAnswer answer(DebitOutcome outcome) { return {outcome, {}, {}, {}}; }

}  // namespace

TEST_CASE("money comes in once and goes out only after it came in, whatever events follow each other") {
  // Every path of three events: the money of a debit is there or not, never twice and never less than nothing.
  for (int a = 0; a < kDebitEvents; ++a)
    for (int b = 0; b < kDebitEvents; ++b)
      for (int c = 0; c < kDebitEvents; ++c) {
        DebitState state = DebitState::kPrepared;
        int held = 0;
        for (const int event : {static_cast<int>(DebitEvent::kSend), a, b, c}) {
          const auto next = step(state, static_cast<DebitEvent>(event));
          if (!next) continue;
          held += next->money == MoneyEffect::kIn ? 1 : next->money == MoneyEffect::kOut ? -1 : 0;
          state = next->to;
          const bool has_money = state == DebitState::kPaid || state == DebitState::kPartly;
          REQUIRE(held == (has_money ? 1 : 0));
        }
      }
}

TEST_CASE("a debit that was not sent cannot be paid, and one that was sent is not cancelled") {
  CHECK_FALSE(step(DebitState::kPrepared, DebitEvent::kPaid));
  CHECK_FALSE(step(DebitState::kSent, DebitEvent::kCancel));
  CHECK(step(DebitState::kSent, DebitEvent::kNoAnswer)->to == DebitState::kUnknown);
  CHECK(step(DebitState::kUnknown, DebitEvent::kPaid)->to == DebitState::kPaid);
}

TEST_CASE("a bank's answer is judged by what was asked for and by what was told before") {
  struct Row {
    const char* what;
    DebitAnswer answer;
    DebitStanding standing;
    DebitVerdict verdict;
    DebitState state;
    DebitDifference difference;
  };
  using enum DebitOutcome;
  const DebitStanding paid{DebitState::kPaid, {100}, Money{100}, kSentOn, kCollectOn};
  const DebitStanding partly{DebitState::kPartly, {100}, Money{60}, kSentOn, kCollectOn};
  const DebitStanding refused{DebitState::kRefused, {100}, {}, kSentOn, kCollectOn};
  const Row rows[] = {
      {"paid", answer(kPaid), sent(100), DebitVerdict::kTaken, DebitState::kPaid, {}},
      {"paid, with its amount repeated", {kPaid, Money{100}, Money{100}, kCollectOn}, sent(100), DebitVerdict::kTaken, DebitState::kPaid, {}},
      {"a part of it", {kPaid, Money{100}, Money{60}, {}}, sent(100), DebitVerdict::kTaken, DebitState::kPartly, {}},
      {"a part that is all", {kPartly, {}, Money{100}, {}}, sent(100), DebitVerdict::kDifference, {}, DebitDifference::kAmount},
      {"a part of unknown size", answer(kPartly), sent(100), DebitVerdict::kDifference, {}, DebitDifference::kAmount},
      {"another amount asked for", {kPaid, Money{101}, {}, {}}, sent(100), DebitVerdict::kDifference, {}, DebitDifference::kAmount},
      {"more than was asked for", {kPaid, {}, Money{101}, {}}, sent(100), DebitVerdict::kDifference, {}, DebitDifference::kAmount},
      {"paid, but nothing", {kPaid, {}, Money{0}, {}}, sent(100), DebitVerdict::kDifference, {}, DebitDifference::kAmount},
      {"tomorrow", {kPaid, {}, {}, kToday + 1}, sent(100), DebitVerdict::kDifference, {}, DebitDifference::kDate},
      {"before it was sent", {kPaid, {}, {}, kSentOn + -1}, sent(100), DebitVerdict::kDifference, {}, DebitDifference::kDate},
      {"refused", answer(kRejected), sent(100), DebitVerdict::kRefused, DebitState::kRefused, {}},
      {"refused, yet something was taken", {kRejected, {}, Money{5}, {}}, sent(100), DebitVerdict::kDifference, {}, DebitDifference::kAmount},
      {"refused, with zero taken", {kRejected, {}, Money{0}, {}}, sent(100), DebitVerdict::kRefused, DebitState::kRefused, {}},
      {"on its way", answer(kPending), sent(100), DebitVerdict::kWaits, DebitState::kSent, {}},
      {"no status that is known", answer(kUnknown), sent(100), DebitVerdict::kDifference, {}, DebitDifference::kUnclear},
      {"paid again", answer(kPaid), paid, DebitVerdict::kKnown, DebitState::kPaid, {}},
      {"on its way, though paid", answer(kPending), paid, DebitVerdict::kWaits, DebitState::kPaid, {}},
      {"a part now, though all before", {kPaid, {}, Money{60}, {}}, paid, DebitVerdict::kDifference, {}, DebitDifference::kAmount},
      {"the same part again", {kPaid, {}, Money{60}, {}}, partly, DebitVerdict::kKnown, DebitState::kPartly, {}},
      {"another part", {kPaid, {}, Money{61}, {}}, partly, DebitVerdict::kDifference, {}, DebitDifference::kAmount},
      {"refused after it was paid", answer(kRejected), paid, DebitVerdict::kDifference, {}, DebitDifference::kReturned},
      {"refused again", answer(kRejected), refused, DebitVerdict::kKnown, DebitState::kRefused, {}},
      {"paid after it was refused", answer(kPaid), refused, DebitVerdict::kDifference, {}, DebitDifference::kPaidAfter},
      {"paid though it was cancelled", answer(kPaid), {DebitState::kCancelled, {100}, {}, kSentOn, kCollectOn}, DebitVerdict::kDifference, {}, DebitDifference::kPaidAfter},
      {"late, when it was given up", answer(kPaid), {DebitState::kUnknown, {100}, {}, kSentOn, kCollectOn}, DebitVerdict::kTaken, DebitState::kPaid, {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto judgement = judge(row.answer, row.standing, kToday);
    CHECK(name_of(judgement.verdict) == name_of(row.verdict));
    if (row.verdict == DebitVerdict::kDifference) CHECK(name_of(judgement.difference) == name_of(row.difference));
    else CHECK(name_of(judgement.state) == name_of(row.state));
  }
}

TEST_CASE("a payment counts as of the bank's day, else as of the day of collection, never of a day that has not come") {
  CHECK(judge({DebitOutcome::kPaid, {}, {}, kCollectOn + 1}, sent(100), kToday).paid_on == kCollectOn + 1);
  CHECK(judge(answer(DebitOutcome::kPaid), sent(100), kToday).paid_on == kCollectOn);
  CHECK(judge(answer(DebitOutcome::kPaid), sent(100), kSentOn).paid_on == kSentOn);
}

TEST_CASE("names of debits' and mandates' states lead back to them") {
  for (int i = 0; i < kDebitStates; ++i) CHECK(debit_state_of(name_of(static_cast<DebitState>(i))) == static_cast<DebitState>(i));
  for (int i = 0; i < kMandateStates; ++i) CHECK(mandate_state_of(name_of(static_cast<MandateState>(i))) == static_cast<MandateState>(i));
  CHECK_FALSE(debit_state_of("lost"));
  CHECK_FALSE(mandate_state_of(""));
}

TEST_CASE("a cancelled mandate stays cancelled") {
  CHECK(step(MandateState::kSigned, MandateEvent::kActivate) == MandateState::kActive);
  CHECK(step(MandateState::kActive, MandateEvent::kCancel) == MandateState::kCancelled);
  CHECK(step(MandateState::kCancelled, MandateEvent::kCancel) == MandateState::kCancelled);
  CHECK_FALSE(step(MandateState::kCancelled, MandateEvent::kActivate));
}

TEST_CASE("a payer's words name an account where ten digits have the right check digit") {
  const auto a = make_account_no(11), b = make_account_no(12);
  CHECK(account_numbers_in("电费 " + a + " 十月") == std::vector<std::string>{a});
  CHECK(account_numbers_in(a + "," + b + "/" + a) == std::vector<std::string>{a, b});
  CHECK(account_numbers_in("1" + a).empty());  // a longer number is another number
  std::string wrong = a;
  wrong.back() = wrong.back() == '9' ? '0' : static_cast<char>(wrong.back() + 1);
  CHECK(account_numbers_in(wrong).empty());
  CHECK(account_numbers_in("").empty());
}

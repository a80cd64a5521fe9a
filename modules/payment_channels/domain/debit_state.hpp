// The declared states of one direct debit of a batch, and what a bank's answer to it comes to in each.
//
//                send   cancel     paid       part       refused    no answer   taken in   taken back   refused by hand
//   prepared     sent   cancelled  -          -          -          -           -          -            -
//   sent         -      -          paid +     partly +   refused    unknown     paid +     -            refused
//   unknown      -      -          paid +     partly +   refused    -           paid +     -            refused
//   paid         -      -          (known)    -          -          -           -          returned -   -
//   partly       -      -          -          (known)    -          -           -          returned -   -
//   refused      -      -          -          -          (known)    -           paid +     -            -
//   cancelled    -      -          -          -          (known)    -           paid +     -            -
//   returned     -      -          -          -          (known)    -           paid +     -            -
//
// + and - are money in and out. (known): told before, nothing happens. What the bank says where there is nothing contradicts what
// we know and is for a person. The three columns on the right are what two people decide. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "mis/base/money.hpp"
#include "mis/base/time.hpp"
#include "modules/payment_channels/domain/item_state.hpp"
#include "modules/payment_channels/domain/payment_status.hpp"

namespace mis::payment_channels {

enum class DebitState : std::uint8_t { kPrepared, kSent, kUnknown, kPaid, kPartly, kRefused, kCancelled, kReturned };
inline constexpr int kDebitStates = 8;
std::string_view name_of(DebitState state);  // "partly"
std::optional<DebitState> debit_state_of(std::string_view name);

enum class DebitEvent : std::uint8_t { kSend, kCancel, kPaid, kPartPaid, kRefused, kNoAnswer, kTakeIn, kTakeBack, kRefuseByHand };
inline constexpr int kDebitEvents = 9;

struct DebitStep {
  DebitState to;
  MoneyEffect money = MoneyEffect::kNone;
  bool known = false;  // it was told before
};
std::optional<DebitStep> step(DebitState from, DebitEvent event);

enum class DebitDifference : std::uint8_t {
  kUnknownId,   // we sent no such debit in this batch
  kAmount,      // another amount than was asked for, or one that does not fit what the bank says became of it
  kDate,        // a day before the batch or one that has not come
  kReturned,    // refused after it was paid: the money went back
  kPaidAfter,   // paid although it was refused, cancelled, returned or never sent
  kUnreadable,  // the line could not be read
  kUnanswered,  // no answer by the deadline
  kUnclear,     // a status that Watthour does not know
};
inline constexpr int kDebitDifferences = 8;
std::string_view name_of(DebitDifference kind);  // "paid_after"

// What a bank says of a debit.
struct DebitAnswer {
  DebitOutcome outcome = DebitOutcome::kUnknown;
  std::optional<Money> amount;  // what was asked for, where the bank repeats it
  std::optional<Money> paid;    // what it took; nothing: all of it where it is paid
  std::optional<Date> paid_on;
};
// What we know of it.
struct DebitStanding {
  DebitState state = DebitState::kSent;
  Money amount;
  std::optional<Money> paid;
  Date sent_on, collect_on;
};

enum class DebitVerdict : std::uint8_t { kTaken, kRefused, kKnown, kWaits, kDifference };
std::string_view name_of(DebitVerdict verdict);  // "taken"

struct DebitJudgement {
  DebitVerdict verdict = DebitVerdict::kWaits;
  DebitState state = DebitState::kSent;  // of kTaken and kRefused: the state that follows
  Money paid;                            // of kTaken
  Date paid_on;                          // of kTaken
  DebitDifference difference = DebitDifference::kUnclear;  // of kDifference
};
// `today` is the utility's day. Where the bank names no day it is the day of collection, or today where that has not come.
DebitJudgement judge(const DebitAnswer& answer, const DebitStanding& standing, Date today);

}  // namespace mis::payment_channels

// The declared states of a channel's payment, cell by cell, and what holds for all of them.
#include <catch2/catch.hpp>

#include <set>

#include "modules/payment_channels/domain/business_day.hpp"
#include "modules/payment_channels/domain/item_state.hpp"
#include "modules/payment_channels/domain/mask.hpp"

using namespace mis;
using namespace mis::payment_channels;

namespace {

struct Row {
  ItemState from;
  ItemEvent event;
  ItemState to;
  MoneyEffect money;
  bool stored_answer;
  Response response;
};

constexpr auto kAllStates = {ItemState::kReceived, ItemState::kPaid, ItemState::kRefused, ItemState::kVoided, ItemState::kReversed};
constexpr auto kAllEvents = {ItemEvent::kAccept, ItemEvent::kRefuse, ItemEvent::kReverse, ItemEvent::kReverseLate, ItemEvent::kPostByHand, ItemEvent::kReverseByHand};

}  // namespace

TEST_CASE("what each event does to a payment in each state") {
  using enum ItemState;
  using enum MoneyEffect;
  const Row rows[] = {
      {kReceived, ItemEvent::kAccept, kPaid, kIn, false, Response::kApproved},
      {kReceived, ItemEvent::kReverse, kVoided, kNone, false, Response::kUnknownOriginal},
      {kPaid, ItemEvent::kAccept, kPaid, kNone, true, Response::kApproved},
      {kPaid, ItemEvent::kReverse, kReversed, kOut, false, Response::kApproved},
      {kPaid, ItemEvent::kReverseLate, kPaid, kNone, false, Response::kCutOff},
      {kPaid, ItemEvent::kReverseByHand, kReversed, kOut, false, Response::kApproved},
      {kRefused, ItemEvent::kAccept, kRefused, kNone, true, Response::kApproved},
      {kRefused, ItemEvent::kReverse, kRefused, kNone, false, Response::kUnknownOriginal},
      {kRefused, ItemEvent::kPostByHand, kPaid, kIn, false, Response::kApproved},
      {kVoided, ItemEvent::kAccept, kVoided, kNone, false, Response::kReversedBefore},
      {kVoided, ItemEvent::kReverse, kVoided, kNone, false, Response::kUnknownOriginal},
      {kVoided, ItemEvent::kPostByHand, kPaid, kIn, false, Response::kApproved},
      {kReversed, ItemEvent::kAccept, kReversed, kNone, false, Response::kReversedBefore},
      {kReversed, ItemEvent::kReverse, kReversed, kNone, false, Response::kApproved},
      {kReversed, ItemEvent::kReverseLate, kReversed, kNone, false, Response::kApproved},
      {kReversed, ItemEvent::kPostByHand, kPaid, kIn, false, Response::kApproved},
  };
  for (const auto& row : rows) {
    CAPTURE(name_of(row.from), static_cast<int>(row.event));
    const auto done = step(row.from, row.event);
    REQUIRE(done);
    CHECK(done->to == row.to);
    CHECK(done->money == row.money);
    CHECK(done->stored_answer == row.stored_answer);
    if (!row.stored_answer) CHECK(done->response == row.response);
  }
  CHECK_FALSE(step(kPaid, ItemEvent::kPostByHand));        // it is there already
  CHECK_FALSE(step(kReceived, ItemEvent::kReverseByHand));  // nothing to take back
  CHECK_FALSE(step(kRefused, ItemEvent::kReverseByHand));
  CHECK_FALSE(step(kVoided, ItemEvent::kReverseByHand));
  CHECK_FALSE(step(kReversed, ItemEvent::kReverseByHand));
}

TEST_CASE("money comes in only into paid and goes out only out of paid") {
  for (const auto from : kAllStates)
    for (const auto event : kAllEvents) {
      const auto done = step(from, event);
      if (!done) continue;
      CAPTURE(name_of(from), static_cast<int>(event));
      CHECK((done->money == MoneyEffect::kIn) == (from != ItemState::kPaid && done->to == ItemState::kPaid));
      CHECK((done->money == MoneyEffect::kOut) == (from == ItemState::kPaid && done->to != ItemState::kPaid));
      CHECK(done->to != ItemState::kReceived);
    }
}

TEST_CASE("a state's name leads back to it") {
  for (const auto state : kAllStates) CHECK(item_state_of(name_of(state)) == state);
  CHECK_FALSE(item_state_of("pending"));
}

TEST_CASE("every response has a name and codes of its protocols") {
  std::set<std::string_view> names;
  for (int i = 0; i < kResponses; ++i) {
    const auto& info = info_of(static_cast<Response>(i));
    names.insert(info.name);
    CHECK(info.iso8583.size() == 2);
    CHECK(info.middle.size() == 4);
    CHECK((info.middle == "0000") == (info.response == Response::kApproved));
    CHECK((info.iso8583 == "00") == (info.response == Response::kApproved));
    CHECK((info.http < 300) == (info.response == Response::kApproved));
    CHECK(response_of(info.name) == info.response);
  }
  CHECK(names.size() == kResponses);
}

TEST_CASE("the business day turns at the cut, not at midnight") {
  const auto at = [](const char* text) { return *Instant::parse(text); };
  constexpr int kElevenPm = 23 * 60;
  CHECK(business_day(at("2026-11-22T22:59:59+08:00"), kElevenPm) == Date::of(2026, 11, 22));
  CHECK(business_day(at("2026-11-22T23:00:00+08:00"), kElevenPm) == Date::of(2026, 11, 23));
  CHECK(business_day(at("2026-11-23T00:30:00+08:00"), kElevenPm) == Date::of(2026, 11, 23));
  CHECK(business_day(at("2026-11-22T23:59:59+08:00"), kNoCutMinutes) == Date::of(2026, 11, 22));
  // Yesterday's, today's; tomorrow's only behind the cut.
  const auto evening = at("2026-11-22T22:00:00+08:00"), night = at("2026-11-22T23:30:00+08:00");
  CHECK_FALSE(is_present_business_date(Date::of(2026, 11, 20), evening, kElevenPm));
  CHECK(is_present_business_date(Date::of(2026, 11, 21), evening, kElevenPm));
  CHECK(is_present_business_date(Date::of(2026, 11, 22), evening, kElevenPm));
  CHECK_FALSE(is_present_business_date(Date::of(2026, 11, 23), evening, kElevenPm));
  CHECK(is_present_business_date(Date::of(2026, 11, 23), night, kElevenPm));
}

TEST_CASE("strangers see enough of a name to recognise it and no more") {
  CHECK(masked_name("张三") == "*三");
  CHECK(masked_name("欧阳小明") == "*阳小明");
  CHECK(masked_name("东风机械有限公司") == "东风****公司");
  CHECK(masked_name("") == "");
  CHECK(masked_address("东风镇测试路12号3单元") == "东风镇测试路***");
  CHECK(masked_address("") == "");
}

// What a bank may ask for and what becomes of the money, case by case.
#include <catch2/catch.hpp>

#include <random>
#include <thread>

#include "tests/store/payment_channels/channel_books.hpp"

using namespace mis;
using namespace mis::payment_channels;
using books::ChannelBooks;
using books::day;

namespace {

PayRequest with_date(PayRequest r, const char* date) {
  r.business_date = books::day(date);
  return r;
}

}  // namespace

TEST_CASE("a bank asks what an account owes, and sees no more of the customer than it needs") {
  ChannelBooks b;
  auto answer = b.service.query(b.bank, {make_account_no(11)});
  REQUIRE(answer);
  CHECK(answer->response == Response::kApproved);
  CHECK(answer->name == "*户11");
  CHECK(answer->address.find("号") == std::string::npos);
  REQUIRE(answer->bills.size() == 2);
  CHECK(answer->bills[0].month == BillingMonth{202609});
  CHECK(answer->bills[0].principal == Money{10'000});
  CHECK(answer->bills[0].late == Money{410});
  CHECK(answer->due() == Money{15'510});
  CHECK(b.service.query(b.bank, {"9999999999"})->response == Response::kNoSuchAccount);
  CHECK(b.service.query(b.bank, {""})->response == Response::kNoSuchAccount);
}

TEST_CASE("a payment through a bank settles the bills, stands in transit, and is told with its parts") {
  ChannelBooks b;
  const auto paid = b.pay("K1", 11, 16'000);
  CHECK(paid.response == Response::kApproved);
  CHECK(paid.state == ItemState::kPaid);
  CHECK_FALSE(paid.repeated);
  CHECK(paid.principal == Money{15'000});
  CHECK(paid.late == Money{510});
  CHECK(paid.advance == Money{490});
  CHECK(paid.business_date == day("2026-11-22"));
  CHECK_FALSE(paid.receipt_no.empty());
  CHECK(b.in_transit() == Money{16'000});
  CHECK(b.due(11, "2026-11-22").due() == Money{0});
  CHECK(b.all_differences().empty());
}

TEST_CASE("the same payment again is answered as the first time, whenever it comes") {
  ChannelBooks b;
  const auto first = b.pay("K1", 11, 15'510);
  b.clock.set("2026-11-24T09:00:00+08:00");
  const auto again = b.pay("K1", 11, 15'510);
  CHECK(again.repeated);
  CHECK(again.response == Response::kApproved);
  CHECK(again.receipt_no == first.receipt_no);
  CHECK(again.principal == first.principal);
  CHECK(again.business_date == first.business_date);
  CHECK(b.in_transit() == Money{15'510});
  CHECK(b.items("paid") == 1);
}

TEST_CASE("the same key with other content is an error, and nothing happens") {
  ChannelBooks b;
  b.pay("K1", 11, 15'510);
  CHECK(b.pay("K1", 11, 15'511).response == Response::kReused);
  CHECK(b.pay("K1", 12, 15'510).response == Response::kReused);
  CHECK(b.in_transit() == Money{15'510});
  CHECK(b.all_differences().empty());
}

TEST_CASE("what may not be paid is refused with its reason, stored, and refused the same way again") {
  ChannelBooks b;
  struct Row {
    const char* what;
    PayRequest request;
    Response why;
  };
  const Row rows[] = {
      {"nothing", b.request("A1", 11, 0), Response::kInvalidAmount},
      {"less than nothing", b.request("A2", 11, -100), Response::kInvalidAmount},
      {"more than one payment may be", b.request("A3", 11, 5'000'001), Response::kOverLimit},
      {"an account that nobody has", b.request("A4", 999, 100), Response::kNoSuchAccount},
      {"a business date of the day before yesterday", with_date(b.request("A5", 11, 100), "2026-11-20"), Response::kInvalidDate},
      {"a business date of tomorrow", with_date(b.request("A6", 11, 100), "2026-11-23"), Response::kInvalidDate},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto refused = b.pay(row.request);
    CHECK(refused.response == row.why);
    CHECK(refused.state == ItemState::kRefused);
    const auto again = b.pay(row.request);
    CHECK(again.response == row.why);
    CHECK(again.repeated);
  }
  auto huge = b.request("A7", 11, 0);
  huge.amount = {INT64_MAX};
  CHECK(b.pay(huge).response == Response::kInvalidAmount);
  auto month = b.request("A8", 11, 100);
  month.months = {{202608}};
  CHECK(b.pay(month).response == Response::kBillNotOpen);
  CHECK(b.pay(b.request("", 11, 100)).response == Response::kFormat);
  CHECK(b.pay(b.request("with blank ", 11, 100)).response == Response::kFormat);
  CHECK(b.pay(b.request(std::string(49, 'k'), 11, 100)).response == Response::kFormat);
  CHECK(b.in_transit() == Money{0});
  CHECK(b.items("paid") == 0);
  CHECK(b.items("refused") == 8);
  CHECK(b.all_differences().empty());
}

TEST_CASE("yesterday's business date ends the late charge yesterday") {
  ChannelBooks b;
  const auto paid = b.pay(with_date(b.request("K1", 11, 15'500), "2026-11-21"));
  CHECK(paid.late == Money{500});  // 4.00 and the least of a yuan
  CHECK(b.due(11, "2026-11-22").due() == Money{0});
  CHECK(b.all_differences().empty());
}

TEST_CASE("a bill by its month is paid though an older one is open") {
  ChannelBooks b;
  auto r = b.request("K1", 11, 5'100);
  r.months = {{202610}};
  CHECK(b.pay(r).principal == Money{5'000});
  CHECK(b.due(11, "2026-11-22").principal == Money{10'000});
}

TEST_CASE("a channel that takes exactly what is due takes no more and no less") {
  ChannelBooks b(R"({"transport": "rest", "amount_rule": "exact"})");
  CHECK(b.pay("K1", 11, 15'509).response == Response::kNotWhatIsDue);
  CHECK(b.pay("K2", 11, 15'511).response == Response::kNotWhatIsDue);
  CHECK(b.in_transit() == Money{0});
  CHECK(b.pay("K3", 11, 15'510).response == Response::kApproved);
  auto one = b.request("K4", 12, 8'100);
  one.months = {{202610}};
  CHECK(b.pay(one).response == Response::kApproved);
  CHECK(b.all_differences().empty());
}

TEST_CASE("a channel that takes parts takes no advance") {
  ChannelBooks b(R"({"transport": "rest", "amount_rule": "partial"})");
  CHECK(b.pay("K1", 11, 100).response == Response::kApproved);
  CHECK(b.pay("K2", 11, 15'411).response == Response::kNotWhatIsDue);
  CHECK(b.pay("K3", 11, 15'410).response == Response::kApproved);
  CHECK(b.in_transit() == Money{15'510});
}

TEST_CASE("a payment is taken back once, however often the bank says so") {
  ChannelBooks b;
  b.pay("K1", 11, 16'000);
  const auto back = b.reverse("K1", "R1");
  CHECK(back.response == Response::kApproved);
  CHECK(back.state == ItemState::kReversed);
  CHECK(b.in_transit() == Money{0});
  CHECK(b.due(11, "2026-11-22").due() == Money{15'510});
  CHECK(b.reverse("K1", "R1").repeated);
  CHECK(b.reverse("K1", "R2").response == Response::kApproved);
  CHECK(b.reverse("K1").response == Response::kApproved);
  CHECK(b.in_transit() == Money{0});
  // Its repeat must not tell the bank that the money is here.
  CHECK(b.pay("K1", 11, 16'000).response == Response::kReversedBefore);
  CHECK(b.all_differences().empty());
}

TEST_CASE("a reversal of something unknown has no effect but that the payment, should it still come, is refused") {
  ChannelBooks b;
  CHECK(b.reverse("K1", "R1").response == Response::kUnknownOriginal);
  CHECK(b.items("voided") == 2);  // what is voided, and the reversal itself
  const auto late = b.pay("K1", 11, 15'510);
  CHECK(late.response == Response::kReversedBefore);
  CHECK(late.state == ItemState::kVoided);
  CHECK(b.pay("K1", 11, 15'510).response == Response::kReversedBefore);
  CHECK(b.reverse("K1", "R1").response == Response::kUnknownOriginal);
  CHECK(b.in_transit() == Money{0});
  CHECK(b.pay("K2", 11, 15'510).response == Response::kApproved);
  CHECK(b.all_differences().empty());
}

TEST_CASE("a reversal of another amount or account than was paid is refused") {
  ChannelBooks b;
  b.pay("K1", 11, 15'510);
  CHECK(b.service.reverse(b.bank, {"R1", "K1", Money{15'509}, {}, {}})->response == Response::kInvalidAmount);
  CHECK(b.service.reverse(b.bank, {"R2", "K1", Money{15'510}, make_account_no(12), {}})->response == Response::kNoSuchAccount);
  CHECK(b.in_transit() == Money{15'510});
  CHECK(b.service.reverse(b.bank, {"R1", "K1", Money{15'510}, {}, {}})->response == Response::kReused);  // the reversal's own key, other content
  CHECK(b.service.reverse(b.bank, {"R3", "K1", Money{15'510}, make_account_no(11), {}})->response == Response::kApproved);
}

TEST_CASE("after the cut a payment of the day before stands until reconciliation") {
  ChannelBooks b;
  b.pay("K1", 11, 15'510);
  b.clock.set("2026-11-22T22:59:59+08:00");
  b.pay("K2", 12, 8'100);
  CHECK(b.reverse("K2", "R2").response == Response::kApproved);
  b.clock.set("2026-11-22T23:00:00+08:00");
  CHECK(b.reverse("K1", "R1").response == Response::kCutOff);
  CHECK(b.pay("K3", 12, 8'100).business_date == day("2026-11-23"));
  CHECK(b.reverse("K3", "R3").response == Response::kApproved);
  CHECK(b.in_transit() == Money{15'510});
  CHECK(b.all_differences().empty());
}

TEST_CASE("a payment whose advance was paid out meanwhile cannot be reversed") {
  ChannelBooks b;
  b.pay("K1", 12, 10'000);
  auto gone = b.app().transact([&](db::Session& s) -> Status {
    ledger::Transaction t{ledger::Template::kAdvanceRefunded, day("2026-11-22"), day("2026-11-22"), b.clock.now(), {}, {}, {}};
    t.postings = {{ledger::LedgerAccount::kAdvances, {1'900}, {12}}, {ledger::LedgerAccount::kBank, {-1'900}, {12}, {}, 0, 1}};
    if (auto posted = ledger::post(b.app(), s, t); !posted) return std::move(posted).error();
    s.execute("UPDATE receivables_account SET advance_fen = 0 WHERE account_id = 12");
    return ok();
  });
  REQUIRE(gone);
  CHECK(b.reverse("K1", "R1").response == Response::kAdvanceUsed);
  CHECK(b.reverse("K1", "R1").repeated);
  CHECK(b.items("paid") == 1);
  CHECK(b.all_differences().empty());
}

TEST_CASE("a channel that has not signed on or is suspended may do nothing, and nothing is stored") {
  ChannelBooks b(R"({"transport": "iso8583", "sign_on": true, "iso8583": {"name": "t"}})");
  CHECK(b.pay("K1", 11, 100).response == Response::kNotSignedOn);
  CHECK(b.service.query(b.bank, {make_account_no(11)})->response == Response::kNotSignedOn);
  CHECK(*b.service.sign(b.bank, true) == Response::kApproved);
  b.bank = *find_channel(*b.app().lease(), "BANK");
  CHECK(b.pay("K1", 11, 100).response == Response::kApproved);
  b.bank.active = false;
  CHECK(b.pay("K2", 11, 100).response == Response::kSuspended);
  CHECK(b.reverse("K1").response == Response::kSuspended);
  CHECK(*b.service.sign(b.bank, true) == Response::kSuspended);
  CHECK(b.items("paid") == 1);
}

TEST_CASE("one serial number stands for one payment of a day") {
  ChannelBooks b;
  auto first = b.request("K1", 11, 100), second = b.request("K2", 11, 100);
  first.serial = second.serial = "S1";
  CHECK(b.pay(first).response == Response::kApproved);
  CHECK(b.pay(second).response == Response::kReused);
  CHECK(b.pay(second).repeated);
  CHECK(b.in_transit() == Money{100});
}

TEST_CASE("two channels may use the same keys") {
  ChannelBooks b;
  const auto other = b.make_channel("POST", ChannelBooks::kBankProfile);
  CHECK(b.pay("K1", 11, 100).approved());
  CHECK(b.service.pay(other, b.request("K1", 12, 200))->approved());
  CHECK(b.service.reverse(other, {"", "K1", {}, {}, {}})->approved());
  CHECK(b.in_transit() == Money{100});
  CHECK(b.all_differences().empty());
}

TEST_CASE("a bank that lost an answer asks about it") {
  ChannelBooks b;
  const auto paid = b.pay("K1", 11, 15'510);
  b.pay("K2", 11, -1);
  b.pay("K3", 12, 100);
  b.reverse("K3");
  CHECK(b.service.query_payment(b.bank, "K1")->receipt_no == paid.receipt_no);
  CHECK(b.service.query_payment(b.bank, "K1")->approved());
  CHECK(b.service.query_payment(b.bank, "K2")->response == Response::kInvalidAmount);
  CHECK(b.service.query_payment(b.bank, "K3")->response == Response::kReversedBefore);
  CHECK(b.service.query_payment(b.bank, "K4")->response == Response::kUnknownOriginal);
}

TEST_CASE("the totals of a business day count payments and what of them was taken back") {
  ChannelBooks b;
  b.pay("K1", 11, 15'510);
  b.pay("K2", 12, 8'100);
  b.pay("K3", 12, 500);
  b.pay("K4", 999, 500);
  b.reverse("K3", "R3");
  b.reverse("K9", "R9");
  const auto totals = b.service.totals(b.bank, day("2026-11-22"));
  REQUIRE(totals);
  CHECK(totals->payments == 3);
  CHECK(totals->paid == Money{24'110});
  CHECK(totals->reversals == 1);
  CHECK(totals->reversed == Money{500});
  CHECK(b.service.totals(b.bank, day("2026-11-21"))->payments == 0);
}

TEST_CASE("eight hands send the same payment at once and it is paid once") {
  ChannelBooks b;
  for (int round = 0; round < 10; ++round) {
    const auto key = "K" + std::to_string(round);
    std::vector<ItemAnswer> answers(8);
    {
      std::vector<std::jthread> hands;
      for (std::size_t i = 0; i < answers.size(); ++i) hands.emplace_back([&, i] { answers[i] = b.pay(key, 11, 1'000); });
    }
    int fresh = 0;
    for (const auto& answer : answers) {
      CHECK(answer.approved());
      CHECK(answer.receipt_no == answers[0].receipt_no);
      fresh += answer.repeated ? 0 : 1;
    }
    CHECK(fresh == 1);
  }
  CHECK(b.in_transit() == Money{10'000});
  CHECK(b.items("paid") == 10);
  CHECK(b.all_differences().empty());
}

TEST_CASE("a payment and its reversal race, and the money is right whichever comes first") {
  ChannelBooks b;
  std::mt19937 chance(20261122);
  int voided = 0, reversed = 0;
  for (int round = 0; round < 60; ++round) {
    const auto key = "K" + std::to_string(round), own = "R" + std::to_string(round);
    const bool pay_first = chance() % 2 == 0;
    ItemAnswer paid, back;
    {
      std::jthread one([&] { pay_first ? static_cast<void>(paid = b.pay(key, 11, 1'000)) : static_cast<void>(back = b.reverse(key, own)); });
      std::jthread two([&] { pay_first ? static_cast<void>(back = b.reverse(key, own)) : static_cast<void>(paid = b.pay(key, 11, 1'000)); });
    }
    // Either the payment was there and was taken back, or the reversal came first and the payment was refused.
    if (paid.approved()) {
      CHECK(back.response == Response::kApproved);
      ++reversed;
    } else {
      CHECK(paid.response == Response::kReversedBefore);
      CHECK(back.response == Response::kUnknownOriginal);
      ++voided;
    }
  }
  CHECK(voided + reversed == 60);
  CHECK(b.in_transit() == Money{0});
  CHECK(b.items("paid") == 0);
  CHECK(b.all_differences().empty());
}

TEST_CASE("payments of one account through two channels at once are both taken") {
  ChannelBooks b;
  const auto other = b.make_channel("POST", ChannelBooks::kBankProfile);
  {
    std::jthread one([&] { for (int i = 0; i < 20; ++i) b.pay("K" + std::to_string(i), 11, 300); });
    std::jthread two([&] { for (int i = 0; i < 20; ++i) (void)b.service.pay(other, b.request("K" + std::to_string(i), 11, 500)); });
  }
  CHECK(b.in_transit() == Money{6'000});
  CHECK(b.number("SELECT COUNT(*) FROM receivables_payment") == 40);
  CHECK(b.all_differences().empty());
}

TEST_CASE("verification says what somebody changed behind the service's back") {
  ChannelBooks b;
  b.pay("K1", 11, 15'510);
  b.pay("K2", 12, 8'100);
  b.reverse("K2");
  struct Row {
    const char *what, *statement, *undo, *words;
  };
  const Row rows[] = {
      {"an amount", "UPDATE payment_channels_item SET amount_fen = 1 WHERE request_key = 'K1'", "UPDATE payment_channels_item SET amount_fen = 15510 WHERE request_key = 'K1'", "expected it paid with 1 fen"},
      {"a state", "UPDATE payment_channels_item SET state = 'reversed' WHERE request_key = 'K1'", "UPDATE payment_channels_item SET state = 'paid' WHERE request_key = 'K1'", "expected it reversed"},
      {"a state back", "UPDATE payment_channels_item SET state = 'paid' WHERE request_key = 'K2'", "UPDATE payment_channels_item SET state = 'reversed' WHERE request_key = 'K2'", "taken back"},
      {"an account", "UPDATE payment_channels_item SET account_id = 12 WHERE request_key = 'K1'", "UPDATE payment_channels_item SET account_id = 11 WHERE request_key = 'K1'", "of another account"},
      {"a lost item", "UPDATE payment_channels_item SET payment_id = NULL, state = 'refused' WHERE request_key = 'K1'",
       "UPDATE payment_channels_item SET payment_id = (SELECT payment_id FROM receivables_payment WHERE reference = 'K1'), state = 'paid' WHERE request_key = 'K1'", "expected the item"},
      {"a refused item with a payment", "UPDATE payment_channels_item SET state = 'voided' WHERE request_key = 'K1'", "UPDATE payment_channels_item SET state = 'paid' WHERE request_key = 'K1'",
       "expected no payment"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    b.owner().lease()->execute(row.statement);
    CHECK(books::says(*verify_channels(b.app()), row.words));
    b.owner().lease()->execute(row.undo);
    CHECK(b.all_differences().empty());
  }
}

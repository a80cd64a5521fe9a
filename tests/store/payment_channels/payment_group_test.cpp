// Payments that come at the same time are taken together, and what spoils a group harms nobody in it.
#include <catch2/catch.hpp>

#include <future>

#include "modules/payment_channels/payment_group.hpp"
#include "modules/payment_channels/reconciliation_store.hpp"
#include "tests/store/payment_channels/channel_books.hpp"

using namespace mis;
using namespace mis::payment_channels;
using books::ChannelBooks;

namespace {

class Group : public ChannelBooks {
 public:
  Group() : groups(services) {}

  // All at once; their answers in the order of the requests.
  std::vector<ItemAnswer> pay_all(const std::vector<PayRequest>& requests) {
    std::vector<std::future<ItemAnswer>> lines;
    for (const auto& request : requests) lines.push_back(std::async(std::launch::async, [this, &request] { return groups.pay(bank, request).value(); }));
    std::vector<ItemAnswer> answers;
    for (auto& line : lines) answers.push_back(line.get());
    return answers;
  }

  std::int64_t units() { return metrics.counter("watthour_payment_groups", "").value(); }
  std::int64_t in_units() { return metrics.counter("watthour_payments_in_groups", "").value(); }

  PaymentGroups groups;
};

}  // namespace

TEST_CASE("payments at the same time are each taken once, by the rules of one alone") {
  Group b;
  std::vector<PayRequest> requests;
  for (int i = 0; i < 60; ++i) requests.push_back(b.request("G" + std::to_string(i), 11 + i % 10, 100 + i));
  std::int64_t sum = 0;
  for (const auto& answer : b.pay_all(requests)) {
    CHECK(answer.response == Response::kApproved);
    CHECK_FALSE(answer.receipt_no.empty());
    CHECK(answer.principal + answer.late + answer.advance == answer.amount);
    sum += answer.amount.value;
  }
  CHECK(b.items("paid") == 60);
  CHECK(b.in_transit() == Money{sum});
  CHECK(b.number("SELECT COUNT(*) FROM receivables_payment") == 60);
  CHECK(b.all_differences().empty());

  // All of them again, at once: answered from what is stored.
  const auto again = b.pay_all(requests);
  for (std::size_t i = 0; i < again.size(); ++i) {
    CHECK(again[i].repeated);
    CHECK(again[i].response == Response::kApproved);
    CHECK(again[i].amount == requests[i].amount);
  }
  CHECK(b.items("paid") == 60);
  CHECK(b.in_transit() == Money{sum});
}

TEST_CASE("what is wrong in a group is answered as alone, and the others are paid") {
  Group b;
  auto requests = std::vector{b.request("A1", 11, 100), b.request("A2", 12, 100), b.request("A3", 13, 100), b.request("A4", 14, 100)};
  auto nobody = b.request("N1", 11, 100), nothing = b.request("N2", 11, 0), much = b.request("N3", 11, 99'999'999), old = b.request("N4", 11, 100), twice = b.request("A1", 12, 700), bad_key = b.request("N 5", 11, 100);
  nobody.account_no = "0000000000";
  old.business_date = books::day("2026-01-01");
  for (const auto& r : {nobody, nothing, much, old, bad_key}) requests.push_back(r);
  for (int i = 0; i < 30; ++i) requests.push_back(b.request("B" + std::to_string(i), 11 + i % 10, 100));
  const auto answers = b.pay_all(requests);
  const auto of = [&](const std::string& key) {
    for (std::size_t i = 0; i < requests.size(); ++i)
      if (requests[i].key == key) return answers[i].response;
    return Response::kUnavailable;
  };
  CHECK(of("N1") == Response::kNoSuchAccount);
  CHECK(of("N2") == Response::kInvalidAmount);
  CHECK(of("N3") == Response::kOverLimit);
  CHECK(of("N4") == Response::kInvalidDate);
  CHECK(of("N 5") == Response::kFormat);
  CHECK(b.items("paid") == 34);
  CHECK(b.items("refused") == 4);
  // The same key for something else, beside others.
  const auto mixed = b.pay_all({twice, b.request("C1", 11, 100), b.request("C2", 12, 100), b.request("C2", 12, 100), b.request("C3", 13, 100)});
  CHECK(mixed[0].response == Response::kReused);
  CHECK(mixed[2].response == Response::kApproved);
  CHECK(mixed[3].response == Response::kApproved);
  CHECK(mixed[2].receipt_no == mixed[3].receipt_no);
  CHECK(b.items("paid") == 37);
  CHECK(b.all_differences().empty());
}

TEST_CASE("a reversal that comes before its payment voids it in a group too") {
  Group b;
  CHECK(b.reverse("V1").response == Response::kUnknownOriginal);
  const auto answers = b.pay_all({b.request("V1", 11, 100), b.request("V2", 11, 100), b.request("V3", 12, 100), b.request("V4", 12, 100)});
  CHECK(answers[0].response == Response::kReversedBefore);
  CHECK(b.items("paid") == 3);
  CHECK(b.items("voided") == 1);
  CHECK(b.all_differences().empty());
}

TEST_CASE("two payments of one serial number in a day: one is taken, whoever was first") {
  Group b;
  auto first = b.request("S1", 11, 100), second = b.request("S2", 12, 100);
  first.serial = second.serial = "000000000042";
  const auto answers = b.pay_all({first, second, b.request("S3", 13, 100), b.request("S4", 14, 100)});
  CHECK((answers[0].response == Response::kApproved) != (answers[1].response == Response::kApproved));
  CHECK((answers[0].response == Response::kReused) != (answers[1].response == Response::kReused));
  CHECK(answers[2].response == Response::kApproved);
  CHECK(answers[3].response == Response::kApproved);
  CHECK(b.items("paid") == 3);
  CHECK(b.all_differences().empty());
}

TEST_CASE("who comes while others are at work is taken together with those beside him") {
  Group b;
  for (int i = 0; i < 10; ++i) b.pay("before" + std::to_string(i), 11 + i, 100);  // each account has its row of money from now on
  std::vector<PayRequest> requests;
  for (int i = 0; i < 10; ++i) requests.push_back(b.request("T" + std::to_string(i), 11 + i, 100 + i));
  std::future<std::vector<ItemAnswer>> all;
  {
    // A day is being closed: the first units of work stand at the gate.
    auto closing = b.owner().lease();
    closing->begin();
    hold_gate(*closing, b.bank.id);
    all = std::async(std::launch::async, [&] { return b.pay_all(requests); });
    b.until_it_waits(all, "%payment_channels_gate%");
    closing->commit();
  }
  for (const auto& answer : all.get()) CHECK(answer.response == Response::kApproved);
  CHECK(b.in_units() == 10);
  CHECK(b.units() < 10);
  CHECK(b.items("paid") == 20);
  CHECK(b.all_differences().empty());
}

TEST_CASE("an account that somebody works on holds up its own payment and no other") {
  Group b;
  b.pay("first", 11, 100);  // as above
  b.pay("second", 12, 100);
  std::future<ItemAnswer> held;
  {
    auto somebody = b.owner().lease();
    somebody->begin();
    somebody->query("SELECT account_id FROM receivables_account WHERE account_id = 11 FOR UPDATE").next();
    held = std::async(std::launch::async, [&] { return b.groups.pay(b.bank, b.request("held", 11, 200)).value(); });
    b.until_it_waits(held, "%receivables_account%");
    for (const auto& answer : b.pay_all({b.request("a", 12, 300), b.request("b", 12, 400), b.request("c", 13, 500)})) CHECK(answer.response == Response::kApproved);
    CHECK(held.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
    somebody->commit();
  }
  CHECK(held.get().response == Response::kApproved);
  CHECK(b.items("paid") == 6);
  CHECK(b.all_differences().empty());
}

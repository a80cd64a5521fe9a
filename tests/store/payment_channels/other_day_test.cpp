// What both sides put on different days: that good money is not taken back for it, and that no payment is on no list.
#include <catch2/catch.hpp>

#include "tests/store/payment_channels/next_day.hpp"

using namespace mis;
using namespace mis::payment_channels;
using books::day;
using books::file_of;
using books::TheNextDay;

TEST_CASE("a proposed reversal falls away, and says so, where the bank's next file has the payment") {
  TheNextDay b;
  b.pay("EDGE", 11, 100);
  b.morning();
  const auto first = b.load(file_of({}));
  const auto edge = [&] { return b.found(*first).at(0); };
  REQUIRE(edge().kind == DifferenceKind::kOnlyOurs);
  REQUIRE(b.propose(edge().id, Resolution::kReverse));
  b.clock.set("2026-11-24T09:00:00+08:00");
  REQUIRE(b.load(file_of({{"EDGE", 11, 100}}, "20261123"), "2026-11-23"));
  CHECK(edge().state == DifferenceState::kSettled);
  CHECK(edge().how == Resolution::kIgnore);
  CHECK(edge().proposed_by == books::kCashier);
  CHECK_FALSE(edge().decided_by);
  CHECK(edge().note == "in the file of another day, so the proposal fell away: reverse, asked the bank");
  CHECK(b.approve(edge().id, b.supervisor).error().code == "payment_channels.not_proposed");
  CHECK(b.propose(edge().id, Resolution::kReverse).error().code == "payment_channels.difference_settled");
  // One that was proposed before files were compared like this.
  b.owner().lease()->execute("UPDATE payment_channels_difference SET state = 'proposed', how = 'reverse' WHERE difference_id = ?", edge().id);
  CHECK(b.approve(edge().id, b.supervisor).error().code == "payment_channels.in_another_file");
  CHECK(b.in_transit() == Money{100});
  CHECK(b.items("paid") == 1);
  CHECK(b.all_differences().empty());
}

TEST_CASE("what two people took in for one day is not only ours on the next one") {
  TheNextDay b;
  // The bank's payment of the 22nd, without a date, half a minute behind the cut: stored on the 23rd, and refused.
  b.clock.set("2026-11-22T23:00:30+08:00");
  auto late = b.request("LATE", 12, 800);
  late.months = {BillingMonth{202601}};
  REQUIRE(b.pay(late).response == Response::kBillNotOpen);
  b.morning();
  const auto first = b.load(file_of({{"LATE", 12, 800}}));
  REQUIRE(b.found(*first).size() == 1);
  CHECK(b.found(*first).at(0).kind == DifferenceKind::kOnlyTheirs);
  CHECK(b.found(*first).at(0).item_id);
  const auto id = b.found(*first).at(0).id;
  SECTION("and money that is ours alone on that day still is") {
    b.pay("OURS", 11, 300);
    REQUIRE(b.settle(id, Resolution::kPost));
    b.clock.set("2026-11-24T09:00:00+08:00");
    const auto second = b.load(file_of({}, "20261123"), "2026-11-23");
    REQUIRE(b.found(*second).size() == 1);
    CHECK(b.found(*second).at(0).serial_no == "OURS");
    CHECK(b.in_transit() == Money{1'100});
  }
  SECTION("nor is it taken back where it was listed before files were compared like this") {
    REQUIRE(b.settle(id, Resolution::kPost));
    b.clock.set("2026-11-24T09:00:00+08:00");
    const auto second = b.load(file_of({}, "20261123"), "2026-11-23");
    b.owner().lease()->execute("INSERT INTO payment_channels_difference (reconciliation_id, kind, serial_no, account_no, our_fen, item_id) "
                               "SELECT ?, 'only_ours', serial_no, account_no, amount_fen, item_id FROM payment_channels_item WHERE request_key = 'LATE'", second->id);
    const auto listed = b.found(*second).back().id;
    CHECK(b.settle(listed, Resolution::kReverse).error().code == "payment_channels.in_another_file");
    CHECK(b.in_transit() == Money{800});
  }
  CHECK(b.all_differences().empty());
}

TEST_CASE("a payment that a corrected file lacks after all is only ours on its own day, in whatever order files came") {
  TheNextDay b;
  b.pay("EDGE", 11, 100);
  b.clock.set("2026-11-24T09:00:00+08:00");
  REQUIRE(b.load(file_of({{"EDGE", 11, 100}}, "20261123"), "2026-11-23"));
  const auto first = b.load(file_of({{"T1", 12, 50}}));
  REQUIRE(b.found(*first).size() == 1);
  const auto edges = [&] { return b.number("SELECT COUNT(*) FROM payment_channels_difference WHERE kind = 'only_ours' AND serial_no = 'EDGE' AND state = 'open'"); };
  SECTION("where a third file has it, it is nobody's but that file's") {
    b.clock.set("2026-11-25T09:00:00+08:00");
    REQUIRE(b.load(file_of({{"EDGE", 11, 100}}, "20261124"), "2026-11-24"));
    REQUIRE(b.load(file_of({{"T2", 12, 70}}, "20261123"), "2026-11-23"));
    CHECK(edges() == 0);
  }
  SECTION("where no other has it") {
    REQUIRE(b.load(file_of({{"T2", 12, 70}}, "20261123"), "2026-11-23"));
    REQUIRE(b.found(*first).size() == 2);
    const auto edge = b.found(*first).at(1);
    CHECK(edge.kind == DifferenceKind::kOnlyOurs);
    CHECK(edge.state == DifferenceState::kOpen);
    CHECK(edge.serial_no == "EDGE");
    CHECK(edge.account_no == make_account_no(11));
    CHECK(edge.ours == Money{100});
    CHECK_FALSE(edge.theirs);
    // Once, however often the file is corrected.
    REQUIRE(b.load(file_of({{"EDGE", 11, 100}}, "20261123"), "2026-11-23"));
    CHECK(edges() == 0);
    REQUIRE(b.load(file_of({{"T2", 12, 71}}, "20261123"), "2026-11-23"));
    CHECK(edges() == 1);
    CHECK(b.found(*first).size() == 2);
    REQUIRE(b.settle(b.found(*first).at(1).id, Resolution::kReverse));
    CHECK(b.in_transit() == Money{0});
  }
  SECTION("where its own day has a file that nobody has compared yet, it is found there") {
    REQUIRE(b.app().transact([&](db::Session& s) { return b.reconciliations.load(s, b.bank, {day("2026-11-22"), "day.txt", file_of({{"T1", 12, 60}})}, books::kCashier); }));
    REQUIRE(b.load(file_of({{"T2", 12, 70}}, "20261123"), "2026-11-23"));
    CHECK(edges() == 0);
    REQUIRE(b.load(file_of({{"T1", 12, 60}})));
    CHECK(edges() == 1);
  }
  CHECK(b.all_differences().empty());
}

TEST_CASE("what another day's file closed by itself is nobody's decision, so the day's own file may be corrected") {
  TheNextDay b;
  b.pay("EDGE", 11, 100);
  b.morning();
  const auto first = b.load(file_of({{"T1", 12, 50}}));
  REQUIRE(b.found(*first).size() == 2);
  b.clock.set("2026-11-24T09:00:00+08:00");
  REQUIRE(b.load(file_of({{"EDGE", 11, 100}}, "20261123"), "2026-11-23"));
  const auto corrected = b.load(file_of({{"T1", 12, 60}}));
  REQUIRE(corrected);
  CHECK(corrected->id != first->id);
  REQUIRE(b.found(*corrected).size() == 1);
  CHECK(b.found(*corrected).at(0).serial_no == "T1");
  // What somebody proposed is looked at by a person first.
  REQUIRE(b.propose(b.found(*corrected).at(0).id, Resolution::kIgnore));
  CHECK(b.load(file_of({{"T1", 12, 70}})).error().code == "payment_channels.reconciled_already");
  CHECK(b.all_differences().empty());
}

TEST_CASE("a line of another day's file is another payment once the item's own day has it, and the same one again where it has not after all") {
  TheNextDay b;
  b.pay("EDGE", 11, 100);
  b.clock.set("2026-11-24T09:00:00+08:00");
  const auto second = b.load(file_of({{"EDGE", 11, 100}}, "20261123"), "2026-11-23");
  const auto edge = [&] { return b.found(*second).at(0); };
  REQUIRE(edge().kind == DifferenceKind::kOtherDay);
  switch (GENERATE(0, 1, 2)) {
    case 0:  // whatever two people have said about it
      REQUIRE(b.settle(edge().id, Resolution::kIgnore));
      REQUIRE(b.load(file_of({{"EDGE", 11, 100}})));
      CHECK(edge().note == "its own day's file has the payment too, so this fell away: ignore, asked the bank");
      break;
    case 1: REQUIRE(b.load(file_of({{"EDGE", 11, 100}}))); break;
    default: {  // where the own day's file is corrected
      const auto first = b.load(file_of({{"T1", 12, 50}}));
      REQUIRE(b.found(*first).size() == 1);
      REQUIRE(b.load(file_of({{"T1", 12, 50}, {"EDGE", 11, 100}})));
    }
  }
  CHECK(edge().kind == DifferenceKind::kOnlyTheirs);
  CHECK(edge().state == DifferenceState::kOpen);
  CHECK_FALSE(edge().item_id);
  CHECK_FALSE(edge().ours);
  CHECK_FALSE(edge().decided_by);
  SECTION("which nobody takes in where the file names payments by their messages: it tells of one twice") {
    CHECK(b.settle(edge().id, Resolution::kPost).error().code == "payment_channels.changed_meanwhile");
    CHECK(b.in_transit() == Money{100});
  }
  SECTION("and a file of its own day that lacks it once more gives it back") {
    const auto corrected = b.load(file_of({{"T2", 12, 60}}));
    REQUIRE(b.found(*corrected).size() == 1);
    CHECK(edge().kind == DifferenceKind::kOtherDay);
    CHECK(edge().ours == Money{100});
    CHECK(b.in_transit() == Money{100});
  }
  CHECK(b.all_differences().empty());
}

TEST_CASE("what was taken in by hand for another day's line does not stand for a line of its own day as well") {
  TheNextDay b;
  auto refused = b.request("R1", 12, 800);
  refused.months = {BillingMonth{202601}};
  REQUIRE(b.pay(refused).response == Response::kBillNotOpen);
  b.clock.set("2026-11-24T09:00:00+08:00");
  const auto second = b.load(file_of({{"R1", 12, 800}}, "20261123"), "2026-11-23");
  const auto line = [&] { return b.found(*second).at(0); };
  REQUIRE(line().item_id);
  SECTION("when it was posted before the own day's file came") {
    REQUIRE(b.settle(line().id, Resolution::kPost));
    const auto first = b.load(file_of({{"R1", 12, 800}}));
    REQUIRE(b.found(*first).size() == 1);
    CHECK(b.found(*first).at(0).kind == DifferenceKind::kOnlyTheirs);
    CHECK_FALSE(b.found(*first).at(0).item_id);
    CHECK(first->equal.count == 0);
    REQUIRE(b.settle(b.found(*first).at(0).id, Resolution::kPost));
  }
  SECTION("when it was only proposed: the own day's line has the message, the other one is another payment") {
    REQUIRE(b.propose(line().id, Resolution::kPost));
    const auto first = b.load(file_of({{"R1", 12, 800}}));
    CHECK(line().state == DifferenceState::kOpen);
    CHECK(line().note == "its own day's file has the payment too, so this fell away: post, asked the bank");
    CHECK_FALSE(line().item_id);
    CHECK(b.found(*first).at(0).item_id);
    REQUIRE(b.settle(b.found(*first).at(0).id, Resolution::kPost));
    REQUIRE(b.settle(line().id, Resolution::kPost));
  }
  CHECK(b.in_transit() == Money{1'600});
  CHECK(b.items("paid") == 2);
  CHECK(b.all_differences().empty());
}

TEST_CASE("where serial numbers begin anew, what its own day has is another payment than the next file's line, and is taken in") {
  TheNextDay b;
  b.bank = b.make_channel("POS", books::numbered_anew().c_str());
  auto message = b.request("A-22", 11, 100);
  message.serial = "0001";
  REQUIRE(b.pay(message).approved());
  b.clock.set("2026-11-24T09:00:00+08:00");
  const auto second = b.load(file_of({{"0001", 11, 100}}, "20261123"), "2026-11-23");
  REQUIRE(b.found(*second).at(0).kind == DifferenceKind::kOtherDay);
  REQUIRE(b.load(file_of({{"0001", 11, 100}})));
  REQUIRE(b.settle(b.found(*second).at(0).id, Resolution::kPost));
  CHECK(b.in_transit() == Money{200});
  CHECK(b.items("paid") == 2);
  CHECK(b.all_differences().empty());
}

TEST_CASE("a message that comes for a closed day and is refused for it is what the day's line is about") {
  TheNextDay b;
  const bool anew = GENERATE(false, true);
  if (anew) b.bank = b.make_channel("POS", books::numbered_anew().c_str());
  b.morning();
  const auto first = b.load(file_of({{"S1", 11, 100}}));
  REQUIRE(b.found(*first).at(0).kind == DifferenceKind::kOnlyTheirs);
  auto late = b.request(anew ? "A-22" : "S1", 11, 100);
  late.serial = "S1";
  late.business_date = day("2026-11-22");
  REQUIRE(b.pay(late).response == Response::kCutOff);
  REQUIRE(b.settle(b.found(*first).at(0).id, Resolution::kPost));
  CHECK(b.in_transit() == Money{100});
  CHECK(b.items("paid") == 1);
  CHECK(b.items("refused") == 0);
  CHECK(b.pay(late).approved());
  CHECK(b.in_transit() == Money{100});
  CHECK(b.all_differences().empty());
}

TEST_CASE("a line with a proposal stands for another day's item too, and the proposal falls away") {
  TheNextDay b;
  b.morning();
  const auto first = b.load(file_of({{"S1", 11, 100}}));
  const auto line = [&] { return b.found(*first).at(0); };
  REQUIRE(b.propose(line().id, Resolution::kPost));
  b.pay("S1", 11, 100);
  b.clock.set("2026-11-24T09:00:00+08:00");
  const auto second = b.load(file_of({}, "20261123"), "2026-11-23");
  CHECK(b.found(*second).empty());
  CHECK(line().kind == DifferenceKind::kOtherDay);
  CHECK(line().state == DifferenceState::kOpen);
  CHECK(line().note == "the payment of another day, so the proposal fell away: post, asked the bank");
  CHECK(b.approve(line().id, b.supervisor).error().code == "payment_channels.not_proposed");
  CHECK(b.in_transit() == Money{100});
  CHECK(b.all_differences().empty());
}

TEST_CASE("one item is claimed by one line: the other one is money that is taken in") {
  TheNextDay b;
  b.bank = b.make_channel("POS", books::numbered_anew().c_str());
  auto message = b.request("A-22", 11, 100);
  message.serial = "0001";
  REQUIRE(b.pay(message).approved());
  b.clock.set("2026-11-25T09:00:00+08:00");
  const auto second = b.load(file_of({{"0001", 11, 100}}, "20261123"), "2026-11-23");
  const auto third = b.load(file_of({{"0001", 11, 100}}, "20261124"), "2026-11-24");
  CHECK(b.found(*second).at(0).kind == DifferenceKind::kOtherDay);
  REQUIRE(b.found(*third).at(0).kind == DifferenceKind::kOnlyTheirs);
  SECTION("the other may be taken in") {
    REQUIRE(b.settle(b.found(*third).at(0).id, Resolution::kPost));
    CHECK(b.in_transit() == Money{200});
  }
  SECTION("or stands for the item where the first one's file is corrected") {
    REQUIRE(b.load(file_of({{"0002", 12, 70}}, "20261123"), "2026-11-23"));
    CHECK(b.found(*third).at(0).kind == DifferenceKind::kOtherDay);
  }
  SECTION("as both are when its own day's file had it first and lacks it then") {
    const auto first = b.load(file_of({{"0001", 11, 100}}));
    CHECK(b.found(*second).at(0).kind == DifferenceKind::kOnlyTheirs);
    REQUIRE(b.load(file_of({{"0002", 12, 70}})));
    CHECK(b.found(*second).at(0).kind == DifferenceKind::kOtherDay);
    CHECK(b.found(*third).at(0).kind == DifferenceKind::kOnlyTheirs);
  }
  CHECK(b.all_differences().empty());
}

TEST_CASE("what was refused and stands behind two days' lines is taken in for both, each once") {
  TheNextDay b;
  b.bank = b.make_channel("POS", books::numbered_anew().c_str());
  auto refused = b.request("A-22", 12, 800);
  refused.serial = "0001";
  refused.months = {BillingMonth{202601}};
  REQUIRE(b.pay(refused).response == Response::kBillNotOpen);
  b.clock.set("2026-11-25T09:00:00+08:00");
  const auto second = b.load(file_of({{"0001", 12, 800}}, "20261123"), "2026-11-23");
  const auto third = b.load(file_of({{"0001", 12, 800}}, "20261124"), "2026-11-24");
  const auto [one, other] = GENERATE(std::pair(0, 1), std::pair(1, 0));
  const Reconciliation days[] = {*second, *third};
  REQUIRE(b.settle(b.found(days[one]).at(0).id, Resolution::kPost));
  REQUIRE(b.settle(b.found(days[other]).at(0).id, Resolution::kPost));
  CHECK(b.in_transit() == Money{1'600});
  CHECK(b.items("paid") == 2);
  CHECK(b.all_differences().empty());
}

TEST_CASE("a number beside the key finds what came late for its day, and what was paid the next day is not paid twice") {
  TheNextDay b;
  b.morning();
  const auto first = b.load(file_of({{"S1", 11, 100}}));
  const auto line = [&] { return b.found(*first).at(0); };
  auto late = b.request("K-1", 11, 100);
  late.serial = "S1";
  SECTION("refused for the closed day") {
    late.business_date = day("2026-11-22");
    REQUIRE(b.pay(late).response == Response::kCutOff);
    REQUIRE(b.settle(line().id, Resolution::kPost));
    CHECK(b.items("paid") == 1);
  }
  SECTION("paid on the day on which it came") {
    REQUIRE(b.propose(line().id, Resolution::kPost));
    REQUIRE(b.pay(late).approved());
    CHECK(b.approve(line().id, b.supervisor).error().code == "payment_channels.changed_meanwhile");
    b.clock.set("2026-11-24T09:00:00+08:00");
    REQUIRE(b.load(file_of({}, "20261123"), "2026-11-23"));
    CHECK(line().kind == DifferenceKind::kOtherDay);
  }
  SECTION("behind another that the line has claimed") {
    b.clock.set("2026-11-24T09:00:00+08:00");
    auto other = b.request("S2", 12, 800);
    other.months = {BillingMonth{202601}};
    other.business_date = day("2026-11-23");
    REQUIRE(b.pay(other).response == Response::kBillNotOpen);
    b.clock.set("2026-11-25T09:00:00+08:00");
    const auto third = b.load(file_of({{"S2", 12, 800}}, "20261124"), "2026-11-24");
    REQUIRE(b.found(*third).at(0).item_id);
    auto again = b.request("K-2", 12, 800);
    again.serial = "S2";
    again.business_date = day("2026-11-24");
    REQUIRE(b.pay(again).response == Response::kCutOff);
    REQUIRE(b.settle(b.found(*third).at(0).id, Resolution::kPost));
    CHECK(b.items("paid") == 1);
    CHECK(b.in_transit() == Money{800});
  }
  CHECK(b.all_differences().empty());
}

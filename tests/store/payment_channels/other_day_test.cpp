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

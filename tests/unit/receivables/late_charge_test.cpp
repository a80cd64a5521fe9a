// Late charges: published examples, and the corners of the rule.
#include <catch2/catch.hpp>

#include "modules/receivables/domain/open_item.hpp"

using namespace mis;
using namespace mis::receivables;

namespace {

Date day(const char* text) { return *Date::parse(text); }
OpenItem bill(int fen, const char* due_on, const char* category = "general") { return OpenItem::of_bill({{1}, {202612}, 1}, {1}, category, {fen}, day(due_on)); }

}  // namespace

TEST_CASE("PN-01: a factory's December and January bills paid on 18 January, split at the year's end") {
  CHECK(bill(200'000, "2000-12-15").late_due(day("2001-01-18")) == Money{17'200});  // 16 days at 0.2 %, 18 at 0.3 %
  CHECK(bill(300'000, "2001-01-15").late_due(day("2001-01-18")) == Money{1'800});   // 3 days at 0.2 %: it is this year's debt
}

TEST_CASE("a home pays 0.1 % a day whatever the year") {
  CHECK(bill(100'000, "2026-12-20", "residential").late_due(day("2027-01-20")) == Money{3'100});
  CHECK(bill(100'000, "2026-12-20", "shared").late_due(day("2027-01-20")) == Money{3'100});
}

TEST_CASE("days count from the day after the due day through the day of payment") {
  const auto item = bill(100'000, "2026-11-12", "residential");
  CHECK(item.late_due(day("2026-11-11")) == Money{0});
  CHECK(item.late_due(day("2026-11-12")) == Money{0});
  CHECK(item.late_due(day("2026-11-13")) == Money{100});
  CHECK(item.late_due(day("2026-11-14")) == Money{200});
}

TEST_CASE("less than one yuan is one yuan, and never less once it is charged") {
  auto item = bill(1'000, "2026-11-12", "residential");
  CHECK(item.late_due(day("2026-11-13")) == Money{100});  // 1 fen by the rate
  item.settle_late({100});
  CHECK(item.late_due(day("2026-11-20")) == Money{0});    // 8 fen by the rate: covered by the yuan that was paid
}

TEST_CASE("half a fen is rounded up once, over all days") {
  CHECK(bill(100'500, "2026-11-12", "residential").late_due(day("2026-11-13")) == Money{101});       // 100.5
  CHECK(bill(100'499, "2026-11-12", "residential").late_due(day("2026-11-13")) == Money{100});       // 100.499
  CHECK(bill(100'500, "2026-11-12", "residential").late_due(day("2026-11-15")) == Money{302});       // 301.5, not 3 × 101
}

TEST_CASE("a part payment lowers what runs on, and keeps what has run") {
  auto item = bill(100'000, "2026-11-12", "residential");
  item.change_outstanding({-60'000}, day("2026-11-22"));       // 10 days on 1,000 yuan: 10.00
  CHECK(item.outstanding == Money{40'000});
  CHECK(item.late_due(day("2026-11-22")) == Money{1'000});
  CHECK(item.late_due(day("2026-12-02")) == Money{1'400});     // and 10 days on 400 yuan
  item.settle_late({1'000});
  CHECK(item.due(day("2026-12-02")) == Money{40'400});
  item.change_outstanding({-40'000}, day("2026-12-02"));
  CHECK_FALSE(item.settled());
  item.settle_late({400});
  CHECK(item.settled());
  CHECK(item.late_due(day("2027-12-02")) == Money{0});
}

TEST_CASE("a payment before the due day leaves nothing to charge for") {
  auto item = bill(100'000, "2026-11-12", "residential");
  item.change_outstanding({-100'000}, day("2026-11-05"));
  CHECK(item.settled());
  CHECK(item.late_due(day("2030-01-01")) == Money{0});
}

TEST_CASE("the largest debt for a century stays inside its range") {
  OpenItem item = bill(0, "2026-11-12");
  item.outstanding = {9'000'000'000'000'000};
  const auto late = item.late_due(day("2126-11-12"));
  CHECK(late.value > 0);
  item.change_outstanding({-1}, day("2126-11-12"));
  item.change_outstanding({-1}, day("2226-11-12"));
  CHECK(item.late_due(day("2326-11-12")) >= late);
}

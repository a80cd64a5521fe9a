// What is in a drawer, and what the counter's numbers look like.
#include <catch2/catch.hpp>

#include "modules/cashier/domain/drawer.hpp"

using namespace mis;
using namespace mis::cashier;

TEST_CASE("what is due is rounded up to the yuan, the rest goes on to the next bill", "[cashier]") {
  CHECK(rounded_up_to_yuan({0}) == Money{0});
  CHECK(rounded_up_to_yuan({1}) == Money{100});
  CHECK(rounded_up_to_yuan({99}) == Money{100});
  CHECK(rounded_up_to_yuan({100}) == Money{100});
  CHECK(rounded_up_to_yuan({12'345}) == Money{12'400});
  CHECK(rounded_up_to_yuan({-5}) == Money{0});  // nothing is due
}

TEST_CASE("the cash in a drawer is float and receipts without what was given back and deposited", "[cashier]") {
  Drawer drawer;
  drawer.float_taken = {10'000};
  drawer.taken = {{Money{50'000}, Money{700}, Money{0}, Money{30}}};
  drawer.given = {{Money{1'000}, Money{900}, Money{0}, Money{0}}};
  drawer.deposited = {20'000};
  CHECK(drawer.expected() == MethodSums{{Money{39'000}, Money{-200}, Money{0}, Money{30}}});
  CHECK(drawer.cash_left() == Money{39'000});
  drawer.difference = {-500};
  drawer.returned = Drawer::to_return(drawer.float_taken, Money{38'500});
  CHECK(drawer.cash_left() == Money{28'500});
  CHECK(Drawer::to_return({10'000}, {9'999}) == Money{9'999});  // a drawer with less than its float
}

TEST_CASE("a count of notes and coins", "[cashier]") {
  CHECK(total_of({}) == Money{0});
  CHECK(total_of({{10'000, 3}, {50, 2}, {1, 7}}) == Money{30'107});
  CHECK(is_denomination({2'000}));
  CHECK_FALSE(is_denomination({3'000}));
  CHECK_FALSE(is_denomination({0}));
  CHECK_FALSE(is_denomination({-100}));
}

TEST_CASE("numbers of sessions and receipts", "[cashier]") {
  const auto session = make_session_no("E01", Date::of(2026, 1, 5), 2);
  CHECK(session == "E01-20260105-02");
  CHECK(make_receipt_no(session, 17) == "E01-20260105-02-0017");
  CHECK(make_receipt_no(session, 12'345) == "E01-20260105-02-12345");  // a longer number rather than a repeated one
  CHECK(counter_method_of("qr") == CounterMethod::kQr);
  CHECK_FALSE(counter_method_of("transfer"));
}

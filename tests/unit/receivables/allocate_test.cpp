// How a payment is shared among open bills.
#include <catch2/catch.hpp>

#include <random>

#include "modules/receivables/domain/allocate.hpp"

using namespace mis;
using namespace mis::receivables;

namespace {

Date day(const char* text) { return *Date::parse(text); }

// Two bills of a home: 100 yuan due 12 October, 50 yuan due 12 November; on 22 November they are 41 and 10 days late.
std::vector<OpenItem> two_bills() {
  std::vector<OpenItem> items = {OpenItem::of_bill({{1}, {202610}, 1}, {1}, "residential", {5'000}, day("2026-11-12")),
                                 OpenItem::of_bill({{1}, {202609}, 1}, {1}, "residential", {10'000}, day("2026-10-12"))};
  sort_oldest_first(items);
  return items;
}
const Date kOn = day("2026-11-22");

struct Part { int month, principal, late; bool operator==(const Part&) const = default; };
std::vector<Part> shared(int fen, AllocationOrder order, int& rest_fen) {
  auto items = two_bills();
  Money rest;
  std::vector<Part> parts;
  for (const auto& p : allocate({fen}, items, kOn, order, rest)) parts.push_back({p.bill.month.yyyymm, static_cast<int>(p.principal.value), static_cast<int>(p.late.value)});
  rest_fen = static_cast<int>(rest.value);
  return parts;
}

}  // namespace

TEST_CASE("late first: the oldest bill's late charge, the bill itself, then the next") {
  int rest = -1;
  CHECK(shared(300, AllocationOrder::kLateFirst, rest) == std::vector<Part>{{202609, 0, 300}});          // 4.10 of late charge is due
  CHECK(shared(10'410, AllocationOrder::kLateFirst, rest) == std::vector<Part>{{202609, 10'000, 410}});
  CHECK(shared(10'460, AllocationOrder::kLateFirst, rest) == std::vector<Part>{{202609, 10'000, 410}, {202610, 0, 50}});
  CHECK(rest == 0);
  CHECK(shared(20'000, AllocationOrder::kLateFirst, rest) == std::vector<Part>{{202609, 10'000, 410}, {202610, 5'000, 100}});  // 0.50 by the rate: at least one yuan
  CHECK(rest == 4'490);
}

TEST_CASE("principal first: each bill before its late charge") {
  int rest = -1;
  CHECK(shared(10'200, AllocationOrder::kPrincipalFirst, rest) == std::vector<Part>{{202609, 10'000, 200}});
  CHECK(rest == 0);
}

TEST_CASE("all principal first: no late charge before every bill is paid") {
  int rest = -1;
  CHECK(shared(12'000, AllocationOrder::kAllPrincipalFirst, rest) == std::vector<Part>{{202609, 10'000, 0}, {202610, 2'000, 0}});
  CHECK(shared(15'200, AllocationOrder::kAllPrincipalFirst, rest) == std::vector<Part>{{202609, 10'000, 200}, {202610, 5'000, 0}});
  CHECK(rest == 0);
}

TEST_CASE("nothing paid takes nothing, and with nothing open all of it is left") {
  int rest = -1;
  CHECK(shared(0, AllocationOrder::kLateFirst, rest).empty());
  std::vector<OpenItem> none;
  Money left;
  CHECK(allocate({500}, none, kOn, AllocationOrder::kLateFirst, left).empty());
  CHECK(left == Money{500});
}

TEST_CASE("whatever is paid in whatever steps, no fen is lost and nobody pays more than is due") {
  std::mt19937 random(20261124);
  for (int round = 0; round < 2'000; ++round) {
    const auto order = static_cast<AllocationOrder>(round % 3);
    std::vector<OpenItem> items;
    Money owed;
    for (int i = 0, n = 1 + static_cast<int>(random() % 5); i < n; ++i) {
      const Money amount{1 + static_cast<int>(random() % 100'000)};
      items.push_back(OpenItem::of_bill({{1}, BillingMonth{202601}.plus(i), 1}, {1}, random() % 2 ? "residential" : "general", amount, day("2026-02-12") + i * 30));
      owed += amount;
    }
    sort_oldest_first(items);
    Date on = day("2026-02-01");
    Money paid, principal, late;
    for (int step = 0; step < 6; ++step) {
      on = on + static_cast<int>(random() % 60);
      Money due;
      for (const auto& item : items) due += item.due(on);
      const Money amount{static_cast<int>(random() % 120'000)};
      Money rest, taken;
      for (const auto& part : allocate(amount, items, on, order, rest)) {
        principal += part.principal;
        late += part.late;
        taken += part.principal + part.late;
      }
      REQUIRE(taken + rest == amount);
      REQUIRE(taken == std::min(amount, due));
      paid += taken;
    }
    Money left;
    for (const auto& item : items) {
      REQUIRE(item.outstanding.value >= 0);
      REQUIRE(item.late_due(on).value >= 0);
      left += item.outstanding;
    }
    REQUIRE(principal + left == owed);
    REQUIRE(principal + late == paid);
  }
}

TEST_CASE("orders are known by their names") {
  for (const auto order : {AllocationOrder::kLateFirst, AllocationOrder::kPrincipalFirst, AllocationOrder::kAllPrincipalFirst}) CHECK(allocation_order_of(name_of(order)) == order);
  CHECK_FALSE(allocation_order_of("newest_first"));
}

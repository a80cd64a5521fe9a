// Tax inside amounts that include it, and lines that add up to their invoice.
#include <catch2/catch.hpp>

#include <random>

#include "modules/invoicing/domain/invoice_number.hpp"
#include "modules/invoicing/domain/items.hpp"
#include "modules/invoicing/domain/mask_name.hpp"

using namespace mis;
using namespace mis::invoicing;

TEST_CASE("the amount without tax is the total divided by one and the rate, rounded; the tax is the rest") {
  struct Row { std::int64_t total; int rate_bp; std::int64_t net, tax; };
  for (const auto& [total, rate, net, tax] : {
           Row{11'300, 1300, 10'000, 1'300},
           Row{1, 1300, 1, 0},        // 0.0088… yuan: all of a fen is net
           Row{8'613, 1300, 7'622, 991},   // 76.2212…
           Row{100, 1300, 88, 12},    // 0.8849…
           Row{100, 0, 100, 0},
           Row{100, 10'000, 50, 50},
           Row{3, 10'000, 2, 1},      // 1.5 is rounded up
           Row{-11'300, 1300, -10'000, -1'300},
           Row{9'000'000'000'000'000, 1300, 7'964'601'769'911'504, 1'035'398'230'088'496},
       }) {
    const auto parts = split_tax(Money{total}, rate);
    CHECK(parts.net.value == net);
    CHECK(parts.tax.value == tax);
  }
}

TEST_CASE("whatever the lines are, they add up to the split of their sum, and each to itself") {
  std::mt19937_64 random(20261124);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<Money> lines(1 + random() % 12);
    Money total;
    for (auto& line : lines) total += line = Money{static_cast<std::int64_t>(random() % 2'000'000) - (round % 3 == 0 ? 500'000 : 0)};
    const int rate = static_cast<int>(random() % 2'000);
    const auto parts = split_tax(lines, rate);
    REQUIRE(parts.size() == lines.size());
    Money net, tax;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      REQUIRE(parts[i].total() == lines[i]);
      if (i + 1 < lines.size()) REQUIRE(parts[i] == split_tax(lines[i], rate));
      net += parts[i].net;
      tax += parts[i].tax;
    }
    REQUIRE(Taxed{net, tax} == split_tax(total, rate));
  }
}

namespace {

const std::vector<BillCharge> kTwoPart{{"energy", "kWh", "peak", 0, 1'200'500, Money{120'000}}, {"energy", "kWh", "valley", 0, 800'000, Money{30'000}}, {"energy", "kWh", "peak", 0, 99'500, Money{9'950}},
                                   {"capacity_charge", "kVA", "", 0, 315'000, Money{900'000}}, {"power_factor_adjustment", "", "", 0, 0, Money{-4'321}}, {"surcharge", "kWh", "", 0, 0, Money{0}}};
constexpr Money kSum{120'000 + 30'000 + 9'950 + 900'000 - 4'321};

}  // namespace

TEST_CASE("charges of one kind and period are one line; a line of nothing is none") {
  const auto lines = invoice_lines(LineMode::kComponent, kTwoPart, {2'100'000}, kSum, 1300);
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].name == "*供电*电费（峰）");
  CHECK(lines[0].quantity == 1'300'000);
  CHECK(lines[0].amount.total() == Money{129'950});
  CHECK(unit_price(lines[0]) == "0.88461538");  // 1150.00 yuan for 1300 kWh
  auto red = lines[0];
  red.amount = {-red.amount.net, -red.amount.tax};
  red.quantity = -*red.quantity;
  CHECK(unit_price(red) == unit_price(lines[0]));
  CHECK(lines[1].name == "*供电*电费（谷）");
  CHECK(lines[2].name == "*供电*基本电费（容量）");
  CHECK(lines[2].unit == "千伏安");
  CHECK(lines[3].name == "*供电*功率因数调整电费");
  CHECK_FALSE(lines[3].quantity);
  CHECK(unit_price(lines[3]).empty());
  Money total;
  for (const auto& line : lines) total += line.amount.total();
  CHECK(total == kSum);
}

TEST_CASE("a bill is one line where that is asked for, or where its charges are not its amount") {
  const auto asked = invoice_lines(LineMode::kBill, kTwoPart, {2'100'000}, kSum, 1300);
  REQUIRE(asked.size() == 1);
  CHECK(asked[0] == InvoiceLine{"*供电*电费", "千瓦时", 2'100'000, 1300, split_tax(kSum, 1300)});
  const auto differing = invoice_lines(LineMode::kComponent, kTwoPart, {2'100'000}, kSum + Money{1}, 1300);
  REQUIRE(differing.size() == 1);
  CHECK(differing[0].amount.total() == kSum + Money{1});
  CHECK_FALSE(invoice_lines(LineMode::kBill, {}, {0}, Money{100}, 1300)[0].quantity);  // a basic charge without energy
}

TEST_CASE("numbers of invoices and bills are what they look like, and nothing else") {
  CHECK(make_invoice_number(2026, InvoiceKind::kBlue, 42) == "2026010000000042");
  CHECK(make_invoice_number(2026, InvoiceKind::kRed, 1) == "2026020000000001");
  CHECK(is_invoice_number("2026010000000042"));
  for (const char* text : {"", "202601000000004", "20260100000000421", "2026-10000000042", "２０２６０１００"}) CHECK_FALSE(is_invoice_number(text));
  const auto bill = parse_bill_no("202610-0000001234-1");
  REQUIRE(bill);
  CHECK(bill->yyyymm == 202610);
  CHECK(bill->account_no == "0000001234");
  CHECK(bill->revision == 1);
  for (const char* text : {"", "202610", "202610-0000001234", "202613-0000001234-1", "202610-123-1", "202610-0000001234-0", "202610-0000001234-100", "202610-0000001234--1", "202610-00000x1234-1", "202610-0000001234-1 "})
    CHECK_FALSE(parse_bill_no(text));
}

TEST_CASE("a person's name is masked by its first character, whatever its length in bytes") {
  CHECK(mask_name("王小明") == "*小明");
  CHECK(mask_name("𠮷田") == "*田");
  CHECK(mask_name("Li") == "*i");
  CHECK(mask_name("王") == "*");
  CHECK(mask_name("").empty());
}

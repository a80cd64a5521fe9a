#include <catch2/catch.hpp>

#include "modules/payment_channels/domain/iso8583/bill_payment.hpp"
#include "modules/payment_channels/domain/iso8583/codec.hpp"
#include "tests/unit/payment_channels/vectors.hpp"

using namespace mis;
using namespace mis::payment_channels;
using namespace mis::payment_channels::iso8583;

namespace {
Message with_amount(std::string amount, std::string currency = "156") {
  Message m;
  m.mti = "0200";
  return m.set(4, std::move(amount)).set(49, std::move(currency));
}
}  // namespace

TEST_CASE("an amount is fen, in yuan, more than nothing and exactly told", "[iso8583]") {
  CHECK(payment_amount(with_amount("000000012345")).value() == Money{12345});
  CHECK(payment_amount(with_amount("999999999999")).value() == Money{999'999'999'999});
  for (const char* wrong : {"000000000000", "", "-00000012345", "00000012345 ", "0000000123.5", "9007199254740993", "99999999999999999999999"}) {
    CAPTURE(wrong);
    const auto amount = payment_amount(with_amount(wrong));
    REQUIRE_FALSE(amount);
    CHECK(amount.error().code == "payment_channels.iso8583_amount");
    CHECK(amount.error().fields.at(0).pointer == "/4");
  }
  CHECK(payment_amount(with_amount("9007199254740992")).value() == Money{kMostFen});
  CHECK(payment_amount(with_amount("000000012345", "840")).error().code == "payment_channels.iso8583_currency");
  CHECK(payment_amount(with_amount("000000012345", "")).error().code == "payment_channels.iso8583_currency");
  Message none;
  CHECK(payment_amount(none).error().message == "field 49: expected 156 (yuan) but found none");
}

TEST_CASE("an amount is written with its currency, or not at all", "[iso8583]") {
  Message m;
  CHECK_FALSE(set_amount(m, Money{0}));
  CHECK_FALSE(set_amount(m, Money{-1}));
  CHECK_FALSE(set_amount(m, Money{1'000'000'000'000}));
  CHECK(m.fields.empty());
  REQUIRE(set_amount(m, Money{1}));
  CHECK(m.get(4) == "000000000001");
  CHECK(payment_amount(m).value() == Money{1});
}

TEST_CASE("field 90 names the transaction that a reversal is about", "[iso8583]") {
  Message m;
  m.mti = "0200";
  m.set(7, "0908064519").set(11, "003316").set(32, "00000000002");
  const OriginalData original = original_of(m);
  CHECK(original.acquirer == "2");
  const std::string text = format_original(original).value();
  CHECK(text == "0200" "003316" "0908064519" "00000000002" "00000000000");
  CHECK(parse_original(text).value() == original);
  // The reversal in moov-io's test data.
  CHECK(parse_original("020000331609080645190000000020000000000000").value() == OriginalData{"0200", "003316", "0908064519", "200", ""});
}

TEST_CASE("an original that names nothing is refused", "[iso8583]") {
  // The second is from real test data, where two digits have slipped in front.
  for (const char* wrong : {"", "313202000033160908064519000000002000000000", "02000033160908064519000000000200000000000", "0200003316990806451900000000200000000000AA",
                            "020000331699080645190000000020000000000000"}) {
    CAPTURE(wrong);
    CHECK(parse_original(wrong).error().code == "payment_channels.iso8583_original");
  }
  CHECK_FALSE(format_original({"0200", "3316", "0908064519", "2", ""}));
  CHECK_FALSE(format_original({"0200", "003316", "0908064519", "123456789012", ""}));
  CHECK_FALSE(format_original({"0200", "003316", "0908064519", "A", ""}));
}

TEST_CASE("a day without its year is the one nearest to today", "[iso8583]") {
  Message m;
  m.set(13, "1231").set(15, "0101").set(17, "0229").set(14, "9099");
  CHECK(day_of(m, 13, Date::of(2027, 1, 1)).value() == Date::of(2026, 12, 31));
  CHECK(day_of(m, 13, Date::of(2026, 12, 30)).value() == Date::of(2026, 12, 31));
  CHECK(day_of(m, 15, Date::of(2026, 12, 31)).value() == Date::of(2027, 1, 1));
  CHECK(day_of(m, 17, Date::of(2027, 3, 1)).value() == Date::of(2028, 2, 29));
  CHECK_FALSE(day_of(m, 17, Date::of(2026, 3, 1)));
  CHECK(day_of(m, 14, Date::of(2026, 3, 1)).error().message == "field 14: expected a day MMDD that exists but found \"9099\"");
  CHECK_FALSE(day_of(m, 18, Date::of(2026, 3, 1)));
}

TEST_CASE("a day's totals go through their fields, and the net must agree with them", "[iso8583]") {
  Reconciliation totals{'0', 0, 2, 1234, 7, Money{0}, Money{5'000}, Money{98'765'432}, Money{700}, Money{}};
  totals.net = net_of(totals);
  CHECK(totals.net == Money{98'769'732});
  Message m;
  m.mti = "0500";
  REQUIRE(set_reconciliation(m, totals));
  CHECK(m.get(76) == "0000001234");
  CHECK(m.get(88) == "0000000098765432");
  CHECK(m.get(97) == "D0000000098769732");
  CHECK(read_reconciliation(m).value() == totals);
  m.set(11, "000001").set(7, "1115093001");
  const std::string frame = encode(bcd_1987(), m.tpdu.empty() ? [&] { Message t = m; t.tpdu = "12345"; return t; }() : m).value();
  CHECK(read_reconciliation(decode(bcd_1987(), frame).value().message).value() == totals);

  Message other = m;
  other.set(97, "D0000000098769731");
  CHECK(read_reconciliation(other).error().fields.at(0).pointer == "/97");
  other = m;
  other.set(97, "C0000000098769732");
  CHECK_FALSE(read_reconciliation(other));
  other = m;
  other.set(88, "9007199254740993");
  CHECK(read_reconciliation(other).error().fields.at(0).pointer == "/88");
  other = m;
  other.fields.erase(75);
  CHECK(read_reconciliation(other).error().message == "field 75: expected a number of transactions but found none");
  other = m;
  other.set(50, "840");
  CHECK(read_reconciliation(other).error().code == "payment_channels.iso8583_currency");

  Reconciliation owed;
  owed.credit_amount = Money{100};
  REQUIRE(set_reconciliation(other, owed));
  CHECK(other.get(97) == "C0000000000000100");
  CHECK(read_reconciliation(other).value().net == Money{-100});
  owed.credit_amount = Money{-1};
  CHECK_FALSE(set_reconciliation(other, owed));
  owed.credit_amount = Money{kMostFen + 1};
  CHECK_FALSE(set_reconciliation(other, owed));
  owed = {};
  owed.debits = 10'000'000'000;
  CHECK_FALSE(set_reconciliation(other, owed));
}

TEST_CASE("message types and processing codes say what is asked", "[iso8583]") {
  CHECK(parse_mti("0200").value() == Mti{'0', MessageClass::kFinancial, MessageFunction::kRequest, false});
  CHECK(parse_mti("1421").value() == Mti{'1', MessageClass::kReversal, MessageFunction::kAdvice, true});
  CHECK(parse_mti("0810").value() == Mti{'0', MessageClass::kNetwork, MessageFunction::kAnswer, false});
  for (const char* wrong : {"", "020", "02000", "0100", "9200", "0240", "0209", "O200"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_mti(wrong));
  }
  CHECK(answer_mti("0200") == "0210");
  CHECK(answer_mti("0201") == "0210");
  CHECK(answer_mti("0421") == "0430");
  CHECK(answer_mti("0520") == "0530");
  CHECK(answer_mti("0800") == "0810");
  CHECK_FALSE(answer_mti("0210"));
  CHECK(processing_class("380000") == ProcessingClass::kQuery);
  CHECK(processing_class("180000") == ProcessingClass::kPayment);
  CHECK(processing_class("501000") == ProcessingClass::kPayment);
  CHECK(processing_class("310000") == ProcessingClass::kOther);
  CHECK(processing_class("38") == ProcessingClass::kOther);
  CHECK(find_response("25")->english == "original transaction not found");
  CHECK(find_response("77") == nullptr);
}

TEST_CASE("the bill in field 48 is tags, lengths and values", "[iso8583]") {
  const BillData data = {{"01", "0100000010"}, {"06", "12345"}, {"77", ""}};
  const std::string text = format_bill_data(data, 48).value();
  CHECK(text == "010100100000010" "0600512345" "77000");
  CHECK(parse_bill_data(text, 48).value() == data);
  CHECK(parse_bill_data("", 48).value().empty());
  CHECK(parse_bill_data(text.substr(0, text.size() - 1), 48).error().message.find("field 48: expected a tag of 2 and a length of 3 digits at character 25") == 0);
  CHECK(parse_bill_data("01010012", 62).error().message == "field 62: expected 10 characters of tag 01 but found only 3");
  CHECK(parse_bill_data("0100110100112", 48).error().message.find("tag 01 again") != std::string::npos);
  CHECK_FALSE(format_bill_data({{"1", "x"}}, 48));
  CHECK_FALSE(format_bill_data({{"01", std::string(1000, 'x')}}, 48));
  CHECK_FALSE(format_bill_data({{"01", std::string(600, 'x')}, {"02", std::string(600, 'x')}}, 48));
}

#define ZX_USE_UTF8 1
#include <ZXing/ReadBarcode.h>

#include <catch2/catch.hpp>

#include "mis/base/decimal.hpp"
#include "tests/unit/documents/pdf_reader.hpp"
#include "tests/unit/invoicing/examples.hpp"

using namespace mis;
using namespace mis::invoicing;
using namespace pdf_reader;
using Catch::Matchers::Contains;

namespace {

constexpr auto kZh = DocumentLanguage::kChinese;
constexpr auto kEn = DocumentLanguage::kEnglish;
constexpr auto kBoth = DocumentLanguage::kBoth;

std::string rendered(const ReceiptDocument& receipt, ReceiptPaper paper, DocumentLanguage language) {
  auto file = render_receipt(receipt, paper, language);
  INFO((file ? std::string("rendered") : file.error().message));
  REQUIRE(file);
  return *file;
}

void check_holds(const std::string& text, const std::vector<std::string>& values) {
  for (const auto& value : values) CHECK_THAT(text, Contains(squeezed(value)));
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

double roll_length_pt(const std::string& file) {
  const auto size = size_of(file);
  return std::stod(size.substr(size.find('x') + 1));
}

}  // namespace

TEST_CASE("a receipt says everything that was paid, on both papers", "[invoicing][documents]") {
  for (const auto paper : {ReceiptPaper::kRoll80, ReceiptPaper::kA5}) {
    const auto file = rendered(examples::receipt(), paper, kZh);
    const auto text = squeezed(text_of(file));
    check_holds(text, {"临江县供电公司", "电费收据", "SJ20270131000123", "2027-01-31 16:05:09", "城关营业厅", "周敏 (C017)", "1000000018", "*小明", "2026-12", "2027-01",
                       "1000004521", "临江县**机械有限责任公司", "286", "312.5", "48120", "153.87", "1.85", "168.13", "34567.28", "1000.00", "预收电费", "电费",
                       "其中违约金¥1.85", "应收合计¥35891.13", "调尾结转¥0.87", "实收合计¥35892.00", "银行卡 尾号6217 流水 000481¥35000.00", "现金¥892.00", "收现¥900.00",
                       "找零¥8.00", "人民币（大写）：叁万伍仟捌佰玖拾贰元整", "重打 第2次", "客服热线 95598"});
    CHECK(pages_of(file) == 1);
    const auto info = info_of(file);
    CHECK_THAT(info, Contains("电费收据 SJ20270131000123") && Contains("临江县供电公司") && Contains("Sun Jan 31 08:05:09 2027 UTC"));
    CHECK(file == rendered(examples::receipt(), paper, kZh));
  }
}

TEST_CASE("receipts in English and in both languages", "[invoicing][documents]") {
  for (const auto paper : {ReceiptPaper::kRoll80, ReceiptPaper::kA5}) {
    const auto english = text_of(rendered(examples::receipt(), paper, kEn));
    check_holds(squeezed(english), {"Receipt", "Reprint no. 2", "Cashier", "Hall", "Electricity", "Advance", "of which late charges¥1.85", "Due¥35891.13",
                                    "Carried to next payment¥0.87", "Total received¥35892.00", "Bank card 尾号6217", "Cash¥892.00", "Tendered¥900.00", "Change¥8.00",
                                    "Amount in words: 叁万伍仟捌佰玖拾贰元整", "Please keep this receipt"});
    CHECK_THAT(english, !Contains("收费员") && !Contains("实收") && !Contains("现金") && !Contains("重打"));
    const auto both = squeezed(text_of(rendered(examples::receipt(), paper, kBoth)));
    check_holds(both, {"电费收据 Receipt", "重打 第2次 Reprint no. 2", "收费员 Cashier", "实收合计 Total received", "现金 Cash"});
  }
}

TEST_CASE("a receipt leaves out what there is not", "[invoicing][documents]") {
  for (const auto paper : {ReceiptPaper::kRoll80, ReceiptPaper::kA5}) {
    const auto text = text_of(rendered(examples::plain_receipt(), paper, kZh));
    check_holds(squeezed(text), {"临江县供电公司", "SJ1", "1000000018", "100.00", "现金¥100.00", "实收合计¥100.00", "壹佰元整"});
    CHECK_THAT(text, !Contains("营业厅") && !Contains("收费员") && !Contains("重打") && !Contains("调尾") && !Contains("找零") && !Contains("收现") &&
                         !Contains("其中违约金") && !Contains("冲正") && !Contains("应收合计"));
  }
}

TEST_CASE("a roll grows with its lines, A5 goes on over pages", "[invoicing][documents]") {
  const auto receipt = examples::long_receipt();
  const auto roll = rendered(receipt, ReceiptPaper::kRoll80, kZh);
  CHECK(pages_of(roll) == 1);
  CHECK_THAT(size_of(roll), Contains("226.772 x "));
  const auto short_length = roll_length_pt(rendered(examples::plain_receipt(), ReceiptPaper::kRoll80, kZh));
  CHECK(short_length < 300);
  // Two lines of text at least for each of the sixty.
  CHECK(roll_length_pt(roll) > short_length + 59 * 2 * 9);
  const auto a5 = rendered(receipt, ReceiptPaper::kA5, kZh);
  CHECK(size_of(a5) == "595.276 x 419.528 pts");
  const int pages = pages_of(a5);
  CHECK(pages > 3);
  const auto a5_text = text_of(a5);
  CHECK_THAT(squeezed(a5_text), Contains("第" + std::to_string(pages) + "页共" + std::to_string(pages) + "页"));
  CHECK(count(squeezed(a5_text), "收据号：SJ20270131000123") == static_cast<std::size_t>(pages) - 1);
  for (const auto& text : {text_of(roll), a5_text}) {
    for (const auto& line : receipt.lines) {
      CAPTURE(line.account_no);
      CHECK(count(text, line.account_no) == 1);
      CHECK_THAT(text, Contains(format_yuan(line.amount)));
    }
    // A name wraps; none of it is lost.
    CHECK(count(squeezed(text), "股份有限公司第三分公") >= 8);
    check_holds(squeezed(text), {"支票 No. 30501234567890¥8440.20", "实收合计¥8440.20", "捌仟肆佰肆拾元零贰角整"});
  }
}

TEST_CASE("a reversal names the receipt that it reverses", "[invoicing][documents]") {
  for (const auto paper : {ReceiptPaper::kRoll80, ReceiptPaper::kA5}) {
    const auto text = squeezed(text_of(rendered(examples::reversal(), paper, kZh)));
    check_holds(text, {"电费收据（冲正）", "SJ20270131000124", "SJ20270131000123", "冲正合计-¥35892.00", "-34567.28", "现金-¥892.00", "负叁万伍仟捌佰玖拾贰元整"});
  }
}

TEST_CASE("the number of a receipt is scanned from its paper", "[invoicing][documents]") {
  for (const auto paper : {ReceiptPaper::kRoll80, ReceiptPaper::kA5}) {
    const auto picture = picture_of(rendered(examples::receipt(), paper, kBoth), 203);
    const ZXing::ImageView view(picture.grey.data(), picture.width, picture.height, ZXing::ImageFormat::Lum);
    CHECK(ZXing::ReadBarcode(view, ZXing::DecodeHints().setFormats(ZXing::BarcodeFormat::Code128)).text() == "SJ20270131000123");
  }
}

TEST_CASE("a receipt that does not add up is not printed", "[invoicing][documents]") {
  auto receipt = examples::receipt();
  receipt.payments[0].amount += Money{1};
  const auto wrong = render_receipt(receipt, ReceiptPaper::kA5, kZh);
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == "invoicing.receipt_sum");
  CHECK(wrong.error().message == "expected the payments of receipt SJ20270131000123 to be its lines and its carry, 35892.00, but they are 35892.01");
  receipt.lines.clear();
  CHECK(render_receipt(receipt, ReceiptPaper::kA5, kZh).error().code == "invoicing.receipt_lines");
  auto chinese = examples::plain_receipt();
  chinese.receipt_no = "收1";
  CHECK(render_receipt(chinese, ReceiptPaper::kRoll80, kZh).error().code == "documents.barcode_text");
}

TEST_CASE("the largest amounts are printed whole", "[invoicing][documents]") {
  auto receipt = examples::plain_receipt();
  receipt.lines[0].amount = receipt.payments[0].amount = Money{std::int64_t{1} << 53};
  for (const auto paper : {ReceiptPaper::kRoll80, ReceiptPaper::kA5}) {
    const auto text = squeezed(text_of(rendered(receipt, paper, kZh)));
    CHECK(count(text, "90071992547409.92") >= 3);
    // On A5 the words take two lines, and the sums beside them stand in between.
    CHECK_THAT(text, Contains("玖拾万零柒佰壹拾玖亿玖仟贰佰伍拾") && Contains("肆万柒仟肆佰零玖元玖角贰分"));
  }
}

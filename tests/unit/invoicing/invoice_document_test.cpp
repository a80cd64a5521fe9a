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

std::string rendered(const InvoiceDocument& invoice, DocumentLanguage language) {
  auto file = render_invoice(invoice, language);
  INFO((file ? std::string("rendered") : file.error().message));
  REQUIRE(file);
  return *file;
}

void check_holds(const std::string& text, const std::vector<std::string>& values) {
  for (const auto& value : values) CHECK_THAT(text, Contains(squeezed(value)));
}

const std::vector<std::string> kValues = {
    "033002100611", "24332000000012345678", "临江县红星机械制造有限责任公司", "91330100MA27Y5XN3A", "浙江省临江县城关镇人民路128号", "0571-88880000",
    "中国工商银行临江支行", "1202020409900012345", "国网浙江省电力有限公司临江县供电公司", "91330100143050217T", "中国农业银行临江支行", "19045101040012345",
    "*供电*大工业电费（1-10千伏）", "两部制分时", "千瓦时", "48120", "0.59286875", "28528.84", "13%", "3708.75", "*供电*基本电费", "千伏安", "315", "9450.00", "1228.50",
    "政府性基金代收", "123.45", "¥38102.29", "¥4937.25", "肆万叁仟零叁拾玖元伍角肆分", "¥43039.54", "户号 1000004521 电费年月 2027-01", "周敏", "陈静", "林伟"};

}  // namespace

TEST_CASE("an invoice says everything, in every language", "[invoicing][documents]") {
  for (const auto language : {kZh, kEn, kBoth}) {
    const auto file = rendered(examples::invoice(), language);
    check_holds(squeezed(text_of(file)), kValues);
    CHECK(pages_of(file) == 1);
    CHECK(size_of(file) == "595.276 x 396.85 pts");
    CHECK(file == rendered(examples::invoice(), language));
  }
  const auto chinese = rendered(examples::invoice(), kZh);
  check_holds(squeezed(text_of(chinese)), {"电子发票（普通发票）", "发票代码：033002100611", "发票号码：24332000000012345678", "开票日期：2027年01月31日", "免税", "价税合计（大写）",
                                           "（小写）：¥43039.54", "开票人：林伟"});
  CHECK_THAT(info_of(chinese), Contains("电子发票（普通发票） 24332000000012345678"));
  const auto english = text_of(rendered(examples::invoice(), kEn));
  check_holds(squeezed(english), {"Electronic invoice (ordinary)", "Number: 24332000000012345678", "Date: 2027-01-31", "exempt", "Tax ID: 91330100MA27Y5XN3A",
                                  "In figures: ¥43039.54", "Drawer: 林伟", "Buyer", "Seller"});
  CHECK_THAT(english, !Contains("发票") && !Contains("税率") && !Contains("免税") && !Contains("合计"));
  check_holds(squeezed(text_of(rendered(examples::invoice(), kBoth))), {"发票号码 Number：24332000000012345678", "合计 Total", "Remarks", "纳税人识别号 Tax ID"});
}

TEST_CASE("an invoice to a person leaves out what a person has not", "[invoicing][documents]") {
  const auto text = text_of(rendered(examples::plain_invoice(), kZh));
  check_holds(squeezed(text), {"名称：王小明", "纳税人识别号：", "*供电*电费", "148.79", "19.34", "¥168.13", "壹佰陆拾捌元壹角叁分"});
  CHECK_THAT(text, !Contains("发票代码") && !Contains("地址") && !Contains("开户行") && !Contains("红字") && !Contains("开票人"));
}

TEST_CASE("a red-letter invoice is red and names the one that it reverses", "[invoicing][documents]") {
  const auto file = rendered(examples::red_invoice(), kZh);
  check_holds(squeezed(text_of(file)), {"红字发票", "发票号码：24332000000012345679", "对应蓝字发票号码：24332000000012345678", "对应正数（蓝字）发票号码：24332000000012345678",
                                        "-48120", "-28528.84", "-¥38102.29", "-¥43039.54", "负肆万叁仟零叁拾玖元伍角肆分", "户号 1000004521"});
  check_holds(squeezed(text_of(rendered(examples::red_invoice(), kEn))), {"Red-letter (credit) invoice", "Reverses invoice number: 24332000000012345678"});
}

TEST_CASE("both codes of an invoice are read from its page", "[invoicing][documents]") {
  for (const auto& invoice : {examples::invoice(), examples::red_invoice()}) {
    const auto picture = picture_of(rendered(invoice, kBoth), 300);
    const ZXing::ImageView view(picture.grey.data(), picture.width, picture.height, ZXing::ImageFormat::Lum);
    CHECK(ZXing::ReadBarcode(view, ZXing::DecodeHints().setFormats(ZXing::BarcodeFormat::Code128)).text() == invoice.number);
    CHECK(ZXing::ReadBarcode(view, ZXing::DecodeHints().setFormats(ZXing::BarcodeFormat::QRCode)).text() == invoice.verification);
  }
}

TEST_CASE("a long invoice goes on over pages and loses nothing", "[invoicing][documents]") {
  const auto invoice = examples::long_invoice();
  for (const auto language : {kZh, kEn, kBoth}) {
    const auto file = rendered(invoice, language);
    const int pages = pages_of(file);
    CHECK(pages == 3);
    const auto text = squeezed(text_of(file));
    for (const auto& line : invoice.lines) CHECK_THAT(text, Contains(format_yuan(line.amount)));
    for (int i = 1; i <= 40; ++i)
      if (i != 6) CHECK_THAT(text, Contains("*供电*电费第" + std::to_string(i) + "项"));
    check_holds(text, {"123456789012345.678", "90071992547409.92", "¥90071992551318.05", "¥90071992699668.05", "股份有限公司",
                       language == kEn ? "page 3 of 3" : "第 3 页 共 3 页"});
  }
}

TEST_CASE("an invoice that cannot be printed says why", "[invoicing][documents]") {
  auto invoice = examples::plain_invoice();
  invoice.lines.clear();
  CHECK(render_invoice(invoice, kZh).error().message == "expected an invoice to have lines but 24332000000012345678 has none");
  invoice = examples::plain_invoice();
  invoice.number = "";
  CHECK(render_invoice(invoice, kZh).error().code == "documents.barcode_text");
  invoice = examples::plain_invoice();
  invoice.verification = std::string(4000, 'x');
  CHECK(render_invoice(invoice, kZh).error().code == "documents.barcode_text");
}

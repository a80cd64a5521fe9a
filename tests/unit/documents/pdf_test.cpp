#define ZX_USE_UTF8 1
#include <ZXing/ReadBarcode.h>

#include <catch2/catch.hpp>

#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>

#include <thread>

#include "mis/documents/pdf.hpp"
#include "mis/documents/pdf_table.hpp"
#include "tests/unit/documents/pdf_reader.hpp"

using namespace mis;
using namespace mis::documents;
using namespace pdf_reader;
using Catch::Matchers::Contains;

namespace {

PdfOptions options() { return {.width_mm = 100, .height_mm = 50, .title = "电费收据 1", .author = "Watthour 电力公司", .created = *Instant::parse("2027-01-31T08:00:00Z")}; }

std::string small_document() {
  PdfDocument pdf(options());
  pdf.add_page();
  pdf.text({5, 5, 90}, "电费收据 ¥860.13 Office", {.size_pt = 12, .font = Font::kBold});
  pdf.text({5, 15, 90}, "户号 1000000018", {.font = Font::kMono});
  pdf.line({.x1 = 5, .y1 = 30, .x2 = 95, .y2 = 30});
  pdf.frame({5, 32, 90, 10});
  pdf.barcode({5, 33, 60, 8}, *code128("SJ001"));
  return *pdf.finish();
}

}  // namespace

TEST_CASE("Chinese and Latin text, type and metadata are what a reader of PDF finds", "[documents]") {
  const auto file = small_document();
  const auto text = text_of(file);
  CHECK_THAT(text, Contains("电费收据 ¥860.13 Office"));
  CHECK_THAT(text, Contains("户号 1000000018"));
  const auto info = info_of(file);
  CHECK_THAT(info, Contains("电费收据 1"));
  CHECK_THAT(info, Contains("Watthour 电力公司"));
  CHECK_THAT(info, Contains("Sun Jan 31 08:00:00 2027 UTC"));
  CHECK(pages_of(file) == 1);
  CHECK(size_of(file) == "283.465 x 141.732 pts");
  // Every font is embedded as a subset with its way back to characters: "emb sub uni" are three times yes.
  const auto fonts = fonts_of(file);
  CHECK_THAT(fonts, Contains("yes yes yes"));
  CHECK_THAT(fonts, !Contains(" no "));
  CHECK(file.size() < 60'000);
}

TEST_CASE("the same document is the same bytes, in whichever thread", "[documents]") {
  const auto first = small_document();
  std::vector<std::string> files(8);
  std::vector<std::thread> threads;
  for (auto& file : files)
    threads.emplace_back([&file] { for (int i = 0; i < 5; ++i) file = small_document(); });
  for (auto& thread : threads) thread.join();
  for (const auto& file : files) CHECK((file == first));
}

TEST_CASE("text wraps, shrinks or is cut as its style says", "[documents]") {
  PdfDocument pdf(options());
  pdf.add_page();
  const std::string name = "杭州市西湖区某某某某某某某某某某某某有限责任公司第二分公司";
  const double line = pdf.text_height(500, name);
  CHECK(pdf.text_height(40, name) > 2.9 * line);
  CHECK(pdf.text({5, 2, 40}, name) == pdf.text_height(40, name));
  CHECK(pdf.text_height(40, name, {.fit = Fit::kEllipsis}) == Approx(line));
  CHECK(pdf.text_height(40, name, {.fit = Fit::kShrink}) < 0.7 * line);
  CHECK(pdf.text_height(500, name, {.fit = Fit::kShrink}) == Approx(line));
  CHECK(pdf.text_height(40, "") == 0);
  CHECK(pdf.text_width("00", {}) == Approx(2 * pdf.text_width("0", {})).epsilon(0.01));
  pdf.text({50, 2, 40}, "90071992547409.92", {.size_pt = 30, .fit = Fit::kShrink});
  pdf.text({50, 20, 20}, name, {.fit = Fit::kEllipsis});
  const auto text = text_of(*pdf.finish());
  CHECK_THAT(text, Contains("90071992547409.92"));
  // What was cut is behind the "…" for whoever searches or copies.
  CHECK_THAT(text, Contains(name));
}

TEST_CASE("what is no text does no harm", "[documents]") {
  PdfDocument pdf(options());
  pdf.add_page();
  using namespace std::string_literals;
  pdf.text({5, 5, 90}, "before\xff\xfe behind\t\x01 and on"s);
  pdf.text({5, 15, 90}, "a\0b"s, {.fit = Fit::kShrink});
  pdf.text({5, 25, 90}, "two\nlines", {.fit = Fit::kEllipsis});
  pdf.text({5, 35, 0.001}, "no room", {.fit = Fit::kShrink});
  // In no font of this machine, perhaps, and yet a name: Chinese is there, so the document is.
  pdf.text({5, 40, 90}, "𠮷田 龘");
  const auto file = pdf.finish();
  REQUIRE(file);
  CHECK_THAT(squeezed(text_of(*file)), Contains("before") && Contains("behindandon") && Contains("twolines") && Contains("noroom") && Contains("田龘"));
}

TEST_CASE("where no font covers Chinese the document says so instead of drawing boxes", "[documents]") {
  // A font map belongs to its thread, so this one can be without.
  std::string message, code, latin;
  std::thread([&] {
    auto* fonts = FcConfigCreate();
    auto* all = FcConfigGetFonts(FcConfigGetCurrent(), FcSetSystem);
    for (int i = 0; i < all->nfont; ++i) {
      FcChar8* file = nullptr;
      FcCharSet* characters = nullptr;
      FcPatternGetString(all->fonts[i], FC_FILE, 0, &file);
      if (FcPatternGetCharSet(all->fonts[i], FC_CHARSET, 0, &characters) == FcResultMatch && !FcCharSetHasChar(characters, U'电') &&
          FcCharSetHasChar(characters, U'a'))
        FcConfigAppFontAddFile(fonts, file);
    }
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(pango_cairo_font_map_get_default()), fonts);
    PdfDocument chinese(options());
    chinese.add_page();
    chinese.text({5, 5, 90}, "户号 1000000018");
    const auto failed = chinese.finish();
    if (!failed) {
      code = failed.error().code;
      message = failed.error().message;
    }
    PdfDocument english(options());
    english.add_page();
    english.text({5, 5, 90}, "Account 1000000018");
    if (auto file = english.finish()) latin = *file;
    FcConfigDestroy(fonts);
  }).join();
  CHECK(code == "documents.no_chinese_font");
  CHECK_THAT(message, Contains("expected a font that covers Chinese") && Contains("fonts-wqy-zenhei"));
  REQUIRE_FALSE(latin.empty());
  CHECK_THAT(text_of(latin), Contains("Account 1000000018"));
}

TEST_CASE("a table goes on over pages, each with its head, and every page knows how many there are", "[documents]") {
  PdfDocument pdf({.width_mm = 210, .height_mm = 148, .title = "t", .author = "a", .created = {}});
  pdf.add_page();
  PdfTable table(pdf, {{"日期", 40}, {"摘要", 90}, {"金额", 50, Align::kRight, Fit::kShrink}}, {}, {15, 20, 130}, [&] { pdf.add_page(); return 20.0; });
  for (int i = 1; i <= 60; ++i) table.row({"2027-01-" + std::to_string(i), i == 30 ? std::string(300, 'w') : "电费", std::to_string(i) + ".00"});
  table.take(15);
  const int pages = pdf.pages();
  const auto file = pdf.finish([&](int page, int of) {
    pdf.text({15, 138, 180}, "第 " + std::to_string(page) + " 页 共 " + std::to_string(of) + " 页", {.align = Align::kCenter});
  });
  REQUIRE(file);
  CHECK(pages == 4);
  CHECK(pages_of(*file) == pages);
  const auto text = text_of(*file);
  for (int i = 1; i <= 60; ++i) CHECK_THAT(text, Contains("2027-01-" + std::to_string(i)) && Contains(std::to_string(i) + ".00"));
  std::size_t heads = 0;
  for (auto at = text.find("摘要"); at != std::string::npos; at = text.find("摘要", at + 1)) ++heads;
  CHECK(heads == 4);
  for (int page = 1; page <= pages; ++page) CHECK_THAT(squeezed(text), Contains("第" + std::to_string(page) + "页共4页"));
}

TEST_CASE("a roll ends where its content does", "[documents]") {
  PdfDocument pdf({.width_mm = 80, .height_mm = 1000, .title = "t", .author = "a", .created = {}});
  pdf.add_page();
  const double height = pdf.text({4, 4, 72}, "电费收据") + 8;
  pdf.set_page_height(height);
  CHECK(pdf.height_mm() == height);
  CHECK_THAT(size_of(*pdf.finish()), Contains("226.772 x ") && !Contains("2834"));
}

TEST_CASE("bar codes are read from the printed page", "[documents]") {
  PdfDocument pdf(options());
  pdf.add_page();
  pdf.barcode({5, 5, 50, 12}, *code128("SJ20270131000123"));
  pdf.barcode({65, 5, 25, 25}, *qr_code("发票 033002100611 ¥860.13"));
  // 203 dots an inch is what a thermal printer has.
  const auto picture = picture_of(*pdf.finish(), 203);
  const ZXing::ImageView view(picture.grey.data(), picture.width, picture.height, ZXing::ImageFormat::Lum);
  CHECK(ZXing::ReadBarcode(view, ZXing::DecodeHints().setFormats(ZXing::BarcodeFormat::Code128)).text() == "SJ20270131000123");
  CHECK(ZXing::ReadBarcode(view, ZXing::DecodeHints().setFormats(ZXing::BarcodeFormat::QRCode)).text() == "发票 033002100611 ¥860.13");
}

#define ZX_USE_UTF8 1
#include <ZXing/ReadBarcode.h>

#include <catch2/catch.hpp>

#include "mis/documents/barcode.hpp"

using namespace mis::documents;

namespace {

// A picture as a scanner sees it: three pixels a module, the quiet zone light, a linear code drawn tall.
std::string read_back(const ModuleMatrix& matrix, ZXing::BarcodeFormat format) {
  constexpr int kPixels = 3;
  const int rows = matrix.linear() ? 20 : matrix.height;
  const int width = (matrix.width + 2 * matrix.quiet) * kPixels;
  const int height = (rows + 2 * matrix.quiet) * kPixels;
  std::vector<std::uint8_t> picture(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 255);
  for (int y = 0; y < rows * kPixels; ++y)
    for (int x = 0; x < matrix.width * kPixels; ++x)
      if (matrix.at(x / kPixels, matrix.linear() ? 0 : y / kPixels))
        picture[static_cast<std::size_t>((y + matrix.quiet * kPixels) * width + x + matrix.quiet * kPixels)] = 0;
  const auto result = ZXing::ReadBarcode({picture.data(), width, height, ZXing::ImageFormat::Lum}, ZXing::DecodeHints().setFormats(format));
  return result.isValid() ? result.text() : "unreadable";
}

}  // namespace

TEST_CASE("Code 128 is read back", "[documents]") {
  for (const std::string text : {"1", "SJ20270131000123", "033002100611", "3201250000000123456789", "a b~{}\"!", "Receipt-1/2",
                                 "12345678901234567890123456789012345678901234567890123456789012345678901234567890"}) {
    CAPTURE(text);
    const auto matrix = code128(text);
    REQUIRE(matrix);
    CHECK(matrix->linear());
    CHECK(matrix->quiet == 10);
    CHECK(read_back(*matrix, ZXing::BarcodeFormat::Code128) == text);
  }
  // Pairs of digits share a symbol (code set C), so that a 24-digit asset number still fits a label: start, 12 pairs, check, stop.
  CHECK(code128("123456789012345678901234")->width == 11 * 14 + 13);
}

TEST_CASE("Code 128 says what it cannot hold", "[documents]") {
  CHECK(code128("").error().message == "expected 1 to 80 characters for Code 128 but found 0");
  CHECK(code128(std::string(81, '1')).error().message == "expected 1 to 80 characters for Code 128 but found 81");
  const auto chinese = code128("No 电");
  REQUIRE_FALSE(chinese);
  CHECK(chinese.error().code == "documents.barcode_text");
  CHECK(chinese.error().message == "expected printable ASCII for Code 128 but found another character at position 4 of No 电");
  CHECK_FALSE(code128("a\nb"));
}

TEST_CASE("QR codes are read back, Chinese included, at every correction", "[documents]") {
  for (const auto correction : {QrCorrection::kLow, QrCorrection::kMedium, QrCorrection::kQuartile, QrCorrection::kHigh})
    for (const std::string text : {"1", "01,10,033002100611,12345678,860.13,20270131,12345678901234567890,ABCD,", "https://example.org/i?n=1&c=A",
                                   "发票号码 12345678 金额 ¥860.13 壹拾万零柒佰元整"}) {
      CAPTURE(text, static_cast<int>(correction));
      const auto matrix = qr_code(text, correction);
      REQUIRE(matrix);
      CHECK(matrix->width == matrix->height);
      CHECK(matrix->quiet == 4);
      CHECK(read_back(*matrix, ZXing::BarcodeFormat::QRCode) == text);
    }
  CHECK(qr_code(std::string(200, 'x'), QrCorrection::kHigh)->width > qr_code(std::string(200, 'x'), QrCorrection::kLow)->width);
}

TEST_CASE("a QR code says what it cannot hold", "[documents]") {
  CHECK(qr_code("").error().message == "expected text for a QR code but found none");
  const auto long_text = qr_code(std::string(3000, 'x'), QrCorrection::kLow);
  REQUIRE_FALSE(long_text);
  CHECK(long_text.error().code == "documents.barcode_text");
  CHECK(long_text.error().message.find("expected text that a QR code can hold but found 3000 bytes") == 0);
}

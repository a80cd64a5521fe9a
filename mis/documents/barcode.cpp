#include "mis/documents/barcode.hpp"

#include <algorithm>
#include <exception>
#include <string>

#include <ZXing/BitMatrix.h>
#include <ZXing/MultiFormatWriter.h>

namespace mis::documents {
namespace {

constexpr std::size_t kLongestCode128 = 80;

Error unfit(std::string message) { return invalid("documents.barcode_text", std::move(message)); }

ModuleMatrix copy_of(const ZXing::BitMatrix& bits, int rows, int quiet) {
  ModuleMatrix matrix{bits.width(), rows, quiet, {}};
  matrix.dark.reserve(static_cast<std::size_t>(matrix.width) * static_cast<std::size_t>(rows));
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < matrix.width; ++x) matrix.dark.push_back(bits.get(x, y));
  return matrix;
}

}  // namespace

Result<ModuleMatrix> code128(std::string_view text) {
  if (text.empty() || text.size() > kLongestCode128)
    return unfit("expected 1 to 80 characters for Code 128 but found " + std::to_string(text.size()));
  const auto wrong = std::find_if(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; });
  if (wrong != text.end())
    return unfit("expected printable ASCII for Code 128 but found another character at position " + std::to_string(wrong - text.begin() + 1) + " of " +
                 std::string(text));
  // The library throws where it cannot encode, which the checks above leave no reason for.
  try {
    return copy_of(ZXing::MultiFormatWriter(ZXing::BarcodeFormat::Code128).setMargin(0).encode(std::string(text), 0, 0), 1, 10);
  } catch (const std::exception& e) {
    return unfit("expected text that Code 128 can hold but found " + std::string(text) + " (" + e.what() + ")");
  }
}

Result<ModuleMatrix> qr_code(std::string_view text, QrCorrection correction) {
  if (text.empty()) return unfit("expected text for a QR code but found none");
  const auto level = [&] {
    switch (correction) {
      case QrCorrection::kLow: return 1;
      case QrCorrection::kMedium: return 3;
      case QrCorrection::kQuartile: return 5;
      case QrCorrection::kHigh: return 8;
    }
    return 8;
  }();
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  try {
    ZXing::MultiFormatWriter writer(ZXing::BarcodeFormat::QRCode);
    writer.setMargin(0).setEccLevel(level);
    // Announcing UTF-8 where nothing needs it would trouble old scanners.
    if (!ascii) writer.setEncoding(ZXing::CharacterSet::UTF8);
    const auto bits = writer.encode(std::string(text), 0, 0);
    return copy_of(bits, bits.height(), 4);
  } catch (const std::exception& e) {
    return unfit("expected text that a QR code can hold but found " + std::to_string(text.size()) + " bytes (" + e.what() + ")");
  }
}

}  // namespace mis::documents

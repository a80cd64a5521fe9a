// Bar codes as modules, the smallest squares or bars that are dark or light: Code 128 and QR. Drawing them is the PDF's
// (`PdfDocument::barcode`); reading pictures of codes is not for this room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "mis/base/result.hpp"

namespace mis::documents {

// Row by row from the top, without the quiet zone, which `quiet` tells in modules: whoever draws must leave it light.
struct ModuleMatrix {
  int width = 0;
  int height = 0;
  int quiet = 0;
  std::vector<bool> dark;

  bool at(int x, int y) const { return dark[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)]; }
  bool linear() const { return height == 1; }
};

// 1 to 80 printable ASCII characters (ISO/IEC 15417). The matrix has one row.
// Errors: documents.barcode_text.
Result<ModuleMatrix> code128(std::string_view text);

// How much of a QR code may be lost before it cannot be read (ISO/IEC 18004): about 7, 15, 25 and 30 %.
enum class QrCorrection : std::uint8_t { kLow, kMedium, kQuartile, kHigh };

// UTF-8 text, Chinese included; what the largest QR code does not hold is an error.
// Errors: documents.barcode_text.
Result<ModuleMatrix> qr_code(std::string_view text, QrCorrection correction = QrCorrection::kMedium);

}  // namespace mis::documents

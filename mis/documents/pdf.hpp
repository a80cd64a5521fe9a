// PDF pages to draw on: text in Chinese and Latin, lines, rectangles, bar codes; any number of pages, headers and footers that
// know how many there are. For documents that are drawn by what they mean (`modules/invoicing/documents`); not for pictures,
// forms or signatures.
//
// All places are millimetres from the upper left corner of the page, sizes of type are points. Fonts are those of the machine
// (fontconfig) and embedded as subsets. The same calls give the same bytes: the time of creation is an argument.
//
// A document belongs to one thread at a time; several threads may each make their own at once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/documents/barcode.hpp"

namespace mis::documents {

enum class Font : std::uint8_t { kRegular, kBold, kMono };
enum class Align : std::uint8_t { kLeft, kCenter, kRight };
enum class Color : std::uint8_t { kBlack, kGrey, kRed };

// What becomes of text that is wider than its place: kWrap takes further lines, kShrink makes the type of its one line smaller
// until nothing is cut (for amounts and numbers), kEllipsis cuts the one line and shows that by "…".
enum class Fit : std::uint8_t { kWrap, kShrink, kEllipsis };

struct TextStyle {
  double size_pt = 9;
  Font font = Font::kRegular;
  Align align = Align::kLeft;
  Fit fit = Fit::kWrap;
  Color color = Color::kBlack;
};

// The upper left corner of a text and the width that it may take.
struct Place { double x, y, width; };
struct Box { double x, y, width, height; };
struct Stroke { double x1, y1, x2, y2, thickness = 0.2; bool dashed = false; Color color = Color::kBlack; };

struct PdfOptions {
  double width_mm = 210;
  double height_mm = 297;
  std::string title;   // what a reader's window and a search show
  std::string author;
  Instant created;
};

class PdfDocument {
 public:
  explicit PdfDocument(PdfOptions options);
  ~PdfDocument();
  PdfDocument(PdfDocument&&) noexcept;
  PdfDocument& operator=(PdfDocument&&) noexcept;

  double width_mm() const;
  double height_mm() const;  // of the present page
  int pages() const;

  // Begins the next page; there is none at first, and all drawing is on the last one.
  void add_page();
  // Cuts the present page to this height: a roll ends where its content does.
  void set_page_height(double height_mm);

  // Draws and returns the height that the text took. Bytes that are no UTF-8 are drawn as replacement characters.
  double text(Place place, std::string_view text, const TextStyle& style = {});
  double text_height(double width_mm, std::string_view text, const TextStyle& style = {}) const;
  // The width of the text in one line.
  double text_width(std::string_view text, const TextStyle& style = {}) const;

  void line(const Stroke& stroke);
  void frame(const Box& box, double thickness_mm = 0.2, Color color = Color::kBlack);
  // A light grey ground, to be drawn before what stands on it.
  void shade(const Box& box);
  // As large as the box allows with its quiet zone inside, in the middle; a linear code is as tall as the box.
  void barcode(const Box& box, const ModuleMatrix& matrix);

  // Calls `furniture` for every page with its number and their number, for headers and footers: it draws with the methods above.
  // Then gives the file. The document is spent afterwards.
  // Errors: documents.no_chinese_font where Chinese was drawn and no font of this machine covers it, documents.pdf_failed.
  Result<std::string> finish(const std::function<void(int page, int pages)>& furniture = {});

 private:
  struct Content;
  std::unique_ptr<Content> content_;
};

}  // namespace mis::documents

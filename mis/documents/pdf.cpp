#include "mis/documents/pdf.hpp"

#include <algorithm>
#include <cassert>
#include <exception>
#include <utility>
#include <variant>
#include <vector>

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

namespace mis::documents {
namespace {

constexpr double kPointsPerMm = 72.0 / 25.4;

// Of several families the first that has the character draws it.
const char* families_of(Font font) {
  switch (font) {
    case Font::kRegular:
    case Font::kBold: return "WenQuanYi Zen Hei,Noto Sans CJK SC,sans-serif";
    case Font::kMono: return "WenQuanYi Zen Hei Mono,Noto Sans Mono CJK SC,DejaVu Sans Mono,monospace";
  }
  return "sans-serif";
}

template <auto release>
struct Releaser {
  template <class T>
  void operator()(T* object) const { release(object); }
};
using Layout = std::unique_ptr<PangoLayout, Releaser<g_object_unref>>;
using Context = std::unique_ptr<PangoContext, Releaser<g_object_unref>>;
using Surface = std::unique_ptr<cairo_surface_t, Releaser<cairo_surface_destroy>>;
using Canvas = std::unique_ptr<cairo_t, Releaser<cairo_destroy>>;

void set_color(cairo_t* canvas, Color color) {
  switch (color) {
    case Color::kBlack: return cairo_set_source_rgb(canvas, 0, 0, 0);
    case Color::kGrey: return cairo_set_source_rgb(canvas, 0.4, 0.4, 0.4);
    case Color::kRed: return cairo_set_source_rgb(canvas, 0.8, 0, 0);
  }
}

// Text lies in a layout that was made when its place was reckoned, so it is shaped once.
struct TextMark { Layout layout; double x, y; Color color; };
struct FrameMark { Box box; double thickness; Color color; };
struct ShadeMark { Box box; };
struct BarcodeMark { Box box; ModuleMatrix matrix; };
using Mark = std::variant<TextMark, Stroke, FrameMark, ShadeMark, BarcodeMark>;

struct Page {
  double height_mm;
  std::vector<Mark> marks;
};

void draw(cairo_t* canvas, const TextMark& mark) {
  set_color(canvas, mark.color);
  cairo_move_to(canvas, mark.x * kPointsPerMm, mark.y * kPointsPerMm);
  pango_cairo_show_layout(canvas, mark.layout.get());
}

void draw(cairo_t* canvas, const Stroke& stroke) {
  static constexpr double kDash[] = {0.8 * kPointsPerMm};
  set_color(canvas, stroke.color);
  cairo_set_dash(canvas, kDash, stroke.dashed ? 1 : 0, 0);
  cairo_set_line_width(canvas, stroke.thickness * kPointsPerMm);
  cairo_move_to(canvas, stroke.x1 * kPointsPerMm, stroke.y1 * kPointsPerMm);
  cairo_line_to(canvas, stroke.x2 * kPointsPerMm, stroke.y2 * kPointsPerMm);
  cairo_stroke(canvas);
}

void trace(cairo_t* canvas, const Box& box) {
  cairo_rectangle(canvas, box.x * kPointsPerMm, box.y * kPointsPerMm, box.width * kPointsPerMm, box.height * kPointsPerMm);
}

void draw(cairo_t* canvas, const FrameMark& mark) {
  set_color(canvas, mark.color);
  cairo_set_dash(canvas, nullptr, 0, 0);
  cairo_set_line_width(canvas, mark.thickness * kPointsPerMm);
  trace(canvas, mark.box);
  cairo_stroke(canvas);
}

void draw(cairo_t* canvas, const ShadeMark& mark) {
  cairo_set_source_rgb(canvas, 0.93, 0.93, 0.93);
  trace(canvas, mark.box);
  cairo_fill(canvas);
}

// Dark modules side by side become one rectangle: seams between them would be drawn as thin light lines by some readers.
void draw(cairo_t* canvas, const BarcodeMark& mark) {
  const auto& matrix = mark.matrix;
  const double across = matrix.width + 2.0 * matrix.quiet;
  double module_x = mark.box.width / across;
  double module_y = mark.box.height;
  if (!matrix.linear()) module_x = module_y = std::min(module_x, mark.box.height / (matrix.height + 2.0 * matrix.quiet));
  const double left = mark.box.x + (mark.box.width - matrix.width * module_x) / 2;
  const double top = mark.box.y + (mark.box.height - matrix.height * module_y) / 2;
  for (int y = 0; y < matrix.height; ++y)
    for (int x = 0; x < matrix.width; ++x) {
      if (!matrix.at(x, y)) continue;
      const int from = x;
      while (x + 1 < matrix.width && matrix.at(x + 1, y)) ++x;
      trace(canvas, {left + from * module_x, top + y * module_y, (x + 1 - from) * module_x, module_y});
    }
  cairo_set_source_rgb(canvas, 0, 0, 0);
  cairo_fill(canvas);
}

// The font map is the thread's own: Pango's are not to be shared, and to make one anew for every document would read all
// fonts anew.
Context make_context() {
  Context context(pango_font_map_create_context(pango_cairo_font_map_get_default()));
  pango_cairo_context_set_resolution(context.get(), 72);
  // Han characters have the forms that readers in China expect, whatever the server's locale.
  pango_context_set_language(context.get(), pango_language_from_string("zh-cn"));
  // Nothing is fitted to the pixels of a screen, so that a text is as wide on paper as it was reckoned.
  auto* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options(context.get(), options);
  cairo_font_options_destroy(options);
  pango_context_set_round_glyph_positions(context.get(), FALSE);
  return context;
}

// Valid UTF-8 without control characters other than the line break: a tab or a bell from a keyboard is no glyph.
std::string clean(std::string_view text) {
  auto* valid = g_utf8_make_valid(text.data(), static_cast<gssize>(text.size()));
  std::string result(valid);
  g_free(valid);
  std::replace_if(result.begin(), result.end(), [](char c) { return (c >= 0 && c < ' ' && c != '\n') || c == '\x7f'; }, ' ');
  return result;
}

bool has_han(const char* text) {
  for (; *text != '\0'; text = g_utf8_next_char(text))
    if (g_unichar_get_script(g_utf8_get_char(text)) == G_UNICODE_SCRIPT_HAN) return true;
  return false;
}

// A rare character of a name may be in no font and is drawn as a box with its number; a machine without any Chinese font is
// another matter, which these characters of every document tell.
bool covers_chinese(PangoContext* context) {
  const Layout probe(pango_layout_new(context));
  auto* description = pango_font_description_from_string(families_of(Font::kRegular));
  pango_layout_set_font_description(probe.get(), description);
  pango_font_description_free(description);
  pango_layout_set_text(probe.get(), "电费收据发票", -1);
  return pango_layout_get_unknown_glyphs_count(probe.get()) == 0;
}

}  // namespace

struct PdfDocument::Content {
  PdfOptions options;
  Context context = make_context();
  std::vector<Page> pages;
  std::size_t present = 0;
  bool lacks_chinese = false;

  Page& page() {
    assert(!pages.empty() && "expected add_page before anything is drawn");
    return pages[present];
  }

  Layout layout(double width_mm, std::string_view text, const TextStyle& style) const {
    Layout layout(pango_layout_new(context.get()));
    auto* description = pango_font_description_from_string(families_of(style.font));
    pango_font_description_set_size(description, static_cast<gint>(style.size_pt * PANGO_SCALE));
    if (style.font == Font::kBold) pango_font_description_set_weight(description, PANGO_WEIGHT_BOLD);
    pango_layout_set_font_description(layout.get(), description);
    const auto cleaned = clean(text);
    pango_layout_set_text(layout.get(), cleaned.data(), static_cast<int>(cleaned.size()));
    if (style.font == Font::kBold) {
      // A font without a bold face is drawn with thicker strokes at the same widths; a little air keeps digits apart.
      auto* attributes = pango_attr_list_new();
      pango_attr_list_insert(attributes, pango_attr_letter_spacing_new(static_cast<int>(style.size_pt * PANGO_SCALE / 30)));
      pango_layout_set_attributes(layout.get(), attributes);
      pango_attr_list_unref(attributes);
    }
    const int width = std::max(static_cast<int>(width_mm * kPointsPerMm * PANGO_SCALE), 1);
    if (style.fit != Fit::kWrap) pango_layout_set_single_paragraph_mode(layout.get(), TRUE);
    if (style.fit == Fit::kShrink) {
      // Widths grow with the size, nearly in proportion; the few steps are for what rounding leaves.
      int natural = 0;
      double size = style.size_pt;
      for (int step = 0; step < 4; ++step) {
        pango_layout_get_size(layout.get(), &natural, nullptr);
        if (natural <= width) break;
        size *= static_cast<double>(width) / natural * (step == 0 ? 1.0 : 0.98);
        pango_font_description_set_size(description, std::max(static_cast<gint>(size * PANGO_SCALE), 1));
        pango_layout_set_font_description(layout.get(), description);
      }
    }
    pango_font_description_free(description);
    pango_layout_set_width(layout.get(), width);
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    if (style.fit == Fit::kEllipsis) pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
    // A line that Pango thinks a hair too wide would be broken after all.
    if (style.fit == Fit::kShrink) pango_layout_set_width(layout.get(), width + PANGO_SCALE / 2);
    switch (style.align) {
      case Align::kLeft: pango_layout_set_alignment(layout.get(), PANGO_ALIGN_LEFT); break;
      case Align::kCenter: pango_layout_set_alignment(layout.get(), PANGO_ALIGN_CENTER); break;
      case Align::kRight: pango_layout_set_alignment(layout.get(), PANGO_ALIGN_RIGHT); break;
    }
    return layout;
  }
};

namespace {

double height_of(PangoLayout* layout) {
  int height = 0;
  pango_layout_get_size(layout, nullptr, &height);
  return static_cast<double>(height) / PANGO_SCALE / kPointsPerMm;
}

cairo_status_t append_bytes(void* file, const unsigned char* bytes, unsigned int size) {
  try {
    static_cast<std::string*>(file)->append(reinterpret_cast<const char*>(bytes), size);
    return CAIRO_STATUS_SUCCESS;
  } catch (const std::exception&) {  // no memory; Cairo is C and must not see it fly past
    return CAIRO_STATUS_NO_MEMORY;
  }
}

}  // namespace

PdfDocument::PdfDocument(PdfOptions options) : content_(std::make_unique<Content>()) { content_->options = std::move(options); }
PdfDocument::~PdfDocument() = default;
PdfDocument::PdfDocument(PdfDocument&&) noexcept = default;
PdfDocument& PdfDocument::operator=(PdfDocument&&) noexcept = default;

double PdfDocument::width_mm() const { return content_->options.width_mm; }
double PdfDocument::height_mm() const { return content_->pages.empty() ? content_->options.height_mm : content_->page().height_mm; }
int PdfDocument::pages() const { return static_cast<int>(content_->pages.size()); }

void PdfDocument::add_page() {
  content_->pages.push_back({content_->options.height_mm, {}});
  content_->present = content_->pages.size() - 1;
}

void PdfDocument::set_page_height(double height_mm) { content_->page().height_mm = height_mm; }

double PdfDocument::text(Place place, std::string_view text, const TextStyle& style) {
  if (text.empty()) return 0;
  auto layout = content_->layout(place.width, text, style);
  if (!content_->lacks_chinese && pango_layout_get_unknown_glyphs_count(layout.get()) > 0 && has_han(pango_layout_get_text(layout.get())))
    content_->lacks_chinese = !covers_chinese(content_->context.get());
  const auto height = height_of(layout.get());
  content_->page().marks.emplace_back(TextMark{std::move(layout), place.x, place.y, style.color});
  return height;
}

double PdfDocument::text_height(double width_mm, std::string_view text, const TextStyle& style) const {
  return text.empty() ? 0 : height_of(content_->layout(width_mm, text, style).get());
}

double PdfDocument::text_width(std::string_view text, const TextStyle& style) const {
  // Measured as one line of any length, whatever the style would make of it.
  auto natural = style;
  natural.fit = Fit::kWrap;
  const auto layout = content_->layout(1, text, natural);
  pango_layout_set_width(layout.get(), -1);
  int width = 0;
  pango_layout_get_size(layout.get(), &width, nullptr);
  return static_cast<double>(width) / PANGO_SCALE / kPointsPerMm;
}

void PdfDocument::line(const Stroke& stroke) { content_->page().marks.emplace_back(stroke); }
void PdfDocument::frame(const Box& box, double thickness_mm, Color color) { content_->page().marks.emplace_back(FrameMark{box, thickness_mm, color}); }
void PdfDocument::shade(const Box& box) { content_->page().marks.emplace_back(ShadeMark{box}); }
void PdfDocument::barcode(const Box& box, const ModuleMatrix& matrix) { content_->page().marks.emplace_back(BarcodeMark{box, matrix}); }

Result<std::string> PdfDocument::finish(const std::function<void(int page, int pages)>& furniture) {
  auto& content = *content_;
  if (content.pages.empty()) add_page();
  if (furniture)
    for (content.present = 0; content.present < content.pages.size(); ++content.present) furniture(static_cast<int>(content.present) + 1, pages());
  if (content.lacks_chinese)
    return internal("documents.no_chinese_font",
                    "expected a font that covers Chinese, such as Debian's fonts-wqy-zenhei or fonts-noto-cjk, but fontconfig knows none; install one and "
                    "start the server again");

  std::string file;
  const double width = content.options.width_mm * kPointsPerMm;
  const Surface surface(cairo_pdf_surface_create_for_stream(append_bytes, &file, width, content.pages.front().height_mm * kPointsPerMm));
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, clean(content.options.title).c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_AUTHOR, clean(content.options.author).c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, content.options.created.to_string().c_str());
  {
    const Canvas canvas(cairo_create(surface.get()));
    for (const auto& page : content.pages) {
      // Before anything is drawn on the page: afterwards Cairo does not change a size.
      cairo_pdf_surface_set_size(surface.get(), width, page.height_mm * kPointsPerMm);
      for (const auto& mark : page.marks) std::visit([&](const auto& m) { draw(canvas.get(), m); }, mark);
      cairo_show_page(canvas.get());
    }
  }
  cairo_surface_finish(surface.get());
  if (const auto status = cairo_surface_status(surface.get()); status != CAIRO_STATUS_SUCCESS)
    return internal("documents.pdf_failed", std::string("expected Cairo to write the PDF but it said: ") + cairo_status_to_string(status));
  return file;
}

}  // namespace mis::documents

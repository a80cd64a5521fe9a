#include "mis/documents/pdf_table.hpp"

#include <algorithm>
#include <utility>

namespace mis::documents {
namespace {

constexpr double kThickness = 0.15;

}  // namespace

PdfTable::PdfTable(PdfDocument& pdf, std::vector<Column> columns, TableStyle style, Frame frame, std::function<double()> next_page)
    : pdf_(pdf), columns_(std::move(columns)), style_(style), frame_(frame), next_page_(std::move(next_page)), y_(frame.top) {
  draw_head();
}

double PdfTable::width() const {
  double sum = 0;
  for (const auto& column : columns_) sum += column.width_mm;
  return sum;
}

double PdfTable::height_of(const std::vector<std::string>& cells, Font font) const {
  // A row of empty cells is a line high all the same.
  double height = pdf_.text_height(100, "0", {.size_pt = style_.size_pt, .font = font});
  for (std::size_t i = 0; i < columns_.size() && i < cells.size(); ++i) {
    if (columns_[i].fit != Fit::kWrap) continue;
    const TextStyle style{.size_pt = style_.size_pt, .font = font, .align = columns_[i].align, .fit = Fit::kWrap};
    height = std::max(height, pdf_.text_height(columns_[i].width_mm - 2 * style_.padding_mm, cells[i], style));
  }
  return height + 2 * style_.padding_mm;
}

void PdfTable::draw_row(const std::vector<std::string>& cells, Font font, bool head) {
  double height = height_of(cells, font);
  if (head)
    for (std::size_t i = 0; i < columns_.size(); ++i)
      height = std::max(height, pdf_.text_height(columns_[i].width_mm - 2 * style_.padding_mm, cells[i], {.size_pt = style_.size_pt, .font = font}) +
                                    2 * style_.padding_mm);
  const double left = frame_.left;
  const double right = left + width();
  if (head) pdf_.shade({left, y_, width(), height});
  double x = left;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto& column = columns_[i];
    if (i < cells.size())
      pdf_.text({x + style_.padding_mm, y_ + style_.padding_mm, column.width_mm - 2 * style_.padding_mm}, cells[i],
                {.size_pt = style_.size_pt, .font = font, .align = column.align, .fit = head ? Fit::kWrap : column.fit, .color = head ? Color::kBlack : style_.color});
    if (style_.vertical_lines) pdf_.line({.x1 = x, .y1 = y_, .x2 = x, .y2 = y_ + height, .thickness = kThickness});
    x += column.width_mm;
  }
  if (style_.vertical_lines) pdf_.line({.x1 = right, .y1 = y_, .x2 = right, .y2 = y_ + height, .thickness = kThickness});
  if (head) pdf_.line({.x1 = left, .y1 = y_, .x2 = right, .y2 = y_, .thickness = kThickness});
  y_ += height;
  if (head || style_.row_lines) pdf_.line({.x1 = left, .y1 = y_, .x2 = right, .y2 = y_, .thickness = kThickness});
}

void PdfTable::draw_head() {
  std::vector<std::string> titles;
  for (const auto& column : columns_) titles.push_back(column.title);
  draw_row(titles, Font::kBold, true);
}

void PdfTable::turn_page(bool with_head) {
  pdf_.line({.x1 = frame_.left, .y1 = y_, .x2 = frame_.left + width(), .y2 = y_, .thickness = kThickness});
  y_ = next_page_();
  if (with_head) draw_head();
}

void PdfTable::row(const std::vector<std::string>& cells, Font font) {
  if (y_ + height_of(cells, font) > frame_.bottom) turn_page(true);
  draw_row(cells, font, false);
}

void PdfTable::fill(double bottom) {
  if (y_ >= bottom) return;
  if (style_.vertical_lines) {
    double x = frame_.left;
    pdf_.line({.x1 = x, .y1 = y_, .x2 = x, .y2 = bottom, .thickness = kThickness});
    for (const auto& column : columns_) {
      x += column.width_mm;
      pdf_.line({.x1 = x, .y1 = y_, .x2 = x, .y2 = bottom, .thickness = kThickness});
    }
  }
  y_ = bottom;
}

double PdfTable::take(double height_mm) {
  if (y_ + height_mm > frame_.bottom) turn_page(false);
  return std::exchange(y_, y_ + height_mm);
}

}  // namespace mis::documents

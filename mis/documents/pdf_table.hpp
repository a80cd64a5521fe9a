// A table that goes on over pages: columns of fixed widths, rows as high as their fullest cell, the head again on each page.
// For amounts the columns are right-aligned and shrink rather than cut. Not for cells that span rows.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mis/documents/pdf.hpp"

namespace mis::documents {

struct Column {
  std::string title;
  double width_mm = 20;
  Align align = Align::kLeft;
  Fit fit = Fit::kWrap;
};

struct TableStyle {
  double size_pt = 8;
  double padding_mm = 0.8;      // inside each cell, on all sides
  bool vertical_lines = false;  // between columns and at both sides
  bool row_lines = true;        // below every row; the head always has one
  Color color = Color::kBlack;
};

class PdfTable {
 public:
  // Draws the head at `top`. A row that would pass `bottom` calls `next_page`, which adds a page and returns where the table
  // goes on. The document must outlive the table.
  struct Frame { double left, top, bottom; };
  PdfTable(PdfDocument& pdf, std::vector<Column> columns, TableStyle style, Frame frame, std::function<double()> next_page);

  // One cell a column; cells that are missing are empty.
  void row(const std::vector<std::string>& cells, Font font = Font::kRegular);
  // Lengthens the table by an empty row down to `bottom`, where it does not reach there already.
  void fill(double bottom);
  // Makes room for something of this height below the rows, on a new page (without a head) where there is none, and returns where.
  double take(double height_mm);
  double y() const { return y_; }
  double width() const;

 private:
  double height_of(const std::vector<std::string>& cells, Font font) const;
  void draw_row(const std::vector<std::string>& cells, Font font, bool head);
  void draw_head();
  void turn_page(bool with_head);

  PdfDocument& pdf_;
  std::vector<Column> columns_;
  TableStyle style_;
  Frame frame_;
  std::function<double()> next_page_;
  double y_;
};

}  // namespace mis::documents

#include "modules/invoicing/documents/receipt_document.hpp"

#include <algorithm>

#include "mis/base/decimal.hpp"
#include "mis/documents/amount_words.hpp"
#include "mis/documents/barcode.hpp"
#include "mis/documents/pdf.hpp"
#include "mis/documents/pdf_table.hpp"

namespace mis::invoicing {
namespace {

using namespace documents;

const LocalText kInWords{"人民币（大写）", "Amount in words"};
const LocalText kKeep{"请妥善保管，遗失不补", "Please keep this receipt"};

struct Sums {
  Money lines, late_charges, received, change;
};

Result<Sums> add_up(const ReceiptDocument& receipt) {
  if (receipt.lines.empty()) return invalid("invoicing.receipt_lines", "expected a receipt to have lines but " + receipt.receipt_no + " has none");
  Sums sums;
  for (const auto& line : receipt.lines) {
    sums.lines += line.amount + line.late_charge;
    sums.late_charges += line.late_charge;
  }
  for (const auto& payment : receipt.payments) {
    sums.received += payment.amount;
    if (payment.tendered) sums.change += *payment.tendered - payment.amount;
  }
  if (sums.received != sums.lines + receipt.carry)
    return invalid("invoicing.receipt_sum", "expected the payments of receipt " + receipt.receipt_no + " to be its lines and its carry, " +
                                                format_yuan(sums.lines + receipt.carry) + ", but they are " + format_yuan(sums.received));
  return sums;
}

// What a line was for; a bill is one of electricity unless it says otherwise.
LocalText what_of(const ReceiptDocument::Line& line) {
  const bool silent = line.what.zh.empty() && line.what.en.empty();
  return silent && line.month ? LocalText{"电费", "Electricity"} : line.what;
}

LocalText title_of(const ReceiptDocument& receipt) {
  return receipt.reverses.empty() ? LocalText{"电费收据", "Receipt"} : LocalText{"电费收据（冲正）", "Reversal receipt"};
}

LocalText reprint_mark(int times) { return {"重打 第" + std::to_string(times) + "次", "Reprint no. " + std::to_string(times)}; }

// What both papers say below the lines, in their order.
struct Fact { LocalText name; std::string value; bool bold = false; };

std::vector<Fact> facts_of(const ReceiptDocument& receipt, const Sums& sums, DocumentLanguage language) {
  std::vector<Fact> facts;
  if (sums.late_charges != Money{}) facts.push_back({{"其中违约金", "of which late charges"}, yuan_text(sums.late_charges)});
  if (receipt.carry != Money{}) {
    facts.push_back({{"应收合计", "Due"}, yuan_text(sums.lines)});
    facts.push_back({{"调尾结转", "Carried to next payment"}, yuan_text(receipt.carry)});
  }
  facts.push_back({receipt.reverses.empty() ? LocalText{"实收合计", "Total received"} : LocalText{"冲正合计", "Total reversed"}, yuan_text(sums.received), true});
  for (const auto& payment : receipt.payments) {
    auto name = payment.method;
    if (!payment.reference.empty()) {
      name = {say(language, name) + " " + payment.reference, ""};
    }
    facts.push_back({name, yuan_text(payment.amount)});
    if (payment.tendered) facts.push_back({{"收现", "Tendered"}, yuan_text(*payment.tendered)});
  }
  if (sums.change != Money{}) facts.push_back({{"找零", "Change"}, yuan_text(sums.change)});
  return facts;
}

// ── 80 mm roll ──────────────────────────────────────────────────────────────────────────────────────────────────────────

// The printer's head is 72 mm wide; what is nearer to the edge than 4 mm is lost.
constexpr double kRollWidth = 80;
constexpr double kRollMargin = 4;
constexpr double kRollInner = kRollWidth - 2 * kRollMargin;
// Longer than any receipt; the page is cut to its content.
constexpr double kRollUncut = 100'000;

class Roll {
 public:
  Roll(PdfDocument& pdf, DocumentLanguage language) : pdf_(pdf), language_(language) {}

  void line(std::string_view text, const TextStyle& style = {}) {
    if (!text.empty()) y_ += pdf_.text({kRollMargin, y_, kRollInner}, text, style) + 0.4;
  }
  // A name at the left, its value at the right; the value has the room that it needs, the name wraps in what is left.
  void pair(const std::string& name, const std::string& value, double size_pt = 9, Font font = Font::kRegular) {
    TextStyle right{.size_pt = size_pt, .font = font, .align = Align::kRight, .fit = Fit::kWrap};
    const double wanted = std::min(pdf_.text_width(value, right) + 0.5, kRollInner * 0.68);
    const double left = pdf_.text({kRollMargin, y_, kRollInner - wanted - 1}, name, {.size_pt = size_pt, .font = font});
    y_ += std::max(left, pdf_.text({kRollMargin + kRollInner - wanted, y_, wanted}, value, right)) + 0.4;
  }
  void fact(const LocalText& name, const std::string& value) {
    if (!value.empty()) pair(say(language_, name), value);
  }
  void rule() {
    y_ += 0.8;
    pdf_.line({.x1 = kRollMargin, .y1 = y_, .x2 = kRollMargin + kRollInner, .y2 = y_, .dashed = true});
    y_ += 1.2;
  }
  void space(double height) { y_ += height; }
  void barcode(const ModuleMatrix& matrix) {
    pdf_.barcode({kRollMargin, y_, kRollInner, 12}, matrix);
    y_ += 12.5;
  }
  double y() const { return y_; }

 private:
  PdfDocument& pdf_;
  DocumentLanguage language_;
  double y_ = 4;
};

void put_line(Roll& roll, const ReceiptDocument::Line& line, DocumentLanguage language) {
  roll.line(line.account_no + (line.name_masked.empty() ? "" : "  " + line.name_masked));
  auto what = say(language, what_of(line));
  if (line.month) what = line.month->to_string() + (what.empty() ? "" : " " + what);
  if (line.energy) what += (what.empty() ? "" : "  ") + format_kwh(*line.energy) + " kWh";
  if (what.empty()) what = say(language, {"金额", "Amount"});
  roll.pair(what, format_yuan(line.amount));
  if (line.late_charge != Money{}) roll.pair(say(language, {"违约金", "Late charge"}), format_yuan(line.late_charge));
  roll.space(0.8);
}

Result<std::string> render_roll(const ReceiptDocument& receipt, const Sums& sums, const ModuleMatrix& code, DocumentLanguage language, PdfOptions options) {
  options.width_mm = kRollWidth;
  options.height_mm = kRollUncut;
  PdfDocument pdf(std::move(options));
  pdf.add_page();
  Roll roll(pdf, language);
  roll.line(receipt.utility, {.size_pt = 12, .font = Font::kBold, .align = Align::kCenter});
  roll.line(say(language, title_of(receipt)), {.size_pt = 11, .align = Align::kCenter});
  if (receipt.reprint > 0) roll.line(say(language, reprint_mark(receipt.reprint)), {.size_pt = 11, .font = Font::kBold, .align = Align::kCenter});
  roll.rule();
  roll.fact({"收据号", "Receipt no."}, receipt.receipt_no);
  roll.fact({"冲正原收据", "Reverses"}, receipt.reverses);
  roll.fact({"时间", "Time"}, local_time(receipt.paid_at));
  roll.fact({"营业厅", "Hall"}, receipt.hall);
  roll.fact({"收费员", "Cashier"}, receipt.cashier);
  roll.rule();
  for (const auto& line : receipt.lines) put_line(roll, line, language);
  roll.rule();
  for (const auto& fact : facts_of(receipt, sums, language))
    roll.pair(say(language, fact.name), fact.value, fact.bold ? 11 : 9, fact.bold ? Font::kBold : Font::kRegular);
  roll.line(labelled(language, kInWords, amount_in_words(sums.received)));
  roll.rule();
  roll.barcode(code);
  roll.line(receipt.receipt_no, {.size_pt = 9, .font = Font::kMono, .align = Align::kCenter, .fit = Fit::kShrink});
  roll.line(receipt.remark, {.size_pt = 8, .align = Align::kCenter});
  roll.line(say(language, kKeep), {.size_pt = 8, .align = Align::kCenter});
  pdf.set_page_height(roll.y() + 6);
  return pdf.finish();
}

// ── A5, landscape ───────────────────────────────────────────────────────────────────────────────────────────────────────

constexpr double kA5Width = 210;
constexpr double kA5Height = 148;
constexpr double kA5Margin = 12;
constexpr double kA5Inner = kA5Width - 2 * kA5Margin;
constexpr double kA5Bottom = kA5Height - 14;

double put_a5_head(PdfDocument& pdf, const ReceiptDocument& receipt, const ModuleMatrix& code, DocumentLanguage language) {
  const double right = kA5Margin + kA5Inner;
  // The code and its number keep the right quarter of the head to themselves.
  pdf.barcode({right - 58, 8, 58, 10}, code);
  pdf.text({right - 58, 18.3, 58}, receipt.receipt_no, {.size_pt = 8, .font = Font::kMono, .align = Align::kCenter, .fit = Fit::kShrink});
  double y = 9;
  const double width = kA5Inner - 62;
  y += pdf.text({kA5Margin, y, width}, receipt.utility, {.size_pt = 14, .font = Font::kBold}) + 0.5;
  y += pdf.text({kA5Margin, y, width}, say(language, title_of(receipt)), {.size_pt = 12}) + 1;
  if (receipt.reprint > 0) {
    const TextStyle style{.size_pt = 10, .font = Font::kBold, .align = Align::kCenter};
    const auto mark = say(language, reprint_mark(receipt.reprint));
    const double box = pdf.text_width(mark, style) + 4;
    pdf.text({right - box, 23, box}, mark, style);
    pdf.frame({right - box, 22.3, box, 6});
  }
  y = std::max(y, receipt.reprint > 0 ? 30.0 : 23.0);

  const TextStyle small{.size_pt = 9};
  const auto fact = [&](double x, double at, double room, const LocalText& name, const std::string& value) {
    return value.empty() ? 0.0 : pdf.text({x, at, room}, labelled(language, name, value), small);
  };
  const double column = kA5Inner / 3;
  double row = fact(kA5Margin, y, column - 2, {"时间", "Time"}, local_time(receipt.paid_at));
  row = std::max(row, fact(kA5Margin + column, y, column - 2, {"营业厅", "Hall"}, receipt.hall));
  row = std::max(row, fact(kA5Margin + 2 * column, y, column, {"收费员", "Cashier"}, receipt.cashier));
  y += row + 1;
  if (!receipt.reverses.empty()) y += fact(kA5Margin, y, kA5Inner, {"冲正原收据", "Reverses receipt"}, receipt.reverses) + 1;
  return y;
}

// The sums at the right, the amount in words and the remark at the left of them.
void put_a5_foot(PdfDocument& pdf, PdfTable& table, const ReceiptDocument& receipt, const Sums& sums, DocumentLanguage language) {
  constexpr double kRow = 5;
  constexpr double kLeft = 92;
  const auto facts = facts_of(receipt, sums, language);
  const auto words = labelled(language, kInWords, amount_in_words(sums.received));
  const double texts = pdf.text_height(kLeft - 4, words, {.size_pt = 10}) + pdf.text_height(kLeft - 4, receipt.remark, {.size_pt = 8}) + 3;
  double y = table.take(std::max(kRow * static_cast<double>(facts.size()), texts) + 2) + 1.5;
  const double left = y + pdf.text({kA5Margin, y, kLeft - 4}, words, {.size_pt = 10}) + 1.5;
  pdf.text({kA5Margin, left, kLeft - 4}, receipt.remark, {.size_pt = 8, .color = Color::kGrey});
  for (const auto& fact : facts) {
    const Font font = fact.bold ? Font::kBold : Font::kRegular;
    const double size = fact.bold ? 10.5 : 9;
    pdf.text({kA5Margin + kLeft, y, kA5Inner - kLeft - 34}, say(language, fact.name), {.size_pt = size, .font = font, .fit = Fit::kShrink});
    pdf.text({kA5Margin + kA5Inner - 34, y, 33.2}, fact.value, {.size_pt = size, .font = font, .align = Align::kRight, .fit = Fit::kShrink});
    y += kRow;
  }
}

Result<std::string> render_a5(const ReceiptDocument& receipt, const Sums& sums, const ModuleMatrix& code, DocumentLanguage language, PdfOptions options) {
  options.width_mm = kA5Width;
  options.height_mm = kA5Height;
  PdfDocument pdf(std::move(options));
  pdf.add_page();
  const double top = put_a5_head(pdf, receipt, code, language);
  const auto title = [&](const char* zh, const char* en) { return say(language, {zh, en}, "\n"); };
  PdfTable table(pdf,
                 {{title("户号", "Account"), 25, Align::kLeft, Fit::kShrink},
                  {title("户名", "Name"), 40},
                  {title("年月", "Month"), 17, Align::kLeft, Fit::kShrink},
                  {title("项目", "Item"), 24},
                  {title("电量(kWh)", "Energy (kWh)"), 22, Align::kRight, Fit::kShrink},
                  {title("金额(元)", "Amount (yuan)"), 27, Align::kRight, Fit::kShrink},
                  {title("违约金(元)", "Late charge (yuan)"), 31, Align::kRight, Fit::kShrink}},
                 {.size_pt = 8.5}, {kA5Margin, top, kA5Bottom}, [&] { pdf.add_page(); return 12.0; });
  for (const auto& line : receipt.lines)
    table.row({line.account_no, line.name_masked, line.month ? line.month->to_string() : "",
               say(language, what_of(line)),
               line.energy ? format_kwh(*line.energy) : "", format_yuan(line.amount), line.late_charge == Money{} ? "" : format_yuan(line.late_charge)});
  put_a5_foot(pdf, table, receipt, sums, language);
  return pdf.finish([&](int page, int pages) {
    if (page > 1) {
      pdf.text({kA5Margin, 6, kA5Inner - 80}, receipt.utility, {.size_pt = 8, .fit = Fit::kEllipsis, .color = Color::kGrey});
      pdf.text({kA5Margin, 6, kA5Inner}, labelled(language, {"收据号", "Receipt no."}, receipt.receipt_no), {.size_pt = 8, .align = Align::kRight, .color = Color::kGrey});
    }
    pdf.text({kA5Margin, kA5Height - 9, 110}, say(language, kKeep, "   "), {.size_pt = 7.5, .color = Color::kGrey});
    pdf.text({kA5Margin, kA5Height - 9, kA5Inner}, page_of(language, page, pages),
             {.size_pt = 7.5, .align = Align::kRight, .color = Color::kGrey});
  });
}

}  // namespace

Result<std::string> render_receipt(const ReceiptDocument& receipt, ReceiptPaper paper, DocumentLanguage language) {
  const auto sums = add_up(receipt);
  if (!sums) return sums.error();
  const auto code = code128(receipt.receipt_no);
  if (!code) return code.error();
  PdfOptions options{.title = say(language, title_of(receipt)) + " " + receipt.receipt_no, .author = receipt.utility, .created = receipt.paid_at};
  switch (paper) {
    case ReceiptPaper::kRoll80: return render_roll(receipt, *sums, *code, language, std::move(options));
    case ReceiptPaper::kA5: return render_a5(receipt, *sums, *code, language, std::move(options));
  }
  return internal("invoicing.receipt_paper", "expected a roll or A5 but found another paper");
}

}  // namespace mis::invoicing

#include "modules/invoicing/documents/invoice_document.hpp"

#include <algorithm>

#include "mis/base/decimal.hpp"
#include "mis/documents/amount_words.hpp"
#include "mis/documents/barcode.hpp"
#include "mis/documents/pdf.hpp"
#include "mis/documents/pdf_table.hpp"

namespace mis::invoicing {
namespace {

using namespace documents;

constexpr double kWidth = 210;
constexpr double kHeight = 140;
constexpr double kMargin = 9;
constexpr double kInner = kWidth - 2 * kMargin;
constexpr double kRight = kMargin + kInner;
constexpr double kBottom = kHeight - 8;

// One invoice being laid out.
struct Sheet {
  PdfDocument& pdf;
  const InvoiceDocument& invoice;
  DocumentLanguage language;

  bool red() const { return !invoice.reverses_number.empty(); }
  // Values of a red-letter invoice are red, labels are grey on all.
  Color ink() const { return red() ? Color::kRed : Color::kBlack; }
  std::string words(const char* zh, const char* en, std::string_view between = " ") const { return say(language, {zh, en}, between); }
};

std::string tax_rate_text(const Sheet& sheet, std::optional<int> basis_points) {
  return basis_points ? format_decimal(*basis_points, 2, 0) + "%" : sheet.words("免税", "exempt");
}

// Title in the middle, QR code at the left, number and date at the right with the number's bars above them.
double put_head(const Sheet& sheet, const ModuleMatrix& bars, const ModuleMatrix* verification) {
  auto& pdf = sheet.pdf;
  const auto& invoice = sheet.invoice;
  if (verification != nullptr) pdf.barcode({kMargin - 1.5, 4, 24, 24}, *verification);
  constexpr double kFacts = 58;
  double y = 7;
  y += pdf.text({kMargin + 24, y, kInner - 24 - kFacts - 2}, say(sheet.language, invoice.title, "\n"),
                {.size_pt = sheet.language == DocumentLanguage::kBoth ? 13.0 : 17.0, .font = Font::kBold, .align = Align::kCenter, .color = sheet.ink()});
  if (sheet.red()) {
    const auto mark = sheet.words("红字发票", "Red-letter (credit) invoice");
    const TextStyle style{.size_pt = 10, .font = Font::kBold, .align = Align::kCenter, .color = Color::kRed};
    const double box = pdf.text_width(mark, style) + 5;
    const double left = kMargin + 24 + (kInner - 24 - kFacts - 2 - box) / 2;
    const double height = pdf.text({left, y + 1.6, box}, mark, style);
    pdf.frame({left, y + 0.9, box, height + 1.4}, 0.3, Color::kRed);
    y += height + 3;
  }
  const double facts = kRight - kFacts;
  pdf.barcode({facts, 4.5, kFacts, 7}, bars);
  double below = 12.5;
  const auto fact = [&](const char* zh, const char* en, const std::string& value) {
    if (value.empty()) return;
    below += pdf.text({facts, below, kFacts}, labelled(sheet.language, {zh, en}, value), {.size_pt = 8.5, .fit = Fit::kShrink}) + 0.5;
  };
  fact("发票代码", "Code", invoice.code);
  fact("发票号码", "Number", invoice.number);
  fact("开票日期", "Date", say(sheet.language, invoice.issued_on));
  if (sheet.red()) fact("对应蓝字发票号码", "Reverses", invoice.reverses_number);
  return std::max({y, below, verification != nullptr ? 28.0 : 0.0}) + 1;
}

// The sides of buyer and seller beside each other, as high as the fuller one.
double put_parties(const Sheet& sheet, double top) {
  auto& pdf = sheet.pdf;
  constexpr double kTab = 7;
  constexpr double kHalf = kInner / 2;
  const TextStyle style{.size_pt = 8};
  const auto put = [&](double left, const InvoiceDocument::Party& party) {
    double y = top + 1.5;
    const auto fact = [&](const char* zh, const char* en, const std::string& value, bool always) {
      if (!value.empty() || always) y += pdf.text({left + kTab + 2, y, kHalf - kTab - 4}, labelled(sheet.language, {zh, en}, value), style) + 0.7;
    };
    fact("名称", "Name", party.name, true);
    fact("纳税人识别号", "Tax ID", party.tax_id, true);
    fact("地址、电话", "Address, phone", party.address_phone, false);
    fact("开户行及账号", "Bank account", party.bank_account, false);
    return y + 0.8;
  };
  const double bottom = std::max({put(kMargin, sheet.invoice.buyer), put(kMargin + kHalf, sheet.invoice.seller), top + 17});
  const double height = bottom - top;
  // The side's name is written downwards in Chinese.
  for (const auto& [left, name] : {std::pair{kMargin, LocalText{"购\n买\n方", "Buyer"}}, std::pair{kMargin + kHalf, LocalText{"销\n售\n方", "Seller"}}}) {
    const auto side = say(sheet.language, name, "\n");
    const TextStyle narrow{.size_pt = sheet.language == DocumentLanguage::kChinese ? 8.0 : 6.0, .align = Align::kCenter, .color = Color::kGrey};
    pdf.text({left, top + (height - pdf.text_height(kTab, side, narrow)) / 2, kTab}, side, narrow);
    pdf.line({.x1 = left + kTab, .y1 = top, .x2 = left + kTab, .y2 = bottom, .thickness = 0.15});
  }
  pdf.frame({kMargin, top, kInner, height}, 0.15);
  pdf.line({.x1 = kMargin + kHalf, .y1 = top, .x2 = kMargin + kHalf, .y2 = bottom, .thickness = 0.15});
  return bottom;
}

// Sum in words and figures, remarks, and who drew it; kept together.
void put_foot(const Sheet& sheet, PdfTable& table, Money with_tax) {
  auto& pdf = sheet.pdf;
  const auto& invoice = sheet.invoice;
  constexpr double kTab = 26;
  constexpr double kSum = 8;
  const TextStyle small{.size_pt = 8};
  auto remarks = invoice.remarks;
  if (sheet.red()) {
    const auto reversed = labelled(sheet.language, {"对应正数（蓝字）发票号码", "Reverses invoice number"}, invoice.reverses_number);
    remarks = remarks.empty() ? reversed : reversed + "\n" + remarks;
  }
  const double remarks_height = std::max(pdf.text_height(kInner - kTab - 4, remarks, small) + 2.4, 9.0);
  constexpr double kNames = 6;
  const double height = kSum + remarks_height + kNames;
  // The form is as high as the page: what the lines leave empty is between them and the sum.
  table.fill(kBottom - height);
  const double top = table.take(height);
  const double middle = top + kSum;
  const double bottom = middle + remarks_height;
  pdf.frame({kMargin, top, kInner, kSum + remarks_height}, 0.15);
  pdf.line({.x1 = kMargin, .y1 = middle, .x2 = kRight, .y2 = middle, .thickness = 0.15});
  pdf.line({.x1 = kMargin + kTab, .y1 = top, .x2 = kMargin + kTab, .y2 = bottom, .thickness = 0.15});
  const auto label = [&](double y, double room, const std::string& text) {
    const double lines = pdf.text_height(kTab - 2, text, {.size_pt = 7.5});
    pdf.text({kMargin + 1, y + (room - lines) / 2, kTab - 2}, text, {.size_pt = 7.5, .align = Align::kCenter, .color = Color::kGrey});
  };
  label(top, kSum, sheet.words("价税合计（大写）", "Total incl. tax", "\n"));
  label(middle, remarks_height, sheet.words("备注", "Remarks", "\n"));
  const TextStyle words{.size_pt = 10, .fit = Fit::kShrink, .color = sheet.ink()};
  pdf.text({kMargin + kTab + 2, top + 1.9, 94}, amount_in_words(with_tax), words);
  pdf.text({kRight - 68, top + 1.9, 66}, labelled(sheet.language, {"（小写）", "In figures"}, yuan_text(with_tax)),
           {.size_pt = 10, .font = Font::kBold, .align = Align::kRight, .fit = Fit::kShrink, .color = sheet.ink()});
  pdf.text({kMargin + kTab + 2, middle + 1.2, kInner - kTab - 4}, remarks, small);
  const auto person = [&](int place, const LocalText& role, const std::string& name) {
    if (!name.empty())
      pdf.text({kMargin + place * kInner / 3, bottom + 1.3, kInner / 3 - 2}, labelled(sheet.language, role, name), {.size_pt = 8, .fit = Fit::kShrink});
  };
  person(0, {"收款人", "Payee"}, invoice.payee);
  person(1, {"复核人", "Reviewer"}, invoice.reviewer);
  person(2, {"开票人", "Drawer"}, invoice.drawer);
}

void draw(const Sheet& sheet, const ModuleMatrix& bars, const ModuleMatrix* verification) {
  auto& pdf = sheet.pdf;
  const auto& invoice = sheet.invoice;
  pdf.add_page();
  const double top = put_parties(sheet, put_head(sheet, bars, verification));
  const auto title = [&](const char* zh, const char* en) { return sheet.words(zh, en, "\n"); };
  PdfTable table(pdf,
                 {{title("项目名称", "Item"), 46},
                  {title("规格型号", "Spec"), 22},
                  {title("单位", "Unit"), 13, Align::kCenter},
                  {title("数量", "Quantity"), 23, Align::kRight, Fit::kShrink},
                  {title("单价", "Unit price"), 24, Align::kRight, Fit::kShrink},
                  {title("金额", "Amount"), 26, Align::kRight, Fit::kShrink},
                  {title("税率", "Tax rate"), 13, Align::kRight},
                  {title("税额", "Tax"), 25, Align::kRight, Fit::kShrink}},
                 {.size_pt = 8, .padding_mm = 0.8, .vertical_lines = true, .row_lines = false, .color = sheet.ink()}, {kMargin, top, kBottom},
                 [&] { pdf.add_page(); return 14.0; });
  Money net, tax;
  for (const auto& line : invoice.lines) {
    net += line.amount;
    tax += line.tax;
    table.row({line.name, line.spec, line.unit, line.quantity, line.unit_price, format_yuan(line.amount), tax_rate_text(sheet, line.tax_rate_bp), format_yuan(line.tax)});
  }
  table.row({sheet.words("合计", "Total"), "", "", "", "", yuan_text(net), "", yuan_text(tax)}, Font::kBold);
  put_foot(sheet, table, net + tax);
}

// Where in the file an invoice is.
struct Pages {
  const InvoiceDocument* invoice;
  int first, last;
};

// Pages of an invoice are counted by themselves; one that fits its page says nothing of it.
void put_page_count(PdfDocument& pdf, const Pages& where, int page, DocumentLanguage language) {
  if (where.first == where.last) return;
  const TextStyle grey{.size_pt = 7.5, .align = Align::kRight, .color = Color::kGrey};
  if (page > where.first) pdf.text({kMargin, 8, kInner}, labelled(language, {"发票号码", "Number"}, where.invoice->number), grey);
  pdf.text({kMargin, kHeight - 6, kInner}, page_of(language, page - where.first + 1, where.last - where.first + 1), grey);
}

}  // namespace

Result<std::string> render_invoices(std::span<const InvoiceDocument> invoices, DocumentLanguage language) {
  if (invoices.empty()) return invalid("invoicing.no_invoices", "expected invoices to print but there are none");
  const auto& first = invoices.front();
  const auto numbers = invoices.size() == 1 ? first.number : first.number + " – " + invoices.back().number;
  PdfDocument pdf({.width_mm = kWidth, .height_mm = kHeight, .title = say(language, first.title) + " " + numbers, .author = first.seller.name, .created = first.made_at});
  std::vector<Pages> pages;
  for (const auto& invoice : invoices) {
    if (invoice.lines.empty()) return invalid("invoicing.invoice_lines", "expected an invoice to have lines but " + invoice.number + " has none");
    const auto bars = code128(invoice.number);
    if (!bars) return bars.error();
    std::optional<ModuleMatrix> verification;
    if (!invoice.verification.empty()) {
      auto code = qr_code(invoice.verification);
      if (!code) return code.error();
      verification = std::move(*code);
    }
    const int before = pdf.pages();
    draw({pdf, invoice, language}, *bars, verification ? &*verification : nullptr);
    pages.push_back({&invoice, before + 1, pdf.pages()});
  }
  return pdf.finish([&](int page, int) {
    const auto where = std::find_if(pages.begin(), pages.end(), [&](const Pages& p) { return page <= p.last; });
    if (where != pages.end()) put_page_count(pdf, *where, page, language);
  });
}

Result<std::string> render_invoice(const InvoiceDocument& invoice, DocumentLanguage language) { return render_invoices({&invoice, 1}, language); }

}  // namespace mis::invoicing

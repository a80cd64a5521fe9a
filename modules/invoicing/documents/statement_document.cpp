#include "modules/invoicing/documents/statement_document.hpp"

#include <algorithm>

#include "mis/base/decimal.hpp"
#include "mis/documents/pdf.hpp"
#include "mis/documents/pdf_table.hpp"

namespace mis::invoicing {
namespace {

using namespace documents;

constexpr double kMargin = 18;
constexpr double kWidth = 210;
constexpr double kHeight = 297;
constexpr double kInner = kWidth - 2 * kMargin;

std::string amount_or_blank(Money amount) { return amount == Money{} ? "" : format_yuan(amount); }

double put_head(PdfDocument& pdf, const StatementDocument& statement, DocumentLanguage language) {
  double y = 18;
  y += pdf.text({kMargin, y, kInner}, statement.utility, {.size_pt = 11}) + 1.5;
  y += pdf.text({kMargin, y, kInner}, say(language, {"电费账户对账单", "Account statement"}), {.size_pt = 18, .font = Font::kBold}) + 4;
  const auto fact = [&](const LocalText& name, const std::string& value) {
    if (value.empty()) return;
    const double label = language == DocumentLanguage::kBoth ? 38 : 24;
    const double height = pdf.text({kMargin, y, label - 2}, say(language, name), {.size_pt = 9.5, .color = Color::kGrey});
    y += std::max(height, pdf.text({kMargin + label, y, kInner - label}, value, {.size_pt = 9.5})) + 0.8;
  };
  fact({"户号", "Account"}, statement.account_no);
  fact({"户名", "Name"}, statement.customer_name);
  fact({"用电地址", "Address"}, statement.address);
  fact({"账期", "Period"}, statement.from.to_string() + (language == DocumentLanguage::kEnglish ? " to " : " 至 ") + statement.to.to_string());
  return y + 4;
}

}  // namespace

Result<std::string> render_statement(const StatementDocument& statement, DocumentLanguage language) {
  Money debits, credits;
  for (const auto& row : statement.rows) {
    debits += row.debit;
    credits += row.credit;
  }
  if (statement.opening + debits - credits != statement.closing)
    return invalid("invoicing.statement_sum", "expected the rows of account " + statement.account_no + " to lead from " + format_yuan(statement.opening) + " to " +
                                                  format_yuan(statement.closing) + " but they lead to " + format_yuan(statement.opening + debits - credits));

  PdfDocument pdf({.width_mm = kWidth, .height_mm = kHeight,
                   .title = say(language, {"电费账户对账单", "Account statement"}) + " " + statement.account_no + " " + statement.to.to_string(),
                   .author = statement.utility, .created = statement.made_at});
  pdf.add_page();
  const double top = put_head(pdf, statement, language);
  const auto title = [&](const char* zh, const char* en) { return say(language, {zh, en}, "\n"); };
  PdfTable table(pdf,
                 {{title("日期", "Date"), 24, Align::kLeft, Fit::kShrink},
                  {title("摘要", "Description"), 60},
                  {title("应收(元)", "Charged (yuan)"), 30, Align::kRight, Fit::kShrink},
                  {title("实收(元)", "Paid (yuan)"), 30, Align::kRight, Fit::kShrink},
                  {title("余额(元)", "Balance (yuan)"), 30, Align::kRight, Fit::kShrink}},
                 {.size_pt = 9, .padding_mm = 1.1}, {kMargin, top, kHeight - 24}, [&] { pdf.add_page(); return 22.0; });
  table.row({statement.from.to_string(), say(language, {"期初余额", "Opening balance"}), "", "", format_yuan(statement.opening)}, Font::kBold);
  Money balance = statement.opening;
  for (const auto& row : statement.rows) {
    balance += row.debit - row.credit;
    table.row({row.date.to_string(), say(language, row.what), amount_or_blank(row.debit), amount_or_blank(row.credit), format_yuan(balance)});
  }
  table.row({statement.to.to_string(), say(language, {"期末余额", "Closing balance"}), format_yuan(debits), format_yuan(credits), format_yuan(statement.closing)},
            Font::kBold);
  const auto meaning = statement.closing == Money{}
                           ? LocalText{"本期末无欠费，无预收。", "Nothing is owed and nothing was paid in advance."}
                       : statement.closing > Money{}
                           ? LocalText{"期末尚欠电费 ¥" + format_yuan(statement.closing) + "。", "The account owes ¥" + format_yuan(statement.closing) + "."}
                           : LocalText{"期末预收余额 ¥" + format_yuan(-statement.closing) + "。", "¥" + format_yuan(-statement.closing) + " was paid in advance."};
  auto below = say(language, meaning);
  if (!statement.remark.empty()) below += "\n" + statement.remark;
  const TextStyle style{.size_pt = 9.5};
  pdf.text({kMargin, table.take(pdf.text_height(kInner, below, style) + 4) + 4, kInner}, below, style);

  return pdf.finish([&](int page, int pages) {
    const TextStyle grey{.size_pt = 8, .color = Color::kGrey};
    if (page > 1) {
      pdf.text({kMargin, 13, kInner * 0.7}, statement.utility, {.size_pt = 8, .fit = Fit::kEllipsis, .color = Color::kGrey});
      pdf.text({kMargin, 13, kInner}, labelled(language, {"户号", "Account"}, statement.account_no), {.size_pt = 8, .align = Align::kRight, .color = Color::kGrey});
    }
    pdf.line({.x1 = kMargin, .y1 = kHeight - 17, .x2 = kMargin + kInner, .y2 = kHeight - 17, .thickness = 0.1, .color = Color::kGrey});
    pdf.text({kMargin, kHeight - 15, kInner}, labelled(language, {"制表时间", "Made"}, local_time(statement.made_at)), grey);
    pdf.text({kMargin, kHeight - 15, kInner}, page_of(language, page, pages), {.size_pt = 8, .align = Align::kRight, .color = Color::kGrey});
  });
}

}  // namespace mis::invoicing

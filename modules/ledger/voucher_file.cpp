#include "modules/ledger/voucher_file.hpp"

#include "mis/base/decimal.hpp"
#include "mis/files/encoding.hpp"

namespace mis::ledger {
namespace {

// Names of ledger accounts and templates come from us and hold no comma, quote or line end: fields need no quotes.
void add_row(std::string& out, std::initializer_list<std::string> fields) {
  bool first = true;
  for (const auto& field : fields) {
    if (!first) out += ',';
    first = false;
    out += field;
  }
  out += "\r\n";
}

}  // namespace

std::string voucher_file(Date day, const std::vector<Voucher>& vouchers, bool gb18030) {
  std::string text;
  add_row(text, {"voucher_no", "posted_on", "template", "summary", "transactions", "line_no", "ledger_account", "name", "debit_yuan", "credit_yuan"});
  Money debit, credit;
  std::size_t lines = 0;
  for (const auto& voucher : vouchers) {
    int line_no = 0;
    for (const auto& line : voucher.lines) {
      add_row(text, {voucher.voucher_no, day.to_string(), name_of_template(voucher.template_number), voucher.summary, std::to_string(voucher.transactions), std::to_string(++line_no), line.ledger_code,
                     line.name, format_yuan(line.debit), format_yuan(line.credit)});
      debit += line.debit;
      credit += line.credit;
      ++lines;
    }
  }
  add_row(text, {"total", day.to_string(), "", "合计", "", std::to_string(lines), "", "", format_yuan(debit), format_yuan(credit)});
  if (!gb18030) return text;
  std::string converted;
  files::Converter(files::Converter::Direction::kUtf8ToGb18030).append(text, converted);
  return converted;
}

}  // namespace mis::ledger

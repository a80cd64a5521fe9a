// The invoice (发票) as a page of 210 × 140 mm in the usual order of its parts: code and number, buyer and seller, lines, totals in
// figures and in words, remarks; red where it reverses another one (红字). Which numbers, tax rates and verification strings are
// right is not for this page: it adds up the lines and prints what it is given.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "modules/invoicing/documents/document_language.hpp"

namespace mis::invoicing {

struct InvoiceDocument {
  struct Party {
    std::string name;
    std::string tax_id;         // 统一社会信用代码/纳税人识别号; a person has none
    std::string address_phone;  // 地址、电话
    std::string bank_account;   // 开户行及账号
  };
  struct Line {
    std::string name, spec, unit;
    std::string quantity, unit_price;  // decimals as they are to be read; empty where the line has none
    Money amount;                      // without tax
    std::optional<int> tax_rate_bp;    // 1/100 of a per cent: 1300 is 13 %; none is exempt (免税)
    Money tax;
  };

  LocalText title{"电子发票（普通发票）", "Electronic invoice (ordinary)"};
  std::string number;  // 发票号码, printed as Code 128 too
  std::string code;    // 发票代码, which not every kind has
  Date issued_on;
  Instant made_at;     // the PDF's own date
  Party buyer, seller;
  std::vector<Line> lines;
  std::string remarks;
  std::string payee, reviewer, drawer;  // 收款人, 复核人, 开票人
  // The number of the invoice that this red-letter one reverses; its amounts are negative then.
  std::string reverses_number;
  std::string verification;  // what the QR code holds; none without it
};

// Lines that do not fit go on over further pages.
// Errors: invoicing.invoice_lines where there are none, documents.barcode_text for a number that is no printable ASCII or a
// verification string that no QR code holds, and those of PdfDocument::finish.
Result<std::string> render_invoice(const InvoiceDocument& invoice, DocumentLanguage language);
// Many of them in one file, each on pages of its own; the file was made when the first one was. Errors: as above, of any of them, and
// invoicing.no_invoices.
Result<std::string> render_invoices(std::span<const InvoiceDocument> invoices, DocumentLanguage language);

}  // namespace mis::invoicing

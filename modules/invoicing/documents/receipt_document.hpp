// The receipt (收据) that a cashier hands out, from its values to a PDF: 80 mm thermal roll or A5. It adds up what it prints and
// decides nothing: numbers, masks of names and what a reprint is called come from whoever took the money.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "modules/invoicing/documents/document_language.hpp"

namespace mis::invoicing {

struct ReceiptDocument {
  // One bill that was paid, or money taken for something else, which `what` then says (预收, 押金).
  struct Line {
    std::string account_no, name_masked;
    std::optional<BillingMonth> month;
    std::optional<Energy> energy;
    Money amount;
    Money late_charge;
    LocalText what;
  };
  // What was paid by one method. `tendered` is what was handed over where change was given.
  struct Payment {
    LocalText method;
    Money amount;
    std::string reference;  // number of the cheque, of the card's transaction
    std::optional<Money> tendered;
  };

  std::string utility, hall, cashier;
  std::string receipt_no;  // printed as Code 128 too
  Instant paid_at;
  std::vector<Line> lines;
  std::vector<Payment> payments;
  // What rounding to the yuan leaves for the next payment (调尾): positive was taken now, negative was let off now.
  Money carry;
  int reprint = 0;        // 0 is the first print, n the nth reprint (重打)
  std::string reverses;   // the number of the receipt that this one reverses (冲正); its amounts are negative then
  std::string remark;     // e.g. a telephone number for questions
};

enum class ReceiptPaper : std::uint8_t { kRoll80, kA5 };

// A roll's page is as long as its content; A5 (landscape) goes on over pages.
// Errors: invoicing.receipt_lines where there are none, invoicing.receipt_sum where the payments are not lines and carry,
// documents.barcode_text for a number that is no printable ASCII, and those of PdfDocument::finish.
Result<std::string> render_receipt(const ReceiptDocument& receipt, ReceiptPaper paper, DocumentLanguage language);

}  // namespace mis::invoicing

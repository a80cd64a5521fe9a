// Receipts, invoices and statements as a county's customers would get them, for the tests of their documents.
#pragma once

#include "modules/invoicing/invoicing.hpp"

namespace examples {

mis::invoicing::ReceiptDocument receipt();       // two accounts, cash and a card, change, a late charge, a carry, a second reprint
mis::invoicing::ReceiptDocument plain_receipt(); // one line, one payment, nothing that may be left out
mis::invoicing::ReceiptDocument long_receipt();  // 60 lines and names that do not fit one line
mis::invoicing::ReceiptDocument reversal();
mis::invoicing::InvoiceDocument invoice();
mis::invoicing::InvoiceDocument plain_invoice();
mis::invoicing::InvoiceDocument red_invoice();
mis::invoicing::InvoiceDocument long_invoice();  // 40 lines, long names, amounts near 2⁵³ fen
mis::invoicing::StatementDocument statement(int rows);

}  // namespace examples

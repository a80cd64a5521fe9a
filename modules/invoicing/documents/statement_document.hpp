// The statement of an account (对账单): what it owed, what was charged and paid, what it owes; A4, over as many pages as it takes.
#pragma once

#include <string>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "modules/invoicing/documents/document_language.hpp"

namespace mis::invoicing {

struct StatementDocument {
  struct Row {
    Date date;
    LocalText what;
    Money debit, credit;  // charged, paid; neither negative but for reversals
  };

  std::string utility;
  std::string account_no, customer_name, address;
  Date from, to;     // the first and the last day
  Money opening;     // positive: the account owed it
  std::vector<Row> rows;
  Money closing;     // as the ledger has it; the rows must lead there
  Instant made_at;
  std::string remark;
};

// Errors: invoicing.statement_sum where opening, debits and credits do not lead to closing, and those of PdfDocument::finish.
Result<std::string> render_statement(const StatementDocument& statement, DocumentLanguage language);

}  // namespace mis::invoicing

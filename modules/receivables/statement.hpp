// Reads a customer's statement from the ledger. A door of its own beside receivables.hpp, which hardly anybody else needs to open.
#pragma once

#include "mis/db/session.hpp"
#include "modules/receivables/domain/statement.hpp"

namespace mis::receivables {

struct Statement {
  Money opening, closing;  // by the books: late charges that nobody has paid yet are not in them
  std::vector<StatementRow> rows;
};
inline constexpr int kMostStatementDays = 3 * 366;
// Of the days from `from` to `to`, both included.
Statement read_statement(db::Session& session, AccountId account, std::string_view account_no, Date from, Date to);

}  // namespace mis::receivables

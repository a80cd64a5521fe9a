#include "modules/receivables/domain/statement.hpp"

#include <algorithm>
#include <cstdlib>

namespace mis::receivables {

std::vector<StatementRow> statement_rows(Money opening, std::span<const StatementTransaction> transactions) {
  std::vector<StatementRow> rows;
  Money balance = opening;
  const auto add = [&](StatementRow row) {
    if (row.debit.value == 0 && row.credit.value == 0) return;
    balance += row.debit - row.credit;
    row.balance = balance;
    rows.push_back(std::move(row));
  };
  for (const auto& t : transactions) {
    const bool reversal = t.template_number < 0;
    const auto what = static_cast<ledger::Template>(std::abs(t.template_number));
    // A late charge that comes back was in the statement when it was paid; now the customer has it in advance.
    const Money late = what == ledger::Template::kLateChargeReturned ? Money{} : t.late;
    // What is a credit of income is a debit of the customer, and taken back with the payment.
    add({t.posted_on, reversal ? "违约金冲回" : "违约金", reversal ? "Late charge taken back" : "Late charge", t.reference, std::max(-late, Money{}), std::max(late, Money{}), {}});
    const auto& info = ledger::info_of(what);
    StatementRow row{t.posted_on, std::string(info.zh) + (reversal ? "冲正" : ""), std::string(info.en) + (reversal ? ", reversed" : ""), t.reference, {}, {}, {}};
    for (const Money part : {t.receivables, late, t.advances}) (part.value > 0 ? row.debit : row.credit) += part.value > 0 ? part : -part;
    add(std::move(row));
  }
  return rows;
}

}  // namespace mis::receivables

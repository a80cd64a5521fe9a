// A customer's statement (对账单): what each transaction did to what he owes, with a running balance. Pure.
//
// The ledger has a late charge as income when it is paid, so a statement shows it as a debit just before what paid it. The
// balance is receivables less advances: what is owed by the books; negative where the customer has money with the utility.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "modules/ledger/ledger.hpp"

namespace mis::receivables {

// A transaction's postings about the account, summed per ledger account; debit positive.
struct StatementTransaction {
  Date posted_on;
  int template_number = 0;  // negative: a reversal
  std::string reference;
  Money receivables, late, advances;
};

struct StatementRow {
  Date date;
  std::string what, what_en, reference;
  Money debit, credit, balance;
};

// Rows in the order given; the last balance is the closing one.
std::vector<StatementRow> statement_rows(Money opening, std::span<const StatementTransaction> transactions);

}  // namespace mis::receivables

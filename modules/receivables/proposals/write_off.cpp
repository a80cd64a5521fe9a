// 坏账核销: bills that will not be paid leave the receivables, against the allowance (借 坏账准备 贷 应收账款).
//
// The late charge due on them is waived with them: it is income only when it is paid, so the books hold nothing of it that could
// be written off, and what stayed open of the bill would be dunned. The claim itself goes on (账销案存): `recover` brings it back.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "modules/receivables/domain/proposal_checks.hpp"
#include "modules/receivables/proposals/kinds.hpp"

namespace mis::receivables {
namespace {

using nlohmann::json;
using ledger::LedgerAccount;

std::vector<BillKey> bills_of(const Case& c) {
  std::vector<BillKey> bills;
  for (const auto& bill_no : c.detail.at("bills")) bills.push_back(c.bill(bill_no));
  return bills;
}

json read(http::Fields& body, AccountId account, const std::string& account_no) {
  const auto bills = body.texts("bills", kMostBills, {.max_length = 40});
  for (const auto& bill_no : bills) check_bill_no(body, "bills", bill_no, account, account_no);
  return {{"bills", bills}};
}

Result<Money> check(Case& c) { return check_write_off(c.items, bills_of(c), planned_bills(c.session, c.account)); }

Result<MovedBy> apply(Case& c) {
  const auto bills = bills_of(c);
  std::vector<ledger::Posting> postings;
  for (const auto& item : c.items) {
    if (std::find(bills.begin(), bills.end(), item.bill) == bills.end()) continue;
    postings.push_back({LedgerAccount::kBadDebtAllowance, item.outstanding, c.account, item.bill.month, item.bill.revision});
    postings.push_back({LedgerAccount::kReceivables, -item.outstanding, c.account, item.bill.month, item.bill.revision});
    if (const Money late = item.late_due(c.today); late.value > 0) waive_late(c, item.bill, late);
  }
  auto posted = post_today(c, ledger::Template::kBadDebtWrittenOff, std::move(postings));
  if (!posted) return std::move(posted).error();
  refresh_bills(c.session, bills);
  return MovedBy{*posted};
}

}  // namespace

Kind write_off_kind() { return {ProposalKind::kWriteOff, read, check, apply}; }

}  // namespace mis::receivables

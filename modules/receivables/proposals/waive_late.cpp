// 违约金减免: part of the late charge on bills need not be paid. Late charges are income when they are paid, so nothing is posted.
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "modules/receivables/domain/proposal_checks.hpp"
#include "modules/receivables/proposals/kinds.hpp"

namespace mis::receivables {
namespace {

using nlohmann::json;

std::vector<BillAmount> parts_of(const Case& c) {
  std::vector<BillAmount> parts;
  for (const auto& part : c.detail.at("bills")) parts.push_back({c.bill(part.at("bill_no")), amount_of(part.at("amount"))});
  return parts;
}

json read(http::Fields& body, AccountId account, const std::string& account_no) {
  json bills = json::array();
  for (auto& part : body.objects("bills", kMostBills)) {
    const auto bill_no = read_bill_no(part, "bill_no", account, account_no);
    bills.push_back({{"bill_no", bill_no}, {"amount", format_yuan(read_amount(part))}});
  }
  return {{"bills", bills}};
}

Result<Money> check(Case& c) { return check_waive_late(c.items, parts_of(c), c.today); }

Result<MovedBy> apply(Case& c) {
  std::vector<BillKey> bills;
  for (const auto& part : parts_of(c)) {
    waive_late(c, part.bill, part.amount);
    bills.push_back(part.bill);
  }
  refresh_bills(c.session, bills);
  return MovedBy{};
}

}  // namespace

Kind waive_late_kind() { return {ProposalKind::kWaiveLate, read, check, apply}; }

}  // namespace mis::receivables

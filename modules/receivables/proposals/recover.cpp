// 坏账收回: a written-off bill is owed again (借 应收账款 贷 坏账准备); its payment follows as any other. Late charges run again
// from the day of the recovery; those of before were waived with the write-off.
#include <nlohmann/json.hpp>

#include "modules/receivables/domain/proposal_checks.hpp"
#include "modules/receivables/proposals/kinds.hpp"

namespace mis::receivables {
namespace {

using nlohmann::json;
using ledger::LedgerAccount;
using ledger::Template;

Money written_off(const Case& c, const BillKey& bill) {
  auto rows = c.session.query("SELECT CAST(COALESCE(SUM(amount_fen), 0) AS SIGNED) FROM ledger_standing_posting WHERE account_id = ? AND billing_month = ? AND revision = ? "
                              "AND ledger_account = ? AND template IN (?, ?)", bill.account, bill.month, bill.revision, static_cast<int>(LedgerAccount::kReceivables),
                              static_cast<int>(Template::kBadDebtWrittenOff), static_cast<int>(Template::kBadDebtRecovered));
  return rows.next() ? -Money{rows.i64(0)} : Money{};
}

json read(http::Fields& body, AccountId account, const std::string& account_no) { return {{"bill_no", read_bill_no(body, "bill_no", account, account_no)}}; }

Result<Money> check(Case& c) { return check_recover(written_off(c, c.bill(c.detail.at("bill_no")))); }

Result<MovedBy> apply(Case& c) {
  const auto bill = c.bill(c.detail.at("bill_no"));
  const Money amount = written_off(c, bill);
  auto posted = post_today(c, Template::kBadDebtRecovered, {{LedgerAccount::kReceivables, amount, c.account, bill.month, bill.revision},
                                                            {LedgerAccount::kBadDebtAllowance, -amount, c.account, bill.month, bill.revision}});
  if (!posted) return std::move(posted).error();
  refresh_bills(c.session, {&bill, 1});
  return MovedBy{*posted};
}

}  // namespace

Kind recover_kind() { return {ProposalKind::kRecover, read, check, apply}; }

}  // namespace mis::receivables

#include "modules/ledger/domain/posting_template.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace mis::ledger {
namespace {

using enum LedgerAccount;

constexpr std::array<LedgerAccount, 4> one(LedgerAccount a) { return {a, a, a, a}; }
constexpr std::array<LedgerAccount, 4> two(LedgerAccount a, LedgerAccount b) { return {a, b, b, b}; }
constexpr std::array<LedgerAccount, 4> three(LedgerAccount a, LedgerAccount b, LedgerAccount c) { return {a, b, c, c}; }

constexpr auto kMoneyIn = three(kCash, kInTransit, kBank);
constexpr auto kCustomerCredits = three(kReceivables, kLateCharges, kAdvances);

constexpr std::array<TemplateInfo, kTemplates> kInfos{{
    {Template::kBillIssued, "bill_issued", "电费发行", "Bill issued", {kReceivables, kFunds, kRevenue, kPhotovoltaicCost}, {kRevenue, kFunds, kReceivables, kPhotovoltaicOwed}},
    {Template::kPayment, "payment", "收费", "Payment", kMoneyIn, kCustomerCredits},
    {Template::kAdvanceApplied, "advance_applied", "预收抵扣", "Advance applied", one(kAdvances), two(kReceivables, kLateCharges)},
    {Template::kAdvanceRefunded, "advance_refunded", "预收退费", "Advance refunded", one(kAdvances), kMoneyIn},
    {Template::kDepositReceived, "deposit_received", "收取保证金", "Deposit received", kMoneyIn, one(kDeposits)},
    {Template::kDepositRefunded, "deposit_refunded", "退还保证金", "Deposit refunded", one(kDeposits), kMoneyIn},
    {Template::kDepositApplied, "deposit_applied", "保证金抵扣", "Deposit applied", one(kDeposits), kCustomerCredits},
    {Template::kBadDebtWrittenOff, "bad_debt_written_off", "坏账核销", "Bad debt written off", one(kBadDebtAllowance), one(kReceivables)},
    {Template::kBadDebtRecovered, "bad_debt_recovered", "坏账收回", "Bad debt recovered", one(kReceivables), one(kBadDebtAllowance)},
    {Template::kAccountTransferred, "account_transferred", "过户", "Account transferred", two(kAdvances, kDeposits), two(kAdvances, kDeposits)},
    {Template::kCashDeposited, "cash_deposited", "解款", "Cash deposited at the bank", two(kInTransit, kBank), one(kCash)},
    {Template::kCashDifference, "cash_difference", "现金长短款", "Cash over or short", two(kCash, kCashDifferences), two(kCash, kCashDifferences)},
    {Template::kChannelSettled, "channel_settled", "渠道到账", "Channel settled", one(kBank), one(kInTransit)},
    {Template::kUnidentifiedReceived, "unidentified_received", "待查收款", "Unidentified receipt", two(kInTransit, kBank), one(kUnidentified)},
    {Template::kUnidentifiedCleared, "unidentified_cleared", "待查认领", "Unidentified receipt cleared", one(kUnidentified), {kReceivables, kLateCharges, kAdvances, kBank}},
    {Template::kCashMoved, "cash_moved", "备用金", "Cash moved", one(kCash), one(kCash)},
    {Template::kLateChargeReturned, "late_charge_returned", "违约金退回", "Late charge returned", one(kLateCharges), one(kAdvances)},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kInfos.size(); ++i)
    if (static_cast<std::size_t>(kInfos[i].what) != i + 1) return false;
  return true;
}
static_assert(in_order(), "info_of finds a template by its number");

bool has(const std::array<LedgerAccount, 4>& legs, LedgerAccount account) { return std::find(legs.begin(), legs.end(), account) != legs.end(); }

}  // namespace

const TemplateInfo& info_of(Template what) { return kInfos[static_cast<std::size_t>(what) - 1]; }

std::string name_of_template(int number) {
  const int index = number < 0 ? -number : number;
  if (index < 1 || index > kTemplates) return std::to_string(number);
  return std::string(kInfos[static_cast<std::size_t>(index) - 1].name) + (number < 0 ? "_reversed" : "");
}

std::optional<Error> check(Template what, std::span<const Posting> postings, bool reversal) {
  const auto& info = info_of(what);
  if (postings.empty()) return internal("ledger.empty", fmt::format("expected a transaction of {} to have postings but it has none", info.name));
  int128 sum = 0;
  for (const auto& posting : postings) {
    if (posting.amount.value == 0) return internal("ledger.wrong_leg", fmt::format("expected the postings of {} to have amounts but one has none", info.name));
    const bool debit = (posting.amount.value > 0) != reversal;
    if (!has(debit ? info.debits : info.credits, posting.ledger_account))
      return internal("ledger.wrong_leg", fmt::format("expected {} to {} one of its ledger accounts but found account {}", info.name, debit ? "debit" : "credit",
                                                      static_cast<int>(posting.ledger_account)));
    sum += posting.amount.value;
  }
  if (sum != 0) return internal("ledger.unbalanced", fmt::format("expected the postings of {} to sum to zero but they make {} fen", info.name, static_cast<std::int64_t>(sum)));
  return {};
}

}  // namespace mis::ledger

// The chart of accounts and the named posting templates: which ledger accounts a business event may debit and credit.
//
// Every posting comes from a template. `check` is the one place that refuses a transaction that does not sum to zero or
// that takes another leg than its template has; nothing reaches the ledger without it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/id.hpp"
#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"

namespace mis::ledger {

// Keys of ledger_chart.
enum class LedgerAccount : std::int16_t {
  kReceivables = 1,       // 1122 应收账款——电费
  kRevenue = 2,           // 6001 主营业务收入——售电
  kFunds = 3,             // 2241 其他应付款——政府性基金及附加
  kPhotovoltaicCost = 4,  // 6401 主营业务成本——分布式光伏购电
  kPhotovoltaicOwed = 5,  // 2202 应付账款——分布式光伏购电
  kCash = 6,              // 1001 库存现金; subject: the cashier session, 0 for the safe
  kBank = 7,              // 1002 银行存款; subject: the bank account (channel)
  kInTransit = 8,         // 1012 在途资金; subject: the channel that owes it
  kAdvances = 9,          // 2203 预收账款——电费
  kLateCharges = 10,      // 6301 营业外收入——电费违约金
  kDeposits = 11,         // 2241.02 保证金
  kBadDebtAllowance = 12, // 1231 坏账准备
  kCashDifferences = 13,  // 1901 现金长短款
  kUnidentified = 14,     // 2241.03 待查收款; subject: the channel
};
inline constexpr int kLedgerAccounts = 14;

// The number is what the column `template` holds; a reversal holds it negative.
enum class Template : std::int16_t {
  kBillIssued = 1,            // 电费发行
  kPayment = 2,               // 收费: money in, against bills, late charges and advances
  kAdvanceApplied = 3,        // 预收抵扣
  kAdvanceRefunded = 4,       // 预收退费
  kDepositReceived = 5,       // 收取保证金
  kDepositRefunded = 6,       // 退还保证金
  kDepositApplied = 7,        // 保证金抵扣
  kBadDebtWrittenOff = 8,     // 坏账核销
  kBadDebtRecovered = 9,      // 坏账收回: the bill is owed again; its payment follows
  kAccountTransferred = 10,   // 过户: advances and deposits go to another account
  kCashDeposited = 11,        // 解款: cash goes to the bank
  kCashDifference = 12,       // 现金长短款
  kChannelSettled = 13,       // 渠道到账: money in transit has arrived at the bank
  kUnidentifiedReceived = 14, // 待查收款
  kUnidentifiedCleared = 15,  // 待查认领
  kCashMoved = 16,            // 备用金: between the safe and a cashier session
  kLateChargeReturned = 17,   // 违约金退回: what was taken of a late charge and was too much becomes an advance
};
inline constexpr int kTemplates = 17;

struct TemplateInfo {
  Template what;
  std::string_view name;  // "payment"
  std::string_view zh, en;
  std::array<LedgerAccount, 4> debits, credits;  // filled up with repetitions of the last one
};
const TemplateInfo& info_of(Template what);
// "payment", or "payment_reversed" for a negative number.
std::string name_of_template(int number);

struct Posting {
  LedgerAccount ledger_account = LedgerAccount::kReceivables;
  Money amount = {};         // debit positive, credit negative
  AccountId account = {};    // whose it is; 0 for what concerns no customer
  BillingMonth bill_month = {};  // with `revision` the bill that it is about; 0 for none
  int revision = 0;
  std::int64_t subject = 0;  // whose cash, which channel's money; 0 for none
};

// An Error{kInternal, "ledger.unbalanced" | "ledger.wrong_leg" | "ledger.empty"} where the postings are none that the template
// may make; nothing where they are. `reversal` turns debit and credit round.
std::optional<Error> check(Template what, std::span<const Posting> postings, bool reversal = false);

}  // namespace mis::ledger

// Named posting templates: which ledger accounts a business event debits and credits. Every posting comes from one, and
// every template's lines sum to zero whatever the amounts, which is checked when the program is compiled.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mis/base/money.hpp"

namespace mis::receivables {

// Keys of receivables_ledger_account.
enum class LedgerAccount : std::int16_t {
  kReceivables = 1,       // 1122 应收账款——电费
  kRevenue = 2,           // 6001 主营业务收入——售电
  kFunds = 3,             // 2241 其他应付款——政府性基金及附加
  kPhotovoltaicCost = 4,  // 6401 主营业务成本——分布式光伏购电
  kPhotovoltaicOwed = 5,  // 2202 应付账款——分布式光伏购电
};

// The amounts that a bill brings; a template's line is a sum of them, each taken 1, 0 or -1 times.
struct BillAmounts {
  Money amount;  // to collect
  Money funds;   // government funds inside it
  Money payout;  // to pay out for photovoltaic energy, positive
};

struct TemplateLine {
  LedgerAccount account;
  int amount = 0, funds = 0, payout = 0;  // factors; debit positive, credit negative
};

// 电费发行: the customer owes the amount; the funds in it are collected for others; energy fed in is a cost that is owed.
inline constexpr std::string_view kBillIssued = "bill_issued";
inline constexpr std::array<TemplateLine, 5> kBillIssuedLines{{
    {LedgerAccount::kReceivables, +1, 0, 0},
    {LedgerAccount::kRevenue, -1, +1, 0},
    {LedgerAccount::kFunds, 0, -1, 0},
    {LedgerAccount::kPhotovoltaicCost, 0, 0, +1},
    {LedgerAccount::kPhotovoltaicOwed, 0, 0, -1},
}};

template <std::size_t N>
constexpr bool sums_to_zero(const std::array<TemplateLine, N>& lines) {
  int amount = 0, funds = 0, payout = 0;
  for (const auto& line : lines) {
    amount += line.amount;
    funds += line.funds;
    payout += line.payout;
  }
  return amount == 0 && funds == 0 && payout == 0;
}
static_assert(sums_to_zero(kBillIssuedLines));

constexpr Money amount_of(const TemplateLine& line, const BillAmounts& bill) {
  return bill.amount * line.amount + bill.funds * line.funds + bill.payout * line.payout;
}

}  // namespace mis::receivables

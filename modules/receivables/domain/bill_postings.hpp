// What an issued bill debits and credits. The lines sum to zero whatever the amounts, which is checked when the program is
// compiled; the ledger adds each transaction up once more.
#pragma once

#include <array>
#include <cstddef>

#include "mis/base/money.hpp"
#include "modules/ledger/ledger.hpp"

namespace mis::receivables {

// The amounts that a bill brings; a line is a sum of them, each taken 1, 0 or -1 times.
struct BillAmounts {
  Money amount;  // to collect
  Money funds;   // government funds inside it
  Money payout;  // to pay out for photovoltaic energy, positive
};

struct BillLine {
  ledger::LedgerAccount account;
  int amount = 0, funds = 0, payout = 0;  // factors; debit positive, credit negative
};

// 电费发行: the customer owes the amount; the funds in it are collected for others; energy fed in is a cost that is owed.
inline constexpr std::array<BillLine, 5> kBillLines{{
    {ledger::LedgerAccount::kReceivables, +1, 0, 0},
    {ledger::LedgerAccount::kRevenue, -1, +1, 0},
    {ledger::LedgerAccount::kFunds, 0, -1, 0},
    {ledger::LedgerAccount::kPhotovoltaicCost, 0, 0, +1},
    {ledger::LedgerAccount::kPhotovoltaicOwed, 0, 0, -1},
}};

template <std::size_t N>
constexpr bool sums_to_zero(const std::array<BillLine, N>& lines) {
  int amount = 0, funds = 0, payout = 0;
  for (const auto& line : lines) {
    amount += line.amount;
    funds += line.funds;
    payout += line.payout;
  }
  return amount == 0 && funds == 0 && payout == 0;
}
static_assert(sums_to_zero(kBillLines));

constexpr Money amount_of(const BillLine& line, const BillAmounts& bill) {
  return bill.amount * line.amount + bill.funds * line.funds + bill.payout * line.payout;
}

}  // namespace mis::receivables

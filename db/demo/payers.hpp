// Who pays the demonstration's bills, where and how: chosen by the seed, never by what is there.
#pragma once

#include <cstdint>
#include <vector>

#include "db/demo/layout.hpp"
#include "mis/base/money.hpp"
#include "mis/db/database.hpp"
#include "modules/payment_channels/honest_bank.hpp"

namespace mis::demo {

inline constexpr int kMostBankPayers = 4'000;
inline constexpr int kCounterReceipts = 36;  // of each cashier

// One in a hundred accounts more or less in a county of the usual size, every fourth one in a small county.
bool pays_at_the_bank(const CountyLayout& layout, std::int64_t account_id);

// What the accounts were billed for the last month; accounts without a bill, or whose bill is not for them to pay, are left out. The
// same before and after they have paid.
struct Payer {
  AccountId account;
  std::string account_no;
  Money bill;
};
std::vector<Payer> with_bills(db::Session& session, const CountyLayout& layout, const std::vector<std::int64_t>& account_ids);

// The bank's day, in the order of the clock, from half past eight in the morning to eight in the evening.
std::vector<payment_channels::BankPayment> bank_payments(db::Session& session, const CountyLayout& layout, Date day);
// Accounts that come to one cashier's counter, in their order; never one that pays at the bank or at another counter.
std::vector<Payer> counter_payers(db::Session& session, const CountyLayout& layout, int counter, int counters);

}  // namespace mis::demo

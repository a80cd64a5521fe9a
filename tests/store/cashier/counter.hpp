// A business hall with its cashiers on top of the hand-made books, and a clock that a test sets.
#pragma once

#include <string>
#include <vector>

#include "modules/cashier/counter.hpp"
#include "modules/cashier/days.hpp"
#include "modules/cashier/reversals.hpp"
#include "tests/store/receivables/books.hpp"

namespace counter {

inline constexpr mis::OrgId kHall{2}, kOtherHall{3};
// Cashiers 3 and 5 sit in the hall, 6 in the other one; 4 is the supervisor.
inline constexpr mis::UserId kCashier{3}, kSupervisor{4}, kColleague{5}, kElsewhere{6};

// Account 11 owes 100.00 since 12 October and 50.00 since 12 November, 12 and 13 owe 80.00 and 20.05 since 12 November. It is
// 24 November 2026 at first.
class Counter : public books::Books {
 public:
  Counter();

  void set_day(const char* day) { day_ = day; }
  mis::cashier::Act act(mis::UserId by = kCashier, mis::OrgId hall = kHall) const { return {by, hall, at(day_.c_str())}; }

  mis::Result<mis::cashier::SessionRow> open(int float_fen, mis::UserId by = kCashier, mis::OrgId hall = kHall);
  // What is paid, account by account: {{11, 15'510}}.
  using Paid = std::vector<std::pair<std::int64_t, int>>;
  mis::cashier::Take take(const Paid& paid, mis::cashier::CounterMethod method = mis::cashier::CounterMethod::kCash) const;
  mis::Result<mis::cashier::Receipt> receive(const mis::cashier::Take& take, mis::UserId by = kCashier);
  mis::Result<mis::cashier::Receipt> receive(const Paid& paid, mis::cashier::CounterMethod method = mis::cashier::CounterMethod::kCash, mis::UserId by = kCashier) { return receive(take(paid, method), by); }
  mis::Result<mis::cashier::ReversalOutcome> reverse(const std::string& receipt_no, mis::UserId by = kCashier);
  mis::Result<mis::cashier::Receipt> approve(mis::cashier::RequestId request, mis::UserId by = kSupervisor);
  // Counts exactly these notes and coins, and of the other methods what the system expects.
  mis::Status close(mis::cashier::SessionId id, const mis::cashier::CashCount& cash, const std::string& note = {}, mis::UserId by = kCashier);
  // As the system expects it, in coins of a fen.
  mis::Status close_exactly(mis::cashier::SessionId id, mis::UserId by = kCashier);
  mis::Result<mis::cashier::Deposit> deposit(mis::cashier::SessionId id, int amount_fen, const std::string& slip);
  mis::Status close_hall(bool carry_over = false, mis::OrgId hall = kHall);
  mis::Status close_company(bool carry_over = false);

  mis::cashier::SessionMoney money(mis::cashier::SessionId id);
  mis::cashier::Receipt receipt(const std::string& receipt_no);
  // The ledger's cash of a session, or of the safe (0).
  std::int64_t ledger_cash(std::int64_t subject);
  std::vector<std::string> all_differences();  // of the ledger, receivables and the counter

 private:
  std::string day_ = "2026-11-24";
};

std::string code_of(const auto& result) { return result ? "" : result.error().code; }

}  // namespace counter

// The arithmetic of a cashier's drawer. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "mis/base/money.hpp"
#include "mis/base/time.hpp"

namespace mis::cashier {

// What a counter takes, in the order in which it is listed everywhere.
inline constexpr int kCounterMethods = 4;
enum class CounterMethod : std::uint8_t { kCash, kCard, kCheque, kQr };
inline constexpr std::array<CounterMethod, kCounterMethods> kMethods{CounterMethod::kCash, CounterMethod::kCard, CounterMethod::kCheque, CounterMethod::kQr};
std::string_view name_of(CounterMethod method);  // "cash", "card", "cheque", "qr"
std::optional<CounterMethod> counter_method_of(std::string_view name);

struct MethodSums {
  std::array<Money, kCounterMethods> sums{};
  Money& operator[](CounterMethod method) { return sums[static_cast<std::size_t>(method)]; }
  Money operator[](CounterMethod method) const { return sums[static_cast<std::size_t>(method)]; }
  bool operator==(const MethodSums&) const = default;
  friend MethodSums operator-(MethodSums a, const MethodSums& b) {
    for (std::size_t i = 0; i < a.sums.size(); ++i) a.sums[i] -= b.sums[i];
    return a;
  }
  bool all_zero() const { return *this == MethodSums{}; }
};

// The next whole yuan; nothing stays nothing.
constexpr Money rounded_up_to_yuan(Money due) { return due.value <= 0 ? Money{0} : Money{(due.value + 99) / 100 * 100}; }

// Where a session's cash came from and went to. What is in the drawer is always worked out from it.
struct Drawer {
  Money float_taken;  // out of the safe
  MethodSums taken;   // receipts
  MethodSums given;   // reversals
  Money deposited;
  Money difference;   // counted more (positive) or less than expected, once the session is closed
  Money returned;     // the float, back in the safe

  // What should be there of each method while the session is open.
  MethodSums expected() const;
  // What is there: all of it until the close, then what is still to be deposited.
  Money cash_left() const { return expected()[CounterMethod::kCash] + difference - returned; }
  // The float goes back to the safe at the close, as far as there is cash.
  static Money to_return(Money float_taken, Money counted) { return counted < float_taken ? counted : float_taken; }
};

// Renminbi in circulation, in fen: 100, 50, 20, 10, 5, 2 and 1 yuan; 5, 2 and 1 jiao; 5, 2 and 1 fen.
inline constexpr std::array<int, 13> kDenominations{10'000, 5'000, 2'000, 1'000, 500, 200, 100, 50, 20, 10, 5, 2, 1};
bool is_denomination(Money value);
using CashCount = std::map<int, int>;  // fen to pieces
Money total_of(const CashCount& count);

// "E01-20261124-02": hall, day, the hall's second session of it; "…-0017": its seventeenth receipt.
std::string make_session_no(std::string_view hall_code, Date day, int number);
std::string make_receipt_no(std::string_view session_no, int number);

}  // namespace mis::cashier

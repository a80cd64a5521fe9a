#include "tests/sim/auditor.hpp"

#include <algorithm>
#include <chrono>

namespace sim {
namespace {

int year_of(Day day) { return static_cast<int>(std::chrono::year_month_day{std::chrono::sys_days{std::chrono::days{day}}}.year()); }

}  // namespace

Fen Bill::outstanding() const {
  Fen left = amount;
  for (const auto& change : principal) left -= change.paid;
  return left;
}

Fen Bill::late_due(Day on) const {
  // Thousandths of a fen, one day after the other: what is owed at the day's beginning bears that day's rate.
  __extension__ __int128 milli = 0;
  for (Day day = due_on + 1; day <= on; ++day) {
    Fen owed = amount;
    for (const auto& change : principal)
      if (change.value_on < day) owed -= change.paid;
    if (owed <= 0) continue;
    milli += static_cast<__int128>(owed) * (home ? 1 : year_of(day) > year_of(due_on) ? 3 : 2);
  }
  if (milli == 0) return 0;
  Fen charge = static_cast<Fen>((milli + 500) / 1000);
  if (charge < 100) charge = 100;
  for (const auto& change : late) charge -= change.paid;
  return std::max<Fen>(charge, 0);
}

void Auditor::issue(std::int64_t number, int month, Fen amount, Day issued_on, bool home) {
  auto& account = accounts_[number];
  if (amount > 0) account.bills.push_back({month, amount, issued_on + 10, home, {}, {}});
  use_advance(account, issued_on);
}

Expected Auditor::pay(const std::string& reference, std::int64_t number, Fen amount, Day value_on, const std::vector<int>& bills) {
  auto& account = accounts_[number];
  const auto id = ++transactions_;
  Fen rest = amount;
  auto parts = share(account, rest, value_on, id, bills);
  account.advance += rest;
  payments_[reference] = {number, amount, rest, parts, false};
  transaction_of_[reference] = id;
  return {std::move(parts), rest};
}

void Auditor::take_back(const std::string& reference, Day on) {
  auto& payment = payments_.at(reference);
  auto& account = accounts_[payment.account];
  payment.reversed = true;
  undo(account, transaction_of_.at(reference));
  account.advance -= payment.advance;
  Day counts_from = on;
  while (account.advance < 0 && !account.applications.empty()) {
    const auto newest = account.applications.back();
    account.applications.pop_back();
    undo(account, newest.id);
    account.advance += newest.amount;
    counts_from = newest.value_on;  // what of it was others' money was there on that day
  }
  use_advance(account, counts_from);
}

void Auditor::undo(Account& account, std::int64_t by) {
  for (auto& bill : account.bills) {
    std::erase_if(bill.principal, [&](const Change& change) { return change.by == by; });
    std::erase_if(bill.late, [&](const Change& change) { return change.by == by; });
  }
}

void Auditor::use_advance(Account& account, Day on) {
  if (account.advance <= 0) return;
  const auto id = transactions_ + 1;
  Fen rest = account.advance;
  if (share(account, rest, on, id, {}).empty()) return;
  transactions_ = id;
  account.applications.push_back({id, account.advance - rest, on});
  account.advance = rest;
}

std::vector<Part> Auditor::share(Account& account, Fen& amount, Day on, std::int64_t by, const std::vector<int>& months) {
  std::vector<Bill*> line;
  if (months.empty()) {
    for (auto& bill : account.bills) line.push_back(&bill);
    std::stable_sort(line.begin(), line.end(), [](const Bill* a, const Bill* b) { return a->due_on != b->due_on ? a->due_on < b->due_on : a->month < b->month; });
  } else {
    for (const int month : months)
      for (auto& bill : account.bills)
        if (bill.month == month) line.push_back(&bill);
  }
  std::map<const Bill*, Part> parts;
  const auto late = [&](Bill& bill) {
    const Fen taken = std::min(amount, bill.late_due(on));
    if (taken == 0) return;
    bill.late.push_back({on, taken, by});
    parts[&bill].late += taken;
    amount -= taken;
  };
  const auto principal = [&](Bill& bill) {
    const Fen taken = std::min(amount, bill.outstanding());
    if (taken == 0) return;
    bill.principal.push_back({on, taken, by});
    parts[&bill].principal += taken;
    amount -= taken;
  };
  for (auto* bill : line) {
    if (order == Order::kLateFirst) late(*bill);
    principal(*bill);
    if (order == Order::kPrincipalFirst) late(*bill);
  }
  if (order == Order::kAllPrincipalFirst)
    for (auto* bill : line) late(*bill);
  std::vector<Part> result;
  for (const auto* bill : line)
    if (auto it = parts.find(bill); it != parts.end()) result.push_back({bill->month, it->second.principal, it->second.late});
  return result;
}

Fen Auditor::principal(std::int64_t number) const {
  Fen sum = 0;
  if (const auto it = accounts_.find(number); it != accounts_.end())
    for (const auto& bill : it->second.bills) sum += bill.outstanding();
  return sum;
}

Fen Auditor::late(std::int64_t number, Day on) const {
  Fen sum = 0;
  if (const auto it = accounts_.find(number); it != accounts_.end())
    for (const auto& bill : it->second.bills) sum += bill.late_due(on);
  return sum;
}

Fen Auditor::advance(std::int64_t number) const {
  const auto it = accounts_.find(number);
  return it == accounts_.end() ? 0 : it->second.advance;
}

std::vector<int> Auditor::open_months(std::int64_t number, Day on) const {
  std::vector<int> months;
  if (const auto it = accounts_.find(number); it != accounts_.end())
    for (const auto& bill : it->second.bills)
      if (bill.outstanding() + bill.late_due(on) > 0) months.push_back(bill.month);
  return months;
}

Fen Auditor::money_in() const {
  Fen sum = 0;
  for (const auto& [reference, payment] : payments_)
    if (!payment.reversed) sum += payment.amount;
  return sum;
}

}  // namespace sim

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

Fen Bill::late_charge(Day on) const {
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
  const Fen charge = static_cast<Fen>((milli + 500) / 1000);
  return std::max<Fen>(charge, 100);
}

Fen Bill::late_paid() const {
  Fen paid = 0;
  for (const auto& change : late) paid += change.paid;
  return paid;
}

Fen Bill::late_due(Day on) const { return std::max<Fen>(late_charge(on) - late_paid(), 0); }

void Auditor::issue(std::int64_t number, int month, Fen amount, Day issued_on, bool home) {
  auto& account = accounts_[number];
  if (amount > 0) account.bills.push_back({month, amount, issued_on + 10, home, {}, {}});
  use_advance(account, issued_on, issued_on);
}

Expected Auditor::pay(const std::string& reference, std::int64_t number, Fen amount, Day value_on, Day today, const std::vector<int>& bills) {
  auto& account = accounts_[number];
  const auto id = ++transactions_;
  Fen rest = amount;
  auto parts = share(account, rest, value_on, id, bills);
  account.advance += rest;
  give_back(account, today, id);
  if (bills.empty() && value_on < today && rest > 0) give_back_for_idle(account, rest, value_on, today, id);
  payments_[reference] = {number, amount, rest, parts, false};
  transaction_of_[reference] = id;
  return {std::move(parts), rest};
}

void Auditor::take_back(const std::string& reference, Day on) {
  auto& payment = payments_.at(reference);
  auto& account = accounts_[payment.account];
  payment.reversed = true;
  const auto id = transaction_of_.at(reference);
  auto months = months_of(account, id);
  undo(account, id);
  account.advance -= payment.advance;
  Day idle_from = take_given_back(account, id, months, on);
  Day counts_from = on;
  while (account.advance < 0 && !account.applications.empty()) {
    const auto newest = account.applications.back();
    account.applications.pop_back();
    months.merge(months_of(account, newest.id));
    undo(account, newest.id);
    account.advance += newest.amount;
    counts_from = newest.value_on;  // what of it was others' money was there on that day
    idle_from = take_given_back(account, newest.id, months, idle_from);
  }
  give_back(account, on, 0);
  use_advance(account, std::min(counts_from, idle_from), on);
}

void Auditor::give_back(Account& account, Day today, std::int64_t cause) {
  for (auto& bill : account.bills) {
    const Fen over = bill.late_paid() - bill.late_charge(today);
    if (over <= 0) continue;
    const auto id = ++transactions_;
    bill.late.push_back({today, -over, id});
    account.given_back.push_back({id, cause, bill.month, over});
    account.advance += over;
    ++given_back_;
  }
}

// Bills that others have paid meanwhile: their late charge is what it would have been with this money on its day.
void Auditor::give_back_for_idle(Account& account, Fen idle, Day value_on, Day today, std::int64_t cause) {
  std::vector<Bill*> line;
  for (auto& bill : account.bills) line.push_back(&bill);
  std::stable_sort(line.begin(), line.end(), [](const Bill* a, const Bill* b) { return a->due_on != b->due_on ? a->due_on < b->due_on : a->month < b->month; });
  for (const auto* bill : line) {
    Bill as_if = *bill;
    Fen kept = bill->late_paid();
    for (const auto& one : account.given_back)
      if (one.idle != 0 && one.month == bill->month) {
        kept -= one.amount;
        as_if.principal.push_back({one.value_on, one.idle, one.id});
      }
    Fen open = bill->amount;
    for (const auto& change : as_if.principal)
      if (change.value_on <= value_on) open -= change.paid;
    const Fen part = std::min(idle, open);
    if (part <= 0 || kept <= 0) continue;
    as_if.principal.push_back({value_on, part, 0});
    const Fen over = std::min(kept, kept - as_if.late_charge(today));
    if (over <= 0) continue;
    account.given_back.push_back({++transactions_, cause, bill->month, over, part, value_on});
    account.advance += over;
    idle -= part;
    ++given_back_;
  }
}

std::set<int> Auditor::months_of(const Account& account, std::int64_t by) {
  std::set<int> months;
  for (const auto& bill : account.bills)
    for (const auto* changes : {&bill.principal, &bill.late})
      for (const auto& change : *changes)
        if (change.by == by) months.insert(bill.month);
  return months;
}

Day Auditor::take_given_back(Account& account, std::int64_t cause, std::set<int>& months, Day otherwise) {
  const auto take = [&](const GivenBack& one) {
    undo(account, one.id);
    account.advance -= one.amount;
  };
  for (const auto& one : account.given_back)
    if (one.cause == cause) {
      take(one);
      if (one.idle == 0) months.insert(one.month);
    }
  std::erase_if(account.given_back, [&](const GivenBack& one) { return one.cause == cause; });
  // Nobody keeps back what was never paid, and idle money is needed now: the newest goes first.
  for (std::size_t i = account.given_back.size(); i-- > 0;) {
    const auto one = account.given_back[i];
    const auto bill = std::find_if(account.bills.begin(), account.bills.end(), [&](const Bill& b) { return b.month == one.month; });
    if (one.idle != 0 ? !months.contains(one.month) : bill->late_paid() >= 0) continue;
    take(one);
    if (one.idle != 0) otherwise = std::min(otherwise, one.value_on);
    account.given_back.erase(account.given_back.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return otherwise;
}

void Auditor::undo(Account& account, std::int64_t by) {
  for (auto& bill : account.bills) {
    std::erase_if(bill.principal, [&](const Change& change) { return change.by == by; });
    std::erase_if(bill.late, [&](const Change& change) { return change.by == by; });
  }
}

void Auditor::use_advance(Account& account, Day on, Day today) {
  if (account.advance <= 0) return;
  const auto id = transactions_ + 1;
  Fen rest = account.advance;
  if (share(account, rest, on, id, {}).empty()) return;
  transactions_ = id;
  account.applications.push_back({id, account.advance - rest, on});
  account.advance = rest;
  give_back(account, today, id);
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

Fen Auditor::late_kept() const {
  Fen sum = 0;
  for (const auto& [number, account] : accounts_)
    for (const auto& bill : account.bills) sum += bill.late_paid();
  for (const auto& [number, account] : accounts_)
    for (const auto& one : account.given_back)
      if (one.idle != 0) sum -= one.amount;
  return sum;
}

}  // namespace sim

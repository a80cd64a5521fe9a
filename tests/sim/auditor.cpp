#include "tests/sim/auditor.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <tuple>

namespace sim {
namespace {

constexpr int kGraceDays = 3;

int year_of(Day day) { return static_cast<int>(std::chrono::year_month_day{std::chrono::sys_days{std::chrono::days{day}}}.year()); }

}  // namespace

Fen Bill::outstanding() const {
  Fen left = amount;
  for (const auto& change : principal) left -= change.paid;
  return left;
}

Fen Bill::late_charge(Day on) const {
  // Thousandths of a fen, one day after the other: what is owed at the day's beginning bears that day's rate.
  if (on <= due_on) return 0;
  __extension__ __int128 milli = 0;
  const int first_year = year_of(due_on);
  const Day last = std::min(on, stop);
  for (Day day = due_on + 1; day <= last; ++day) {
    Fen owed = amount;
    Day same_until = last;  // nothing changes before that day
    for (const auto& change : principal)
      if (change.value_on < day) owed -= change.paid;
      else same_until = std::min(same_until, change.value_on);
    for (; day <= same_until; ++day)
      if (owed > 0) milli += static_cast<__int128>(owed) * (home ? 1 : year_of(day) > first_year ? 3 : 2);
    --day;
  }
  if (milli == 0) return 0;
  const Fen charge = static_cast<Fen>((milli + 500) / 1000);
  return std::max<Fen>(charge, 100);
}

Fen Bill::late_settled() const {
  Fen settled = 0;
  for (const auto& change : late) settled += change.paid;
  return settled;
}

Fen Bill::late_paid() const {
  Fen paid = 0;
  for (const auto& change : late)
    if (!change.waived) paid += change.paid;
  return paid;
}

Fen Bill::late_due(Day on) const { return std::max<Fen>(late_charge(on) - late_settled(), 0); }

bool Bill::open() const {
  return outstanding() > 0 || late_due(last_change()) > 0;
}

Day Bill::last_change() const {
  Day last = due_on;
  for (const auto& change : principal) last = std::max(last, change.value_on);
  return last;
}

const Auditor::Account& Auditor::account_at(std::int64_t number) const {
  static const Account nobody;
  const auto it = accounts_.find(number);
  return it == accounts_.end() ? nobody : it->second;
}
Bill* Auditor::bill_at(Account& account, int month) {
  const auto it = std::find_if(account.bills.begin(), account.bills.end(), [&](const Bill& bill) { return bill.month == month; });
  return it == account.bills.end() ? nullptr : &*it;
}
const Bill* Auditor::bill_at(const Account& account, int month) { return bill_at(const_cast<Account&>(account), month); }

void Auditor::credit(Place debit, const std::vector<Part>& parts, int sign) {
  for (const auto& part : parts) {
    heads.move(sign * part.principal, debit, {kReceivables, 0});
    heads.move(sign * part.late, debit, {kLateCharges, 0});
  }
}

void Auditor::issue(std::int64_t number, int month, Fen amount, Fen funds, Day issued_on, bool home) {
  auto& account = accounts_[number];
  heads.move(amount - funds, {kReceivables, 0}, {kRevenue, 0});
  heads.move(funds, {kReceivables, 0}, {kFunds, 0});
  if (amount > 0) account.bills.push_back({month, amount, issued_on + 10, home});
  use_advance(account, issued_on, issued_on);
}

Expected Auditor::pay(const std::string& reference, std::int64_t number, Fen amount, Day value_on, Day today, Place into, const std::vector<int>& months) {
  auto& account = accounts_[number];
  // Money that comes too late heals no plan.
  if (std::any_of(account.bills.begin(), account.bills.end(), [&](const Bill& bill) { return bill.stop != kNoStop && (bill.open() || sitting_.contains({number, bill.month})); }))
    for (auto& plan : account.plans)
      if (plan.state == PlanIs::kActive || plan.state == PlanIs::kKept) review(account, plan, value_on);
  for (const int month : months)
    if (const auto* bill = bill_at(account, month); bill == nullptr || !bill->open()) return {"receivables.not_open"};
  const auto id = ++transactions_;
  Fen rest = amount;
  auto parts = share(account, rest, value_on, id, months);
  account.advance += rest;
  if (rest > 0) account.inflows.push_back({id, rest, value_on, today});
  credit(into, parts);
  heads.move(rest, into, {kAdvances, 0});
  give_back(account, today, id);
  if (value_on < today && rest > 0) {
    // Late charges alone that are open yet are paid as they are known, and come back as any other.
    std::vector<int> late_only;
    for (const auto* bill : oldest_first(account))
      if (bill->outstanding() == 0 && bill->late_due(today) > 0) late_only.push_back(bill->month);
    if (!late_only.empty()) use_advance(account, today, today, rest, late_only);
    give_back_for_idle(account, rest, value_on, today, id);
  }
  payments_[reference] = {number, amount, rest, into, parts, false};
  transaction_of_[reference] = id;
  return {"", std::move(parts), rest};
}

void Auditor::sit() {
  for (const auto& [number, account] : accounts_)
    for (const auto& bill : account.bills)
      if (bill.stop != kNoStop && bill.open()) sitting_.emplace(number, bill.month);
}

void Auditor::apply_advances(Day on) {
  for (auto& [number, account] : accounts_) use_advance(account, on, on);
}

std::string Auditor::take_back(const std::string& reference, Day on) {
  auto& payment = payments_.at(reference);
  auto& account = accounts_[payment.account];
  const Account account_before = account;
  const Heads heads_before = heads;
  const auto id = transaction_of_.at(reference);
  auto months = months_of(account, id);
  undo(account, id);
  account.advance -= payment.advance;
  credit(payment.into, payment.parts, -1);
  heads.move(-payment.advance, payment.into, {kAdvances, 0});
  std::vector<GivenBack> needed;
  take_given_back(account, id, months, needed);
  std::optional<Day> counts_from;
  while (account.advance < 0 && !account.applications.empty()) {
    const auto newest = account.applications.back();
    account.applications.pop_back();
    months.merge(months_of(account, newest.id));
    undo(account, newest.id);
    credit({kAdvances, 0}, newest.parts, -1);
    account.advance += newest.amount;
    counts_from = newest.value_on;  // what of it was others' money was there on that day
    take_given_back(account, newest.id, months, needed);
  }
  if (account.advance < 0) {  // refunded or moved
    account = account_before;
    heads = heads_before;
    return "receivables.advance_gone";
  }
  payment.reversed = true;
  std::set<int> opened;
  for (const auto& bill : account.bills)
    if (bill.outstanding() != 0) opened.insert(bill.month);
  give_back(account, on, 0);
  // Every fen of the advance is of a day: of that of idle money that is needed; of that on which what it had paid was paid; or of
  // that of what came last, for what came first is spent.
  struct Purse {
    std::int64_t of;
    Day day;
    Fen there, idle;
  };
  std::vector<Purse> purses;
  Fen left = account.advance;
  const auto some = [&](Fen most) {
    const Fen part = std::clamp<Fen>(most, 0, left);
    left -= part;
    return part;
  };
  std::stable_sort(needed.begin(), needed.end(), [](const GivenBack& a, const GivenBack& b) { return a.value_on < b.value_on; });
  const auto is_open = [&](const GivenBack& one) { return opened.contains(one.month); };
  for (const auto& one : needed) purses.push_back({one.cause, one.value_on, is_open(one) ? some(one.idle) : 0, one.idle});
  if (counts_from) purses.push_back({0, *counts_from, some(left), 0});
  auto inflows = account.inflows;
  for (const auto& one : needed)
    for (auto& inflow : inflows)
      if (inflow.id == one.cause && is_open(one)) inflow.amount -= one.idle;
  std::sort(inflows.begin(), inflows.end(), [](const Inflow& a, const Inflow& b) { return std::tuple(a.heard_on, a.value_on, a.id) > std::tuple(b.heard_on, b.value_on, b.id); });
  for (const auto& inflow : inflows) {
    Fen elsewhere = 0;  // counts for another bill from its own day, and for these since it was heard of
    for (const auto& one : account.given_back)
      if (one.idle != 0 && one.cause == inflow.id) elsewhere += one.idle;
    for (const auto& one : needed)
      if (one.cause == inflow.id && !is_open(one)) elsewhere += one.idle;
    elsewhere = std::clamp<Fen>(elsewhere, 0, std::max<Fen>(inflow.amount, 0));
    const Fen part = some(inflow.amount - elsewhere);
    purses.push_back({inflow.id, inflow.value_on, part, inflow.idle() ? part : 0});
    purses.push_back({inflow.id, inflow.heard_on, some(elsewhere), 0});
  }
  std::set<Day> days;
  for (const auto& purse : purses) days.insert(purse.day);
  for (const Day day : days) {
    Fen all = 0;
    for (const auto& purse : purses)
      if (purse.day == day) all += purse.there;
    Fen used = use_advance(account, day, on, all);
    for (auto& purse : purses)
      if (purse.day == day) {
        const Fen part = std::min(purse.there, used);
        purse.idle = std::max<Fen>(purse.idle - part, 0);
        used -= part;
      }
  }
  // What idle money is left makes late charges of these bills less again.
  std::map<std::pair<Day, std::int64_t>, Fen> idle;
  for (const auto& purse : purses) idle[{purse.day, purse.of}] += purse.idle;
  for (const auto& [of, amount] : idle)
    if (amount > 0) give_back_for_idle(account, amount, of.first, on, of.second, &months);
  return "";
}

void Auditor::give(Account& account, GivenBack given, Day today) {
  account.advance += given.amount;
  account.inflows.push_back({given.id, given.amount, today, today});
  heads.move(given.amount, {kLateCharges, 0}, {kAdvances, 0});
  account.given_back.push_back(given);
}

// Nobody gets back more than was paid, whatever was waived and whatever idle money has brought back already.
void Auditor::give_back(Account& account, Day today, std::int64_t cause) {
  for (auto& bill : account.bills) {
    Fen kept = bill.late_paid();
    for (const auto& one : account.given_back)
      if (one.idle != 0 && one.month == bill.month) kept -= one.amount;
    const Fen over = std::min(kept, bill.late_settled() - bill.late_charge(today));
    if (over <= 0) continue;
    const auto id = ++transactions_;
    bill.late.push_back({today, -over, id});
    give(account, {id, cause, bill.month, over}, today);
    ++given_back_;
  }
}

// Bills that others have paid meanwhile: their late charge is what it would have been with this money on its day.
void Auditor::give_back_for_idle(Account& account, Fen idle, Day value_on, Day today, std::int64_t cause, const std::set<int>* months) {
  for (const auto* bill : oldest_first(account)) {
    if (bill->outstanding() != 0 || (months != nullptr && !months->contains(bill->month))) continue;
    Bill as_if = *bill;
    Fen kept = bill->late_paid(), settled = bill->late_settled();
    for (const auto& one : account.given_back)
      if (one.idle != 0 && one.month == bill->month) {
        kept -= one.amount;
        settled -= one.amount;
        as_if.principal.push_back({one.value_on, one.idle, one.id});
      }
    Fen open = bill->amount;
    for (const auto& change : as_if.principal)
      if (change.value_on <= value_on) open -= change.paid;
    const Fen part = std::min(idle, open);
    if (part <= 0 || kept <= 0) continue;
    as_if.principal.push_back({value_on, part, 0});
    const Fen over = std::min(kept, settled - as_if.late_charge(today));
    if (over <= 0) continue;
    give(account, {++transactions_, cause, bill->month, over, part, value_on}, today);
    idle -= part;
    ++given_back_for_idle_;
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

void Auditor::take_given_back(Account& account, std::int64_t cause, std::set<int>& months, std::vector<GivenBack>& needed) {
  const auto take = [&](const GivenBack& one) {
    undo(account, one.id);
    account.advance -= one.amount;
    heads.move(-one.amount, {kLateCharges, 0}, {kAdvances, 0});
  };
  for (const auto& one : account.given_back)
    if (one.cause == cause) {
      take(one);
      months.insert(one.month);
    }
  std::erase_if(account.given_back, [&](const GivenBack& one) { return one.cause == cause; });
  // Nobody keeps back what was never paid, and idle money is needed now: the newest goes first.
  for (std::size_t i = account.given_back.size(); i-- > 0;) {
    const auto one = account.given_back[i];
    if (one.idle != 0 ? !months.contains(one.month) : bill_at(account, one.month)->late_paid() >= 0) continue;
    take(one);
    if (one.idle != 0) needed.push_back(one);
    account.given_back.erase(account.given_back.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void Auditor::undo(Account& account, std::int64_t by) {
  std::erase_if(account.inflows, [&](const Inflow& inflow) { return inflow.id == by; });
  for (auto& bill : account.bills) {
    std::erase_if(bill.principal, [&](const Change& change) { return change.by == by; });
    std::erase_if(bill.late, [&](const Change& change) { return change.by == by; });
  }
}

Fen Auditor::use_advance(Account& account, Day on, Day today, Fen most, const std::vector<int>& months) {
  const Fen usable = std::min(account.advance, most);
  if (usable <= 0) return 0;
  const auto id = transactions_ + 1;
  Fen rest = usable;
  auto parts = share(account, rest, on, id, months);
  if (parts.empty()) return 0;
  transactions_ = id;
  credit({kAdvances, 0}, parts);
  account.applications.push_back({id, usable - rest, on, std::move(parts)});
  account.advance -= usable - rest;
  give_back(account, today, id);
  return usable - rest;
}

std::vector<Bill*> Auditor::oldest_first(Account& account) {
  std::vector<Bill*> line;
  for (auto& bill : account.bills) line.push_back(&bill);
  std::stable_sort(line.begin(), line.end(), [](const Bill* a, const Bill* b) { return a->due_on != b->due_on ? a->due_on < b->due_on : a->month < b->month; });
  return line;
}

std::vector<Part> Auditor::share(Account& account, Fen& amount, Day on, std::int64_t by, const std::vector<int>& months) {
  std::vector<Bill*> line;
  if (months.empty()) {
    line = oldest_first(account);
  } else {
    for (const int month : months)
      for (auto& bill : account.bills)
        if (bill.month == month) line.push_back(&bill);
  }
  std::map<const Bill*, Part> parts;
  const auto late = [&](Bill& bill) {
    if (amount == 0) return;
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

// ── What takes two people ───────────────────────────────────────────────────────────────────────────────────────────

std::string Auditor::check_waive(std::int64_t number, int month, Fen amount, Day on) const {
  const auto* bill = bill_at(account_at(number), month);
  if (bill == nullptr || !bill->open()) return "receivables.not_open";
  return amount > bill->late_due(on) ? "receivables.more_than_due" : "";
}
std::string Auditor::waive(std::int64_t number, int month, Fen amount, Day on) {
  if (auto error = check_waive(number, month, amount, on); !error.empty()) return error;
  bill_at(accounts_[number], month)->late.push_back({on, amount, ++transactions_, true});
  return "";
}

std::string Auditor::check_write_off(std::int64_t number, int month) const {
  const auto& account = account_at(number);
  const auto* bill = bill_at(account, month);
  if (bill == nullptr || !bill->open()) return "receivables.not_open";
  for (const auto& plan : account.plans)
    if (goes_on(account, plan) && std::find(plan.months.begin(), plan.months.end(), month) != plan.months.end()) return "receivables.plan_active";
  return bill->outstanding() == 0 ? "receivables.not_open" : "";
}
std::string Auditor::write_off(std::int64_t number, int month, Day on) {
  if (auto error = check_write_off(number, month); !error.empty()) return error;
  auto& bill = *bill_at(accounts_[number], month);
  const auto id = ++transactions_;
  const Fen amount = bill.outstanding(), late = bill.late_due(on);
  if (late > 0) bill.late.push_back({on, late, id, true});
  bill.principal.push_back({on, amount, id});
  bill.written_off += amount;
  heads.move(amount, {kBadDebts, 0}, {kReceivables, 0});
  return "";
}

std::string Auditor::check_recover(std::int64_t number, int month) const {
  const auto* bill = bill_at(account_at(number), month);
  return bill == nullptr || bill->written_off == 0 ? "receivables.not_written_off" : "";
}
std::string Auditor::recover(std::int64_t number, int month, Day on) {
  if (auto error = check_recover(number, month); !error.empty()) return error;
  auto& bill = *bill_at(accounts_[number], month);
  bill.principal.push_back({on, -bill.written_off, ++transactions_});
  heads.move(bill.written_off, {kReceivables, 0}, {kBadDebts, 0});
  bill.written_off = 0;
  return "";
}

std::string Auditor::check_refund_advance(std::int64_t number, Fen amount, Day on) const { return amount > advance(number) - due(number, on) ? "receivables.not_enough" : ""; }
std::string Auditor::refund_advance(std::int64_t number, Fen amount, Day on) {
  if (auto error = check_refund_advance(number, amount, on); !error.empty()) return error;
  accounts_[number].advance -= amount;
  heads.move(amount, {kAdvances, 0}, {kBank, 0});
  return "";
}

std::string Auditor::receive_deposit(std::int64_t number, Fen amount, Place into) {
  accounts_[number].deposit += amount;
  heads.move(amount, into, {kDeposits, 0});
  return "";
}
std::string Auditor::check_refund_deposit(std::int64_t number, Fen amount, Day on) const {
  if (due(number, on) > 0) return "receivables.bills_open";
  return amount > deposit(number) ? "receivables.not_enough" : "";
}
std::string Auditor::refund_deposit(std::int64_t number, Fen amount, Day on) {
  if (auto error = check_refund_deposit(number, amount, on); !error.empty()) return error;
  accounts_[number].deposit -= amount;
  heads.move(amount, {kDeposits, 0}, {kBank, 0});
  return "";
}
std::string Auditor::check_apply_deposit(std::int64_t number, Day on) const {
  if (deposit(number) == 0) return "receivables.not_enough";
  return due(number, on) == 0 ? "receivables.nothing_due" : "";
}
std::string Auditor::apply_deposit(std::int64_t number, Day on) {
  if (auto error = check_apply_deposit(number, on); !error.empty()) return error;
  auto& account = accounts_[number];
  credit({kDeposits, 0}, share(account, account.deposit, on, ++transactions_, {}));
  return "";
}

std::string Auditor::check_transfer(std::int64_t from, std::int64_t to, Day on) const {
  if (from == to) return "receivables.same_account";
  if (due(from, on) > 0) return "receivables.bills_open";
  return advance(from) + deposit(from) == 0 ? "receivables.nothing_to_transfer" : "";
}
std::string Auditor::transfer(std::int64_t from, std::int64_t to, Day on) {
  if (auto error = check_transfer(from, to, on); !error.empty()) return error;
  auto& giver = accounts_[from];
  auto& taker = accounts_[to];
  if (giver.advance > 0) taker.inflows.push_back({++transactions_, giver.advance, on, on});
  taker.advance += std::exchange(giver.advance, 0);
  taker.deposit += std::exchange(giver.deposit, 0);
  use_advance(taker, on, on);
  return "";
}

// ── Instalment plans ────────────────────────────────────────────────────────────────────────────────────────────────

// What was kept goes on where something of it is open again.
bool Auditor::goes_on(const Account& account, const Plan& plan) {
  const auto is_open = [&](int month) { return bill_at(account, month)->open(); };
  return plan.state == PlanIs::kActive || (plan.state == PlanIs::kKept && std::any_of(plan.months.begin(), plan.months.end(), is_open));
}

std::string Auditor::check_plan_of(Account& account, const std::vector<Instalment>& instalments, Day proposed_on, Day on) {
  for (auto& plan : account.plans)
    if (plan.state == PlanIs::kActive || plan.state == PlanIs::kKept) review(account, plan, on);
  for (const auto& plan : account.plans)
    if (goes_on(account, plan)) return "receivables.plan_exists";
  Fen due_then = 0;
  for (const auto& bill : account.bills) due_then += bill.due_as_known(proposed_on);
  if (due_then == 0) return "receivables.nothing_due";
  Day before = on - 1;
  Fen sum = 0;
  for (const auto& instalment : instalments) {
    if (instalment.due_on <= before) return "receivables.plan_dates";
    before = instalment.due_on;
    sum += instalment.amount;
  }
  return sum == due_then ? "" : "receivables.plan_sum";
}

std::string Auditor::check_plan(std::int64_t number, const std::vector<Instalment>& instalments, Day proposed_on, Day on) {
  auto looked_at = account_at(number);
  auto error = check_plan_of(looked_at, instalments, proposed_on, on);
  if (error.empty()) accounts_[number] = std::move(looked_at);
  return error;
}

std::string Auditor::make_plan(std::int64_t number, const std::vector<Instalment>& instalments, Day proposed_on, Day on) {
  auto account = account_at(number);
  if (auto error = check_plan_of(account, instalments, proposed_on, on); !error.empty()) return error;
  const Fen total = due_of(account, proposed_on);
  account.plans.push_back({PlanIs::kActive, total, proposed_on, instalments, open_months_of(account)});
  set_stops(account);
  if (due_of(account, on) != total) return "receivables.plan_sum";
  give_back(account, on, 0);  // what was paid for days after the stop
  accounts_[number] = std::move(account);
  return "";
}

std::string Auditor::check_cancel_plan(std::int64_t number, std::size_t plan) const {
  return account_at(number).plans.at(plan).state == PlanIs::kActive ? "" : "receivables.plan_state";
}
std::string Auditor::cancel_plan(std::int64_t number, std::size_t plan) {
  if (auto error = check_cancel_plan(number, plan); !error.empty()) return error;
  auto& account = accounts_[number];
  account.plans.at(plan).state = PlanIs::kCancelled;
  set_stops(account);
  return "";
}

void Auditor::review_plans(Day today) {
  for (auto& [number, account] : accounts_)
    for (auto& plan : account.plans)
      if (goes_on(account, plan)) review(account, plan, today);
}

Fen Auditor::paid_of(const Account& account, const Plan& plan, Day on) {
  Fen due = 0;
  for (const int month : plan.months) due += bill_at(account, month)->due(on);
  return std::max<Fen>(plan.total - due, 0);
}

void Auditor::review(Account& account, Plan& plan, Day on) {
  // A payment may count from a day before the plan; what is paid of it is what is paid as far as we know.
  const Fen paid = paid_of(account, plan, std::max(on, plan.stop));
  plan.state = PlanIs::kKept;
  Fen reached = 0;
  for (const auto& instalment : plan.instalments) {
    reached += instalment.amount;
    if (reached <= paid) continue;
    if (plan.state == PlanIs::kKept) plan.state = PlanIs::kActive;
    if (on > instalment.due_on + kGraceDays) plan.state = PlanIs::kBroken;
  }
  set_stops(account);
}

void Auditor::set_stops(Account& account) {
  for (auto& bill : account.bills) bill.stop = kNoStop;
  for (const auto& plan : account.plans)
    if (plan.state == PlanIs::kActive || plan.state == PlanIs::kKept)
      for (const int month : plan.months) bill_at(account, month)->stop = std::min(bill_at(account, month)->stop, plan.stop);
}

// ── What there is ───────────────────────────────────────────────────────────────────────────────────────────────────

Fen Auditor::principal(std::int64_t number) const {
  Fen sum = 0;
  for (const auto& bill : bills(number)) sum += bill.outstanding();
  return sum;
}

Fen Auditor::late(std::int64_t number, Day on) const {
  Fen sum = 0;
  for (const auto& bill : bills(number)) sum += bill.late_due(on);
  return sum;
}

Fen Auditor::due_of(const Account& account, Day on) {
  Fen sum = 0;
  for (const auto& bill : account.bills) sum += bill.due(on);
  return sum;
}

std::vector<int> Auditor::open_months(std::int64_t number) const { return open_months_of(account_at(number)); }

std::vector<int> Auditor::open_months_of(const Account& account) {
  std::vector<int> months;
  for (const auto& bill : account.bills)
    if (bill.open()) months.push_back(bill.month);
  return months;
}

}  // namespace sim

#include "tests/sim/office.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "modules/receivables/proposals/proposals.hpp"
#include "modules/receivables/settings.hpp"

using namespace mis;
using mis::receivables::ProposalKind;

namespace sim {
namespace {

std::string yuan(Fen fen) { return fmt::format("{}.{:02}", fen / 100, fen % 100); }
std::string bill_no(std::int64_t account, int month) { return fmt::format("{}-{}-1", month, make_account_no(account)); }

}  // namespace

void Office::act() {
  switch (town_.below(12)) {
    case 0: return change_order();
    case 1: case 2: return review();
    case 5: return apply_advances();
    case 3: case 4:
      if (!waiting_.empty()) return decide(static_cast<std::size_t>(town_.below(static_cast<int>(waiting_.size()))));
      [[fallthrough]];
    default: return propose();
  }
}

int Office::some_month(std::int64_t account) {
  const auto& bills = town_.auditor.bills(account);
  if (bills.empty() || town_.one_in(40)) return 202001;
  const auto open = town_.auditor.open_months(account);
  if (!open.empty() && !town_.one_in(4)) return open[static_cast<std::size_t>(town_.below(static_cast<int>(open.size())))];
  return bills[static_cast<std::size_t>(town_.below(static_cast<int>(bills.size())))].month;
}

void Office::propose() {
  auto& auditor = town_.auditor;
  const Day today = town_.day();
  const int what = town_.below(14);
  // Mostly an account for which it makes sense.
  const auto makes_sense = [&](std::int64_t number) {
    const auto& bills = auditor.bills(number);
    switch (what) {
      case 0: return auditor.late(number, today) > 0;
      case 3: return std::any_of(bills.begin(), bills.end(), [](const Bill& bill) { return bill.written_off > 0; });
      case 4: return auditor.advance(number) > auditor.due(number, today);
      case 6: return auditor.deposit(number) > 0 && auditor.due(number, today) == 0;
      case 7: return auditor.deposit(number) > 0 && auditor.due(number, today) > 0;
      case 8: return auditor.advance(number) + auditor.deposit(number) > 0 && auditor.due(number, today) == 0;
      case 9: return !auditor.plans(number).empty() && auditor.plans(number).back().state == PlanIs::kActive;
      default: return auditor.due(number, today) > 0;
    }
  };
  auto account = town_.some_account();
  for (int look = 0; look < 8 && !makes_sense(account); ++look) account = town_.some_account();
  switch (what) {
    case 0: {
      const int month = some_month(account);
      Fen late = 0;
      for (const auto& bill : auditor.bills(account))
        if (bill.month == month) late = bill.late_due(today);
      const Fen amount = town_.one_in(8) ? late + 1 : town_.up_to(late);
      const auto detail = fmt::format(R"({{"bills": [{{"bill_no": "{}", "amount": "{}"}}]}})", bill_no(account, month), yuan(amount));
      return ask(ProposalKind::kWaiveLate, account, detail, auditor.check_waive(account, month, amount, today), [=, &auditor](Day on) { return auditor.waive(account, month, amount, on); });
    }
    case 1: case 2: {
      const int month = some_month(account);
      const auto detail = fmt::format(R"({{"bills": ["{}"]}})", bill_no(account, month));
      return ask(ProposalKind::kWriteOff, account, detail, auditor.check_write_off(account, month), [=, &auditor](Day on) { return auditor.write_off(account, month, on); });
    }
    case 3: {
      int month = some_month(account);
      for (const auto& bill : auditor.bills(account))
        if (bill.written_off > 0) month = bill.month;
      const auto detail = fmt::format(R"({{"bill_no": "{}"}})", bill_no(account, month));
      return ask(ProposalKind::kRecover, account, detail, auditor.check_recover(account, month), [=, &auditor](Day on) { return auditor.recover(account, month, on); });
    }
    case 4: {
      const Fen there = auditor.advance(account) - auditor.due(account, today);
      const Fen amount = town_.one_in(4) ? std::max<Fen>(there, 0) + 1 : town_.up_to(there);
      const auto detail = fmt::format(R"({{"amount": "{}", "bank_account_name": "x", "bank_account_no": "6222"}})", yuan(amount));
      return ask(ProposalKind::kRefundAdvance, account, detail, auditor.check_refund_advance(account, amount, today), [=, &auditor](Day on) { return auditor.refund_advance(account, amount, on); });
    }
    case 5: {
      const Fen amount = town_.up_to(50'000);
      const bool cash = town_.one_in(2);
      const Place into{cash ? kCash : kBank, 0};
      return ask(ProposalKind::kReceiveDeposit, account, fmt::format(R"({{"amount": "{}", "into": "{}"}})", yuan(amount), cash ? "cash" : "bank"), "",
                 [=, &auditor](Day) { return auditor.receive_deposit(account, amount, into); });
    }
    case 6: {
      const Fen amount = town_.one_in(4) ? auditor.deposit(account) + 1 : town_.up_to(auditor.deposit(account));
      const auto detail = fmt::format(R"({{"amount": "{}", "bank_account_name": "x", "bank_account_no": "6222"}})", yuan(amount));
      return ask(ProposalKind::kRefundDeposit, account, detail, auditor.check_refund_deposit(account, amount, today), [=, &auditor](Day on) { return auditor.refund_deposit(account, amount, on); });
    }
    case 7: return ask(ProposalKind::kApplyDeposit, account, "{}", auditor.check_apply_deposit(account, today), [=, &auditor](Day on) { return auditor.apply_deposit(account, on); });
    case 8: {
      const auto to = town_.some_account();
      return ask(ProposalKind::kTransfer, account, fmt::format(R"({{"to_account_no": "{}"}})", make_account_no(to)), auditor.check_transfer(account, to, today),
                 [=, &auditor](Day on) { return auditor.transfer(account, to, on); });
    }
    case 9: return propose_cancel(account);
    default: return propose_plan(account);
  }
}

void Office::propose_plan(std::int64_t account) {
  auto& auditor = town_.auditor;
  const Day today = town_.day();
  const Fen due = auditor.due(account, today);
  std::vector<Instalment> instalments;
  Fen rest = due;
  Day on = today + town_.below(10);
  for (int i = 0, n = 1 + town_.below(4); i < n; ++i) {
    const Fen part = i + 1 == n ? rest : rest / (n - i);
    if (part <= 0) continue;
    instalments.push_back({on, part});
    rest -= part;
    on += 1 + town_.below(40);
  }
  if (instalments.empty()) instalments.push_back({on, 100});
  if (town_.one_in(12)) instalments.back().amount += 1;
  std::string list;
  for (const auto& instalment : instalments)
    list += fmt::format(R"({}{{"due_on": "{}", "amount": "{}"}})", list.empty() ? "" : ", ", Date{instalment.due_on}.to_string(), yuan(instalment.amount));
  ask(ProposalKind::kInstalmentPlan, account, fmt::format(R"({{"instalments": [{}]}})", list), auditor.check_plan(account, instalments, today, today),
      [=, &auditor](Day approved_on) { return auditor.make_plan(account, instalments, today, approved_on); });
}

void Office::propose_cancel(std::int64_t account) {
  auto& auditor = town_.auditor;
  const auto plans = receivables::plans_of(*town_.books.app().lease(), AccountId{account});  // newest first
  if (plans.empty()) return;
  const auto which = town_.one_in(4) ? static_cast<std::size_t>(town_.below(static_cast<int>(plans.size()))) : 0;
  const std::size_t plan = plans.size() - 1 - which;
  ask(ProposalKind::kCancelPlan, account, fmt::format(R"({{"plan_id": {}}})", plans[which].id.value), auditor.check_cancel_plan(account, plan),
      [=, &auditor](Day) { return auditor.cancel_plan(account, plan); });
}

void Office::ask(ProposalKind kind, std::int64_t account, const std::string& detail, const std::string& error, std::function<std::string(Day)> effect) {
  const auto what = fmt::format("{} of account {}: {}", receivables::name_of(kind), account, detail);
  const auto json = nlohmann::json::parse(detail);
  const auto answer = town_.staff(kClerk, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto done = receivables::propose(desk.database(), s, {kind, {account}, make_account_no(account), "as asked for in writing", json}, person(kClerk), desk.services().clock.now());
    if (!done) return std::move(done).error();
    return std::to_string(done->id.value);
  });
  if (!error.empty()) {
    town_.count("proposals refused at once");
    return town_.expect(what, "error " + error, answer);
  }
  if (answer.starts_with("error")) town_.expect(what, "a number", answer);
  waiting_.push_back({std::stoll(answer), what, std::move(effect)});
  town_.count("proposals " + std::string(receivables::name_of(kind)));
  if (!town_.one_in(4)) decide(waiting_.size() - 1);
}

void Office::decide(std::size_t which) {
  using receivables::ProposalAction;
  const auto waiting = waiting_[which];
  const bool alone = town_.one_in(10);
  const auto action = alone || !town_.one_in(6) ? ProposalAction::kApprove : town_.one_in(2) ? ProposalAction::kRefuse : ProposalAction::kWithdraw;
  const auto who = alone || action == ProposalAction::kWithdraw ? kClerk : kSupervisor;
  const auto answer = town_.staff(who, [&](const Desk& desk, db::Session& s) -> Result<std::string> {
    auto done = receivables::decide(desk.database(), s, {{waiting.id}, action, 1, "seen"}, person(who), desk.services().clock.now());
    if (!done) return std::move(done).error();
    return std::string("decided");
  });
  if (alone) return town_.expect("one person alone", "error security.second_person", answer);
  const auto error = action == ProposalAction::kApprove ? waiting.effect(town_.day()) : "";
  town_.expect("decided: " + waiting.what, error.empty() ? "decided" : "error " + error, answer);
  if (!error.empty()) return town_.count("approvals refused");
  waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(which));
  town_.count(action == ProposalAction::kApprove ? "approvals" : "proposals given up");
}

// What is done every night, or some nights.
void Office::review() {
  const auto answer = town_.ask([&](const Desk& desk) {
    auto done = desk.database().transact([&](db::Session& s) { return receivables::review_plans(s, {0}, {1'000}, town_.today()); });
    return done ? std::string("reviewed") : refused(done.error());
  });
  town_.expect("plans are reviewed", "reviewed", answer);
  town_.auditor.review_plans(town_.day());
  for (std::int64_t account = kFirstAccount; account < kFirstAccount + kAccounts; ++account) {
    std::string expected, found;
    for (const auto& plan : town_.auditor.plans(account)) {
      constexpr const char* kNames[] = {"active", "kept", "broken", "cancelled"};
      expected += std::string(kNames[static_cast<int>(plan.state)]) + "; ";
    }
    const auto plans = receivables::plans_of(*town_.books.app().lease(), AccountId{account});
    for (auto it = plans.rbegin(); it != plans.rend(); ++it) found += std::string(receivables::name_of(it->state)) + "; ";
    town_.expect(fmt::format("plans of account {}", account), expected, found);
  }
  town_.count("reviews of plans");
}

void Office::apply_advances() {
  const auto answer = town_.ask([&](const Desk& desk) {
    std::vector<AccountId> accounts;
    for (std::int64_t account = kFirstAccount; account < kFirstAccount + kAccounts; ++account) accounts.push_back({account});
    auto done = desk.database().transact([&](db::Session& s) { return receivables::apply_advances(desk.database(), s, accounts, {town_.today(), desk.services().clock.now(), kClerk}); });
    return done ? std::string("applied") : refused(done.error());
  });
  town_.expect("advances are applied", "applied", answer);
  town_.auditor.apply_advances(town_.day());
  town_.count("advances applied by night");
}

void Office::change_order() {
  constexpr receivables::AllocationOrder kOrders[] = {receivables::AllocationOrder::kLateFirst, receivables::AllocationOrder::kPrincipalFirst, receivables::AllocationOrder::kAllPrincipalFirst};
  const int chosen = town_.below(3);
  town_.auditor.order = static_cast<Order>(chosen);
  town_.books.owner().lease()->execute("UPDATE receivables_setting SET value = ? WHERE name = 'allocation_order'", receivables::name_of(kOrders[chosen]));
}

}  // namespace sim

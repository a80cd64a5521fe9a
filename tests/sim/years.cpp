#include "tests/sim/years.hpp"

#include <stdexcept>

#include <fmt/format.h>

using namespace mis;

namespace sim {
namespace {

constexpr std::int64_t kFirstAccount = 11, kAccounts = 6;
constexpr int kDays = 700;

bool is_home(std::int64_t account) { return account % 3 != 0; }

std::string told(const std::vector<Part>& parts, Fen advance) {
  std::string text;
  for (const auto& part : parts) text += fmt::format("{}: {}+{} ", part.month, part.principal, part.late);
  return text + fmt::format("advance {}", advance);
}

}  // namespace

Years::Counts& Years::Counts::operator+=(const Counts& more) {
  bills += more.bills;
  payments += more.payments;
  backdated += more.backdated;
  repeated += more.repeated;
  reversals += more.reversals;
  refused += more.refused;
  batches += more.batches;
  looks += more.looks;
  given_back += more.given_back;
  return *this;
}

void Years::differ(const std::string& what) {
  auto text = fmt::format("seed {}, step {}, {}: {}", seed_, steps_, today_.to_string(), what);
  for (const auto& difference : books_.differences()) text += "\n" + difference;
  throw std::runtime_error(text);
}

void Years::live() {
  const Date end = today_ + kDays;
  while (today_ < end) {
    ++steps_;
    step();
    today_ = today_ + below(9);
    const auto ymd = today_.ymd();
    if (static_cast<unsigned>(ymd.day()) >= 2 && BillingMonth{next_month_}.plus(1).first_day() <= today_) issue_month();
  }
  balance();
}

Instant Years::now() { return {std::int64_t{today_.days} * 86'400'000'000 + ++moments_}; }

void Years::step() {
  switch (below(16)) {
    case 0: take_one_back(); break;
    case 1: take_one_back(); break;
    case 2: repeat_one(); break;
    case 3: pay_batch(); break;
    case 4: change_order(); break;
    case 5: look(); break;
    default: pay_one(); break;
  }
  look();
}

void Years::issue_month() {
  std::vector<books::BillRow> bills;
  for (std::int64_t account = kFirstAccount; account < kFirstAccount + kAccounts; ++account)
    if (!one_in(8)) bills.push_back({account, one_in(20) ? 0 : 1 + below(one_in(5) ? 9'000'000 : 30'000), 0, 0, is_home(account) ? "residential" : "general"});
  const auto on = today_.to_string();
  if (auto issued = books_.issue({next_month_}, on.c_str(), bills, now()); !issued) differ(issued.error().message);
  for (const auto& bill : bills) auditor_.issue(bill.account, next_month_, bill.amount_fen, today_.days, is_home(bill.account));
  counts_.bills += static_cast<int>(bills.size());
  next_month_ = BillingMonth{next_month_}.plus(1).yyyymm;
}

receivables::Payment Years::make_payment() {
  const std::int64_t account = kFirstAccount + below(kAccounts);
  receivables::Payment p;
  p.account = {account};
  p.source = receivables::Source::kChannel;
  p.source_id = 7;
  p.reference = fmt::format("S{}-{}", seed_, ++references_);
  p.method = receivables::PaymentMethod::kCollection;
  p.into = {ledger::LedgerAccount::kInTransit, 7};
  p.posted_on = today_;
  p.value_on = one_in(5) ? today_ + (-below(20)) : today_;
  p.at = now();
  const Fen due = auditor_.principal(account) + auditor_.late(account, p.value_on.days);
  switch (below(5)) {
    case 0: p.amount = {1 + below(20'000)}; break;
    case 1: p.amount = {due + 1 + below(5'000)}; break;
    case 2: p.amount = {due > 3 ? 1 + static_cast<Fen>(random_() % static_cast<std::uint64_t>(due)) : 50}; break;
    default: p.amount = {due > 0 ? due : 100}; break;
  }
  if (const auto months = auditor_.open_months(account, today_.days); !months.empty() && one_in(6))
    p.bills = {{p.account, BillingMonth{months[static_cast<std::size_t>(below(static_cast<int>(months.size())))]}, 1}};
  return p;
}

Expected Years::expect(const receivables::Payment& p) {
  std::vector<int> months;
  for (const auto& bill : p.bills) months.push_back(bill.month.yyyymm);
  references_in_order_.push_back(p.reference);
  sent_[p.reference] = p;
  ++counts_.payments;
  if (p.value_on < p.posted_on) ++counts_.backdated;
  return auditor_.pay(p.reference, p.account.value, p.amount.value, p.value_on.days, p.posted_on.days, months);
}

void Years::compare(const Expected& expected, const receivables::PaymentOutcome& outcome) {
  std::vector<Part> parts;
  for (const auto& part : outcome.allocations) parts.push_back({part.bill.month.yyyymm, part.principal.value, part.late.value});
  if (parts != expected.parts || outcome.advance.value != expected.advance)
    differ(fmt::format("expected {} but a payment did {}", told(expected.parts, expected.advance), told(parts, outcome.advance.value)));
}

void Years::pay_one() {
  const auto payment = make_payment();
  auto outcome = books_.pay(payment);
  if (!outcome) differ(outcome.error().message);
  ids_[payment.reference] = outcome->id;
  compare(expect(payment), *outcome);
}

void Years::pay_batch() {
  std::vector<receivables::Payment> payments;
  for (int i = 0, n = 1 + below(12); i < n; ++i) {
    payments.push_back(make_payment());
    payments.back().bills.clear();  // a bill asked for may be paid by the line before
  }
  // A line that cannot be taken undoes all of them.
  if (one_in(3)) {
    auto broken = payments;
    broken.push_back(make_payment());
    if (one_in(2) || references_in_order_.empty()) broken.back().account = {999};
    else broken.back().reference = references_in_order_[static_cast<std::size_t>(below(static_cast<int>(references_in_order_.size())))];
    auto refused = books_.app().transact([&](db::Session& s) { return receivables::pay_all(books_.app(), s, broken); });
    if (refused) differ("expected a batch with a bad line to be refused but it was taken");
    ++counts_.refused;
  }
  auto outcomes = books_.app().transact([&](db::Session& s) { return receivables::pay_all(books_.app(), s, payments); });
  if (!outcomes) differ(outcomes.error().message);
  for (std::size_t i = 0; i < payments.size(); ++i) {
    ids_[payments[i].reference] = (*outcomes)[i].id;
    compare(expect(payments[i]), (*outcomes)[i]);
  }
  ++counts_.batches;
}

// Whoever lost the answer sends again: nothing may happen a second time.
void Years::repeat_one() {
  if (references_in_order_.empty()) return;
  auto again = sent_.at(references_in_order_[static_cast<std::size_t>(below(static_cast<int>(references_in_order_.size())))]);
  again.posted_on = again.value_on = today_;
  again.bills.clear();
  const auto outcome = books_.pay(again);
  if (outcome || outcome.error().code != "receivables.paid_already") differ("expected a repeated reference to be refused but it was not");
  ++counts_.repeated;
}

void Years::take_one_back() {
  if (references_in_order_.empty()) return;
  const auto& reference = references_in_order_[static_cast<std::size_t>(below(static_cast<int>(references_in_order_.size())))];
  const bool again = auditor_.payments().at(reference).reversed;
  const receivables::Reversal reversal{ids_.at(reference), "bounced", today_, now(), books::kCashier, books::kSupervisor};
  const auto taken = books_.app().transact([&](db::Session& s) { return receivables::reverse_payment(books_.app(), s, reversal); });
  if (again) {
    if (taken || taken.error().code != "receivables.reversed_already") differ("expected a second reversal to be refused but it was not");
    ++counts_.refused;
    return;
  }
  if (!taken) differ(taken.error().message);
  auditor_.take_back(reference, today_.days);
  ++counts_.reversals;
}

void Years::change_order() {
  constexpr receivables::AllocationOrder kOrders[] = {receivables::AllocationOrder::kLateFirst, receivables::AllocationOrder::kPrincipalFirst, receivables::AllocationOrder::kAllPrincipalFirst};
  const int chosen = below(3);
  auditor_.order = static_cast<Order>(chosen);
  books_.owner().lease()->execute("UPDATE receivables_setting SET value = ? WHERE name = 'allocation_order'", receivables::name_of(kOrders[chosen]));
}

void Years::look() {
  const std::int64_t account = kFirstAccount + below(kAccounts);
  const Date on = today_ + below(400);
  const auto due = receivables::due_of(*books_.app().lease(), AccountId{account}, on);
  if (due.principal.value != auditor_.principal(account) || due.late.value != auditor_.late(account, on.days) || due.advance.value != auditor_.advance(account))
    differ(fmt::format("expected account {} to owe {} + {} on {} with {} in advance but found {} + {} with {}", account, auditor_.principal(account), auditor_.late(account, on.days),
                       on.to_string(), auditor_.advance(account), due.principal.value, due.late.value, due.advance.value));
  ++counts_.looks;
}

void Years::balance() {
  const auto differences = books_.differences();
  if (!differences.empty()) differ(differences.front());
  const auto in_transit = books_.number("SELECT CAST(COALESCE(SUM(amount_fen), 0) AS SIGNED) FROM ledger_posting WHERE ledger_account = 8 AND subject_id = 7");
  if (in_transit != auditor_.money_in()) differ(fmt::format("expected {} fen in transit but the ledger has {}", auditor_.money_in(), in_transit));
  const auto late = books_.number("SELECT CAST(COALESCE(-SUM(amount_fen), 0) AS SIGNED) FROM ledger_posting WHERE ledger_account = 10");
  if (late != auditor_.late_kept()) differ(fmt::format("expected {} fen of late charges as income but the ledger has {}", auditor_.late_kept(), late));
  counts_.given_back = auditor_.given_back();
}

}  // namespace sim

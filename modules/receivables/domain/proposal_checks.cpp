#include "modules/receivables/domain/proposal_checks.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace mis::receivables {
namespace {

Result<const OpenItem*> open_item_of(std::span<const OpenItem> items, const BillKey& bill, std::set<BillKey>& seen) {
  if (!seen.insert(bill).second) return invalid("receivables.bill_twice", fmt::format("expected each bill once but that of {} is named twice", bill.month.to_string()));
  const auto it = std::find_if(items.begin(), items.end(), [&](const OpenItem& item) { return item.bill == bill; });
  if (it == items.end()) return conflict("receivables.not_open", fmt::format("expected an open bill but that of {} is not", bill.month.to_string()));
  return &*it;
}

Error no_bills() { return invalid("receivables.no_bills", "expected at least one bill but none is named"); }

Error bills_open(Money due) { return conflict("receivables.bills_open", fmt::format("expected every bill of the account to be settled but {} fen are due", due.value)); }

Result<Money> at_most(const char* what, Money there, Money amount) {
  if (amount.value > 0 && amount <= there) return amount;
  return conflict("receivables.not_enough", fmt::format("expected an amount of 1 to {} fen of the {} but found {}", std::max(there, Money{}).value, what, amount.value));
}

}  // namespace

Result<Money> check_waive_late(std::span<const OpenItem> items, std::span<const BillAmount> waived, Date on) {
  if (waived.empty()) return no_bills();
  std::set<BillKey> seen;
  Money total;
  for (const auto& part : waived) {
    auto item = open_item_of(items, part.bill, seen);
    if (!item) return std::move(item).error();
    const Money due = (*item)->late_due(on);
    if (part.amount.value <= 0 || part.amount > due)
      return conflict("receivables.more_than_due", fmt::format("expected a waiver of 1 to {} fen, what is due of the late charge of {}, but found {}", due.value, part.bill.month.to_string(), part.amount.value));
    total += part.amount;
  }
  return total;
}

Result<Money> check_write_off(std::span<const OpenItem> items, std::span<const BillKey> bills, const std::set<BillKey>& planned) {
  if (bills.empty()) return no_bills();
  std::set<BillKey> seen;
  Money total;
  for (const auto& bill : bills) {
    auto item = open_item_of(items, bill, seen);
    if (!item) return std::move(item).error();
    if (planned.contains(bill)) return conflict("receivables.plan_active", fmt::format("expected no active plan for the bill of {} but one covers it: cancel that first", bill.month.to_string()));
    if ((*item)->outstanding.value == 0)
      return conflict("receivables.not_open", fmt::format("expected a bill that is not paid yet but only a late charge is due of that of {}: waive it", bill.month.to_string()));
    total += (*item)->outstanding;
  }
  return total;
}

Result<Money> check_recover(Money written_off) {
  if (written_off.value > 0) return written_off;
  return conflict("receivables.not_written_off", "expected a bill that is written off but this one is not");
}

Result<Money> check_refund_advance(Money advance, Money due, Money amount) { return at_most("advance that no bill needs", advance - due, amount); }

Result<Money> check_refund_deposit(Money deposit, Money due, Money amount) {
  if (due.value > 0) return bills_open(due);
  return at_most("deposit", deposit, amount);
}

Result<Money> check_apply_deposit(Money deposit, Money due) {
  if (deposit.value <= 0) return conflict("receivables.not_enough", "expected a deposit but there is none");
  if (due.value <= 0) return conflict("receivables.nothing_due", "expected something that the deposit could pay but nothing is due");
  return std::min(deposit, due);
}

Result<Money> check_transfer(const TransferParties& parties) {
  if (parties.from == parties.to) return invalid("receivables.same_account", "expected another account but it is the same");
  if (parties.due.value > 0) return bills_open(parties.due);
  const Money moved = parties.advance + parties.deposit;
  if (moved.value <= 0) return conflict("receivables.nothing_to_transfer", "expected an advance or a deposit but the account has neither");
  return moved;
}

}  // namespace mis::receivables

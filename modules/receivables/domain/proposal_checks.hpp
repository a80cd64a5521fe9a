// What must be true for each kind of proposal to take effect. Asked twice: when it is proposed, so that nobody waits for the
// second person in vain, and at approval with the account locked, for the world may have changed since. Pure. Each returns the
// amount that the proposal moves or forgives. The checks of instalment plans are in plan.hpp.
#pragma once

#include <set>
#include <span>
#include <vector>

#include "mis/base/result.hpp"
#include "modules/receivables/domain/open_item.hpp"

namespace mis::receivables {

struct BillAmount {
  BillKey bill;
  Money amount;
};

// Never more than is due of each bill's late charge on the day. Errors: receivables.no_bills, receivables.bill_twice, receivables.not_open,
// receivables.more_than_due.
Result<Money> check_waive_late(std::span<const OpenItem> items, std::span<const BillAmount> waived, Date on);

// Bills are written off as a whole: what is left of each. Not those that an active plan covers. Errors: receivables.no_bills, receivables.bill_twice,
// receivables.not_open, receivables.plan_active.
Result<Money> check_write_off(std::span<const OpenItem> items, std::span<const BillKey> bills, const std::set<BillKey>& planned);

// `written_off`: what of the bill has been written off and not recovered. Errors: receivables.not_written_off.
Result<Money> check_recover(Money written_off);

// What is in advance beyond what is due. Errors: receivables.not_enough.
Result<Money> check_refund_advance(Money advance, Money due, Money amount);

// A deposit secures what is due, so it goes back when nothing is. Errors: receivables.bills_open, receivables.not_enough.
Result<Money> check_refund_deposit(Money deposit, Money due, Money amount);

// As much of the deposit as is due. Errors: receivables.not_enough (there is none), receivables.nothing_due.
Result<Money> check_apply_deposit(Money deposit, Money due);

// 过户: debts are settled before. Errors: receivables.same_account, receivables.bills_open, receivables.nothing_to_transfer.
struct TransferParties {
  AccountId from, to;
  Money due, advance, deposit;  // of the one it comes from
};
Result<Money> check_transfer(const TransferParties& parties);

}  // namespace mis::receivables

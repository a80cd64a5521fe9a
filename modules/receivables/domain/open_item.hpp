// What is left of a bill, and the late charge (违约金) on it.
//
// Electricity regulations 供电营业规则 (1996 art. 98, 2024 unchanged): from the day after the due day through the day of payment,
// homes 0.1 % a day of what is overdue; others 0.2 % a day in the year of the debt and 0.3 % a day in later years; a total
// below 1 yuan counts as 1 yuan. Published examples PN-01, PN-02 and PN-03 split at 1 January.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mis/base/id.hpp"
#include "mis/base/money.hpp"
#include "mis/base/time.hpp"

namespace mis::receivables {

// A bill of an account.
struct BillKey {
  AccountId account;
  BillingMonth month;
  int revision = 1;
  auto operator<=>(const BillKey&) const = default;
};

// Homes have the lower rate: residential and shared (合表) supply.
constexpr bool is_home(std::string_view category) { return category == "residential" || category == "shared"; }

// The late charge on `overdue` for the days (from, to], exact in thousandths of a fen; days up to the due day are free.
// Nothing where `to` is not after `from`.
std::int64_t late_milli_fen(Money overdue, Date due_on, Date from, Date to, bool home);

inline constexpr Money kLeastLateCharge{100};

struct OpenItem {
  BillKey bill;
  OrgId org;
  std::string category;
  Money amount;
  Date due_on;
  Money outstanding;
  std::int64_t late_accrued_milli_fen = 0;  // until late_to
  Date late_to;
  Money late_settled;  // paid or waived
  Date late_stop = kForever;  // an instalment plan: days after it bring no late charge
  bool operator==(const OpenItem&) const = default;

  static OpenItem of_bill(BillKey bill, OrgId org, std::string category, Money amount, Date due_on);
  // What of the late charge is due on a day, rounded half up to the fen, at least 1 yuan where there is any.
  Money late_due(Date on) const;
  // What of the late charge has been settled beyond what it is as of a day, for money turned out to have been there earlier.
  Money late_excess(Date on) const;
  Money due(Date on) const { return outstanding + late_due(on); }
  // Nothing is due, nor will be: what is paid accrues no more.
  bool settled() const { return outstanding.value == 0 && late_due(late_to).value == 0; }
  // The bill's own amount becomes less (paid, written off) or more (recovered) on a day. A day before one that is accrued
  // already moves no late charge.
  void change_outstanding(Money by, Date on);
  void settle_late(Money by) { late_settled += by; }

 private:
  Money late_charge(Date on) const;  // as a whole, settled or not
  int128 late_until(Date on) const;
};

}  // namespace mis::receivables

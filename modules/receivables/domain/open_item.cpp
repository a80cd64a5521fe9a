#include "modules/receivables/domain/open_item.hpp"

#include <algorithm>

namespace mis::receivables {
namespace {

int year_of(Date day) { return static_cast<int>(day.ymd().year()); }

// Beyond this nobody is owed anything real; it only keeps sums of late charges inside 64 bits.
constexpr int128 kMostMilliFen = 1'000'000'000'000'000'000;

}  // namespace

std::int64_t late_milli_fen(Money overdue, Date due_on, Date from, Date to, bool home) {
  from = std::max(from, due_on);
  if (to <= from || overdue.value <= 0) return 0;
  const int days = to - from;
  int permille_days = days;
  if (!home) {
    // The year of the debt is that of its due day; 31 December is the last day at 0.2 %.
    const Date year_end = Date::of(year_of(due_on), 12, 31);
    const int later = std::max(0, to - std::max(from, year_end));
    permille_days = 2 * (days - later) + 3 * later;
  }
  return static_cast<std::int64_t>(std::min(int128{overdue.value} * permille_days, kMostMilliFen));
}

OpenItem OpenItem::of_bill(BillKey bill, OrgId org, std::string category, Money amount, Date due_on) {
  return {bill, org, std::move(category), amount, due_on, amount, 0, due_on, {}, kForever};
}

int128 OpenItem::late_until(Date on) const {
  return int128{late_accrued_milli_fen} + late_milli_fen(outstanding, due_on, late_to, std::min(on, late_stop), is_home(category));
}

Money OpenItem::late_charge(Date on) const {
  const auto accrued = late_until(on);
  if (accrued == 0) return {};
  return std::max(kLeastLateCharge, Money{static_cast<std::int64_t>(divide_rounded(accrued, int128{1000}, Rounding::kHalfUp))});
}

Money OpenItem::late_due(Date on) const { return std::max(Money{}, late_charge(on) - late_settled); }

Money OpenItem::late_excess(Date on) const { return std::max(Money{}, late_settled - late_charge(on)); }

void OpenItem::change_outstanding(Money by, Date on) {
  late_accrued_milli_fen = static_cast<std::int64_t>(std::min(late_until(on), kMostMilliFen));
  late_to = std::max(late_to, on);
  outstanding += by;
}

}  // namespace mis::receivables

#include "modules/receivables/totals.hpp"

namespace mis::receivables {

std::vector<PaidTotal> paid_totals(db::Session& session) {
  std::vector<PaidTotal> totals;
  for (auto rows = session.query("SELECT p.source, p.method, COUNT(*), CAST(SUM(p.amount_fen) AS SIGNED) FROM receivables_payment p LEFT JOIN receivables_payment_reversal r ON r.payment_id = p.payment_id "
                                 "WHERE r.payment_id IS NULL GROUP BY p.source, p.method ORDER BY p.source, p.method"); rows.next();) {
    PaidTotal total;
    for (const auto source : {Source::kCashier, Source::kChannel, Source::kUnidentified})
      if (rows.text(0) == name_of(source)) total.source = source;
    total.method = method_of(rows.text(1)).value_or(total.method);
    total.payments = rows.i64(2);
    total.amount = {rows.i64(3)};
    totals.push_back(total);
  }
  return totals;
}

OpenTotal open_total(db::Session& session, Date on) {
  auto rows = session.query("SELECT COUNT(*), CAST(COALESCE(SUM(outstanding_fen), 0) AS SIGNED), CAST(COALESCE(SUM(IF(due_on < ?, outstanding_fen, 0)), 0) AS SIGNED) FROM receivables_open_item "
                            "WHERE outstanding_fen > 0", on);
  rows.next();
  return {rows.i64(0), {rows.i64(1)}, {rows.i64(2)}};
}

}  // namespace mis::receivables

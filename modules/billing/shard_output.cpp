#include "modules/billing/shard_output.hpp"

#include <algorithm>

#include "modules/billing/usage_detail.hpp"

namespace mis::billing {
namespace {

constexpr int kFirstRevision = 1;

Money funds_of(const Bill& bill) {
  Money funds;
  for (const auto& point : bill.usage_points) funds += point.funds_amount;
  for (const auto& line : bill.lines)
    if (line.kind == LineKind::kSurcharge && tariffs::is_fund(line.component)) funds += line.amount;
  return funds;
}

// The version that the account's own first billed usage point was priced with.
std::int64_t version_of(const Bill& bill) {
  for (const auto& point : bill.usage_points)
    if (point.tariff) return point.tariff->version_id;
  return 0;
}

}  // namespace

ShardOutput::ShardOutput(RunId run, const ShardInput& input)
    : run_(run), input_(input),
      bills_("billing_bill", {"billing_month", "route_id", "account_id", "revision", "run_id", "org_id", "category", "version_id", "period_from", "period_to",
                              "energy_wh", "amount_fen", "funds_fen", "export_fen", "exported_wh", "tier_energy_wh", "flags"}),
      lines_("billing_bill_line", {"billing_month", "route_id", "account_id", "revision", "line_no", "usage_point_id", "version_id", "kind", "role", "unit",
                                   "period", "tier", "component", "rounding", "power_factor", "percent_bp", "days", "of_days", "quantity", "price_e8",
                                   "base_fen", "amount_fen"}),
      usage_("billing_bill_usage", {"billing_month", "route_id", "account_id", "revision", "usage_point_id", "detail"}),
      exceptions_("billing_exception", {"run_id", "route_id", "account_id", "reason", "usage_point_id", "severity", "argument_1", "argument_2", "after_decision"}),
      summary_("billing_run_shard", {"run_id", "route_id", "category", "org_id", "accounts", "bills", "flagged", "energy_wh", "amount_fen"}) {}

ShardOutput::Totals& ShardOutput::totals_of(const ShardAccount& account) {
  auto& totals = totals_[{account.category, account.org.value}];
  totals.org = account.org;
  return totals;
}

void ShardOutput::add_bill(const ShardAccount& account, const Bill& bill, int flags) {
  bills_.add(input_.month).add(input_.route).add(account.id).add(kFirstRevision).add(run_).add(account.org).add(account.category).add(version_of(bill))
      .add(account.input.service.from).add(account.input.service.to).add(bill.totals.energy).add(bill.totals.amount).add(funds_of(bill))
      .add(bill.totals.export_amount).add(bill.totals.exported).add(bill.totals.tier_energy_after).add(flags);
  bills_.end_row();
  add_lines(account, bill);
  add_usage(account, bill);
  auto& totals = totals_of(account);
  ++totals.bills;
  if (flags != 0) ++totals.flagged;
  totals.energy += bill.totals.energy;
  totals.amount += bill.totals.amount;
}

void ShardOutput::add_lines(const ShardAccount& account, const Bill& bill) {
  int line_no = 0;
  for (const auto& line : bill.lines) {
    const auto point = static_cast<std::size_t>(line.usage_point);
    lines_.add(input_.month).add(input_.route).add(account.id).add(kFirstRevision).add(++line_no)
        .add(point < bill.usage_points.size() ? bill.usage_points[point].id : UsagePointId{}).add(line.tariff_version)
        .add(static_cast<int>(line.kind)).add(static_cast<int>(line.role)).add(static_cast<int>(line.unit)).add(static_cast<int>(line.period))
        .add(int{line.tier}).add(static_cast<int>(line.component)).add(static_cast<int>(line.rounding)).add(int{line.power_factor}).add(line.percent_bp)
        .add(line.days).add(line.of_days).add(line.quantity).add(line.price).add(line.base).add(line.amount);
    lines_.end_row();
  }
}

void ShardOutput::add_usage(const ShardAccount& account, const Bill& bill) {
  const auto count = std::min(bill.usage_points.size(), account.input.usage_points.size());
  for (std::size_t i = 0; i < count; ++i) {
    const auto& point = account.input.usage_points[i];
    detail_.clear();
    const auto first = static_cast<std::size_t>(point.segments.data() - input_.segments.data());
    append_usage_detail(detail_, bill.usage_points[i], point, {input_.meters.data() + first, point.segments.size()});
    usage_.add(input_.month).add(input_.route).add(account.id).add(kFirstRevision).add(point.id).add(std::string_view(detail_));
    usage_.end_row();
  }
}

void ShardOutput::add_exceptions(const ShardAccount& account, const Bill& bill) {
  const auto it = input_.known_exceptions.find(account.id.value);
  std::vector<std::pair<int, std::int64_t>> seen;
  for (const auto& e : bill.exceptions) {
    if (e.severity == Severity::kNote) continue;
    const auto point = static_cast<std::size_t>(e.usage_point);
    const std::int64_t point_id = e.usage_point >= 0 && point < account.points ? account.input.usage_points[point].id.value : 0;
    // A usage point's reason is told once, with its first register.
    const std::pair key{static_cast<int>(e.kind), point_id};
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) continue;
    seen.push_back(key);
    if (it != input_.known_exceptions.end()) {
      const KnownException now{key.first, point_id, e.a, e.b};
      if (std::find(it->second.begin(), it->second.end(), now) != it->second.end()) continue;  // what was decided about, unchanged
      // The same reason with other values is another matter: it is open again.
      if (std::any_of(it->second.begin(), it->second.end(), [&](const auto& k) { return k.reason == now.reason && k.usage_point == now.usage_point; }))
        changed_.push_back({account.id, key.first, point_id});
    }
    exceptions_.add(run_).add(input_.route).add(account.id).add(key.first).add(point_id).add(static_cast<int>(e.severity)).add(e.a).add(e.b).add(account.decision_seq);
    exceptions_.end_row();
  }
}

void ShardOutput::write(db::Session& session) {
  session.execute("DELETE FROM billing_bill_line WHERE billing_month = ? AND route_id = ?", input_.month, input_.route);
  session.execute("DELETE FROM billing_bill_usage WHERE billing_month = ? AND route_id = ?", input_.month, input_.route);
  session.execute("DELETE FROM billing_bill WHERE billing_month = ? AND route_id = ?", input_.month, input_.route);
  session.execute("DELETE FROM billing_run_shard WHERE run_id = ? AND route_id = ?", run_, input_.route);
  // What somebody decided about stays on record; what is open is told anew, or no more.
  session.execute("DELETE FROM billing_exception WHERE run_id = ? AND route_id = ? AND after_decision >= (SELECT COALESCE(MAX(r.seq), 0) FROM billing_exception_resolution r "
                  "WHERE r.run_id = billing_exception.run_id AND r.account_id = billing_exception.account_id)", run_, input_.route);
  for (const auto& c : changed_)
    session.execute("DELETE FROM billing_exception WHERE run_id = ? AND account_id = ? AND reason = ? AND usage_point_id = ?", run_, c.account, c.reason, c.usage_point);
  bills_.flush(session);
  lines_.flush(session);
  usage_.flush(session);
  exceptions_.flush(session);
  for (const auto& [key, t] : totals_) {
    summary_.add(run_).add(input_.route).add(key.first).add(t.org).add(t.accounts).add(t.bills).add(t.flagged).add(t.energy).add(t.amount);
    summary_.end_row();
  }
  summary_.flush(session);
}

}  // namespace mis::billing

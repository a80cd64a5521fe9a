#include "modules/billing/run_jobs.hpp"

#include <memory>

#include <fmt/format.h>

#include "modules/billing/calculate_shard.hpp"
#include "modules/billing/tariff_book.hpp"

namespace mis::billing {
namespace {

// A shard runs while its run is in the state that its job set; anything else means that the job is stale.
Result<BillingMonth> month_of(db::Session& session, RunId run, RunState expected) {
  auto rows = session.query("SELECT billing_month, state FROM billing_run WHERE run_id = ?", run);
  if (!rows.next()) return not_found("billing.no_run", fmt::format("expected a bill run with the number {} but there is none", run.value));
  if (rows.text(1) != name_of(expected))
    return conflict("billing.run_state", fmt::format("expected the run to be {} but it is {}", name_of(expected), rows.text(1)));
  return rows.month(0);
}

}  // namespace

jobs::Kind calculate_kind(const Clock& clock) {
  jobs::Kind kind;
  kind.name = kCalculateJob;
  kind.run_shard = [source = std::make_shared<TariffBookSource>()](db::Session& session, const jobs::Job& job, const jobs::Shard& shard) -> Result<std::int64_t> {
    const RunId run{job.subject};
    auto month = month_of(session, run, RunState::kCalculating);
    if (!month) return std::move(month).error();
    auto tariffs = source->current(session);
    if (!tariffs) return std::move(tariffs).error();
    auto counts = calculate_shard(session, run, *month, {shard.key}, *tariffs);
    if (!counts) return std::move(counts).error();
    return shard.items_expected;  // progress counts every account of the route, also those that were not served in the month
  };
  kind.finish = [&clock](db::Session& session, const jobs::Job& job) {
    session.execute("UPDATE billing_run SET state = 'calculated', version = version + 1 WHERE run_id = ? AND state = 'calculating'", job.subject);
    return ok();
  };
  return kind;
}

jobs::Kind issue_kind(const Clock& clock, const IssueListeners& listeners) {
  jobs::Kind kind;
  kind.name = kIssueJob;
  kind.run_shard = [&clock, &listeners](db::Session& session, const jobs::Job& job, const jobs::Shard& shard) -> Result<std::int64_t> {
    const RunId run{job.subject};
    auto month = month_of(session, run, RunState::kIssuing);
    if (!month) return std::move(month).error();
    auto rows = session.query("SELECT issued_on FROM billing_run WHERE run_id = ?", run);
    rows.next();
    const IssuedShard issued{run, *month, {shard.key}, rows.date(0), clock.now(), job.requested_by};
    for (const auto& listener : listeners.on_shard)
      if (auto status = listener(session, issued); !status) return std::move(status).error();
    return shard.items_expected;
  };
  kind.finish = [&clock](db::Session& session, const jobs::Job& job) {
    session.execute("UPDATE billing_run SET state = 'issued', version = version + 1, issued_at = ? WHERE run_id = ? AND state = 'issuing'", clock.now(), job.subject);
    return ok();
  };
  return kind;
}

}  // namespace mis::billing

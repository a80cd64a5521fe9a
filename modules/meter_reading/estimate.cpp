#include "modules/meter_reading/estimate.hpp"

#include <array>
#include <vector>

#include <fmt/format.h>

#include "modules/meter_reading/meter_reading.hpp"

namespace mis::meter_reading {
namespace {

constexpr int kIndexRegisters = 9;  // those that count up; max demand stands for itself

struct Known {
  BillingMonth month;
  std::array<std::optional<std::int64_t>, kIndexRegisters + 1> index;
};

std::vector<Known> read_known(db::Session& session, InstallationId installation, BillingMonth month) {
  std::vector<Known> known;
  for (auto rows = session.query(
           "SELECT billing_month, total_e4, sharp_e4, peak_e4, flat_e4, valley_e4, deep_e4, reactive_forward_e4, reactive_reverse_e4, reverse_total_e4, "
           "max_demand_w FROM meter_reading_reading WHERE installation_id = ? AND billing_month < ? AND kind = 1 AND quality <> 4 "
           "ORDER BY billing_month DESC, seq DESC LIMIT 6", installation, month); rows.next();) {
    if (!known.empty() && known.back().month == rows.month(0)) continue;  // superseded
    Known k{rows.month(0), {}};
    for (int i = 0; i <= kIndexRegisters; ++i) k.index[static_cast<std::size_t>(i)] = rows.i64_or_null(1 + i);
    known.push_back(k);
  }
  return known;
}

std::int64_t dial_size_e4(db::Session& session, InstallationId installation) {
  auto rows = session.query("SELECT register_digits FROM metering_billing_point WHERE installation_id = ?", installation);
  std::int64_t size = 10'000;
  for (int digits = rows.next() ? rows.i32(0) : 8; digits > 0; --digits) size *= 10;
  return size;
}

// The end of the month in the utility's zone, when the reader would have stood there.
Instant end_of(BillingMonth month) {
  constexpr std::int64_t kMicrosPerDay = 86'400'000'000, kMicrosPerMinute = 60'000'000;
  return {month.plus(1).first_day().days * kMicrosPerDay - kChinaOffsetMinutes * kMicrosPerMinute - 1'000'000};
}

}  // namespace

Status record_estimate(db::Session& session, InstallationId installation, RouteId route, BillingMonth month, std::optional<UserId> by) {
  const auto known = read_known(session, installation, month);
  if (known.size() < 2)
    return conflict("meter_reading.no_basis", fmt::format("expected two earlier readings to estimate {} from but found {}", month.to_string(), known.size()));
  const int gap = month.months_since(known[0].month), span = known[0].month.months_since(known[1].month);
  const auto dial = dial_size_e4(session, installation);

  Reading reading;
  std::array<std::int64_t*, kIndexRegisters> slots{
      &reading.registers.total_e4,  &reading.registers.sharp_e4, &reading.registers.peak_e4,  &reading.registers.flat_e4, &reading.registers.valley_e4,
      &reading.registers.deep_e4,   &reading.registers.reactive_forward_e4, &reading.registers.reactive_reverse_e4, &reading.registers.reverse_total_e4};
  for (std::size_t i = 0; i < kIndexRegisters; ++i) {
    if (!known[0].index[i] || !known[1].index[i]) continue;
    auto used = *known[0].index[i] - *known[1].index[i];
    if (used < 0) used += dial;  // it passed the end between the two
    *slots[i] = (*known[0].index[i] + used * gap / span) % dial;
  }
  if (const auto demand = known[0].index[kIndexRegisters]) reading.registers.max_demand_w = *demand;

  auto last = session.query("SELECT COALESCE(MAX(seq), 0) FROM meter_reading_reading WHERE billing_month = ? AND route_id = ? AND installation_id = ? AND kind = 1",
                            month, route, installation);
  last.next();
  reading.billing_month = month;
  reading.route_id = route;
  reading.installation_id = installation;
  reading.seq = last.i32(0) + 1;
  reading.read_at = end_of(month);
  reading.source = Source::kEstimate;
  reading.quality = Quality::kEstimated;
  reading.recorded_by = by;
  load_readings(session, std::span(&reading, 1));
  return ok();
}

}  // namespace mis::meter_reading

#include "mis/db/bulk_writer.hpp"
#include "modules/meter_reading/domain/points.hpp"
#include "modules/meter_reading/meter_reading.hpp"

namespace mis::meter_reading {
namespace {

using db::BulkWriter;
using db::Session;

constexpr std::size_t kFlushBytes = 8 << 20;

void add_index(BulkWriter& out, std::int64_t index) {
  if (index == kNoIndex) {
    out.add_null();
  } else {
    out.add(index);
  }
}

}  // namespace

void load_routes(Session& session, std::span<const Route> rows) {
  BulkWriter out("meter_reading_route", {"route_id", "code", "name", "org_id", "reader_user_id", "cycle_day"});
  for (const Route& row : rows) {
    out.add(row.route_id).add(row.code).add(row.name).add(row.org_id).add(row.reader_user_id).add(row.cycle_day).end_row();
  }
  out.flush(session);
}

void load_readings(Session& session, std::span<const Reading> rows) {
  BulkWriter out("meter_reading_reading",
                 {"billing_month", "route_id", "installation_id", "seq", "kind", "read_at", "source", "quality", "total_e4",
                  "sharp_e4", "peak_e4", "flat_e4", "valley_e4", "deep_e4", "reactive_forward_e4", "reactive_reverse_e4",
                  "reverse_total_e4", "max_demand_w", "recorded_by"});
  for (const Reading& row : rows) {
    const Registers& r = row.registers;
    out.add(row.billing_month).add(row.route_id).add(row.installation_id).add(row.seq);
    out.add(static_cast<int>(row.kind)).add(row.read_at).add(static_cast<int>(row.source));
    out.add(static_cast<int>(row.quality));
    for (std::int64_t index : {r.total_e4, r.sharp_e4, r.peak_e4, r.flat_e4, r.valley_e4, r.deep_e4, r.reactive_forward_e4,
                               r.reactive_reverse_e4, r.reverse_total_e4, r.max_demand_w}) {
      add_index(out, index);
    }
    out.add(row.recorded_by).end_row();
    out.flush_when_over(session, kFlushBytes);
  }
  out.flush(session);
}

void load_interval_days(Session& session, std::span<const IntervalDay> rows) {
  BulkWriter out("meter_reading_interval_day",
                 {"usage_point_id", "channel", "day", "seq", "interval_minutes", "quality", "qualities", "points"});
  for (const IntervalDay& row : rows) {
    out.add(row.usage_point_id).add(row.channel).add(row.day).add(row.seq).add(row.interval_minutes);
    out.add(std::string_view(&row.quality, 1));
    if (row.qualities.empty()) {
      out.add_null();
    } else {
      out.add(row.qualities);
    }
    out.add(pack_points(row.points)).end_row();
    out.flush_when_over(session, kFlushBytes);
  }
  out.flush(session);
}

}  // namespace mis::meter_reading

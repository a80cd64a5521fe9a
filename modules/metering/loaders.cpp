#include "mis/db/bulk_writer.hpp"
#include "modules/metering/metering.hpp"

namespace mis::metering {
namespace {

using db::BulkWriter;
using db::Session;

constexpr std::size_t kFlushBytes = 8 << 20;

}  // namespace

void load_usage_points(Session& session, std::span<const UsagePoint> rows) {
  BulkWriter out("metering_usage_point",
                 {"usage_point_id", "account_id", "usage_point_no", "kind", "tariff_code", "parent_id", "deduction_kind",
                  "deduction_value", "metered_side", "transformer_va", "p0_w", "pk_w", "i0_ppm", "uk_ppm", "loss_k_e4",
                  "line_loss_ppm"});
  for (const UsagePoint& row : rows) {
    out.add(row.usage_point_id).add(row.account_id).add(row.usage_point_no).add(row.kind).add(row.tariff_code);
    out.add(row.parent_id).add(row.deduction_kind).add(row.deduction_value).add(row.metered_side);
    out.add(row.transformer_va).add(row.p0_w).add(row.pk_w).add(row.i0_ppm).add(row.uk_ppm);
    out.add(row.loss_k_e4).add(row.line_loss_ppm).end_row();
    out.flush_when_over(session, kFlushBytes);
  }
  out.flush(session);
}

void load_meters(Session& session, std::span<const Meter> rows) {
  BulkWriter out("metering_meter", {"meter_id", "asset_no", "kind", "register_digits", "maker", "made_on"});
  for (const Meter& row : rows) {
    out.add(row.meter_id).add(row.asset_no).add(row.kind).add(row.register_digits).add(row.maker).add(row.made_on);
    out.end_row();
    out.flush_when_over(session, kFlushBytes);
  }
  out.flush(session);
}

void load_installations(Session& session, std::span<const Installation> rows) {
  BulkWriter out("metering_installation",
                 {"installation_id", "usage_point_id", "meter_id", "valid_from", "valid_to", "ct_ratio", "pt_ratio"});
  for (const Installation& row : rows) {
    out.add(row.installation_id).add(row.usage_point_id).add(row.meter_id).add(row.valid.from).add(row.valid.to);
    out.add(row.ct_ratio).add(row.pt_ratio).end_row();
    out.flush_when_over(session, kFlushBytes);
  }
  out.flush(session);
}

}  // namespace mis::metering

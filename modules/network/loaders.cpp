#include "modules/network/network.hpp"

#include "mis/db/bulk_writer.hpp"

namespace mis::network {

using db::BulkWriter;
using db::Session;

void load_substations(Session& session, std::span<const Substation> rows) {
  BulkWriter out("network_substation", {"substation_id", "code", "name", "voltage_kv"});
  for (const Substation& row : rows) {
    out.add(row.substation_id).add(row.code).add(row.name).add(row.voltage_kv).end_row();
  }
  out.flush(session);
}

void load_feeders(Session& session, std::span<const Feeder> rows) {
  BulkWriter out("network_feeder", {"feeder_id", "substation_id", "code", "name", "voltage_kv"});
  for (const Feeder& row : rows) {
    out.add(row.feeder_id).add(row.substation_id).add(row.code).add(row.name).add(row.voltage_kv).end_row();
  }
  out.flush(session);
}

void load_transformer_areas(Session& session, std::span<const TransformerArea> rows) {
  BulkWriter out("network_transformer_area",
                 {"transformer_area_id", "feeder_id", "org_id", "code", "name", "capacity_va", "is_public"});
  for (const TransformerArea& row : rows) {
    out.add(row.transformer_area_id).add(row.feeder_id).add(row.org_id).add(row.code).add(row.name);
    out.add(row.capacity).add(row.is_public).end_row();
  }
  out.flush(session);
}

}  // namespace mis::network

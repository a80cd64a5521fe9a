#include "modules/billing/history_loader.hpp"

#include "mis/db/bulk_writer.hpp"

namespace mis::billing {

void load_history(db::Session& session, std::span<const MigratedMonth> rows) {
  constexpr std::size_t kFlushBytes = 4u << 20;  // bounded memory whatever the number of rows
  db::BulkWriter writer("billing_history", {"billing_month", "account_id", "energy_wh", "amount_fen", "tier_energy_wh"});
  for (const auto& row : rows) {
    writer.add(row.billing_month).add(row.account_id).add(row.energy).add(row.amount).add(row.tier_energy).end_row();
    writer.flush_when_over(session, kFlushBytes);
  }
  writer.flush(session);
}

}  // namespace mis::billing

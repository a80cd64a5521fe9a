#include "modules/cashier/settings.hpp"

namespace mis::cashier {

Settings read_settings(db::Session& session, bool lock) {
  auto rows = lock ? session.query("SELECT round_up_to_yuan, reversal_limit_fen, receipt_format, version FROM cashier_setting WHERE setting_id = 1 FOR UPDATE")
                   : session.query("SELECT round_up_to_yuan, reversal_limit_fen, receipt_format, version FROM cashier_setting WHERE setting_id = 1");
  if (!rows.next()) return {};
  return {rows.i32(0) != 0, {rows.i64(1)}, rows.text(2), rows.i32(3)};
}

void write_settings(db::Session& session, const Settings& settings, UserId by, Instant now) {
  session.execute("UPDATE cashier_setting SET round_up_to_yuan = ?, reversal_limit_fen = ?, receipt_format = ?, version = version + 1, changed_by = ?, changed_at = ? WHERE setting_id = 1",
                  settings.round_up_to_yuan, settings.reversal_limit, settings.receipt_format, by, now);
}

}  // namespace mis::cashier

#include "modules/tariffs/store.hpp"

namespace mis::tariffs {

std::int64_t load_versions(db::Session& session, std::span<const StoredVersion> rows) {
  // A few dozen rows, so single statements do; INSERT IGNORE would also hide values that do not fit.
  std::int64_t added = 0;
  for (const StoredVersion& row : rows) {
    session.execute(
        "INSERT INTO tariffs_tariff (tariff_code, name, name_en, category) VALUES (?, ?, ?, ?) "
        "ON DUPLICATE KEY UPDATE tariff_code = tariff_code",
        row.code, row.name, row.name_en, row.category);
    auto known = session.query("SELECT 1 FROM tariffs_version WHERE tariff_code = ? AND version = ?", row.code, row.version);
    if (known.next()) continue;
    session.execute(
        "INSERT INTO tariffs_version (tariff_code, version, valid_from, valid_to, status, definition, created_by, "
        "approved_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        row.code, row.version, row.valid.from, row.valid.to, row.status, row.definition, row.created_by, row.approved_by);
    ++added;
  }
  return added;
}

}  // namespace mis::tariffs

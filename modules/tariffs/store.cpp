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

namespace {

std::vector<StoredVersion> collect(db::Rows rows) {
  std::vector<StoredVersion> out;
  while (rows.next()) {
    out.push_back({rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.i32(4), {rows.date(5), rows.date(6)}, rows.text(7), rows.text(8), {}, {}});
  }
  return out;
}

}  // namespace

std::vector<StoredVersion> newest_versions(db::Session& session, const std::string& after_code, int limit) {
  return collect(session.query(
      "SELECT t.tariff_code, t.name, t.name_en, t.category, v.version, v.valid_from, v.valid_to, v.status, v.definition "
      "FROM tariffs_tariff t JOIN tariffs_version v ON v.tariff_code = t.tariff_code "
      "WHERE t.tariff_code > ? AND v.version = (SELECT MAX(n.version) FROM tariffs_version n WHERE n.tariff_code = t.tariff_code) "
      "ORDER BY t.tariff_code LIMIT ?",
      after_code, limit));
}

std::vector<StoredVersion> versions_of(db::Session& session, std::string_view code) {
  return collect(session.query(
      "SELECT t.tariff_code, t.name, t.name_en, t.category, v.version, v.valid_from, v.valid_to, v.status, v.definition "
      "FROM tariffs_tariff t JOIN tariffs_version v ON v.tariff_code = t.tariff_code WHERE t.tariff_code = ? ORDER BY v.version DESC",
      code));
}

}  // namespace mis::tariffs

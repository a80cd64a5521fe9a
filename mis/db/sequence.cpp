#include "mis/db/sequence.hpp"

namespace mis::db {

std::int64_t take_block(Session& session, std::string_view name, std::int64_t count) {
  // The upsert locks the row (or the gap where it is new), so the value read behind it is this transaction's own.
  session.execute(
      "INSERT INTO mis_sequence (name, next_value) VALUES (?, 1 + ?) "
      "ON DUPLICATE KEY UPDATE next_value = next_value + ?",
      name, count, count);
  Rows rows = session.query("SELECT next_value FROM mis_sequence WHERE name = ?", name);
  if (!rows.next()) throw DbError(DbError::Kind::kOther, 0, "expected the sequence just written but found none");
  return rows.i64(0) - count;
}

void advance_sequence(Session& session, std::string_view name, std::int64_t last_used) {
  session.execute(
      "INSERT INTO mis_sequence (name, next_value) VALUES (?, ? + 1) "
      "ON DUPLICATE KEY UPDATE next_value = GREATEST(next_value, ? + 1)",
      name, last_used, last_used);
}

}  // namespace mis::db

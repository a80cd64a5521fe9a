#include "mis/security/audit.hpp"

#include <stdexcept>

#include "mis/http/digest.hpp"

namespace mis::security {
namespace {

constexpr int kRowsAtATime = 5'000;

// "4:abcd", and "-" for nothing: no two lists of fields give one text.
void append_field(std::string& out, const std::optional<std::string>& field) {
  if (!field) {
    out += "-;";
    return;
  }
  out += std::to_string(field->size()) + ":" + *field + ";";
}

std::string previous_of_first() { return std::string(64, '0'); }

struct Head {
  std::int64_t seq = 0;
  std::string hash;
};

Head read_head(db::Rows rows) {
  if (!rows.next()) throw std::runtime_error("expected the head of the audit chain but its row is missing");
  return {rows.i64(0), rows.text(1)};
}

struct Progress {
  AuditCheck check{.rows = 0, .last_hash = previous_of_first(), .first_broken_seq = {}, .reason = {}};
  Head last{0, previous_of_first()};
};

// Checks the next rows; false at the end or at the first row that does not fit.
bool check_some(db::Session& session, Progress& progress) {
  auto rows = session.query(
      "SELECT seq, at, user_id, action, entity, entity_id, before_json, after_json, remote, previous_hash, hash "
      "FROM security_audit WHERE seq > ? ORDER BY seq LIMIT ?",
      progress.last.seq, kRowsAtATime);
  int count = 0;
  while (rows.next()) {
    ++count;
    ++progress.check.rows;
    const auto broken = [&](std::int64_t seq, std::string reason) {
      progress.check.first_broken_seq = seq;
      progress.check.reason = std::move(reason);
      return false;
    };
    AuditLink link{.seq = rows.i64(0),
                   .at = rows.instant(1).to_sql(),
                   .entry = {.user = {}, .action = rows.text(3), .entity = rows.text(4), .entity_id = rows.text(5),
                             .before = rows.text_or_null(6), .after = rows.text_or_null(7), .remote = rows.text(8)},
                   .previous_hash = rows.text(9)};
    if (const auto user = rows.i64_or_null(2)) link.entry.user = UserId{*user};
    const std::int64_t expected = progress.last.seq + 1;
    if (link.seq != expected) {
      return broken(expected, "expected row " + std::to_string(expected) + " but it is missing");
    }
    if (link.previous_hash != progress.last.hash) {
      return broken(link.seq, "expected the hash of the row before but row " + std::to_string(link.seq) + " names another one");
    }
    const std::string hash = audit_hash(link);
    if (hash != rows.text(10)) {
      return broken(link.seq, "expected row " + std::to_string(link.seq) + " as it was written but its fields do not give its hash");
    }
    progress.last = {link.seq, hash};
    progress.check.last_hash = hash;
  }
  return count == kRowsAtATime;
}

}  // namespace

AuditEntry audit_entry(const Caller& caller, std::string action, std::string entity, std::string entity_id) {
  return {.user = caller.user_id, .action = std::move(action), .entity = std::move(entity), .entity_id = std::move(entity_id),
          .before = {}, .after = {}, .remote = caller.remote};
}

std::string audit_hash(const AuditLink& link) {
  std::string text = "watthour audit 1;";
  append_field(text, std::to_string(link.seq));
  append_field(text, link.at);
  append_field(text, link.entry.user ? std::optional<std::string>(std::to_string(link.entry.user->value)) : std::nullopt);
  append_field(text, link.entry.action);
  append_field(text, link.entry.entity);
  append_field(text, link.entry.entity_id);
  append_field(text, link.entry.before);
  append_field(text, link.entry.after);
  append_field(text, link.entry.remote);
  append_field(text, link.previous_hash);
  return http::sha256_hex(text);
}

std::int64_t append_audit(db::Session& session, Instant at, const AuditEntry& entry) {
  // The lock on the head makes the chain one after the other: two rows with one predecessor would break it.
  const Head head = read_head(session.query("SELECT seq, hash FROM security_audit_head WHERE id = 1 FOR UPDATE"));
  const AuditLink link{head.seq + 1, at.to_sql(), entry, head.hash};
  const std::string hash = audit_hash(link);
  session.execute(
      "INSERT INTO security_audit (seq, at, user_id, action, entity, entity_id, before_json, after_json, remote, previous_hash, hash) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      link.seq, at, entry.user, entry.action, entry.entity, entry.entity_id, entry.before, entry.after, entry.remote, head.hash, hash);
  session.execute("UPDATE security_audit_head SET seq = ?, hash = ? WHERE id = 1", link.seq, hash);
  return link.seq;
}

Result<AuditCheck> verify_audit_chain(db::Database& database) {
  // The head is read first: rows that are added while we read only make the chain longer than it says.
  auto head = database.read(
      [](db::Session& session) -> Result<Head> { return read_head(session.query("SELECT seq, hash FROM security_audit_head WHERE id = 1")); });
  if (!head) return head.error();
  Progress progress;
  bool more = true;
  const std::string hash_at_head = head->seq == 0 ? previous_of_first() : "";
  while (more) {
    const auto step = database.read([&](db::Session& session) -> Result<bool> { return check_some(session, progress); });
    if (!step) return step.error();
    more = *step;
  }
  if (progress.check.first_broken_seq) return progress.check;
  if (progress.last.seq < head->seq) {
    progress.check.first_broken_seq = progress.last.seq + 1;
    progress.check.reason = "expected " + std::to_string(head->seq) + " rows but the last " +
                            std::to_string(head->seq - progress.last.seq) + " are missing";
    return progress.check;
  }
  const auto at_head = database.read([&](db::Session& session) -> Result<std::string> {
    auto rows = session.query("SELECT hash FROM security_audit WHERE seq = ?", head->seq);
    return rows.next() ? rows.text(0) : hash_at_head;
  });
  if (!at_head) return at_head.error();
  if (*at_head != head->hash) {
    progress.check.first_broken_seq = head->seq;
    progress.check.reason = "expected the hash that the head keeps but row " + std::to_string(head->seq) + " has another one";
  }
  return progress.check;
}

}  // namespace mis::security

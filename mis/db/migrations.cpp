#include "mis/db/migrations.hpp"

#include "mis/db/database.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include <fmt/format.h>
#include <sodium.h>

namespace mis::db {
namespace fs = std::filesystem;
namespace {

std::string sha256_hex(std::string_view text) {
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(digest, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  char hex[2 * sizeof digest + 1];
  sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
  return hex;
}

// Splits at ";" that ends a line; comment lines are left out.
std::vector<std::string> split_statements(std::string_view text) {
  std::vector<std::string> statements;
  std::string current;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with("--")) continue;
    const bool last = line.back() == ';';
    current += line.substr(0, line.size() - (last ? 1 : 0));
    current += '\n';
    if (last) statements.push_back(std::exchange(current, {}));
  }
  if (!current.empty()) statements.push_back(std::move(current));
  return statements;
}

bool fits_name(const std::string& name) {
  if (name.size() < 18 || name[8] != 'T' || name.substr(13, 2) != "__") return false;
  for (std::size_t i = 0; i < 13; ++i) if (i != 8 && (name[i] < '0' || name[i] > '9')) return false;
  return true;
}

// One migration at a time, whoever starts: holds the named lock for as long as it lives.
class MigrationLock {
 public:
  explicit MigrationLock(Session& session) : session_(session) {
    auto rows = session.query("SELECT GET_LOCK('watthour_migrate', 120)");
    held_ = rows.next() && !rows.is_null(0) && rows.i64(0) == 1;
  }
  ~MigrationLock() {
    if (!held_) return;
    try {
      session_.query("SELECT RELEASE_LOCK('watthour_migrate')");
    } catch (const DbError&) {  // the connection is gone, and the lock with it
    }
  }
  bool held() const { return held_; }

 private:
  Session& session_;
  bool held_ = false;
};

// DDL commits by itself, so whoever dies between a statement and the note that it is done leaves it done but not noted.
// These are the server's words for "that is there already" (table, column, key, row) and "that is gone already".
bool says_done_before(const DbError& e) {
  for (const int code : {1050, 1060, 1061, 1062, 1091})
    if (e.code() == code) return true;
  return false;
}

Status apply(Session& owner, const Migration& migration, std::size_t done, bool resumed) {
  for (std::size_t i = done; i < migration.statements.size(); ++i) {
    try {
      owner.run_raw(migration.statements[i]);
    } catch (const DbError& e) {
      // Only the first statement of a resumed migration can have been done by somebody who could not note it any more.
      if (resumed && i == done && says_done_before(e)) {
        owner.execute("UPDATE mis_migration SET statements_done = ? WHERE name = ?", static_cast<std::int64_t>(i + 1), migration.name);
        continue;
      }
      return internal("db.migration_failed", fmt::format("{}: statement {} of {}: {}", migration.name, i + 1,
                                                         migration.statements.size(), e.what()));
    }
    owner.execute("UPDATE mis_migration SET statements_done = ? WHERE name = ?", static_cast<std::int64_t>(i + 1), migration.name);
  }
  owner.execute("UPDATE mis_migration SET finished = 1 WHERE name = ?", migration.name);
  return ok();
}

}  // namespace

Result<std::vector<Migration>> read_migrations(const fs::path& folder) {
  if (!fs::is_directory(folder))
    return internal("db.no_migrations", fmt::format("expected the folder {} but it does not exist", folder.string()));
  std::vector<Migration> migrations;
  std::set<std::string> times;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".sql") continue;
    const auto name = entry.path().stem().string();
    if (!fits_name(name))
      return internal("db.migration_name", fmt::format("expected a name like 20270101T1030__room__what.sql but found {}", name));
    if (!times.insert(name.substr(0, 13)).second)
      return internal("db.migration_name", fmt::format("expected one migration for {} but found two", name.substr(0, 13)));
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    migrations.push_back({name, sha256_hex(text), split_statements(text)});
  }
  std::sort(migrations.begin(), migrations.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return migrations;
}

Result<MigrationReport> migrate(Session& owner, const std::vector<Migration>& migrations) {
  try {
    const MigrationLock lock(owner);
    if (!lock.held()) return unavailable("db.migration_lock", "expected to be the only one who migrates but another server holds the lock");
    owner.run_raw(
        "CREATE TABLE IF NOT EXISTS mis_migration (name VARCHAR(120) NOT NULL PRIMARY KEY, sha256 CHAR(64) NOT NULL, "
        "statements_done INT NOT NULL, finished TINYINT NOT NULL, applied_at DATETIME(6) NOT NULL)");
    struct Known { std::string sha256; std::size_t done; bool finished; };
    std::map<std::string, Known> known;
    for (auto rows = owner.query("SELECT name, sha256, statements_done, finished FROM mis_migration"); rows.next();)
      known[rows.text(0)] = {rows.text(1), static_cast<std::size_t>(rows.i64(2)), rows.i64(3) != 0};

    MigrationReport report;
    for (const auto& migration : migrations) {
      const auto it = known.find(migration.name);
      if (it == known.end()) {
        owner.execute("INSERT INTO mis_migration (name, sha256, statements_done, finished, applied_at) VALUES (?, ?, 0, 0, UTC_TIMESTAMP(6))",
                      migration.name, migration.sha256);
      } else if (it->second.finished && it->second.sha256 != migration.sha256) {
        return internal("db.migration_changed", fmt::format("expected {} as it was applied but the file has changed since", migration.name));
      } else if (it->second.finished) {
        ++report.already;
        continue;
      } else {
        // It failed half-way and may have been mended since: what was done stays done, the rest is the file's.
        owner.execute("UPDATE mis_migration SET sha256 = ? WHERE name = ?", migration.sha256, migration.name);
      }
      const auto done = it == known.end() ? 0 : it->second.done;
      if (auto status = apply(owner, migration, done, it != known.end()); !status) return std::move(status).error();
      ++report.applied;
    }
    for (const auto& [name, state] : known) {
      if (std::none_of(migrations.begin(), migrations.end(), [&](const auto& m) { return m.name == name; }))
        return internal("db.schema_newer", fmt::format("expected a database no newer than this program but it has the migration {}", name));
    }
    return report;
  } catch (const DbError& e) {
    return to_error(e);
  }
}

Status grant_app_rights(Session& owner, const std::string& database, const std::string& app_user, const std::string& host) {
  const auto quote = [](const std::string& name) { return "`" + name + "`"; };
  try {
    const auto who = fmt::format("{}@{}", quote(app_user), quote(host));
    std::set<std::string> granted;
    for (auto rows = owner.query("SELECT table_name FROM information_schema.table_privileges WHERE table_schema = ? AND privilege_type = 'UPDATE' "
                                 "AND grantee = ?", database, fmt::format("'{}'@'{}'", app_user, host)); rows.next();)
      granted.insert(rows.text(0));
    owner.run_raw(fmt::format("GRANT SELECT, INSERT ON {}.* TO {}", quote(database), who));
    std::vector<std::string> tables;
    for (auto rows = owner.query("SELECT table_name FROM information_schema.tables WHERE table_schema = ? AND table_type = 'BASE TABLE' "
                                 "AND table_comment NOT LIKE 'append-only%' AND table_name <> 'mis_migration'", database); rows.next();)
      tables.push_back(rows.text(0));
    for (const auto& table : tables)
      if (!granted.contains(table)) owner.run_raw(fmt::format("GRANT UPDATE, DELETE ON {}.{} TO {}", quote(database), quote(table), who));
    return ok();
  } catch (const DbError& e) {
    return to_error(e);
  }
}

Status refresh_statistics(Session& session) {
  try {
    std::vector<std::string> tables;
    for (auto rows = session.query("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' "
                                   "AND table_comment NOT LIKE '%month-partitioned%' AND table_name <> 'mis_migration'"); rows.next();)
      tables.push_back(rows.text(0));
    for (const auto& table : tables) session.run_raw("ANALYZE NO_WRITE_TO_BINLOG TABLE " + table);
    return ok();
  } catch (const DbError& e) {
    return to_error(e);
  }
}

}  // namespace mis::db

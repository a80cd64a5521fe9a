// Brings a database to the schema of this build, and checks that it is the one it claims to be.
//
// A migration is a file db/migrations/<yyyymmddThhmm>__<room>__<what>.sql; statements end with ";" at the end of a line.
// Released files never change: their SHA-256 is kept in `mis_migration` and compared at each start. MySQL's DDL commits
// implicitly, so a migration that failed half-way is recorded as such with the number of statements that were done, and
// goes on behind them once the cause is removed.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "mis/base/result.hpp"
#include "mis/db/session.hpp"

namespace mis::db {

struct Migration {
  std::string name;     // the file's name without ".sql"
  std::string sha256;
  std::vector<std::string> statements;
};

// Reads and orders the files. Errors: a name that does not fit, two of the same time.
Result<std::vector<Migration>> read_migrations(const std::filesystem::path& folder);

struct MigrationReport { int applied = 0; int already = 0; };

// Applies what is missing with an owner session, under a named lock (several servers may start at once). Errors name the
// file, the statement and the server's words; a changed checksum is an error.
Result<MigrationReport> migrate(Session& owner, const std::vector<Migration>& migrations);

// Gives `app_user`@localhost (or @'%') its rights: SELECT and INSERT everywhere, UPDATE and DELETE only on tables whose
// comment does not begin with "append-only".
Status grant_app_rights(Session& owner, const std::string& database, const std::string& app_user, const std::string& host);

// Counts the tables anew for the optimiser (not those by month, which are read by key). After a bulk load the server's own
// counting lags behind, and until then it reads whole tables where an index would do.
Status refresh_statistics(Session& session);

}  // namespace mis::db

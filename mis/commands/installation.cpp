#include "mis/commands/installation.hpp"

#include <unistd.h>

#include <chrono>
#include <stdexcept>

#include <fmt/format.h>

#include "mis/db/migrations.hpp"
#include "mis/db/month_partitions.hpp"
#include "modules/ledger/ledger.hpp"

namespace mis::commands {
namespace fs = std::filesystem;
namespace {

template <class T>
T require(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(result).value();
}

BillingMonth this_month() {
  const auto day = local_date(SystemClock().now()).ymd();
  return {static_cast<int>(day.year()) * 100 + static_cast<int>(static_cast<unsigned>(day.month()))};
}

}  // namespace

fs::path default_home() {
  std::error_code error;
  // The program lies in <home>/build/bin.
  for (auto folder = fs::read_symlink("/proc/self/exe", error).parent_path(); folder.has_relative_path(); folder = folder.parent_path())
    if (fs::is_directory(folder / "db" / "migrations")) return folder;
  return fs::current_path();
}

Installation::Installation(Place place, int app_sessions) : place_(std::move(place)) {
  db::Endpoint app_endpoint, owner_endpoint;
  if (place_.db.empty()) {
    server_ = std::make_unique<db::PrivateServer>(db::PrivateServer::Options{.folder = place_.data, .buffer_pool_mb = place_.buffer_pool_mb});
    timing_.private_server = true;
    timing_.install_s = server_->timing().install_s;
    timing_.ready_s = server_->timing().ready_s;
    app_endpoint = server_->app();
    owner_endpoint = server_->owner();
  } else {
    app_endpoint = db::Endpoint::parse(place_.db);
    owner_endpoint = place_.owner_db.empty() ? app_endpoint : db::Endpoint::parse(place_.owner_db);
  }
  owner_ = std::make_unique<db::Database>(owner_endpoint, db::Database::Options{.max_sessions = 8});
  app_ = std::make_unique<db::Database>(app_endpoint, db::Database::Options{.max_sessions = app_sessions});

  const auto start = std::chrono::steady_clock::now();
  const auto migrations = require(db::read_migrations(place_.home / "db" / "migrations"));
  try {
    auto session = owner_->lease();
    timing_.migrations = require(db::migrate(*session, migrations)).applied;
  } catch (const db::DbError& e) {
    throw std::runtime_error(fmt::format("expected to reach the database but {}", e.what()));
  }
  grant_rights();  // each time: whoever was killed between the last migration and this line left them out
  require(ensure_months(this_month().plus(-2), this_month().plus(4)));
  require(owner_->transact([](db::Session& s) -> Status {
    ledger::make_periods(s, this_month(), this_month().plus(4), SystemClock().now());
    return ok();
  }));
  timing_.migrate_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void Installation::grant_rights() {
  auto session = owner_->lease();
  const auto& app = app_->endpoint();
  if (server_) {
    require(db::grant_app_rights(*session, app.database, app.user, "localhost"));
  } else if (!place_.owner_db.empty()) {
    // The address that the application comes from is the database administrator's choice: whatever host the user exists for.
    auto rows = session->query("SELECT host FROM mysql.user WHERE user = ?", app.user);
    while (rows.next()) require(db::grant_app_rights(*session, app.database, app.user, rows.text(0)));
  }
}

Status Installation::ensure_months(BillingMonth from, BillingMonth to) {
  try {
    auto session = owner_->lease();
    return db::ensure_month_partitions(*session, from, to);
  } catch (const db::DbError& e) {
    return db::to_error(e);
  }
}

}  // namespace mis::commands

// The database that a command works on: given by address, or a private one under the data folder. Brought to this build's
// schema, with the months that are about to be billed.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "mis/base/time.hpp"
#include "mis/db/database.hpp"
#include "mis/db/private_server.hpp"

namespace mis::commands {

struct Place {
  std::filesystem::path home;         // where db/, terminals/ lie: the checkout
  std::filesystem::path data;         // private database, certificate, logs
  std::string db;                     // mysql://… of the application's user; empty: the private database
  std::string owner_db;               // mysql://… of the schema's owner; empty: `db` is used for both
  int buffer_pool_mb = 1024;
};

// The checkout that this program was built in.
std::filesystem::path default_home();

class Installation {
 public:
  // Opens, migrates and prepares. Throws std::runtime_error with a message for people.
  explicit Installation(Place place, int app_sessions = 16);

  db::Database& app() { return *app_; }
  db::Database& owner() { return *owner_; }
  const Place& place() const { return place_; }

  struct Timing { double install_s = 0, ready_s = 0, migrate_s = 0; int migrations = 0; bool private_server = false; };
  const Timing& timing() const { return timing_; }

  Status ensure_months(BillingMonth from, BillingMonth to);
  void grant_rights();  // again, after tables were added
  bool restart_database_if_dead() { return server_ && server_->restart_if_dead(); }

 private:
  Place place_;
  Timing timing_;
  std::unique_ptr<db::PrivateServer> server_;
  std::unique_ptr<db::Database> owner_;
  std::unique_ptr<db::Database> app_;
};

}  // namespace mis::commands

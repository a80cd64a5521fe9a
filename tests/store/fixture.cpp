#include "tests/store/fixture.hpp"

#include <stdlib.h>

#include <atomic>
#include <cstdlib>
#include <stdexcept>

#include <fmt/format.h>

#include "mis/db/month_partitions.hpp"

namespace fixture {
namespace fs = std::filesystem;

fs::path source_folder() { return WATTHOUR_SOURCE_DIR; }

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "watthour-test-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error("cannot make a temporary folder");
  path_ = pattern;
}
TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

mis::db::PrivateServer& server() {
  static TemporaryFolder folder;
  static mis::db::PrivateServer instance({.folder = folder.path(), .buffer_pool_mb = 128});
  return instance;
}

namespace {

constexpr const char* kOwner = "watthour_owner";
constexpr const char* kApp = "watthour_app";

// WATTHOUR_TEST_SOCKET names another server to test on, MySQL for one, by its socket. Its users watthour_owner, who may make
// databases, and watthour_app have no passwords.
mis::db::Endpoint endpoint(const char* user, const std::string& database) {
  mis::db::Endpoint endpoint;
  if (const char* socket = std::getenv("WATTHOUR_TEST_SOCKET")) {
    endpoint.socket = socket;
    endpoint.user = user;
  } else {
    endpoint = user == kOwner ? server().owner() : server().app();
  }
  endpoint.database = database;
  return endpoint;
}

void require(const mis::Status& status) {
  if (!status) throw std::runtime_error(status.error().message);
}

}  // namespace

FreshDatabase::FreshDatabase() {
  static std::atomic<int> number{0};
  name_ = fmt::format("test_{}", ++number);
  {
    mis::db::Session session(endpoint(kOwner, ""));
    session.run_raw(fmt::format("CREATE DATABASE {} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci", name_));
  }
  owner_ = std::make_unique<mis::db::Database>(endpoint(kOwner, name_));
  app_ = std::make_unique<mis::db::Database>(endpoint(kApp, name_));
  auto migrations = mis::db::read_migrations(source_folder() / "db" / "migrations");
  if (!migrations) throw std::runtime_error(migrations.error().message);
  auto session = owner_->lease();
  auto report = mis::db::migrate(*session, *migrations);
  if (!report) throw std::runtime_error(report.error().message);
  require(mis::db::ensure_month_partitions(*session, {202501}, {202712}));
  require(mis::db::grant_app_rights(*session, name_, kApp, "localhost"));
}

FreshDatabase::~FreshDatabase() {
  app_.reset();
  owner_.reset();
  try {
    mis::db::Session session(endpoint(kOwner, ""));
    session.run_raw("DROP DATABASE " + name_);
  } catch (const std::exception&) {  // the server is gone (a test killed it): nothing to clean up
  }
}

}  // namespace fixture

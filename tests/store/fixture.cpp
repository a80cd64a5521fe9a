#include "tests/store/fixture.hpp"

#include <stdlib.h>

#include <atomic>
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

mis::db::Endpoint with_database(mis::db::Endpoint endpoint, const std::string& name) {
  endpoint.database = name;
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
    mis::db::Session session(with_database(server().owner(), ""));
    session.run_raw(fmt::format("CREATE DATABASE {} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci", name_));
  }
  owner_ = std::make_unique<mis::db::Database>(with_database(server().owner(), name_));
  app_ = std::make_unique<mis::db::Database>(with_database(server().app(), name_));
  auto migrations = mis::db::read_migrations(source_folder() / "db" / "migrations");
  if (!migrations) throw std::runtime_error(migrations.error().message);
  auto session = owner_->lease();
  auto report = mis::db::migrate(*session, *migrations);
  if (!report) throw std::runtime_error(report.error().message);
  require(mis::db::ensure_month_partitions(*session, {202501}, {202712}));
  require(mis::db::grant_app_rights(*session, name_, "watthour_app", "localhost"));
}

FreshDatabase::~FreshDatabase() {
  app_.reset();
  owner_.reset();
  try {
    mis::db::Session session(with_database(server().owner(), ""));
    session.run_raw("DROP DATABASE " + name_);
  } catch (const std::exception&) {  // the server is gone (a test killed it): nothing to clean up
  }
}

}  // namespace fixture

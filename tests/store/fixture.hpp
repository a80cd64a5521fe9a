// A real MariaDB for tests: one private server per test program, in a folder of its own that goes away with it, and a
// freshly migrated database per test.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "mis/db/database.hpp"
#include "mis/db/migrations.hpp"
#include "mis/db/private_server.hpp"

namespace fixture {

// The checkout's top folder, where db/migrations and db/reference lie.
std::filesystem::path source_folder();

// A folder that is deleted with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

mis::db::PrivateServer& server();

// A database of one's own with the whole schema, partitions for [202501, 202712] and the application's rights.
class FreshDatabase {
 public:
  FreshDatabase();
  ~FreshDatabase();
  mis::db::Database& owner() { return *owner_; }  // may change the schema
  mis::db::Database& app() { return *app_; }      // what the server uses

 private:
  std::string name_;
  std::unique_ptr<mis::db::Database> owner_;
  std::unique_ptr<mis::db::Database> app_;
};

}  // namespace fixture

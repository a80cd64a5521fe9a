// A place to try imports in: a fresh database and files made of text.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "mis/db/migrations.hpp"
#include "mis/files/import.hpp"
#include "tests/store/fixture.hpp"

namespace example {

// The clock of these examples stands in December 2026.
class FixedClock final : public mis::Clock {
 public:
  mis::Instant now() const override { return *mis::Instant::parse("2026-12-10T04:00:00Z"); }
};

struct ImportOutcome {
  mis::files::ImportSummary summary;
  std::vector<std::string> problems;  // "line 2, column phone: expected … but found …"
  std::string error;                  // code where the import stopped
  std::string message;
};

class Workshop {
 public:
  std::filesystem::path write(std::string_view name, std::string_view content) const {
    const auto path = folder_.path() / name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  static std::string read(const std::filesystem::path& path);

  ImportOutcome import(const mis::files::ImportKind& kind, const std::filesystem::path& file, mis::files::ImportOptions options = {});
  ImportOutcome import_text(const mis::files::ImportKind& kind, std::string_view content) { return import(kind, write(kind.name + ".csv", content)); }

  // A company with one station, network, route and tariff, and what belongs to an account of each of two customers:
  // account 0000000109 at usage point NMI0000001 with meter M1, 0000000208 at NMI0000002 with meter M2 (both since 2025-12-01).
  void load_small_county();

  std::int64_t count(std::string_view sql);
  std::string text(std::string_view sql);
  mis::db::Database& database() { return database_.app(); }
  mis::db::Database& owner() { return database_.owner(); }

 private:
  fixture::TemporaryFolder folder_;
  fixture::FreshDatabase database_;
  FixedClock clock_;
};

// One for all examples of imports, with the small county in it: a database takes a moment to make. Each example uses numbers
// or months of its own.
Workshop& small_county();

}  // namespace example

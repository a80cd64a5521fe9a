#include "tests/tidy/house.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

namespace tidy {
namespace fs = std::filesystem;
namespace {

// The ladder, from the ground up. Rooms on one step stand beside each other.
const std::vector<std::vector<std::string>> kLadder = {
    {"mis/base"},
    {"mis/observe", "mis/db", "mis/documents"},
    {"mis/files"},
    {"mis/http"},
    {"mis/security"},
    {"mis/jobs"},
    {"mis/outbox"},
    {"modules/administration"},
    {"modules/customers"},
    {"modules/network"},
    {"modules/metering"},
    {"modules/tariffs"},
    {"modules/meter_reading"},
    {"modules/billing"},
    {"modules/ledger"},
    {"modules/receivables"},
    {"modules/cashier"},
    {"modules/invoicing"},
    {"modules/payment_channels"},
    {"modules/dunning"},
    {"db/demo"},
    {"mis/commands"},
    {"mis"},
};

// Folders of what is built, installed, loaded or reported.
bool is_left_out(const fs::path& folder, int depth) {
  const auto name = folder.filename().string();
  static const std::set<std::string> kAnywhere = {".git", "node_modules", "dist", "test-results", "playwright-report"};
  return kAnywhere.contains(name) || (depth == 0 && (name == "data" || name.rfind("build", 0) == 0));
}

// Written by the build from the API's description; not in the repository.
const std::set<std::string> kGenerated = {"terminals/shared/api/schema.d.ts", "terminals/shared/api/openapi.json"};

bool is_text(const fs::path& path) {
  static const std::set<std::string> kEndings = {".cpp", ".hpp", ".h", ".ts", ".vue", ".mjs", ".css", ".html", ".sql", ".json",
                                                 ".md", ".txt", ".sh", ".csv", ".yml", ".case"};
  return kEndings.contains(path.extension().string()) || path.extension().empty();
}

std::string content_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The name behind "CREATE TABLE " in a line of a migration.
std::string name_after(std::string_view line, std::string_view start) {
  if (line.substr(0, start.size()) != start) return {};
  line.remove_prefix(start.size());
  if (line.substr(0, 14) == "IF NOT EXISTS ") line.remove_prefix(14);
  const auto end = std::find_if(line.begin(), line.end(), [](char c) { return c == ' ' || c == '(' || c == ';'; });
  return {line.begin(), end};
}

void read_schema(const SourceText& migration, House& house) {
  std::string table;
  for (const auto line : lines_of(migration.text)) {
    if (auto name = name_after(line, "CREATE TABLE "); !name.empty()) house.tables.insert(table = name);
    if (const auto renamed = name_after(line, "RENAME TABLE "); !renamed.empty()) {
      const auto to = line.find(" TO ");
      const auto name = to == std::string_view::npos ? std::string() : name_after(line.substr(to + 1), "TO ");
      house.tables.erase(renamed);
      house.tables.insert(name);
      if (house.append_only_tables.erase(renamed) > 0) house.append_only_tables.insert(name);
    }
    for (const auto* start : {"CREATE VIEW ", "CREATE OR REPLACE VIEW "})
      if (auto name = name_after(line, start); !name.empty()) house.views.insert(name);
    if (line.substr(0, 1) == ")" && line.find("append-only") != std::string_view::npos) house.append_only_tables.insert(table);
  }
}

}  // namespace

House::House(std::vector<SourceText> sources) : files(std::move(sources)) {
  for (const auto& file : files)
    if (file.path.rfind("db/migrations/", 0) == 0) read_schema(file, *this);
}

bool House::has(const std::string& path) const {
  return std::any_of(files.begin(), files.end(), [&](const auto& file) { return file.path == path; });
}

House read_house(const fs::path& top) {
  std::vector<SourceText> files;
  for (auto entry = fs::recursive_directory_iterator(top); entry != fs::recursive_directory_iterator(); ++entry) {
    if (entry->is_directory() && is_left_out(entry->path(), entry.depth())) entry.disable_recursion_pending();
    if (!entry->is_regular_file() || !is_text(entry->path())) continue;
    const auto path = fs::relative(entry->path(), top).generic_string();
    if (!kGenerated.contains(path)) files.emplace_back(path, content_of(entry->path()));
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return House(std::move(files));
}

std::optional<std::string> room_of(const std::string& path) {
  std::optional<std::string> found;
  for (const auto& step : kLadder)
    for (const auto& room : step)
      if (path.rfind(room + "/", 0) == 0 && (!found || room.size() > found->size())) found = room;
  return found;
}

std::optional<int> height_of(const std::string& room) {
  for (std::size_t i = 0; i < kLadder.size(); ++i)
    if (std::find(kLadder[i].begin(), kLadder[i].end(), room) != kLadder[i].end()) return static_cast<int>(i);
  return std::nullopt;
}

std::string table_prefix_of(const std::string& room) {
  // The kernel's own books (migrations, sequences) are the database room's.
  if (room == "mis/db") return "mis_";
  return room.substr(room.rfind('/') + 1) + "_";
}

std::optional<std::string> owner_of_table(const std::string& table) {
  std::optional<std::string> owner;
  std::size_t longest = 0;
  for (const auto& step : kLadder)
    for (const auto& room : step) {
      const auto prefix = table_prefix_of(room);
      if (room != "mis" && table.rfind(prefix, 0) == 0 && prefix.size() > longest) {
        owner = room;
        longest = prefix.size();
      }
    }
  return owner;
}

}  // namespace tidy

// The house as the rules judge it: every source file, the rooms in the order of their ladder, and the tables and views
// that the migrations make. Built from the checkout, or from a few lines of text by the tests of the rules.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/tidy/source_text.hpp"

namespace tidy {

struct Finding {
  std::string path;
  int line;
  std::string rule;
  std::string message;  // "expected … but …"
};
using Findings = std::vector<Finding>;

struct House {
  std::vector<SourceText> files;
  std::set<std::string> tables;
  std::set<std::string> append_only_tables;
  std::set<std::string> views;

  explicit House(std::vector<SourceText> sources);
  bool has(const std::string& path) const;
};

// Every text file below `top` except what is built, installed or loaded.
House read_house(const std::filesystem::path& top);

// The room that a path belongs to: "mis/db", "modules/billing", "db/demo"; none for tests, terminals and what stands at
// the top.
std::optional<std::string> room_of(const std::string& path);

// How high on the ladder a room stands; a room may include rooms that stand lower. Rooms at the same height do not know
// each other.
std::optional<int> height_of(const std::string& room);

// The prefix of a room's tables, e.g. "billing_".
std::string table_prefix_of(const std::string& room);

// The room that a table belongs to, by its prefix.
std::optional<std::string> owner_of_table(const std::string& table);

}  // namespace tidy

// Who may include whom, and what the pure rooms and the headers may hold.
#include <array>

#include "tests/tidy/exceptions.hpp"
#include "tests/tidy/rules.hpp"

namespace tidy {
namespace {

struct Include { std::string path; bool quoted; int line; };

std::vector<Include> includes_of(const SourceText& file) {
  std::vector<Include> result;
  int number = 0;
  for (const auto line : lines_of(file.text)) {
    ++number;
    if (line.rfind("#include ", 0) != 0 || line.size() < 12) continue;
    const char close = line[9] == '<' ? '>' : '"';
    const auto end = line.find(close, 10);
    if (end != std::string_view::npos) result.push_back({std::string(line.substr(10, end - 10)), close == '"', number});
  }
  return result;
}

template <class List>
bool lists(const List& list, std::string_view path) {
  for (const auto& row : list)
    if (row.path == path) return true;
  return false;
}

bool is_domain(const std::string& path) {
  return path.rfind("modules/", 0) == 0 && path.find("/domain/") != std::string::npos;
}

// modules/billing/billing.hpp of modules/billing
bool is_module_door(const std::string& path, const std::string& room) {
  const auto name = room.substr(room.rfind('/') + 1);
  return path == room + "/" + name + ".hpp";
}

// The loaders of a module serve the county generator and the command line, which stand above all modules.
bool is_open_to(const std::string& from_room, const std::string& path, const std::string& to_room) {
  if (from_room == "db/demo" || from_room == "mis" || from_room == "mis/commands") return true;
  return is_module_door(path, to_room) || lists(kPublicHeaders, path);
}

std::optional<std::string> complaint(const SourceText& file, const std::string& from, const Include& include) {
  const auto to = room_of(include.path);
  if (!to || *to == from || lists(kSharedKernelHeaders, include.path)) return std::nullopt;
  if (*height_of(*to) >= *height_of(from))
    return "expected includes down the ladder only but " + from + " includes " + include.path;
  if (to->rfind("modules/", 0) == 0 && !is_open_to(from, include.path, *to))
    return "expected another module to be known by its " + to->substr(8) + ".hpp but " + file.path + " includes " + include.path;
  return std::nullopt;
}

bool is_standard_header(const std::string& path) { return path.find_first_of("/.") == std::string::npos; }

}  // namespace

Findings check_includes(const House& house) {
  Findings found;
  for (const auto& file : house.files) {
    const auto room = file.is_cpp() ? room_of(file.path) : std::nullopt;
    if (!room || lists(kSharedKernelHeaders, file.path)) continue;
    for (const auto& include : includes_of(file)) {
      if (!include.quoted) continue;
      if (include.path.find('/') == std::string::npos || include.path.find("..") != std::string::npos) {
        found.push_back({file.path, include.line, "includes", "expected a path from the top of the checkout but found " + include.path});
        continue;
      }
      if (auto text = complaint(file, *room, include)) found.push_back({file.path, include.line, "includes", *text});
    }
  }
  return found;
}

Findings check_pure_domain(const House& house) {
  static constexpr std::array kClocks = {"system_clock", "steady_clock", "random_device", "getenv", "gettimeofday"};
  static constexpr std::array kSql = {"SELECT ", "INSERT INTO ", "DELETE FROM ", "UPDATE "};
  Findings found;
  for (const auto& file : house.files) {
    if (!file.is_cpp() || !is_domain(file.path)) continue;
    const auto room = *room_of(file.path);
    for (const auto& include : includes_of(file)) {
      // The module's door holds the values that its rules take and give.
      const bool own = include.path.rfind(room + "/domain/", 0) == 0 || is_module_door(include.path, room);
      const bool base = include.path.rfind("mis/base/", 0) == 0;
      const bool other_domain = include.path.rfind("modules/", 0) == 0 && !own && room_of(include.path) != room;
      const bool library = !include.quoted && (is_standard_header(include.path) || lists(kPureLibraries, include.path));
      if (!own && !base && !other_domain && !library)
        found.push_back({file.path, include.line, "pure domain", "expected values only but domain/ includes " + include.path});
    }
    for (const auto* word : kClocks)
      if (const auto at = find_word(file.code, word); at != std::string::npos)
        found.push_back({file.path, file.line_at(at), "pure domain", std::string("expected clocks and chance as arguments but found ") + word});
    for (const auto& literal : file.literals)
      for (const auto* start : kSql)
        if (literal.value.rfind(start, 0) == 0)
          found.push_back({file.path, file.line_at(literal.begin), "pure domain", "expected no SQL in domain/ but found \"" + literal.value + "\""});
    if (const auto at = find_word(file.code, "throw"); at != std::string::npos)
      found.push_back({file.path, file.line_at(at), "pure domain", "expected a Result or an exception row but domain/ throws"});
  }
  return found;
}

Findings check_no_binary_floats(const House& house) {
  Findings found;
  for (const auto& file : house.files) {
    if (!file.is_cpp() || !(is_domain(file.path) || file.path.rfind("mis/base/", 0) == 0)) continue;
    for (const auto* word : {"double", "float"})
      for (auto at = find_word(file.code, word); at != std::string::npos; at = find_word(file.code, word, at + 1))
        found.push_back({file.path, file.line_at(at), "no binary floats",
                         std::string("expected integers of the smallest unit for money, energy and prices but found ") + word});
  }
  return found;
}

Findings check_lean_headers(const House& house) {
  Findings found;
  for (const auto& file : house.files) {
    if (!file.is_cpp() || !room_of(file.path)) continue;
    if (file.is_header()) {
      if (file.text.rfind("//", 0) != 0)
        found.push_back({file.path, 1, "lean headers", "expected the header to open with what it is for but it opens with something else"});
      if (file.text.find("\n#pragma once\n") == std::string::npos)
        found.push_back({file.path, 1, "lean headers", "expected #pragma once but found none"});
    }
    for (const auto& include : includes_of(file)) {
      const bool heavy_in_header = file.is_header() && !lists(kHeavyHeaderUsers, file.path) && (include.path == "nlohmann/json.hpp" || include.path.rfind("cppconn/", 0) == 0);
      if (heavy_in_header || include.path == "regex")
        found.push_back({file.path, include.line, "lean headers", "expected builds to stay quick but found #include of " + include.path});
    }
  }
  return found;
}

}  // namespace tidy

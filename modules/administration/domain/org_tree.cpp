#include "modules/administration/domain/org_tree.hpp"

#include <optional>
#include <set>

namespace mis::administration {
namespace {

constexpr std::size_t kDeepest = 10;  // no utility has more levels; a longer way up is a ring

class PathFinder {
 public:
  PathFinder(std::span<const OrgUnit> units, const std::map<OrgId, std::string>& present) : present_(present) {
    for (const OrgUnit& unit : units) by_id_.emplace(unit.org_id, &unit);
  }

  // Nothing where the way up leads nowhere or round in a ring.
  std::optional<std::string> path_of(const OrgUnit& unit, std::size_t depth = 0) const {
    if (depth > kDeepest) return {};
    const std::string own = std::to_string(unit.org_id.value) + "/";
    if (!unit.parent_id) return "/" + own;
    if (const auto listed = by_id_.find(*unit.parent_id); listed != by_id_.end()) {
      const auto above = path_of(*listed->second, depth + 1);
      if (!above) return {};
      return *above + own;
    }
    if (const auto there = present_.find(*unit.parent_id); there != present_.end()) return there->second + own;
    return {};
  }

 private:
  const std::map<OrgId, std::string>& present_;
  std::map<OrgId, const OrgUnit*> by_id_;
};

// The id of the root that is there already; 0 where there is none. A root's path has one part.
OrgId present_root(const std::map<OrgId, std::string>& present) {
  for (const auto& [id, path] : present) {
    if (path == "/" + std::to_string(id.value) + "/") return id;
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> org_paths(std::span<const OrgUnit> units, const std::map<OrgId, std::string>& present) {
  const PathFinder finder(units, present);
  std::vector<std::string> paths;
  std::vector<FieldError> wrong;
  std::set<OrgId> ids;
  std::set<std::string> codes;
  OrgId root = present_root(present);
  for (std::size_t row = 0; row < units.size(); ++row) {
    const OrgUnit& unit = units[row];
    const std::string pointer = "/" + std::to_string(row);
    const auto complain = [&](const char* field, const char* code, std::string message) {
      wrong.push_back({pointer + field, code, std::move(message)});
    };
    if (unit.org_id.value <= 0) complain("/org_id", "field.range", "expected a positive id but got " + std::to_string(unit.org_id.value));
    if (unit.code.empty() || unit.code.size() > 20) complain("/code", "field.length", "expected a code of 1 to 20 characters but got \"" + unit.code + "\"");
    if (unit.name.empty()) complain("/name", "field.required", "expected a name but there is none");
    if (!ids.insert(unit.org_id).second) complain("/org_id", "field.twice", "expected each id once but " + std::to_string(unit.org_id.value) + " stands twice");
    if (!codes.insert(unit.code).second) complain("/code", "field.twice", "expected each code once but \"" + unit.code + "\" stands twice");
    if (!unit.parent_id) {
      if (root && root != unit.org_id) complain("/parent_id", "administration.second_root", "expected one unit without a parent but this is a second one");
      root = unit.org_id;
    }
    auto path = finder.path_of(unit);
    if (!path) {
      complain("/parent_id", "administration.unknown_parent",
               "expected a unit above this one but the way up from " + std::to_string(unit.parent_id->value) + " leads nowhere or round in a ring");
    } else if (path->size() > 200) {
      complain("/parent_id", "administration.too_deep", "expected a path of at most 200 characters but it is longer");
    }
    paths.push_back(path.value_or(""));
  }
  if (!wrong.empty()) return invalid("administration.org_units", "expected a tree of units but it is not one", std::move(wrong));
  return paths;
}

}  // namespace mis::administration

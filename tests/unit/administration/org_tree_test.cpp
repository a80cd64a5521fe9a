#include <catch2/catch.hpp>

#include "modules/administration/domain/org_tree.hpp"

using namespace mis;
using namespace mis::administration;

namespace {
OrgUnit unit(std::int64_t id, std::optional<std::int64_t> parent) {
  OrgUnit u{OrgId{id}, {}, OrgKind::kDepartment, "U" + std::to_string(id), "单位", "Unit"};
  if (parent) u.parent_id = OrgId{*parent};
  return u;
}
}  // namespace

TEST_CASE("a unit's path leads from the root, wherever its parent stands") {
  const std::vector<OrgUnit> units{unit(7, 12), unit(12, 1), unit(1, {}), unit(9, 30)};
  CHECK(*org_paths(units, {{OrgId{30}, "/1/30/"}}) == std::vector<std::string>{"/1/12/7/", "/1/12/", "/1/", "/1/30/9/"});
}

TEST_CASE("what is no tree is refused, row by row") {
  const auto complaints = [](const std::vector<OrgUnit>& units, const std::map<OrgId, std::string>& present) {
    std::vector<std::string> out;
    const auto paths = org_paths(units, present);
    if (!paths) {
      for (const FieldError& field : paths.error().fields) out.push_back(field.pointer + " " + field.code);
    }
    return out;
  };
  using Complaints = std::vector<std::string>;
  CHECK(complaints({unit(2, 3)}, {}) == Complaints{"/0/parent_id administration.unknown_parent"});
  CHECK(complaints({unit(2, 3), unit(3, 2)}, {}) == Complaints{"/0/parent_id administration.unknown_parent", "/1/parent_id administration.unknown_parent"});
  CHECK(complaints({unit(1, {}), unit(2, {})}, {}) == Complaints{"/1/parent_id administration.second_root"});
  CHECK(complaints({unit(2, {})}, {{OrgId{1}, "/1/"}}) == Complaints{"/0/parent_id administration.second_root"});
  CHECK(complaints({unit(1, {})}, {{OrgId{1}, "/1/"}}).empty());  // the same root again
  CHECK(complaints({unit(1, {}), unit(1, {})}, {}) == Complaints{"/1/org_id field.twice", "/1/code field.twice"});
}

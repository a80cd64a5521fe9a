// The tree of organisational units: where each one stands, as the path that data scope is a prefix of.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "mis/base/result.hpp"
#include "modules/administration/administration.hpp"

namespace mis::administration {

// The paths ("/1/12/") of `units`, in their order. `present` holds the paths of units that are there already, by id. Errors:
// a parent that is nowhere, a unit below itself, a second root, two units of one id or code, an empty name; each with the
// pointer of its row.
Result<std::vector<std::string>> org_paths(std::span<const OrgUnit> units, const std::map<OrgId, std::string>& present);

}  // namespace mis::administration

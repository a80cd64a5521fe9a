// The hundred people who work in the county's power company, and the logins that a visitor may use.
#pragma once

#include <string>
#include <vector>

#include "db/demo/options.hpp"
#include "mis/base/id.hpp"
#include "mis/base/result.hpp"

namespace mis::demo {

struct StaffMember {
  UserId user_id;
  std::string username;
  std::string name;
  OrgId org_id;
  std::vector<std::string> roles;
  bool printed = false;  // one of the few logins shown at the end of a demo
};

inline constexpr int kStaff = 100;

// Reads db/reference/roles.json: everybody has a role, and every role somebody.
Result<std::vector<StaffMember>> make_staff(const CountyOptions& options);

struct RoleName { std::string code, name, name_en; };
Result<std::vector<RoleName>> read_role_names(const CountyOptions& options);

}  // namespace mis::demo

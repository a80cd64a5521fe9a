// Organisation, users and roles: who works where and may do what.
//
// The tables are read by mis/security when somebody signs in; only this module writes them.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/id.hpp"
#include "mis/base/result.hpp"
#include "mis/base/time.hpp"
#include "mis/db/session.hpp"

namespace mis { class Registry; }

namespace mis::administration {

enum class OrgKind : std::uint8_t { kCompany, kSupplyStation, kBusinessHall, kDepartment };
std::string_view to_string(OrgKind kind);  // "company", "supply_station", "business_hall", "department"
std::optional<OrgKind> parse_org_kind(std::string_view text);

struct OrgUnit {
  OrgId org_id;
  std::optional<OrgId> parent_id;  // nothing for the one root
  OrgKind kind = OrgKind::kSupplyStation;
  std::string code;
  std::string name;
  std::string name_en;
};

struct NewUser {
  UserId user_id;  // 0: the next free one
  std::string username;
  std::string name;
  OrgId org_id;
  std::vector<std::string> roles;  // codes
  std::string password;
  bool must_change_password = true;
};

// Loaders for the county generator and file import; call them inside a unit of work. What is there already (by code or
// username) is brought up to date, so loading twice changes nothing; a password is set only for a new user. Errors name
// the row by its index: pointer "/3/parent_id".

// Parents may stand anywhere in the list or be in the table already; the path is computed here.
Status load_org_units(db::Session& session, std::span<const OrgUnit> units);
// Hashes passwords on two threads (about 25 ms each), so give it all users at once.
Status load_users(db::Session& session, std::span<const NewUser> users, Instant now);
// db/reference/roles.json: [{"code", "name", "name_en", "permissions": […]}]. The permissions of a listed role become
// exactly those listed.
Status load_roles(db::Session& session, const std::filesystem::path& file);

void register_module(Registry& registry);

}  // namespace mis::administration

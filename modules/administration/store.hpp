// The tables of administration; the only SQL of the module.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/id.hpp"
#include "mis/base/time.hpp"
#include "mis/db/session.hpp"
#include "modules/administration/administration.hpp"

namespace mis::administration {

// The row of mis_sequence that gives users their ids.
inline constexpr std::string_view kUserSequence = "administration_user";

}  // namespace mis::administration

namespace mis::administration::store {

struct OrgRow {
  OrgUnit unit;
  std::string path;
};
struct OrgName {
  OrgId org_id;
  std::string code;
  std::string name;
  std::string path;
};
struct UserRow {
  UserId user_id;
  std::string username;
  std::string name;
  OrgName org;
  std::vector<std::string> roles;  // codes, in order
  bool enabled = true;
  bool must_change_password = false;
  std::optional<Instant> locked_until;
};
struct RoleRow {
  std::string code;
  std::string name;
  std::string name_en;
  std::vector<std::string> permissions;
};
struct AuditRow {
  std::int64_t seq = 0;
  Instant at;
  std::optional<std::string> username, user_name;
  std::optional<OrgName> org;
  std::string action, entity, entity_id;
  std::optional<std::string> before, after;
  std::string remote, hash;
};

std::vector<OrgRow> org_units(db::Session& session, const std::string& scope_pattern);
std::optional<OrgName> find_org(db::Session& session, OrgId org);
void put_org_unit(db::Session& session, const OrgUnit& unit, const std::string& path);

struct UserSearch {
  std::string scope_pattern;
  std::string text;  // beginning of the username, part of the name; empty for all
  UserId after;
  int limit = 20;
};
std::vector<UserRow> users(db::Session& session, const UserSearch& search);
enum class Lock : unsigned char { kNo, kForUpdate };
std::optional<UserRow> find_user(db::Session& session, UserId user, Lock lock);
std::map<std::string, UserId> usernames(db::Session& session);

struct UserToInsert {
  UserId user_id;
  std::string username;
  std::string name;
  OrgId org_id;
  std::string password_hash;
  bool must_change_password = true;
  Instant created_at;
};
void insert_user(db::Session& session, const UserToInsert& user);
void update_user(db::Session& session, UserId user, const std::string& name, OrgId org, bool enabled);
void set_roles(db::Session& session, UserId user, const std::vector<std::string>& roles);
// Sets a temporary password and opens the lock.
void set_temporary_password(db::Session& session, UserId user, const std::string& hash);
void end_sessions(db::Session& session, UserId user);

std::vector<RoleRow> roles(db::Session& session);
void put_role(db::Session& session, const RoleRow& role);

struct AuditSearch {
  std::string scope_pattern;
  bool with_system = false;  // rows that nobody of any unit did; for the root's scope only
  std::string entity, entity_id, username;  // empty: any
  std::int64_t before_seq = 0;
  int limit = 20;
};
std::vector<AuditRow> audit(db::Session& session, const AuditSearch& search);

}  // namespace mis::administration::store

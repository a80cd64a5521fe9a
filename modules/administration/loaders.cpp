// Organisation, roles and users from lists: what the county generator and file import call.
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "mis/db/sequence.hpp"
#include "mis/security/audit.hpp"
#include "mis/security/password.hpp"
#include "modules/administration/administration.hpp"
#include "modules/administration/domain/org_tree.hpp"
#include "modules/administration/store.hpp"

namespace mis::administration {
namespace {

using nlohmann::json;

Result<std::vector<store::RoleRow>> read_roles(const std::filesystem::path& file) {
  const auto wrong = [&](std::string message) { return invalid("administration.roles_file", file.string() + ": " + std::move(message)); };
  std::ifstream in(file);
  if (!in) return wrong("expected a readable file but it cannot be opened");
  std::vector<store::RoleRow> roles;
  std::set<std::string> codes;
  try {
    const json list = json::parse(in);
    if (!list.is_array()) return wrong("expected a list of roles but got something else");
    for (const json& item : list) {
      store::RoleRow role{item.at("code").get<std::string>(), item.at("name").get<std::string>(), item.at("name_en").get<std::string>(),
                          item.at("permissions").get<std::vector<std::string>>()};
      if (role.code.empty() || !codes.insert(role.code).second) return wrong("expected each role once but \"" + role.code + "\" stands twice");
      std::sort(role.permissions.begin(), role.permissions.end());
      role.permissions.erase(std::unique(role.permissions.begin(), role.permissions.end()), role.permissions.end());
      roles.push_back(std::move(role));
    }
  } catch (const json::exception& failure) {
    return wrong(std::string("expected [{\"code\", \"name\", \"name_en\", \"permissions\"}] but: ") + failure.what());
  }
  return roles;
}

// Hashes on two threads; the order of the passwords is kept.
std::vector<std::string> hash_all(const std::vector<const std::string*>& passwords) {
  std::vector<std::string> hashes(passwords.size());
  const auto half = [&](std::size_t begin) {
    for (std::size_t i = begin; i < passwords.size(); i += 2) hashes[i] = security::hash_password(*passwords[i]);
  };
  std::exception_ptr failure;
  std::thread other([&] {
    try {
      half(1);
    } catch (...) {
      failure = std::current_exception();
    }
  });
  try {
    half(0);
  } catch (...) {
    other.join();
    throw;
  }
  other.join();
  if (failure) std::rethrow_exception(failure);
  return hashes;
}

std::vector<FieldError> complaints_about(db::Session& session, std::span<const NewUser> users) {
  std::set<OrgId> orgs;
  for (const auto& row : store::org_units(session, "%")) orgs.insert(row.unit.org_id);
  std::set<std::string> roles;
  for (const auto& role : store::roles(session)) roles.insert(role.code);
  std::vector<FieldError> wrong;
  std::set<std::string> names;
  for (std::size_t row = 0; row < users.size(); ++row) {
    const NewUser& user = users[row];
    const std::string pointer = "/" + std::to_string(row);
    if (user.username.empty() || user.username.size() > 40) {
      wrong.push_back({pointer + "/username", "field.length", "expected a user name of 1 to 40 characters but got \"" + user.username + "\""});
    }
    if (!names.insert(user.username).second) {
      wrong.push_back({pointer + "/username", "field.twice", "expected each user name once but \"" + user.username + "\" stands twice"});
    }
    if (user.name.empty()) wrong.push_back({pointer + "/name", "field.required", "expected a name but there is none"});
    if (!orgs.contains(user.org_id)) {
      wrong.push_back({pointer + "/org_id", "administration.unknown_org", "expected a unit that exists but " + std::to_string(user.org_id.value) + " does not"});
    }
    for (const std::string& role : user.roles) {
      if (!roles.contains(role)) wrong.push_back({pointer + "/roles", "administration.unknown_role", "expected a role that exists but \"" + role + "\" does not"});
    }
  }
  return wrong;
}

std::vector<std::string> sorted(std::vector<std::string> roles) {
  std::sort(roles.begin(), roles.end());
  roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
  return roles;
}

}  // namespace

Status load_org_units(db::Session& session, std::span<const OrgUnit> units) {
  std::map<OrgId, std::string> present;
  for (const auto& row : store::org_units(session, "%")) present.emplace(row.unit.org_id, row.path);
  const auto paths = org_paths(units, present);
  if (!paths) return paths.error();
  for (std::size_t i = 0; i < units.size(); ++i) store::put_org_unit(session, units[i], (*paths)[i]);
  return ok();
}

Status load_users(db::Session& session, std::span<const NewUser> users, Instant now) {
  if (auto wrong = complaints_about(session, users); !wrong.empty()) {
    return invalid("administration.users", "expected users that can be loaded but some cannot", std::move(wrong));
  }
  const auto present = store::usernames(session);
  std::vector<const std::string*> passwords;
  for (const NewUser& user : users) {
    if (!present.contains(user.username)) passwords.push_back(&user.password);
  }
  const auto hashes = hash_all(passwords);
  std::int64_t largest = 0;
  for (const auto& [name, id] : present) largest = std::max(largest, id.value);
  for (const NewUser& user : users) largest = std::max(largest, user.user_id.value);
  db::advance_sequence(session, kUserSequence, largest);

  std::size_t fresh = 0;
  int changed = 0;
  for (const NewUser& user : users) {
    const std::vector<std::string> roles = sorted(user.roles);
    const auto there = present.find(user.username);
    if (there == present.end()) {
      const UserId id = user.user_id ? user.user_id : UserId{db::take_block(session, kUserSequence, 1)};
      store::insert_user(session, {id, user.username, user.name, user.org_id, hashes[fresh++], user.must_change_password, now});
      store::set_roles(session, id, roles);
      continue;
    }
    const auto row = store::find_user(session, there->second, store::Lock::kForUpdate);
    if (!row || (row->name == user.name && row->org.org_id == user.org_id && row->roles == roles)) continue;
    ++changed;
    store::update_user(session, row->user_id, user.name, user.org_id, row->enabled);
    store::set_roles(session, row->user_id, roles);
  }
  // Rights that arrive by file are as much of a change as those given at a terminal.
  if (fresh > 0 || changed > 0) {
    const json after{{"created", fresh}, {"changed", changed}};
    security::append_audit(session, now, {.user = {}, .action = "administration.load_users", .entity = "user", .entity_id = "*", .before = {}, .after = after.dump()});
  }
  return ok();
}

Status load_roles(db::Session& session, const std::filesystem::path& file) {
  const auto roles = read_roles(file);
  if (!roles) return roles.error();
  std::map<std::string, store::RoleRow> present;
  for (auto& role : store::roles(session)) present.emplace(role.code, role);
  for (const store::RoleRow& role : *roles) {
    const auto there = present.find(role.code);
    const bool same = there != present.end() && there->second.name == role.name && there->second.name_en == role.name_en &&
                      there->second.permissions == role.permissions;
    if (!same) store::put_role(session, role);
  }
  return ok();
}

}  // namespace mis::administration

#include "modules/administration/service.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "mis/db/sequence.hpp"
#include "mis/security/audit.hpp"

namespace mis::administration {
namespace {

using nlohmann::json;

// What the audit keeps of a user: rights, never the password.
std::string audit_text(const store::UserRow& user) {
  return json{{"username", user.username}, {"name", user.name}, {"org_id", user.org.org_id.value}, {"roles", user.roles}, {"enabled", user.enabled}}.dump();
}

std::vector<std::string> sorted(std::vector<std::string> roles) {
  std::sort(roles.begin(), roles.end());
  roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
  return roles;
}

Error no_such_user(UserId user) {
  return not_found("administration.no_such_user", "expected a user within your units but there is none with id " + std::to_string(user.value));
}

bool sees_everything(const security::Caller& caller) { return std::count(caller.org_path.begin(), caller.org_path.end(), '/') == 2; }

}  // namespace

std::string_view to_string(OrgKind kind) {
  switch (kind) {
    case OrgKind::kCompany: return "company";
    case OrgKind::kSupplyStation: return "supply_station";
    case OrgKind::kBusinessHall: return "business_hall";
    case OrgKind::kDepartment: return "department";
  }
  return "department";
}

std::optional<OrgKind> parse_org_kind(std::string_view text) {
  for (const OrgKind kind : {OrgKind::kCompany, OrgKind::kSupplyStation, OrgKind::kBusinessHall, OrgKind::kDepartment}) {
    if (to_string(kind) == text) return kind;
  }
  return {};
}

Result<std::vector<store::OrgRow>> Service::org_units(const security::Caller& caller) const {
  return services_.database.read([&](db::Session& session) -> Result<std::vector<store::OrgRow>> {
    return store::org_units(session, caller.scope_pattern());
  });
}

Result<std::vector<store::RoleRow>> Service::roles() const {
  return services_.database.read([](db::Session& session) -> Result<std::vector<store::RoleRow>> { return store::roles(session); });
}

Result<std::vector<store::UserRow>> Service::users(const security::Caller& caller, const std::string& text, UserId after, int limit) const {
  return services_.database.read([&](db::Session& session) -> Result<std::vector<store::UserRow>> {
    return store::users(session, {caller.scope_pattern(), text, after, limit});
  });
}

Result<std::vector<store::AuditRow>> Service::audit(const security::Caller& caller, store::AuditSearch search) const {
  search.scope_pattern = caller.scope_pattern();
  search.with_system = sees_everything(caller);
  return services_.database.read([&](db::Session& session) -> Result<std::vector<store::AuditRow>> { return store::audit(session, search); });
}

std::vector<FieldError> Service::complaints(db::Session& session, const security::Caller& caller, std::optional<OrgId> org,
                                            const std::optional<std::vector<std::string>>& roles) {
  std::vector<FieldError> wrong;
  if (org) {
    const auto row = store::find_org(session, *org);
    if (!row || !caller.sees(row->path)) {
      wrong.push_back({"/org_id", "administration.unknown_org", "expected one of your units but there is none with id " + std::to_string(org->value)});
    }
  }
  if (roles) {
    std::set<std::string> known;
    for (const auto& role : store::roles(session)) known.insert(role.code);
    for (std::size_t i = 0; i < roles->size(); ++i) {
      if (known.contains((*roles)[i])) continue;
      wrong.push_back({"/roles/" + std::to_string(i), "administration.unknown_role", "expected a role that exists but \"" + (*roles)[i] + "\" does not"});
    }
  }
  return wrong;
}

Result<store::UserRow> Service::user_in_scope(db::Session& session, const security::Caller& caller, UserId user) const {
  auto row = store::find_user(session, user, store::Lock::kForUpdate);
  if (!row || !caller.sees(row->org.path)) return no_such_user(user);
  return std::move(*row);
}

Result<store::UserRow> Service::create_user(db::Session& session, const security::Caller& caller, const UserDraft& draft) const {
  if (auto wrong = complaints(session, caller, draft.org_id, draft.roles); !wrong.empty()) {
    return invalid("http.invalid_fields", "expected every field to be right but some are not", std::move(wrong));
  }
  const Instant now = services_.clock.now();
  const UserId id{db::take_block(session, kUserSequence, 1)};
  try {
    store::insert_user(session, {id, draft.username, draft.name, draft.org_id, draft.password_hash, true, now});
  } catch (const db::DbError& error) {
    if (error.kind() != db::DbError::Kind::kDuplicate) throw;
    return Error{ErrorKind::kConflict, "administration.username_taken", "expected a user name that nobody has but \"" + draft.username + "\" is taken",
                 {{"/username", "administration.username_taken", "expected a user name that nobody has but this one is taken"}}};
  }
  store::set_roles(session, id, sorted(draft.roles));
  auto row = store::find_user(session, id, store::Lock::kNo);
  if (!row) return internal("administration.lost_user", "expected the user that was just made but there is none");
  auto entry = security::audit_entry(caller, "administration.create_user", "user", std::to_string(id.value));
  entry.after = audit_text(*row);
  security::append_audit(session, now, entry);
  return std::move(*row);
}

Result<store::UserRow> Service::change_user(db::Session& session, const security::Caller& caller, UserId user, const UserChange& change) const {
  if (user == caller.user_id) {
    return forbidden("administration.own_rights", "expected another administrator to change your rights but it is you yourself");
  }
  const auto before = user_in_scope(session, caller, user);
  if (!before) return before;
  if (auto wrong = complaints(session, caller, change.org_id, change.roles); !wrong.empty()) {
    return invalid("http.invalid_fields", "expected every field to be right but some are not", std::move(wrong));
  }
  const bool enabled = change.enabled.value_or(before->enabled);
  store::update_user(session, user, change.name.value_or(before->name), change.org_id.value_or(before->org.org_id), enabled);
  if (change.roles) store::set_roles(session, user, sorted(*change.roles));
  if (!enabled) store::end_sessions(session, user);
  auto after = store::find_user(session, user, store::Lock::kNo);
  if (!after) return no_such_user(user);
  auto entry = security::audit_entry(caller, "administration.change_user", "user", std::to_string(user.value));
  entry.before = audit_text(*before);
  entry.after = audit_text(*after);
  security::append_audit(session, services_.clock.now(), entry);
  return std::move(*after);
}

Status Service::reset_password(db::Session& session, const security::Caller& caller, UserId user, const std::string& hash) const {
  if (user == caller.user_id) {
    return forbidden("administration.own_rights", "expected another administrator to reset your password but it is you yourself: change it instead");
  }
  const auto row = user_in_scope(session, caller, user);
  if (!row) return row.error();
  store::set_temporary_password(session, user, hash);
  store::end_sessions(session, user);
  security::append_audit(session, services_.clock.now(),
                         security::audit_entry(caller, "administration.reset_password", "user", std::to_string(user.value)));
  return ok();
}

}  // namespace mis::administration

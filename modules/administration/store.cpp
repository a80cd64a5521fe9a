#include "modules/administration/store.hpp"

#include <algorithm>

namespace mis::administration::store {
namespace {

std::vector<std::string> split_codes(const std::string& text) {
  std::vector<std::string> out;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const auto end = std::min(text.find(',', begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

// What people type is looked for as it stands: its % and _ are no wildcards.
std::string like_literal(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

UserRow user_from_row(const db::Rows& rows) {
  return {.user_id = rows.id<struct UserTag>(0),
          .username = rows.text(1),
          .name = rows.text(2),
          .org = {rows.id<struct OrgTag>(3), rows.text(4), rows.text(5), rows.text(6)},
          .roles = split_codes(rows.text_or_null(7).value_or("")),
          .enabled = rows.i64(8) != 0,
          .must_change_password = rows.i64(9) != 0,
          .locked_until = rows.instant_or_null(10)};
}

}  // namespace

std::vector<OrgRow> org_units(db::Session& session, const std::string& scope_pattern) {
  auto rows = session.query(
      "SELECT org_id, parent_id, kind, code, name, name_en, path FROM administration_org_unit WHERE path LIKE ? ORDER BY path",
      scope_pattern);
  std::vector<OrgRow> out;
  while (rows.next()) {
    OrgRow row{{.org_id = rows.id<struct OrgTag>(0), .parent_id = {}, .kind = parse_org_kind(rows.text(2)).value_or(OrgKind::kDepartment),
                .code = rows.text(3), .name = rows.text(4), .name_en = rows.text(5)},
               rows.text(6)};
    if (const auto parent = rows.i64_or_null(1)) row.unit.parent_id = OrgId{*parent};
    out.push_back(std::move(row));
  }
  return out;
}

std::optional<OrgName> find_org(db::Session& session, OrgId org) {
  auto rows = session.query("SELECT org_id, code, name, path FROM administration_org_unit WHERE org_id = ?", org);
  if (!rows.next()) return {};
  return OrgName{rows.id<struct OrgTag>(0), rows.text(1), rows.text(2), rows.text(3)};
}

void put_org_unit(db::Session& session, const OrgUnit& unit, const std::string& path) {
  session.execute(
      "INSERT INTO administration_org_unit (org_id, parent_id, kind, code, name, name_en, path) VALUES (?, ?, ?, ?, ?, ?, ?) "
      "ON DUPLICATE KEY UPDATE parent_id = VALUES(parent_id), kind = VALUES(kind), code = VALUES(code), name = VALUES(name), "
      "name_en = VALUES(name_en), path = VALUES(path)",
      unit.org_id, unit.parent_id, to_string(unit.kind), unit.code, unit.name, unit.name_en, path);
}

std::vector<UserRow> users(db::Session& session, const UserSearch& search) {
  const std::string literal = like_literal(search.text);
  auto rows = session.query(
      "SELECT u.user_id, u.username, u.name, o.org_id, o.code, o.name, o.path, "
      "       (SELECT GROUP_CONCAT(r.role_code ORDER BY r.role_code) FROM administration_user_role r WHERE r.user_id = u.user_id), "
      "       u.enabled, u.must_change_password, u.locked_until "
      "FROM administration_user u JOIN administration_org_unit o ON o.org_id = u.org_id "
      "WHERE o.path LIKE ? AND u.user_id > ? AND (u.username LIKE ? OR u.name LIKE ?) ORDER BY u.user_id LIMIT ?",
      search.scope_pattern, search.after, literal + "%", "%" + literal + "%", search.limit);
  std::vector<UserRow> out;
  while (rows.next()) out.push_back(user_from_row(rows));
  return out;
}

std::optional<UserRow> find_user(db::Session& session, UserId user, Lock lock) {
  // Locked by itself first: FOR UPDATE on the join below would lock the unit and the roles' rows as well.
  if (lock == Lock::kForUpdate) {
    auto locked = session.query("SELECT user_id FROM administration_user WHERE user_id = ? FOR UPDATE", user);
    if (!locked.next()) return {};
  }
  auto rows = session.query(
      "SELECT u.user_id, u.username, u.name, o.org_id, o.code, o.name, o.path, "
      "       (SELECT GROUP_CONCAT(r.role_code ORDER BY r.role_code) FROM administration_user_role r WHERE r.user_id = u.user_id), "
      "       u.enabled, u.must_change_password, u.locked_until "
      "FROM administration_user u JOIN administration_org_unit o ON o.org_id = u.org_id WHERE u.user_id = ?",
      user);
  if (!rows.next()) return {};
  return user_from_row(rows);
}

std::map<std::string, UserId> usernames(db::Session& session) {
  auto rows = session.query("SELECT username, user_id FROM administration_user");
  std::map<std::string, UserId> out;
  while (rows.next()) out.emplace(rows.text(0), rows.id<struct UserTag>(1));
  return out;
}

void insert_user(db::Session& session, const UserToInsert& user) {
  session.execute(
      "INSERT INTO administration_user (user_id, username, name, org_id, password_hash, must_change_password, created_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?)",
      user.user_id, user.username, user.name, user.org_id, user.password_hash, user.must_change_password, user.created_at);
}

void update_user(db::Session& session, UserId user, const std::string& name, OrgId org, bool enabled) {
  session.execute("UPDATE administration_user SET name = ?, org_id = ?, enabled = ? WHERE user_id = ?", name, org, enabled, user);
}

void set_roles(db::Session& session, UserId user, const std::vector<std::string>& roles) {
  session.execute("DELETE FROM administration_user_role WHERE user_id = ?", user);
  for (const std::string& role : roles) {
    session.execute("INSERT INTO administration_user_role (user_id, role_code) VALUES (?, ?)", user, role);
  }
}

void set_temporary_password(db::Session& session, UserId user, const std::string& hash) {
  session.execute(
      "UPDATE administration_user SET password_hash = ?, must_change_password = 1, failed_attempts = 0, locked_until = NULL "
      "WHERE user_id = ?",
      hash, user);
}

void end_sessions(db::Session& session, UserId user) { session.execute("DELETE FROM security_session WHERE user_id = ?", user); }

std::vector<RoleRow> roles(db::Session& session) {
  auto rows = session.query(
      "SELECT r.role_code, r.name, r.name_en, p.permission FROM administration_role r "
      "LEFT JOIN administration_role_permission p ON p.role_code = r.role_code ORDER BY r.role_code, p.permission");
  std::vector<RoleRow> out;
  while (rows.next()) {
    const std::string code = rows.text(0);
    if (out.empty() || out.back().code != code) out.push_back({code, rows.text(1), rows.text(2), {}});
    if (auto permission = rows.text_or_null(3)) out.back().permissions.push_back(std::move(*permission));
  }
  return out;
}

void put_role(db::Session& session, const RoleRow& role) {
  session.execute(
      "INSERT INTO administration_role (role_code, name, name_en) VALUES (?, ?, ?) "
      "ON DUPLICATE KEY UPDATE name = VALUES(name), name_en = VALUES(name_en)",
      role.code, role.name, role.name_en);
  session.execute("DELETE FROM administration_role_permission WHERE role_code = ?", role.code);
  for (const std::string& permission : role.permissions) {
    session.execute("INSERT INTO administration_role_permission (role_code, permission) VALUES (?, ?)", role.code, permission);
  }
}

std::vector<AuditRow> audit(db::Session& session, const AuditSearch& search) {
  auto rows = session.query(
      "SELECT a.seq, a.at, u.username, u.name, o.org_id, o.code, o.name, o.path, a.action, a.entity, a.entity_id, a.before_json, "
      "       a.after_json, a.remote, a.hash "
      "FROM security_audit a "
      "LEFT JOIN administration_user u ON u.user_id = a.user_id "
      "LEFT JOIN administration_org_unit o ON o.org_id = u.org_id "
      "WHERE a.seq < ? AND (o.path LIKE ? OR (? AND a.user_id IS NULL)) AND (? = '' OR a.entity = ?) AND (? = '' OR a.entity_id = ?) "
      "  AND (? = '' OR u.username = ?) "
      "ORDER BY a.seq DESC LIMIT ?",
      search.before_seq, search.scope_pattern, search.with_system, search.entity, search.entity, search.entity_id, search.entity_id,
      search.username, search.username, search.limit);
  std::vector<AuditRow> out;
  while (rows.next()) {
    AuditRow row{.seq = rows.i64(0), .at = rows.instant(1), .username = rows.text_or_null(2), .user_name = rows.text_or_null(3), .org = {},
                 .action = rows.text(8), .entity = rows.text(9), .entity_id = rows.text(10), .before = rows.text_or_null(11),
                 .after = rows.text_or_null(12), .remote = rows.text(13), .hash = rows.text(14)};
    if (!rows.is_null(4)) row.org = OrgName{rows.id<struct OrgTag>(4), rows.text(5), rows.text(6), rows.text(7)};
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace mis::administration::store

#include "modules/administration/routes.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "mis/http/fields.hpp"
#include "mis/http/idempotency.hpp"
#include "mis/security/password.hpp"

namespace mis::administration {
namespace {

using http::Answer;
using http::Fields;
using http::Method;
using http::Permission;
using http::Request;
using http::TextRule;
using nlohmann::json;
using security::Caller;
namespace schema = http::schema;

constexpr std::size_t kMostRoles = 20;
constexpr TextRule kCode{.max_length = 40, .characters = TextRule::Characters::kCode};

json to_json(const store::OrgName& org) { return {{"org_id", org.org_id.value}, {"code", org.code}, {"name", org.name}}; }

json to_json(const store::OrgRow& row) {
  const OrgUnit& unit = row.unit;
  return {{"org_id", unit.org_id.value}, {"parent_id", unit.parent_id ? json(unit.parent_id->value) : json(nullptr)},
          {"kind", to_string(unit.kind)}, {"code", unit.code}, {"name", unit.name}, {"name_en", unit.name_en}};
}

json to_json(const store::RoleRow& role) {
  return {{"code", role.code}, {"name", role.name}, {"name_en", role.name_en}, {"permissions", role.permissions}};
}

using RoleNames = std::map<std::string, store::RoleRow>;

Result<RoleNames> role_names(const Service& service) {
  const auto roles = service.roles();
  if (!roles) return roles.error();
  RoleNames names;
  for (const auto& role : *roles) names.emplace(role.code, role);
  return names;
}

json to_json(const store::UserRow& user, const RoleNames& names) {
  json roles = json::array();
  for (const std::string& code : user.roles) {
    const auto role = names.find(code);
    if (role != names.end()) roles.push_back({{"code", code}, {"name", role->second.name}, {"name_en", role->second.name_en}});
  }
  return {{"user_id", user.user_id.value}, {"username", user.username}, {"name", user.name}, {"org", to_json(user.org)},
          {"roles", std::move(roles)}, {"enabled", user.enabled},
          {"locked_until", user.locked_until ? json(user.locked_until->to_string()) : json(nullptr)}};
}

// What was stored as JSON text goes out as JSON; what somehow is none, as the text it is.
json stored_json(const std::optional<std::string>& text) {
  if (!text) return nullptr;
  json value = json::parse(*text, nullptr, false);
  return value.is_discarded() ? json(*text) : value;
}

json to_json(const store::AuditRow& row) {
  return {{"seq", row.seq}, {"at", row.at.to_string()},
          {"user", row.username ? json{{"username", *row.username}, {"name", row.user_name.value_or("")}} : json(nullptr)},
          {"org", row.org ? to_json(*row.org) : json(nullptr)}, {"action", row.action}, {"entity", row.entity}, {"entity_id", row.entity_id},
          {"before", stored_json(row.before)}, {"after", stored_json(row.after)}, {"remote", row.remote}, {"hash", row.hash}};
}

http::Schema org_ref_schema() {
  return schema::named("OrgRef", schema::object({{"org_id", schema::integer()}, {"code", schema::text()}, {"name", schema::text()}}));
}
http::Schema role_name_schema() {
  return schema::named("RoleName", schema::object({{"code", schema::text()}, {"name", schema::text()}, {"name_en", schema::text()}}));
}
std::vector<http::Property> user_properties() {
  return {{"user_id", schema::integer()}, {"username", schema::text()}, {"name", schema::text()}, {"org", org_ref_schema()},
          {"roles", schema::list_of(role_name_schema())}, {"enabled", schema::boolean()}, {"locked_until", schema::instant().or_null()}};
}
http::Schema user_schema() { return schema::named("User", schema::object(user_properties())); }

Result<Answer> list_org_units(const Service& service, const Caller& caller) {
  const auto units = service.org_units(caller);
  if (!units) return units.error();
  json items = json::array();
  for (const auto& row : *units) items.push_back(to_json(row));
  return http::json_answer({{"items", std::move(items)}});
}

Result<Answer> list_roles(const Service& service) {
  const auto roles = service.roles();
  if (!roles) return roles.error();
  json items = json::array();
  for (const auto& role : *roles) items.push_back(to_json(role));
  return http::json_answer({{"items", std::move(items)}});
}

Result<Answer> list_users(const Service& service, const Request& request, const Caller& caller) {
  Fields query = Fields::of_query(request);
  const std::string text = query.optional_text("q", {.max_length = 60}).value_or("");
  const auto page = query.page(1);
  if (auto error = query.finish()) return *error;
  const auto users = service.users(caller, text, UserId{page.key(0, 0)}, page.limit + 1);
  if (!users) return users.error();
  const auto names = role_names(service);
  if (!names) return names.error();
  json items = json::array();
  for (const auto& user : *users) items.push_back(to_json(user, *names));
  return http::page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{std::to_string((*users)[i].user_id.value)}; });
}

Result<Answer> list_audit(const Service& service, const Request& request, const Caller& caller) {
  Fields query = Fields::of_query(request);
  store::AuditSearch search;
  search.entity = query.optional_text("entity", kCode).value_or("");
  search.entity_id = query.optional_text("entity_id", {.max_length = 60}).value_or("");
  search.username = query.optional_text("user", {.max_length = 40}).value_or("");
  const auto page = query.page(1);
  if (auto error = query.finish()) return *error;
  search.before_seq = page.key(0, INT64_MAX);
  search.limit = page.limit + 1;
  const auto rows = service.audit(caller, search);
  if (!rows) return rows.error();
  json items = json::array();
  for (const auto& row : *rows) items.push_back(to_json(row));
  return http::page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{std::to_string((*rows)[i].seq)}; });
}

Result<Answer> create_user(const Service& service, const Request& request, const Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return body.error();
  Service::UserDraft draft;
  draft.username = body->text("username", {.min_length = 2, .max_length = 40, .characters = TextRule::Characters::kCode});
  draft.name = body->text("name", {.max_length = 60});
  draft.org_id = OrgId{body->integer("org_id", {.min = 1})};
  draft.roles = body->texts("roles", kMostRoles, kCode);
  if (auto error = body->finish()) return *error;
  const auto names = role_names(service);
  if (!names) return names.error();
  // Hashed before the transaction begins: it takes tens of milliseconds of a processor.
  const std::string password = security::temporary_password();
  draft.password_hash = security::hash_password(password);
  return http::idempotent(service.services(), request, caller, [&](db::Session& session) -> Result<Answer> {
    const auto user = service.create_user(session, caller, draft);
    if (!user) return user.error();
    json made = to_json(*user, *names);
    made["temporary_password"] = password;
    Answer answer = http::json_answer(made, 201);
    answer.secret = true;
    return answer;
  });
}

Result<Answer> change_user(const Service& service, const Request& request, const Caller& caller) {
  const auto id = request.id_param("user_id");
  if (!id) return id.error();
  auto body = Fields::of_body(request);
  if (!body) return body.error();
  Service::UserChange change;
  change.name = body->optional_text("name", {.max_length = 60});
  if (const auto org = body->optional_integer("org_id", {.min = 1})) change.org_id = OrgId{*org};
  change.roles = body->optional_texts("roles", kMostRoles, kCode);
  change.enabled = body->optional_boolean("enabled");
  if (auto error = body->finish()) return *error;
  const auto names = role_names(service);
  if (!names) return names.error();
  const auto user = service.services().database.transact(
      [&](db::Session& session) { return service.change_user(session, caller, UserId{*id}, change); });
  if (!user) return user.error();
  return http::json_answer(to_json(*user, *names));
}

Result<Answer> reset_password(const Service& service, const Request& request, const Caller& caller) {
  const auto id = request.id_param("user_id");
  if (!id) return id.error();
  const std::string password = security::temporary_password();
  const std::string hash = security::hash_password(password);
  return http::idempotent(service.services(), request, caller, [&](db::Session& session) -> Result<Answer> {
    if (auto done = service.reset_password(session, caller, UserId{*id}, hash); !done) return done.error();
    Answer answer = http::json_answer({{"temporary_password", password}});
    answer.secret = true;
    return answer;
  });
}

}  // namespace

void register_routes(Registry& registry, std::shared_ptr<const Service> service, std::function<void()> forget_callers) {
  const Permission manage("administration.manage");
  const auto then_forget = [forget_callers](Result<Answer> answer) {
    forget_callers();
    return answer;
  };
  const http::Schema unit = schema::named(
      "OrgUnit", schema::object({{"org_id", schema::integer()},
                                 {"parent_id", schema::integer().or_null()},
                                 {"kind", schema::one_of({"company", "supply_station", "business_hall", "department"})},
                                 {"code", schema::text()},
                                 {"name", schema::text()},
                                 {"name_en", schema::text()}}));
  const http::Schema role = schema::named("Role", schema::object({{"code", schema::text()},
                                                                  {"name", schema::text()},
                                                                  {"name_en", schema::text()},
                                                                  {"permissions", schema::list_of(schema::text())}}));
  auto with_password = user_properties();
  with_password.push_back({"temporary_password", schema::text()});
  const http::Schema audit_row = schema::named(
      "AuditRow",
      schema::object({{"seq", schema::integer()},
                      {"at", schema::instant()},
                      {"user", schema::object({{"username", schema::text()}, {"name", schema::text()}}).or_null()},
                      {"org", org_ref_schema().or_null()},
                      {"action", schema::text()},
                      {"entity", schema::text()},
                      {"entity_id", schema::text()},
                      {"before", schema::anything()},
                      {"after", schema::anything()},
                      {"remote", schema::text()},
                      {"hash", schema::text()}}));

  // Whoever works here may know the units they see data of.
  registry.route({.method = Method::kGet, .path = "/api/v1/org-units", .permission = Permission::signed_in(),
                  .summary = "Organisational units within the data scope",
                  .handler = [service](const Request&, const Caller& caller) { return list_org_units(*service, caller); },
                  .response = schema::items_of(unit)});
  registry.route({.method = Method::kGet, .path = "/api/v1/roles", .permission = manage, .summary = "Roles and what they may do",
                  .handler = [service](const Request&, const Caller&) { return list_roles(*service); }, .response = schema::items_of(role)});
  registry.route({.method = Method::kGet, .path = "/api/v1/users", .permission = manage, .summary = "Users within the data scope",
                  .handler = [service](const Request& request, const Caller& caller) { return list_users(*service, request, caller); },
                  .query = http::page_parameters({{"q", schema::text(60), "beginning of the user name, or part of the name"}}),
                  .response = schema::page_of(user_schema())});
  registry.route({.method = Method::kPost, .path = "/api/v1/users", .permission = manage, .summary = "A new user, with a temporary password",
                  .handler = [service](const Request& request, const Caller& caller) { return create_user(*service, request, caller); },
                  .request = schema::object({{"username", schema::text(40)},
                                             {"name", schema::text(60)},
                                             {"org_id", schema::integer()},
                                             {"roles", schema::list_of(schema::text(40))}}),
                  .response = schema::named("NewUser", schema::object(with_password)), .status = 201, .idempotency_key = true});
  registry.route({.method = Method::kPut, .path = "/api/v1/users/{user_id}", .permission = manage,
                  .summary = "Name, unit, roles and whether the user may sign in; what is absent stays",
                  .handler = [service, then_forget](const Request& request, const Caller& caller) {
                    return then_forget(change_user(*service, request, caller));
                  },
                  .request = schema::object({{"name", schema::text(60), false},
                                             {"org_id", schema::integer(), false},
                                             {"roles", schema::list_of(schema::text(40)), false},
                                             {"enabled", schema::boolean(), false}}),
                  .response = user_schema()});
  registry.route({.method = Method::kPost, .path = "/api/v1/users/{user_id}/password-reset", .permission = manage,
                  .summary = "A temporary password; opens a lock and ends the user's sessions",
                  .handler = [service, then_forget](const Request& request, const Caller& caller) {
                    return then_forget(reset_password(*service, request, caller));
                  },
                  .response = schema::object({{"temporary_password", schema::text()}}), .idempotency_key = true});
  registry.route({.method = Method::kGet, .path = "/api/v1/audit", .permission = Permission("administration.audit"),
                  .summary = "The audit chain, newest first",
                  .handler = [service](const Request& request, const Caller& caller) { return list_audit(*service, request, caller); },
                  .query = http::page_parameters({{"entity", schema::text(40), "kind of thing, e.g. user"},
                                                  {"entity_id", schema::text(60), "which one"},
                                                  {"user", schema::text(40), "user name of who did it"}}),
                  .response = schema::page_of(audit_row)});
}

}  // namespace mis::administration

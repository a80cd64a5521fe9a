#include "mis/security/routes.hpp"

#include <nlohmann/json.hpp>

#include "mis/http/dispatcher.hpp"
#include "mis/http/fields.hpp"

namespace mis::security {
namespace {

using http::Answer;
using http::Fields;
using http::Method;
using http::Permission;
using http::Request;
using nlohmann::json;
namespace schema = http::schema;

constexpr const char* kPath = "/api/v1/session";
constexpr std::size_t kMostPasswordCharacters = 128;

json to_json(const Caller& caller) {
  json roles = json::array();
  for (const RoleName& role : caller.roles) roles.push_back({{"code", role.code}, {"name", role.name}, {"name_en", role.name_en}});
  return {{"user",
           {{"user_id", caller.user_id.value},
            {"username", caller.username},
            {"name", caller.name},
            {"org", {{"org_id", caller.org_id.value}, {"code", caller.org_code}, {"name", caller.org_name}}},
            {"roles", std::move(roles)},
            {"permissions", caller.permissions}}},
          {"csrf_token", caller.csrf_token},
          {"expires_at", caller.expires_at.to_string()},
          {"must_change_password", caller.must_change_password}};
}

http::Schema session_schema() {
  using http::Schema;
  const Schema org = schema::named("OrgRef", schema::object({{"org_id", schema::integer()}, {"code", schema::text()}, {"name", schema::text()}}));
  const Schema role = schema::named("RoleName", schema::object({{"code", schema::text()}, {"name", schema::text()}, {"name_en", schema::text()}}));
  const Schema user = schema::named("SessionUser", schema::object({{"user_id", schema::integer()},
                                                                   {"username", schema::text()},
                                                                   {"name", schema::text()},
                                                                   {"org", org},
                                                                   {"roles", schema::list_of(role)},
                                                                   {"permissions", schema::list_of(schema::text())}}));
  return schema::named("Session", schema::object({{"user", user},
                                                  {"csrf_token", schema::text()},
                                                  {"expires_at", schema::instant()},
                                                  {"must_change_password", schema::boolean()}}));
}

std::string cookie(const std::string& token, const char* rest) {
  return std::string(http::kSessionCookie) + "=" + token + "; Path=/; Secure; HttpOnly; SameSite=Strict" + rest;
}

Result<Answer> sign_in(Sessions& sessions, const Request& request) {
  auto body = Fields::of_body(request);
  if (!body) return body.error();
  Sessions::Credentials credentials;
  credentials.username = body->text("username", {.max_length = 40});
  credentials.password = body->text("password", {.max_length = kMostPasswordCharacters});
  credentials.remote = request.remote;
  if (auto error = body->finish()) return *error;
  auto signed_in = sessions.sign_in(credentials);
  if (!signed_in) return signed_in.error();
  // No Max-Age: the cookie goes with the browser, the session by its own clock.
  return http::json_answer(to_json(signed_in->caller)).with_header("Set-Cookie", cookie(signed_in->token, ""));
}

Result<Answer> sign_out(Sessions& sessions, const Caller& caller) {
  if (auto done = sessions.sign_out(caller); !done) return done.error();
  return http::no_content().with_header("Set-Cookie", cookie("", "; Max-Age=0"));
}

Result<Answer> change_password(Sessions& sessions, const Request& request, const Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return body.error();
  const std::string current = body->text("current", {.max_length = kMostPasswordCharacters});
  const std::string next = body->text("new", {.max_length = kMostPasswordCharacters});
  if (auto error = body->finish()) return *error;
  if (auto done = sessions.change_password(caller, current, next); !done) return done.error();
  return http::no_content();
}

}  // namespace

void register_session_routes(Registry& registry, Sessions& sessions) {
  registry.table_prefix("security_");
  registry.part<CallerMemory>().forget = [&sessions] { sessions.forget_all(); };
  // Open, because nobody has a session before signing in.
  registry.route({.method = Method::kPost, .path = kPath, .permission = Permission::open(), .summary = "Sign in",
                  .handler = [&sessions](const Request& request, const Caller&) { return sign_in(sessions, request); },
                  .request = schema::object({{"username", schema::text(40)}, {"password", schema::text(kMostPasswordCharacters)}}),
                  .response = session_schema(), .max_body_bytes = 4096});
  registry.route({.method = Method::kGet, .path = kPath, .permission = Permission::signed_in(), .summary = "Who is signed in",
                  .handler = [](const Request&, const Caller& caller) -> Result<Answer> { return http::json_answer(to_json(caller)); },
                  .response = session_schema(), .allowed_with_temporary_password = true});
  registry.route({.method = Method::kDelete, .path = kPath, .permission = Permission::signed_in(), .summary = "Sign out",
                  .handler = [&sessions](const Request&, const Caller& caller) { return sign_out(sessions, caller); }, .status = 204,
                  .allowed_with_temporary_password = true});
  registry.route({.method = Method::kPut, .path = "/api/v1/session/password", .permission = Permission::signed_in(),
                  .summary = "Choose a new password",
                  .handler = [&sessions](const Request& request, const Caller& caller) { return change_password(sessions, request, caller); },
                  .request = schema::object({{"current", schema::text(kMostPasswordCharacters)}, {"new", schema::text(kMostPasswordCharacters)}}),
                  .status = 204, .max_body_bytes = 4096, .allowed_with_temporary_password = true});
}

}  // namespace mis::security

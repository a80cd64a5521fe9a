#include "mis/http/openapi.hpp"

#include <map>
#include <nlohmann/json.hpp>

#include "mis/http/problem.hpp"

namespace mis::http {
namespace {

using nlohmann::ordered_json;

std::string lower(std::string_view text) {
  std::string out;
  for (const char c : text) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// The path without its base: "billing/runs/{run_id}".
std::string_view below_base(std::string_view path) {
  constexpr std::string_view kBase = "/api/v1/";
  if (path.starts_with(kBase)) return path.substr(kBase.size());
  return path.substr(1);
}

// "get_billing_runs_run_id": stable, readable, and unique because method and path are.
std::string operation_id(const Route& route) {
  std::string out = lower(to_string(route.method));
  out += '_';
  for (const char c : below_base(route.path)) {
    if (c == '{' || c == '}') continue;
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    out += plain ? c : '_';
  }
  return out;
}

std::string tag_of(const Route& route) {
  const std::string_view rest = below_base(route.path);
  return route.path.starts_with("/api/") ? std::string(rest.substr(0, rest.find('/'))) : "system";
}

void add_parameter(ordered_json& list, const char* in, const std::string& name, const ordered_json& schema,
                   const std::string& description, bool required) {
  ordered_json parameter{{"name", name}, {"in", in}, {"required", required}, {"schema", schema}};
  if (!description.empty()) parameter["description"] = description;
  list.push_back(std::move(parameter));
}

ordered_json parameters_of(const Route& route) {
  ordered_json list = ordered_json::array();
  std::string_view rest = route.path;
  while (true) {
    const auto open = rest.find('{');
    if (open == std::string_view::npos) break;
    const auto close = rest.find('}', open);
    add_parameter(list, "path", std::string(rest.substr(open + 1, close - open - 1)), {{"type", "string"}}, "", true);
    rest = rest.substr(close + 1);
  }
  for (const Parameter& parameter : route.query) {
    add_parameter(list, "query", parameter.name, ordered_json::parse(parameter.schema.json()), parameter.description,
                  parameter.required);
  }
  if (route.idempotency_key) {
    add_parameter(list, "header", "Idempotency-Key", {{"type", "string"}, {"minLength", 8}, {"maxLength", 80}},
                  "made up and saved by the client before it sends; the same key and content gives the first answer again", true);
  }
  if (route.if_match) {
    add_parameter(list, "header", "If-Match", {{"type", "string"}}, "the ETag that was last read", true);
  }
  return list;
}

ordered_json responses_of(const Route& route) {
  ordered_json good{{"description", reason_of(route.status)}};
  if (!route.response.empty()) {
    good["content"]["application/json"]["schema"] = ordered_json::parse(route.response.json());
  }
  ordered_json responses;
  responses[std::to_string(route.status)] = std::move(good);
  responses["default"] = {{"$ref", "#/components/responses/Problem"}};
  return responses;
}

ordered_json operation_of(const Route& route) {
  ordered_json operation{{"operationId", operation_id(route)}, {"tags", {tag_of(route)}}, {"summary", route.summary}};
  if (route.permission.is_named()) operation["description"] = "Needs the permission `" + route.permission.name() + "`.";
  ordered_json security = ordered_json::array();
  if (!route.permission.is_open()) {
    ordered_json need{{"session", ordered_json::array()}};
    if (route.method != Method::kGet) need["csrf"] = ordered_json::array();
    security.push_back(std::move(need));
  }
  operation["security"] = std::move(security);
  ordered_json parameters = parameters_of(route);
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  if (!route.request.empty()) {
    operation["requestBody"] = {{"required", true},
                                {"content", {{"application/json", {{"schema", ordered_json::parse(route.request.json())}}}}}};
  }
  operation["responses"] = responses_of(route);
  return operation;
}

ordered_json problem_schema() {
  const Schema schema = schema::object(
      {{"type", schema::text()},
       {"title", schema::text()},
       {"status", schema::integer()},
       {"code", schema::text()},
       {"detail", schema::text()},
       {"errors", schema::list_of(schema::object({{"pointer", schema::text()}, {"code", schema::text()}, {"detail", schema::text()}}))},
       {"request_id", schema::text()}});
  return ordered_json::parse(schema.json());
}

}  // namespace

std::string openapi_document(const Registry& registry) {
  std::map<std::string, std::map<std::string, ordered_json>> paths;
  std::map<std::string, std::string> components;
  for (const Route& route : registry.routes()) {
    paths[route.path][lower(to_string(route.method))] = operation_of(route);
    for (const Schema* schema : {&route.request, &route.response}) {
      components.insert(schema->components().begin(), schema->components().end());
    }
    for (const Parameter& parameter : route.query) {
      components.insert(parameter.schema.components().begin(), parameter.schema.components().end());
    }
  }

  ordered_json document{
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "Watthour"},
        {"version", "1"},
        {"description", "Money, energy, demand and capacity are decimal texts, never numbers. Errors are RFC 9457 problems with a "
                        "stable code and, for wrong fields, a JSON pointer each."}}},
      {"servers", {{{"url", "/"}}}}};
  document["paths"] = ordered_json::object();
  for (const auto& [path, operations] : paths) {
    for (const auto& [method, operation] : operations) document["paths"][path][method] = operation;
  }
  ordered_json& schemas = document["components"]["schemas"];
  schemas["Problem"] = problem_schema();
  for (const auto& [name, json] : components) schemas[name] = ordered_json::parse(json);
  document["components"]["responses"]["Problem"] = {
      {"description", "what went wrong and what to do about it"},
      {"content", {{"application/problem+json", {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}}}};
  document["components"]["securitySchemes"] = {
      {"session", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "__Host-watthour"}}},
      {"csrf", {{"type", "apiKey"}, {"in", "header"}, {"name", "X-CSRF-Token"}}}};
  return document.dump(2) + "\n";
}

}  // namespace mis::http

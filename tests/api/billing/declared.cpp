#include "tests/api/billing/declared.hpp"

#include <Poco/RegularExpression.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mis/http/openapi.hpp"

namespace fixture {

using nlohmann::json;

namespace {

bool has_type(const json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "boolean") return value.is_boolean();
  return type == "null" && value.is_null();
}

void append(std::vector<std::string>& list, std::vector<std::string> more) { list.insert(list.end(), more.begin(), more.end()); }

}  // namespace

std::vector<std::string> differences(const json& value, const json& schema, const json& document, const std::string& at) {
  if (schema.contains("$ref")) return differences(value, document.at(json::json_pointer(schema["$ref"].get<std::string>().substr(1))), document, at);
  if (schema.contains("anyOf")) {
    std::vector<std::string> first;
    for (const auto& choice : schema["anyOf"]) {
      auto found = differences(value, choice, document, at);
      if (found.empty()) return {};
      if (first.empty()) first = std::move(found);
    }
    return first;
  }
  if (schema.contains("type") && !has_type(value, schema["type"])) return {at + ": expected " + schema["type"].get<std::string>() + " but found " + value.dump()};
  std::vector<std::string> found;
  if (schema.contains("enum") && std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end())
    found.push_back(at + ": expected one of " + schema["enum"].dump() + " but found " + value.dump());
  if (schema.contains("pattern") && !Poco::RegularExpression(schema["pattern"].get<std::string>()).match(value.get<std::string>()))
    found.push_back(at + ": expected the pattern " + schema["pattern"].get<std::string>() + " but found " + value.dump());
  if (value.is_array() && schema.contains("items"))
    for (std::size_t i = 0; i < value.size(); ++i) append(found, differences(value[i], schema["items"], document, at + "/" + std::to_string(i)));
  if (value.is_object() && schema.contains("properties")) {
    for (const auto& name : schema.value("required", json::array()))
      if (!value.contains(name.get<std::string>())) found.push_back(at + ": expected a member " + name.get<std::string>() + " but there is none");
    for (const auto& [name, member] : value.items()) {
      if (schema["properties"].contains(name)) append(found, differences(member, schema["properties"][name], document, at + "/" + name));
      else found.push_back(at + ": expected no undeclared member but found " + name);
    }
  }
  return found;
}

std::vector<std::string> differs_from_declaration(const mis::Registry& registry, const std::string& method, const std::string& path, const Reply& reply) {
  const auto document = json::parse(mis::http::openapi_document(registry));
  const auto& responses = document.at("paths").at(path).at(method).at("responses");
  const auto status = std::to_string(reply.status);
  if (!responses.contains(status)) return {"expected a declared status but got " + status + ": " + reply.body};
  if (reply.header("Content-Type").find("application/json") != 0) return {"expected JSON but got " + reply.header("Content-Type")};
  return differences(reply.json(), responses[status].at("content").at("application/json").at("schema"), document);
}

}  // namespace fixture

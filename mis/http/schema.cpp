#include "mis/http/schema.hpp"

#include <nlohmann/json.hpp>

#include "mis/http/route.hpp"

namespace mis::http {
namespace {

std::string json_text(std::string_view text) { return nlohmann::json(text).dump(); }

Schema plain(std::string json) { return Schema(std::move(json), {}); }

// Text with a pattern and an example, described where the reader needs the unit.
Schema patterned(std::string_view pattern, std::string_view example, std::string_view description) {
  return plain("{\"type\":\"string\",\"pattern\":" + json_text(pattern) + ",\"examples\":[" + json_text(example) +
               "],\"description\":" + json_text(description) + "}");
}

}  // namespace

Schema Schema::or_null() const { return Schema("{\"anyOf\":[" + json_ + ",{\"type\":\"null\"}]}", components_); }

namespace schema {

Schema text(std::size_t max_length) {
  return plain(max_length == 0 ? R"({"type":"string"})"
                               : R"({"type":"string","maxLength":)" + std::to_string(max_length) + "}");
}
Schema integer() { return plain(R"({"type":"integer"})"); }
Schema boolean() { return plain(R"({"type":"boolean"})"); }
Schema yuan() { return patterned(R"(^-?\d+(\.\d{1,2})?$)", "123.45", "yuan"); }
Schema kwh() { return patterned(R"(^-?\d+(\.\d{1,3})?$)", "1234.5", "kWh"); }
Schema kw() { return patterned(R"(^-?\d+(\.\d{1,3})?$)", "315", "kW"); }
Schema kva() { return patterned(R"(^-?\d+(\.\d{1,3})?$)", "400", "kVA"); }
Schema decimal() { return patterned(R"(^-?\d+(\.\d+)?$)", "0.59286875", "an exact decimal"); }
Schema month() { return patterned(R"(^\d{4}-(0[1-9]|1[0-2])$)", "2026-10", "a billing month"); }
Schema date() { return plain(R"({"type":"string","format":"date"})"); }
Schema instant() { return plain(R"({"type":"string","format":"date-time"})"); }
Schema anything() { return plain("{}"); }

Schema one_of(std::initializer_list<std::string_view> values) {
  std::string json = R"({"type":"string","enum":[)";
  for (const std::string_view value : values) {
    if (json.back() != '[') json += ',';
    json += json_text(value);
  }
  return plain(json + "]}");
}

Schema list_of(const Schema& item) { return Schema(R"({"type":"array","items":)" + item.json() + "}", item.components()); }

Schema object(const std::vector<Property>& properties) {
  std::string members, required;
  std::map<std::string, std::string> components;
  for (const Property& property : properties) {
    if (!members.empty()) members += ',';
    members += json_text(property.name) + ":" + property.schema.json();
    if (property.required) required += (required.empty() ? "" : ",") + json_text(property.name);
    components.insert(property.schema.components().begin(), property.schema.components().end());
  }
  std::string json = R"({"type":"object","properties":{)" + members + "}";
  if (!required.empty()) json += ",\"required\":[" + required + "]";
  return Schema(json + ",\"additionalProperties\":false}", std::move(components));
}

Schema page_of(const Schema& item, const std::vector<Property>& beside) {
  std::vector<Property> properties{{"items", list_of(item)}, {"has_more", boolean()}, {"next_cursor", text().or_null()}};
  properties.insert(properties.end(), beside.begin(), beside.end());
  return object(properties);
}

Schema items_of(const Schema& item) { return object({{"items", list_of(item)}}); }

Schema named(std::string name, const Schema& schema) {
  auto components = schema.components();
  components[name] = schema.json();
  return Schema("{\"$ref\":\"#/components/schemas/" + name + "\"}", std::move(components));
}

}  // namespace schema

std::vector<Parameter> page_parameters(std::vector<Parameter> more) {
  more.push_back({"limit", Schema(R"({"type":"integer","minimum":1,"maximum":100,"default":20})", {}), "rows a page"});
  more.push_back({"cursor", schema::text(), "next_cursor of the page before"});
  return more;
}

}  // namespace mis::http

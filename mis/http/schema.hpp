// JSON schemas as small values, for what the API says of itself: `object({{"run_id", integer()}, {"amount", yuan()}})`.
//
// A schema is JSON text plus the named schemas that it refers to; OpenAPI gathers those under components.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mis::http {

class Schema {
 public:
  Schema() = default;  // nothing: no body
  Schema(std::string json, std::map<std::string, std::string> components)
      : json_(std::move(json)), components_(std::move(components)) {}
  bool empty() const { return json_.empty(); }
  const std::string& json() const { return json_; }
  const std::map<std::string, std::string>& components() const { return components_; }
  Schema or_null() const;

 private:
  std::string json_;
  std::map<std::string, std::string> components_;
};

struct Property {
  std::string name;
  Schema schema;
  bool required = true;
};

namespace schema {
Schema text(std::size_t max_length = 0);
Schema integer();
Schema boolean();
Schema yuan();     // decimal text, two decimals
Schema kwh();      // decimal text
Schema kw();       // decimal text
Schema kva();      // decimal text
Schema decimal();  // decimal text of another unit
Schema month();    // 2026-10
Schema date();
Schema instant();
Schema one_of(std::initializer_list<std::string_view> values);
Schema list_of(const Schema& item);
Schema object(const std::vector<Property>& properties);
Schema anything();  // any JSON value, where the shape belongs to somebody else (a tariff's definition)
// {"items": […], "has_more", "next_cursor"} and what else stands beside the items.
Schema page_of(const Schema& item, const std::vector<Property>& beside = {});
// {"items": […]} of a list that is never long.
Schema items_of(const Schema& item);
// Gives a schema a name of its own: it becomes a component and, in TypeScript, a type.
Schema named(std::string name, const Schema& schema);
}  // namespace schema

}  // namespace mis::http

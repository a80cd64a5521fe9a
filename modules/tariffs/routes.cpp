#include "modules/tariffs/routes.hpp"

#include <nlohmann/json.hpp>

#include "mis/http/fields.hpp"
#include "modules/tariffs/store.hpp"
#include "modules/tariffs/tariff_json.hpp"
#include "modules/tariffs/tariff_names.hpp"

namespace mis::tariffs {
namespace {

using http::Answer;
using http::Fields;
using http::Method;
using http::Permission;
using http::Request;
using nlohmann::json;
namespace schema = http::schema;

json definition_of(const StoredVersion& version) {
  json definition = json::parse(version.definition, nullptr, false);
  return definition.is_discarded() ? json(nullptr) : definition;
}

// Structure and voltage are part of the definition; the list shows them beside what the tables hold.
json to_json(const StoredVersion& v) {
  const auto tariff = parse_tariff(v.definition);
  return {{"code", v.code},
          {"name", v.name},
          {"name_en", v.name_en},
          {"category", v.category},
          {"structure", tariff ? word_of(structure_names(), tariff->structure) : ""},
          {"voltage", tariff ? word_of(voltage_names(), tariff->voltage) : ""},
          {"version", v.version},
          {"valid_from", v.valid.from.to_string()},
          {"valid_to", v.valid.to == kForever ? json(nullptr) : json(v.valid.to.to_string())},
          {"status", v.status}};
}

std::vector<http::Property> row_properties() {
  using namespace schema;
  return {{"code", text()},       {"name", text()},       {"name_en", text()},         {"category", text()},           {"structure", text()},
          {"voltage", text()},    {"version", integer()}, {"valid_from", date()},      {"valid_to", date().or_null()}, {"status", one_of({"draft", "published"})}};
}

Result<Answer> list(const Services& services, const Request& request) {
  Fields query = Fields::of_query(request);
  const auto page = query.page(1);
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& session) -> Result<Answer> {
    const auto rows = newest_versions(session, page.key_text(0), page.limit + 1);
    json items = json::array();
    for (const auto& row : rows) items.push_back(to_json(row));
    return http::page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{rows[i].code}; });
  });
}

Result<Answer> show(const Services& services, const Request& request) {
  return services.database.read([&](db::Session& session) -> Result<Answer> {
    const auto versions = versions_of(session, request.param("code"));
    if (versions.empty()) return not_found("tariffs.no_tariff", "expected a tariff with this code but there is none");
    json body = to_json(versions.front());
    body["definition"] = definition_of(versions.front());
    body["versions"] = json::array();
    for (const auto& version : versions) body["versions"].push_back(to_json(version));
    return http::json_answer(body);
  });
}

}  // namespace

void register_routes(Registry& registry) {
  using namespace schema;
  const Services& services = registry.services();
  const auto row = named("TariffRow", object(row_properties()));
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/tariffs",
                  .permission = Permission("tariffs.view"),
                  .summary = "Tariffs by code, each with its newest version",
                  .handler = [&services](const Request& r, const security::Caller&) { return list(services, r); },
                  .query = http::page_parameters(),
                  .response = page_of(row)});
  std::vector<http::Property> whole = row_properties();
  whole.push_back({"definition", anything()});
  whole.push_back({"versions", list_of(row)});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/tariffs/{code}",
                  .permission = Permission("tariffs.view"),
                  .summary = "A tariff with its definition and all versions",
                  .handler = [&services](const Request& r, const security::Caller&) { return show(services, r); },
                  .response = named("Tariff", object(whole))});
}

}  // namespace mis::tariffs

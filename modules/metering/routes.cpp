#include "modules/metering/routes.hpp"

#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "modules/metering/store.hpp"

namespace mis::metering {
namespace {

using http::Answer;
using http::Method;
using http::Permission;
using nlohmann::json;
namespace schema = http::schema;

json registers_json(const std::optional<store::RegisterValues>& values) {
  if (!values) return nullptr;
  json out = json::object();
  for (std::size_t i = 0; i < values->size(); ++i) {
    const bool demand = store::kRegisterNames[i] == "max_demand";
    if ((*values)[i]) out[std::string(store::kRegisterNames[i])] = format_decimal(*(*values)[i], demand ? 3 : 4, 0);
  }
  return out;
}

json deduction_json(const UsagePoint& point) {
  if (!point.deduction_kind) return nullptr;
  json out = {{"kind", *point.deduction_kind}, {"value", nullptr}};
  if (*point.deduction_kind == "fixed_quantity") out["energy_kwh"] = format_decimal(point.deduction_value, 3, 0);
  if (*point.deduction_kind == "fixed_ratio") out["percent"] = format_decimal(point.deduction_value, 4, 0);  // millionths as percent
  return out;
}

json to_json(const store::InstalledMeter& meter) {
  return {{"installation_id", meter.installation_id.value},
          {"asset_no", meter.asset_no},
          {"meter_kind", meter.meter_kind},
          {"digits", meter.register_digits},
          {"from", meter.valid.from.to_string()},
          {"to", meter.valid.to == kForever ? json(nullptr) : json(meter.valid.to.to_string())},
          {"ct_ratio", meter.ct_ratio},
          {"pt_ratio", meter.pt_ratio},
          {"ratio", meter.ct_ratio * meter.pt_ratio},
          {"start_index", registers_json(meter.start)},
          {"end_index", registers_json(meter.end)}};
}

json to_json(const store::PointPage& page) {
  json installations = json::array();
  json ratio = nullptr;
  for (const auto& meter : page.meters) {
    if (meter.valid.to == kForever) ratio = meter.ct_ratio * meter.pt_ratio;
    installations.push_back(to_json(meter));
  }
  return {{"usage_point_no", page.point.usage_point_no},
          {"kind", page.point.kind},
          {"parent_usage_point_no", page.parent_no.empty() ? json(nullptr) : json(page.parent_no)},
          {"deduction", deduction_json(page.point)},
          {"ratio", std::move(ratio)},
          {"installations", std::move(installations)}};
}

http::Schema usage_point_schema() {
  using namespace schema;
  const auto installation = named("Installation", object({{"installation_id", integer()}, {"asset_no", text()}, {"meter_kind", text()}, {"digits", integer()},
                                                          {"from", date()}, {"to", date().or_null()}, {"ct_ratio", integer()}, {"pt_ratio", integer()},
                                                          {"ratio", integer()}, {"start_index", anything()}, {"end_index", anything()}}));
  const auto deduction = object({{"kind", text()}, {"value", text().or_null()}, {"energy_kwh", kwh(), false}, {"percent", decimal(), false}});
  return named("UsagePoint", object({{"usage_point_no", text()}, {"kind", one_of({"consumption", "generation"})}, {"parent_usage_point_no", text().or_null()},
                                     {"deduction", deduction.or_null()}, {"ratio", integer().or_null()}, {"installations", list_of(installation)}}));
}

}  // namespace

void register_routes(Registry& registry) {
  const Services& services = registry.services();
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/accounts/{account_no}/usage-points",
                  .permission = Permission("metering.view"),
                  .summary = "Where an account is measured, and by which meters since when",
                  .handler = [&services](const http::Request& request, const security::Caller& caller) -> Result<Answer> {
                    return services.database.read([&](db::Session& session) -> Result<Answer> {
                      const auto points = store::points_of_account(session, request.param("account_no"), caller.scope_pattern());
                      if (!points) return not_found("customers.no_account", "expected an account with this number but there is none in your data scope");
                      json items = json::array();
                      for (const auto& point : *points) items.push_back(to_json(point));
                      return http::json_answer({{"items", std::move(items)}});
                    });
                  },
                  .response = schema::items_of(usage_point_schema())});
}

}  // namespace mis::metering

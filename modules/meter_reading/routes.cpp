#include "modules/meter_reading/routes.hpp"

#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"

namespace mis::meter_reading {
namespace {

using http::Answer;
using http::Fields;
using http::Method;
using http::Permission;
using http::Request;
using nlohmann::json;
using security::Caller;
namespace schema = http::schema;

const char* to_text(Source source) {
  switch (source) {
    case Source::kManual: return "manual";
    case Source::kRemote: return "remote";
    case Source::kImport: return "import";
    case Source::kEstimate: return "estimate";
    case Source::kSelf: return "self";
  }
  return "import";
}

const char* to_text(Quality quality) {
  switch (quality) {
    case Quality::kActual: return "actual";
    case Quality::kEstimated: return "estimated";
    case Quality::kSuspect: return "suspect";
    case Quality::kMissing: return "missing";
  }
  return "suspect";
}

json registers_json(const Registers& r) {
  const std::pair<const char*, std::int64_t> energies[] = {
      {"total", r.total_e4},   {"sharp", r.sharp_e4}, {"peak", r.peak_e4},  {"flat", r.flat_e4},  {"valley", r.valley_e4},
      {"deep", r.deep_e4},     {"reactive_forward", r.reactive_forward_e4}, {"reactive_reverse", r.reactive_reverse_e4},
      {"reverse_total", r.reverse_total_e4}};
  json out = json::object();
  for (const auto& [name, index] : energies) {
    if (index != kNoIndex) out[name] = format_decimal(index, 4, 0);
  }
  if (r.max_demand_w != kNoIndex) out["max_demand"] = format_decimal(r.max_demand_w, 3, 0);
  return out;
}

// What staff would write beside it by hand.
json remark(const store::ReadingRow& row) {
  std::string text;
  switch (row.reading.kind) {
    case ReadingKind::kRegular: break;
    case ReadingKind::kInstallation: text = "装表"; break;
    case ReadingKind::kRemoval: text = "拆表"; break;
  }
  if (row.superseded) text += text.empty() ? "已更正" : "，已更正";
  return text.empty() ? json(nullptr) : json(text);
}

json to_json(const store::ReadingRow& row) {
  const Reading& r = row.reading;
  return {{"billing_month", r.billing_month.to_string()},
          {"asset_no", row.asset_no},
          {"read_at", r.read_at.to_string()},
          {"source", to_text(r.source)},
          {"quality", to_text(r.quality)},
          {"registers", registers_json(r.registers)},
          {"energy_kwh", row.energy ? json(format_kwh(*row.energy)) : json(nullptr)},
          {"remark", remark(row)}};
}

std::vector<std::string> cursor_of(const Reading& r) {
  return {std::to_string(r.billing_month.yyyymm), std::to_string(r.installation_id.value), std::to_string(static_cast<int>(r.kind)), std::to_string(r.seq)};
}

Result<Answer> list_readings(const Service& service, const Request& request, const Caller& caller) {
  Fields query = Fields::of_query(request);
  const auto page = query.page(4);
  if (auto error = query.finish()) return *error;
  const auto rows = service.readings(caller, request.param("account_no"), {static_cast<std::int32_t>(page.key(0, 999912))});
  if (!rows) return rows.error();
  std::size_t first = 0;
  if (!page.first()) {
    while (first < rows->size() && cursor_of((*rows)[first].reading) != page.after) ++first;
    ++first;
  }
  json items = json::array();
  for (std::size_t i = first; i < rows->size() && items.size() <= static_cast<std::size_t>(page.limit); ++i) items.push_back(to_json((*rows)[i]));
  return http::page_answer(std::move(items), page, [&](std::size_t i) { return cursor_of((*rows)[first + i].reading); });
}

Result<Answer> list_routes(const Service& service, const Request& request, const Caller& caller) {
  Fields query = Fields::of_query(request);
  store::RouteSearch search;
  search.text = query.optional_text("q", {.max_length = 60}).value_or("");
  const auto page = query.page(1);
  if (auto error = query.finish()) return *error;
  search.after_code = page.key_text(0);
  search.limit = page.limit + 1;
  const auto rows = service.routes(caller, search);
  if (!rows) return rows.error();
  json items = json::array();
  for (const auto& row : *rows) {
    items.push_back({{"route_id", row.route.route_id.value}, {"code", row.route.code}, {"name", row.route.name}, {"station", row.station},
                     {"reader", row.reader.empty() ? json(nullptr) : json(row.reader)}, {"accounts", row.accounts}, {"cycle_day", row.route.cycle_day}});
  }
  return http::page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{(*rows)[i].route.code}; });
}

Result<Answer> show_plan(const Service& service, const Request& request, const Caller& caller) {
  const auto month = BillingMonth::parse(request.param("billing_month"));
  if (!month || !month->valid()) return not_found("meter_reading.no_month", "expected a billing month like 2026-10 but found " + std::string(request.param("billing_month")));
  const auto stations = service.plan(caller, *month);
  if (!stations) return stations.error();
  Service::StationProgress all;
  json items = json::array();
  const auto counts = [](const Service::StationProgress& s) {
    return json{{"routes", s.routes}, {"meters", s.meters}, {"read", s.read}, {"missing", s.missing}, {"suspect", s.suspect}};
  };
  for (const auto& station : *stations) {
    all.routes += station.routes;
    all.meters += station.meters;
    all.read += station.read;
    all.missing += station.missing;
    all.suspect += station.suspect;
    json item = counts(station);
    item["org_id"] = station.org_id.value;
    item["name"] = station.name;
    items.push_back(std::move(item));
  }
  json body = counts(all);
  body["billing_month"] = month->to_string();
  body["stations"] = std::move(items);
  return http::json_answer(body);
}

std::vector<http::Property> plan_counts() {
  using namespace schema;
  return {{"routes", integer()}, {"meters", integer()}, {"read", integer()}, {"missing", integer()}, {"suspect", integer()}};
}

}  // namespace

void register_routes(Registry& registry, std::shared_ptr<const Service> service) {
  using namespace schema;
  const Permission view("meter_reading.view");
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/accounts/{account_no}/readings",
                  .permission = view,
                  .summary = "An account's readings, newest first, superseded ones too",
                  .handler = [service](const Request& r, const Caller& c) { return list_readings(*service, r, c); },
                  .query = http::page_parameters(),
                  .response = page_of(named("Reading", object({{"billing_month", month()}, {"asset_no", text()}, {"read_at", instant()},
                                                               {"source", one_of({"manual", "remote", "import", "estimate", "self"})},
                                                               {"quality", one_of({"actual", "estimated", "suspect", "missing"})},
                                                               {"registers", anything()}, {"energy_kwh", kwh().or_null()}, {"remark", text().or_null()}})))});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/reading-routes",
                  .permission = view,
                  .summary = "Reading routes by code",
                  .handler = [service](const Request& r, const Caller& c) { return list_routes(*service, r, c); },
                  .query = http::page_parameters({{"q", text(60), "a part of the code or name"}}),
                  .response = page_of(named("ReadingRoute", object({{"route_id", integer()}, {"code", text()}, {"name", text()}, {"station", text()},
                                                                    {"reader", text().or_null()}, {"accounts", integer()}, {"cycle_day", integer()}})))});
  std::vector<http::Property> station = plan_counts(), plan = plan_counts();
  station.push_back({"org_id", integer()});
  station.push_back({"name", text()});
  plan.push_back({"billing_month", month()});
  plan.push_back({"stations", list_of(named("PlanStation", object(station)))});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/reading-plans/{billing_month}",
                  .permission = view,
                  .summary = "How far the reading of a month has got, by station; at most ten seconds old",
                  .handler = [service](const Request& r, const Caller& c) { return show_plan(*service, r, c); },
                  .response = named("ReadingPlan", object(plan))});
}

}  // namespace mis::meter_reading

// The billing month at a glance: state, readings, bills, money by category and station.
#include <chrono>
#include <mutex>

#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "modules/billing/month_store.hpp"
#include "modules/billing/routes.hpp"

namespace mis::billing {
namespace {

using nlohmann::json;
using namespace mis::http;

json month_to_json(db::Session& session, BillingMonth month, const ReadingCounts& readings, const security::Caller& caller) {
  auto run = find_run_of(session, month);
  if (run && !caller.sees_everything()) restrict_to(*run, session, caller.scope_pattern());
  json by_category = json::array(), by_station = json::array();
  Energy energy;
  Money amount;
  std::int64_t bills = 0, open = 0, exceptions = 0;
  if (run) {
    for (const auto& row : sums_by_category(session, run->id, caller.scope_pattern()))
      by_category.push_back({{"category", row.key}, {"bills", row.bills}, {"energy_kwh", format_kwh(row.energy)}, {"amount", format_yuan(row.amount)}});
    for (const auto& row : sums_by_station(session, run->id, caller.scope_pattern()))
      by_station.push_back({{"org_id", row.org.value}, {"name", row.key}, {"name_en", row.name_en}, {"bills", row.bills}, {"energy_kwh", format_kwh(row.energy)}, {"amount", format_yuan(row.amount)}});
    energy = run->energy;
    amount = run->amount;
    bills = run->bills;
    open = open_exceptions(session, run->id);
    exceptions = run->exceptions;
  }
  const bool issued = run && run->state == RunState::kIssued;
  return {{"billing_month", month.to_string()},
          {"state", run ? json(name_of(run->state)) : json("open")},
          {"accounts", readings.accounts},
          {"readings", {{"meters", readings.meters}, {"read", readings.read}, {"missing", readings.meters - readings.read}}},
          {"bills", {{"calculated", bills}, {"issued", issued ? bills : 0}}},
          {"exceptions", {{"open", open}, {"resolved", std::max<std::int64_t>(0, exceptions - open)}}},
          {"energy_kwh", format_kwh(energy)},
          {"amount", format_yuan(amount)},
          {"by_category", by_category},
          {"by_station", by_station},
          {"run", run ? run_to_json(session, *run) : json(nullptr)}};
}

Schema month_schema() {
  using namespace schema;
  return named("MonthSummary",
               object({{"billing_month", month()},
                       {"state", text()},
                       {"accounts", integer()},
                       {"readings", object({{"meters", integer()}, {"read", integer()}, {"missing", integer()}})},
                       {"bills", object({{"calculated", integer()}, {"issued", integer()}})},
                       {"exceptions", object({{"open", integer()}, {"resolved", integer()}})},
                       {"energy_kwh", kwh()},
                       {"amount", yuan()},
                       {"by_category", list_of(object({{"category", text()}, {"bills", integer()}, {"energy_kwh", kwh()}, {"amount", yuan()}}))},
                       {"by_station", list_of(object({{"org_id", integer()}, {"name", text()}, {"name_en", text()}, {"bills", integer()}, {"energy_kwh", kwh()}, {"amount", yuan()}}))},
                       {"run", run_schema().or_null()}}));
}

// Counting a county's readings takes a tenth of a second; the home page of a hundred people asks for it all day. They
// share an answer that is at most some seconds old.
class CountCache {
 public:
  ReadingCounts get(db::Session& session, BillingMonth month) {
    const auto now = std::chrono::steady_clock::now();
    {
      const std::lock_guard lock(mutex_);
      if (month_ == month && now - at_ < std::chrono::seconds(10)) return counts_;
    }
    const auto counts = count_readings(session, month);
    const std::lock_guard lock(mutex_);
    month_ = month;
    at_ = now;
    counts_ = counts;
    return counts;
  }

 private:
  std::mutex mutex_;
  BillingMonth month_;
  std::chrono::steady_clock::time_point at_;
  ReadingCounts counts_;
};

}  // namespace

void register_month_routes(Registry& registry) {
  const auto& services = registry.services();
  auto cache = std::make_shared<CountCache>();

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/billing/months",
                  .permission = Permission("billing.view"),
                  .summary = "Months that have readings, newest first, with the state of their run",
                  .handler = [&services](const Request& request, const security::Caller&) -> Result<Answer> {
                    auto query = Fields::of_query(request);
                    if (auto error = query.finish()) return *error;
                    return services.database.read([&](db::Session& s) -> Result<Answer> {
                      json items = json::array();
                      for (const auto month : months_with_readings(s)) {
                        const auto run = find_run_of(s, month);
                        items.push_back({{"billing_month", month.to_string()}, {"state", run ? json(name_of(run->state)) : json("open")}, {"run_id", run ? json(run->id.value) : json(nullptr)}});
                      }
                      return json_answer({{"items", items}});
                    });
                  },
                  .response = schema::items_of(schema::object({{"billing_month", schema::month()}, {"state", schema::text()}, {"run_id", schema::integer().or_null()}}))});

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/billing/months/{billing_month}",
                  .permission = Permission("billing.view"),
                  .summary = "A billing month at a glance; \"current\" is the newest with readings",
                  .handler = [&services, cache](const Request& request, const security::Caller& caller) -> Result<Answer> {
                    const auto name = request.param("billing_month");
                    return services.database.read([&](db::Session& s) -> Result<Answer> {
                      auto month = BillingMonth::parse(name);
                      if (name == "current") {
                        const auto months = months_with_readings(s);
                        if (months.empty()) return not_found("billing.no_readings", "expected a month with readings but there is none yet");
                        month = months.front();
                      }
                      if (!month) return not_found("billing.no_month", "expected a month like 2026-10 or \"current\"");
                      return json_answer(month_to_json(s, *month, cache->get(s, *month), caller));
                    });
                  },
                  .response = month_schema()});
}

}  // namespace mis::billing

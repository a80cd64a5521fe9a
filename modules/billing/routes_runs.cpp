// Bill runs: list, create, calculate, submit, return, issue.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "mis/http/idempotency.hpp"
#include "mis/http/page.hpp"
#include "mis/jobs/jobs.hpp"
#include "mis/security/audit.hpp"
#include "modules/billing/month_store.hpp"
#include "modules/billing/routes.hpp"

namespace mis::billing {
namespace {

using nlohmann::json;
using namespace mis::http;

json instant_json(const std::optional<Instant>& at) { return at ? json(at->to_string()) : json(nullptr); }
json text_or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

void audit_run(db::Session& session, const Services& services, const security::Caller& caller, std::string action, const Run& before, json detail = json::object()) {
  auto entry = security::audit_entry(caller, std::move(action), "bill_run", std::to_string(before.id.value));
  entry.before = json({{"state", name_of(before.state)}, {"version", before.version}}).dump();
  detail["billing_month"] = before.month.to_string();
  entry.after = detail.dump();
  security::append_audit(session, services.clock.now(), entry);
}

Result<Answer> run_answer(db::Session& session, RunId id, const security::Caller& caller, int status = 200) {
  auto run = find_run(session, id);
  if (!run) return std::move(run).error();
  if (!caller.sees_everything()) restrict_to(*run, session, caller.scope_pattern());
  return json_answer(run_to_json(session, *run), status).with_etag(run->version);
}

// What most commands share: read the id, run the use case once per key with the run locked, audit it.
using Command = std::function<Result<Answer>(db::Session&, RunService&, const Run&, const json&, const security::Caller&)>;

Handler command(const Services& services, std::string action, std::optional<std::string> text_field, bool if_match, Command use_case) {
  return [&services, action = std::move(action), text_field = std::move(text_field), if_match, use_case = std::move(use_case)](
             const Request& request, const security::Caller& caller) -> Result<Answer> {
    if (auto error = security::require_whole_utility(caller)) return *error;
    auto id = request.id_param("run_id");
    if (!id) return std::move(id).error();
    json detail = json::object();
    if (text_field) {
      auto body = Fields::of_body(request);
      if (!body) return std::move(body).error();
      if (const auto text = body->optional_text(*text_field, {.max_length = 200})) detail[*text_field] = *text;
      if (auto error = body->finish()) return *error;
    }
    return idempotent(services, request, caller, [&](db::Session& session) -> Result<Answer> {
      RunService service(services);
      auto run = service.lock(session, {*id});
      if (!run) return std::move(run).error();
      if (if_match)
        if (auto error = check_if_match(request, run->version)) return *error;
      auto answer = use_case(session, service, *run, detail, caller);
      if (answer) audit_run(session, services, caller, action, *run, detail);
      return answer;
    });
  };
}

}  // namespace

json run_to_json(db::Session& session, const Run& run) {
  json shards = {{"total", 0}, {"done", 0}};
  if (run.job)
    if (auto job = jobs::find(session, *run.job)) shards = {{"total", job->shards_total}, {"done", job->shards_done}};
  return {{"run_id", run.id.value},
          {"billing_month", run.month.to_string()},
          {"state", name_of(run.state)},
          {"version", run.version},
          {"job_id", run.job ? json(run.job->value) : json(nullptr)},
          {"created_by", text_or_null(run.created_by_name)},
          {"created_at", run.created_at.to_string()},
          {"calculated_at", instant_json(run.calculated_at)},
          {"submitted_by", text_or_null(run.submitted_by_name)},
          {"submitted_by_id", run.submitted_by ? json(run.submitted_by->value) : json(nullptr)},
          {"submitted_at", instant_json(run.submitted_at)},
          {"approved_by", text_or_null(run.approved_by_name)},
          {"issued_at", instant_json(run.issued_at)},
          {"shards", shards},
          {"accounts", run.accounts},
          {"bills", run.bills},
          {"exceptions", run.exceptions},
          {"exceptions_open", open_exceptions(session, run.id)},
          {"flagged", run.flagged},
          {"energy_kwh", format_kwh(run.energy)},
          {"amount", format_yuan(run.amount)}};
}

Schema run_schema() {
  using namespace schema;
  return named("Run", object({{"run_id", integer()},
                              {"billing_month", month()},
                              {"state", one_of({"open", "calculating", "calculated", "submitted", "issuing", "issued"})},
                              {"version", integer()},
                              {"job_id", integer().or_null()},
                              {"created_by", text().or_null()},
                              {"created_at", instant()},
                              {"calculated_at", instant().or_null()},
                              {"submitted_by", text().or_null()},
                              {"submitted_by_id", integer().or_null()},
                              {"submitted_at", instant().or_null()},
                              {"approved_by", text().or_null()},
                              {"issued_at", instant().or_null()},
                              {"shards", object({{"total", integer()}, {"done", integer()}})},
                              {"accounts", integer()},
                              {"bills", integer()},
                              {"exceptions", integer()},
                              {"exceptions_open", integer()},
                              {"flagged", integer()},
                              {"energy_kwh", kwh()},
                              {"amount", yuan()}}));
}

void register_run_routes(Registry& registry) {
  const auto& services = registry.services();
  const auto job_schema = schema::object({{"job_id", schema::integer()}});

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/billing/runs",
                  .permission = Permission("billing.view"),
                  .summary = "Bill runs, newest first",
                  .handler = [&services](const Request& request, const security::Caller& caller) -> Result<Answer> {
                    auto query = Fields::of_query(request);
                    const auto page = query.page(1);
                    if (auto error = query.finish()) return *error;
                    return services.database.read([&](db::Session& s) -> Result<Answer> {
                      auto runs = list_runs(s, {page.key(0, 0)}, page.limit + 1);
                      if (!caller.sees_everything())
                        for (auto& run : runs) restrict_to(run, s, caller.scope_pattern());
                      json items = json::array();
                      for (const auto& run : runs) items.push_back(run_to_json(s, run));
                      return page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{std::to_string(runs[i].id.value)}; });
                    });
                  },
                  .query = page_parameters(),
                  .response = schema::page_of(run_schema())});

  registry.route({.method = Method::kPost,
                  .path = "/api/v1/billing/runs",
                  .permission = Permission("billing.run"),
                  .summary = "Open a bill run for a month",
                  .handler = [&services](const Request& request, const security::Caller& caller) -> Result<Answer> {
                    if (auto error = security::require_whole_utility(caller)) return *error;
                    auto body = Fields::of_body(request);
                    if (!body) return std::move(body).error();
                    const auto month = body->month("billing_month");
                    if (auto error = body->finish()) return *error;
                    return idempotent(services, request, caller, [&](db::Session& session) -> Result<Answer> {
                      auto id = RunService(services).create(session, month, caller.user_id);
                      if (!id) return std::move(id).error();
                      auto entry = security::audit_entry(caller, "billing.create_run", "bill_run", std::to_string(id->value));
                      entry.after = json({{"billing_month", month.to_string()}}).dump();
                      security::append_audit(session, services.clock.now(), entry);
                      return run_answer(session, *id, caller, 201);
                    });
                  },
                  .request = schema::object({{"billing_month", schema::month()}}),
                  .response = run_schema(),
                  .status = 201,
                  .idempotency_key = true});

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/billing/runs/{run_id}",
                  .permission = Permission("billing.view"),
                  .summary = "One bill run",
                  .handler = [&services](const Request& request, const security::Caller& caller) -> Result<Answer> {
                    auto id = request.id_param("run_id");
                    if (!id) return std::move(id).error();
                    return services.database.read([&](db::Session& s) { return run_answer(s, {*id}, caller); });
                  },
                  .response = run_schema()});

  registry.route({.method = Method::kPost,
                  .path = "/api/v1/billing/runs/{run_id}/calculate",
                  .permission = Permission("billing.run"),
                  .summary = "Calculate (again) every bill of the run",
                  .handler = command(services, "billing.calculate", std::nullopt, false,
                                     [](db::Session& s, RunService& service, const Run& run, const json&, const security::Caller& caller) -> Result<Answer> {
                                       auto job = service.calculate(s, run.id, caller.user_id);
                                       if (!job) return std::move(job).error();
                                       return accepted_job(job->value);
                                     }),
                  .response = job_schema,
                  .status = 202,
                  .idempotency_key = true});

  registry.route({.method = Method::kPost,
                  .path = "/api/v1/billing/runs/{run_id}/submit",
                  .permission = Permission("billing.review"),
                  .summary = "Submit the reviewed run for issue",
                  .handler = command(services, "billing.submit", "note", true,
                                     [](db::Session& s, RunService& service, const Run& run, const json&, const security::Caller& caller) -> Result<Answer> {
                                       if (auto status = service.submit(s, run.id, caller.user_id); !status) return std::move(status).error();
                                       return run_answer(s, run.id, caller);
                                     }),
                  .request = schema::object({{"note", schema::text(200), false}}),
                  .response = run_schema(),
                  .idempotency_key = true,
                  .if_match = true});

  registry.route({.method = Method::kPost,
                  .path = "/api/v1/billing/runs/{run_id}/return",
                  .permission = Permission("billing.issue"),
                  .summary = "Return a submitted run to its reviewers",
                  .handler = command(services, "billing.return", "reason", true,
                                     [](db::Session& s, RunService& service, const Run& run, const json&, const security::Caller& caller) -> Result<Answer> {
                                       if (auto status = service.give_back(s, run.id); !status) return std::move(status).error();
                                       return run_answer(s, run.id, caller);
                                     }),
                  .request = schema::object({{"reason", schema::text(200), false}}),
                  .response = run_schema(),
                  .idempotency_key = true,
                  .if_match = true});

  registry.route({.method = Method::kPost,
                  .path = "/api/v1/billing/runs/{run_id}/issue",
                  .permission = Permission("billing.issue"),
                  .summary = "Issue the run: its bills become final and are posted; by another person than the one who submitted it",
                  .handler = command(services, "billing.issue", std::nullopt, true,
                                     [](db::Session& s, RunService& service, const Run& run, const json&, const security::Caller& caller) -> Result<Answer> {
                                       auto job = service.issue(s, run.id, caller.user_id);
                                       if (!job) return std::move(job).error();
                                       return accepted_job(job->value);
                                     }),
                  .response = job_schema,
                  .status = 202,
                  .idempotency_key = true,
                  .if_match = true});
}

}  // namespace mis::billing

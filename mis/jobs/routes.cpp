#include "mis/jobs/routes.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/http/fields.hpp"
#include "mis/http/page.hpp"
#include "mis/jobs/jobs.hpp"
#include "mis/jobs/timer.hpp"

namespace mis::jobs {
namespace {

using nlohmann::json;
using namespace mis::http;

json to_json(const std::optional<Instant>& at) { return at ? json(at->to_string()) : json(nullptr); }

json to_json(const Job& job, Instant now) {
  json failures = json::array();
  for (const auto& f : job.failures) failures.push_back({{"shard", f.shard_key}, {"message", f.message}});
  // Whole items a second since the start; null before there is anything to divide.
  json rate = nullptr;
  if (job.started_at) {
    const auto elapsed_ms = (job.finished_at.value_or(now).micros - job.started_at->micros) / 1'000;
    if (elapsed_ms > 0) rate = job.items_done * 1'000 / elapsed_ms;
  }
  return {{"job_id", job.id.value}, {"kind", job.kind}, {"subject", job.subject}, {"state", name_of(job.state)},
          {"progress", {{"done", job.items_done}, {"total", job.items_total}, {"unit", job.unit}}},
          {"shards", {{"done", job.shards_done}, {"total", job.shards_total}}},
          {"message", job.message}, {"started_at", to_json(job.started_at)}, {"finished_at", to_json(job.finished_at)},
          {"rate_per_s", rate}, {"error", job.state == State::kFailed ? json(job.message) : json(nullptr)}, {"failures", failures}};
}

Schema job_schema() {
  using namespace schema;
  return named("Job", object({{"job_id", integer()},
                              {"kind", text()},
                              {"subject", integer()},
                              {"state", one_of({"queued", "running", "done", "failed", "cancelled"})},
                              {"progress", object({{"done", integer()}, {"total", integer()}, {"unit", text()}})},
                              {"shards", object({{"done", integer()}, {"total", integer()}})},
                              {"message", text()},
                              {"started_at", instant().or_null()},
                              {"finished_at", instant().or_null()},
                              {"rate_per_s", integer().or_null()},
                              {"error", text().or_null()},
                              {"failures", list_of(object({{"shard", integer()}, {"message", text()}}))}}));
}

json to_json(const TimerState& timer) {
  const auto& when = timer.when;
  const bool daily = when.every_s == 0;
  return {{"name", timer.name},
          {"daily_at", daily ? json(fmt::format("{:02}:{:02}", when.daily_minute / 60, when.daily_minute % 60)) : json(nullptr)},
          {"every_seconds", daily ? json(nullptr) : json(when.every_s)},
          {"last_run_at", to_json(timer.last_run_at)},
          {"next_run_at", timer.next_run_at.to_string()},
          {"job_id", timer.job ? json(timer.job->value) : json(nullptr)},
          {"state", timer.failures > 0 ? "failing" : "good"},
          {"failures", timer.failures},
          {"failed_at", to_json(timer.failed_at)},
          {"error", timer.error.empty() ? json(nullptr) : json(timer.error)}};
}

Schema timer_schema() {
  using namespace schema;
  return named("Timer", object({{"name", text()},
                                {"daily_at", text().or_null()},
                                {"every_seconds", integer().or_null()},
                                {"last_run_at", instant().or_null()},
                                {"next_run_at", instant()},
                                {"job_id", integer().or_null()},
                                {"state", one_of({"good", "failing"})},
                                {"failures", integer()},
                                {"failed_at", instant().or_null()},
                                {"error", text().or_null()}}));
}

bool over(const Job& job) { return job.state != State::kQueued && job.state != State::kRunning; }

// Sends the job whenever it has moved, until it is over. Ids count what was done, so a browser that reconnects gets the
// present state again and nothing is missed.
void follow(EventStream& stream, db::Database& database, const Clock& clock, JobId id) {
  std::string last;
  for (std::int64_t number = stream.last_event_id() + 1;;) {
    auto job = database.read([&](db::Session& s) { return find(s, id); });
    if (!job) return;
    const auto text = to_json(*job, clock.now()).dump();
    if (text != last && !stream.send(number++, "progress", text)) return;
    last = text;
    if (over(*job) || !stream.wait(400)) return;
  }
}

}  // namespace

void register_module(Registry& registry) {
  const auto& services = registry.services();
  registry.permission({"jobs.view", "查看后台任务", "See long-running jobs"});
  registry.table_prefix("jobs_");

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/jobs",
                  .permission = Permission("jobs.view"),
                  .summary = "Jobs, newest first",
                  .handler = [&services](const Request& request, const security::Caller&) -> Result<Answer> {
                    auto query = Fields::of_query(request);
                    const auto page = query.page(1);
                    if (auto error = query.finish()) return *error;
                    return services.database.read([&](db::Session& s) -> Result<Answer> {
                      const auto jobs = list(s, {page.key(0, 0)}, page.limit + 1);
                      json items = json::array();
                      for (const auto& job : jobs) items.push_back(to_json(job, services.clock.now()));
                      return page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{std::to_string(jobs[i].id.value)}; });
                    });
                  },
                  .query = page_parameters(),
                  .response = schema::page_of(job_schema())});

  const auto& timers = registry.part<Timers>();
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/jobs/timers",
                  .permission = Permission("jobs.view"),
                  .summary = "What begins by itself, when it last did and when it will, and what went wrong",
                  .handler = [&services, &timers](const Request&, const security::Caller&) -> Result<Answer> {
                    return services.database.read([&](db::Session& s) -> Result<Answer> {
                      json items = json::array();
                      for (const auto& timer : list_timers(s, timers, services.clock.now())) items.push_back(to_json(timer));
                      return json_answer({{"items", items}});
                    });
                  },
                  .response = schema::items_of(timer_schema())});

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/jobs/{job_id}",
                  .permission = Permission("jobs.view"),
                  .summary = "One job with its progress",
                  .handler = [&services](const Request& request, const security::Caller&) -> Result<Answer> {
                    auto id = request.id_param("job_id");
                    if (!id) return std::move(id).error();
                    return services.database.read([&](db::Session& s) -> Result<Answer> {
                      auto job = find(s, {*id});
                      if (!job) return std::move(job).error();
                      return json_answer(to_json(*job, services.clock.now()));
                    });
                  },
                  .response = job_schema()});

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/jobs/{job_id}/events",
                  .permission = Permission("jobs.view"),
                  .summary = "A job's progress as server-sent events",
                  .handler = [&services](const Request& request, const security::Caller&) -> Result<Answer> {
                    auto id = request.id_param("job_id");
                    if (!id) return std::move(id).error();
                    auto job = services.database.read([&](db::Session& s) { return find(s, {*id}); });
                    if (!job) return std::move(job).error();
                    return event_stream([&services, id = *id](EventStream& stream) { follow(stream, services.database, services.clock, {id}); });
                  },
                  .response = schema::text()});
}

}  // namespace mis::jobs

// Jobs as a terminal sees them: lists, one job, and its progress as events.
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <thread>

#include "mis/jobs/jobs.hpp"
#include "mis/jobs/routes.hpp"
#include "mis/jobs/timer.hpp"
#include "mis/jobs/worker.hpp"
#include "tests/api/billing/declared.hpp"
#include "tests/api/running_server.hpp"

using fixture::Client;
using fixture::differs_from_declaration;
using fixture::RunningServer;
using namespace mis;
using nlohmann::json;

namespace {

// A server with one kind of job: each shard waits for the gate; shard 3 always fails.
struct House {
  std::atomic<bool> gate{true};
  RunningServer server{[this](Registry& registry) {
                         jobs::register_module(registry);
                         registry.part<jobs::Kinds>().add({"test.count",
                                                           [this](db::Session&, const jobs::Job&, const jobs::Shard& shard) -> Result<std::int64_t> {
                                                             while (!gate) std::this_thread::sleep_for(std::chrono::milliseconds(5));
                                                             if (shard.key == 3) return internal("test.broken", "expected shard 3 to work but it does not");
                                                             return shard.items_expected;
                                                           },
                                                           {}});
                       }};
  jobs::Worker worker{server.database.app(), server.clock, server.registry.part<jobs::Kinds>(), {.threads = 2, .poll_ms = 20, .nice = 0}};
  House() {
    auto owner = server.database.owner().lease();
    for (const char* statement : {"DELETE FROM jobs_job", "DELETE FROM jobs_shard", "DELETE FROM jobs_timer"}) owner->execute(statement);
    worker.start();
  }
  ~House() {
    gate = true;
    worker.stop();
  }

  JobId queue(const std::vector<jobs::Shard>& shards) {
    return *server.database.app().transact([&](db::Session& s) -> Result<JobId> { return jobs::create(s, server.clock.now(), "test.count", 7, "rows", shards, {}); });
  }
};

std::string path_of(JobId job) { return "/api/v1/jobs/" + std::to_string(job.value); }

// The events of a job as they come; `after_first` is called when the first one is there.
std::vector<std::string> events_of(RunningServer& server, const std::string& cookie, JobId job, const std::function<void()>& after_first) {
  Poco::Net::Context::Ptr context = new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, "", "", server.certificate, Poco::Net::Context::VERIFY_STRICT, 9, false);
  Poco::Net::HTTPSClientSession session("localhost", server.port(), context);
  Poco::Net::HTTPRequest request("GET", path_of(job) + "/events", "HTTP/1.1");
  request.set("Cookie", cookie);
  session.sendRequest(request);
  Poco::Net::HTTPResponse response;
  std::istream& in = session.receiveResponse(response);
  std::vector<std::string> events;
  std::string event, line;
  while (std::getline(in, line)) {
    if (!line.empty() && line.front() == ':') continue;  // a sign of life
    event += line + "\n";
    if (!line.empty()) continue;
    if (event.size() > 1) events.push_back(event);
    event.clear();
    if (events.size() == 1) after_first();
  }
  return events;
}

json ended(Client& client, JobId job) {
  for (int look = 0; look < 1'000; ++look) {
    auto state = client.get(path_of(job)).json();
    if (state.at("state") == "done" || state.at("state") == "failed") return state;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw std::runtime_error("expected the job to end but it did not");
}

}  // namespace

TEST_CASE("a job tells its progress, and what failed in it") {
  House house;
  Client client = house.server.client_of("clerk");
  const auto job = house.queue({{1, 10}, {2, 20}, {3, 30}});
  const json state = ended(client, job);
  CHECK(differs_from_declaration(house.server.registry, "get", "/api/v1/jobs/{job_id}", client.get(path_of(job))) == std::vector<std::string>{});
  CHECK(state.at("state") == "failed");
  CHECK(state.at("subject") == 7);
  CHECK(state.at("progress") == json{{"done", 30}, {"total", 60}, {"unit", "rows"}});
  CHECK(state.at("shards") == json{{"done", 2}, {"total", 3}});
  CHECK(state.at("failures") == json::parse(R"([{"shard": 3, "message": "expected shard 3 to work but it does not"}])"));
  CHECK(state.at("error") == "1 shards failed; the others are done");
}

TEST_CASE("the events of a job end with the job; who comes late or again gets its present state") {
  House house;
  Client client = house.server.client_of("clerk");
  house.gate = false;  // so that the job cannot end before its listener has heard of it
  const auto job = house.queue({{1, 10}, {2, 20}});
  const auto heard = events_of(house.server, client.cookie, job, [&] { house.gate = true; });
  REQUIRE(heard.size() >= 2);
  CHECK(heard.front().starts_with("id: 1\nevent: progress\ndata: {"));
  CHECK((heard.front().find("\"state\":\"queued\"") != std::string::npos || heard.front().find("\"state\":\"running\"") != std::string::npos));
  for (std::size_t i = 0; i < heard.size(); ++i) CHECK(heard[i].starts_with("id: " + std::to_string(i + 1) + "\n"));
  CHECK(heard.back().find("\"state\":\"done\"") != std::string::npos);

  client.drop_connection();
  const auto late = client.get(path_of(job) + "/events", {{"Last-Event-ID", "9"}}).body;
  CHECK(late.starts_with("id: 10\nevent: progress\ndata: {"));
  CHECK(late.find("\"state\":\"done\"") != std::string::npos);
  CHECK(late.find("id: 11") == std::string::npos);
}

TEST_CASE("jobs are listed newest first, page by page, to whom may see them") {
  House house;
  Client client = house.server.client_of("clerk");
  std::vector<JobId> queued;
  for (int i = 0; i < 3; ++i) queued.push_back(house.queue({{1, 1}}));
  ended(client, queued.back());
  const auto first = client.get("/api/v1/jobs?limit=2");
  CHECK(differs_from_declaration(house.server.registry, "get", "/api/v1/jobs", first) == std::vector<std::string>{});
  CHECK(first.json().at("items").at(0).at("job_id") == queued[2].value);
  CHECK(first.json().at("items").at(1).at("job_id") == queued[1].value);
  const auto second = client.get("/api/v1/jobs?limit=2&cursor=" + first.json().at("next_cursor").get<std::string>()).json();
  REQUIRE(second.at("items").size() == 1);
  CHECK(second.at("items").at(0).at("job_id") == queued[0].value);
  CHECK(second.at("next_cursor").is_null());
  CHECK(client.get("/api/v1/jobs?cursor=nonsense").pointers() == std::vector<std::string>{"/cursor"});

  Client west = house.server.client_of("west");  // a station head has nothing to do with jobs
  CHECK(west.get("/api/v1/jobs").code() == "security.permission");
  CHECK(west.get(path_of(queued[0]) + "/events").code() == "security.permission");
}

TEST_CASE("timers are listed with their last and next run and what went wrong, to whom may see jobs") {
  House house;
  auto& timers = house.server.registry.part<jobs::Timers>();
  bool fails = false;
  timers.add({"test.nightly", jobs::daily_at(1, 5), [](db::Session& s, Instant now) -> Result<std::optional<JobId>> { return std::optional(jobs::create(s, now, "test.count", 7, "rows", {}, {})); }});
  timers.add({"test.often", jobs::every_seconds(60), [&](db::Session&, Instant) -> Result<std::optional<JobId>> {
                if (fails) return conflict("test.busy", "expected nobody at work but somebody is");
                return std::optional<JobId>{};
              }});
  jobs::Timekeeper keeper(house.server.database.app(), house.server.clock, timers);
  keeper.look();
  house.server.clock.advance_minutes(24 * 60);  // 2026-11-03T08:00:00Z
  fails = true;
  keeper.look();
  Client client = house.server.client_of("clerk");
  const auto reply = client.get("/api/v1/jobs/timers");
  CHECK(differs_from_declaration(house.server.registry, "get", "/api/v1/jobs/timers", reply) == std::vector<std::string>{});
  const auto items = reply.json().at("items");
  REQUIRE(items.size() == 2);
  CHECK(items[0].at("name") == "test.nightly");
  CHECK(items[0].at("daily_at") == "01:05");
  CHECK(items[0].at("every_seconds").is_null());
  CHECK(items[0].at("last_run_at") == "2026-11-03T08:00:00Z");
  CHECK(items[0].at("next_run_at") == "2026-11-03T17:05:00Z");
  CHECK(items[0].at("job_id").is_number());
  CHECK(items[0].at("state") == "good");
  CHECK(items[0].at("error").is_null());
  CHECK(items[1].at("every_seconds") == 60);
  CHECK(items[1].at("daily_at").is_null());
  CHECK(items[1].at("last_run_at").is_null());
  CHECK(items[1].at("next_run_at") == "2026-11-03T08:01:00Z");
  CHECK(items[1].at("state") == "failing");
  CHECK(items[1].at("failures") == 1);
  CHECK(items[1].at("error") == "expected nobody at work but somebody is");
  CHECK(items[1].at("failed_at") == "2026-11-03T08:00:00Z");

  CHECK(house.server.client_of("west").get("/api/v1/jobs/timers").code() == "security.permission");
}

#include "mis/http/system_routes.hpp"

#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

#include "mis/http/openapi.hpp"
#include "mis/http/problem.hpp"
#include "mis/observe/metrics.hpp"

namespace mis::http {
namespace {

using nlohmann::json;

// Made at the first request: by then every module has registered its routes.
class LateDocument {
 public:
  explicit LateDocument(const Registry& registry) : registry_(registry) {}
  const std::string& text() {
    std::call_once(once_, [this] { text_ = openapi_document(registry_); });
    return text_;
  }

 private:
  const Registry& registry_;
  std::once_flag once_;
  std::string text_;
};

bool is_loopback(std::string_view address) { return address == "::1" || address.starts_with("127."); }

// A proxy on this machine speaks for somebody else; it says so.
bool is_forwarded(const Request& request) { return request.header("X-Forwarded-For") || request.header("Forwarded"); }

Result<Answer> ready(const Services& services) {
  const auto answered = services.database.read([](db::Session& session) -> Result<std::int64_t> {
    auto rows = session.query("SELECT 1");
    rows.next();
    return rows.i64(0);
  });
  if (answered) return json_answer({{"status", "ready"}, {"database", "ok"}});
  return json_answer({{"status", "not_ready"}, {"database", answered.error().code}}, 503);
}

Result<Answer> metrics_text(const Services& services, const Request& request, const security::Caller& caller) {
  const bool local = is_loopback(request.remote) && !is_forwarded(request);
  if (!local && !caller.may("system.metrics")) {
    return forbidden("security.permission", "expected this machine itself or the permission system.metrics but got neither");
  }
  Answer answer;
  answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
  answer.body = services.metrics.text();
  return answer;
}

}  // namespace

void register_system_routes(Registry& registry) {
  const Services services = registry.services();
  registry.permission({"system.metrics", "查看运行指标", "See the server's metrics"});
  const Schema status = schema::object({{"status", schema::text()}});
  // Open, because who watches over the server has no session: they tell nothing about anybody.
  registry.route({.method = Method::kGet, .path = "/health", .permission = Permission::open(), .summary = "The server is alive",
                  .handler = [](const Request&, const security::Caller&) -> Result<Answer> { return json_answer({{"status", "ok"}}); },
                  .response = status});
  registry.route({.method = Method::kGet, .path = "/ready", .permission = Permission::open(),
                  .summary = "The server can work: its database answers (503 where it does not)",
                  .handler = [services](const Request&, const security::Caller&) { return ready(services); },
                  .response = schema::object({{"status", schema::text()}, {"database", schema::text()}})});
  registry.route({.method = Method::kGet, .path = "/metrics", .permission = Permission::open(),
                  .summary = "Metrics as Prometheus text, for this machine itself or with the permission system.metrics",
                  .handler = [services](const Request& request, const security::Caller& caller) {
                    return metrics_text(services, request, caller);
                  }});
  registry.route({.method = Method::kGet, .path = "/openapi.json", .permission = Permission::open(), .summary = "This document",
                  .handler = [document = std::make_shared<LateDocument>(registry)](const Request&, const security::Caller&)
                      -> Result<Answer> {
                    Answer answer;
                    answer.body = document->text();
                    return answer;
                  },
                  .response = schema::anything()});
}

}  // namespace mis::http

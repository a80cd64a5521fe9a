// What the utility has decided, and the nightly work that somebody starts.
#include <nlohmann/json.hpp>

#include "mis/http/fields.hpp"
#include "mis/http/idempotency.hpp"
#include "mis/security/audit.hpp"
#include "modules/receivables/plans.hpp"
#include "modules/receivables/routes.hpp"
#include "modules/receivables/settings.hpp"

namespace mis::receivables {
namespace {

using nlohmann::json;
using namespace mis::http;

json settings_to_json(const Settings& settings) { return {{"allocation_order", name_of(settings.allocation_order)}, {"plan_grace_days", settings.plan_grace_days}}; }

Result<Answer> show_settings(const Services& services) {
  return services.database.read([&](db::Session& s) -> Result<Answer> { 
    const auto settings = read_settings(s);
    return json_answer(settings_to_json(settings)).with_etag(settings.version);
  });
}

Result<Answer> change_settings(const Services& services, const Request& request, const security::Caller& caller) {
  if (auto error = security::require_whole_utility(caller)) return *error;
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  Settings settings;
  settings.allocation_order = allocation_order_of(body->one_of("allocation_order", {"late_first", "principal_first", "all_principal_first"})).value_or(settings.allocation_order);
  settings.plan_grace_days = static_cast<int>(body->integer("plan_grace_days", {.min = 0, .max = kMostGraceDays}));
  if (auto error = body->finish()) return *error;
  return services.database.transact([&](db::Session& session) -> Result<Answer> {
    const auto present = lock_settings(session);
    if (auto error = check_if_match(request, present.version)) return *error;
    const auto before = settings_to_json(present), after = settings_to_json(settings);
    auto version = present.version;
    if (before != after) {
      settings.version = version++;
      const auto now = services.clock.now();
      write_settings(session, settings, caller.user_id, now);
      auto entry = security::audit_entry(caller, "receivables.configure", "receivables_setting", "all");
      entry.before = before.dump();
      entry.after = after.dump();
      security::append_audit(session, now, entry);
    }
    return json_answer(after).with_etag(version);
  });
}

Result<Answer> start_nightly(const Services& services, const Request& request, const security::Caller& caller, const char* kind) {
  if (auto error = security::require_whole_utility(caller)) return *error;
  return idempotent(services, request, caller, [&](db::Session& session) -> Result<Answer> {
    const auto now = services.clock.now();
    auto job = queue_nightly(session, kind, now, caller.user_id);
    if (!job) return std::move(job).error();
    security::append_audit(session, now, security::audit_entry(caller, kind, "job", std::to_string(job->value)));
    return accepted_job(job->value);
  });
}

}  // namespace

void register_settings_routes(Registry& registry) {
  const auto& services = registry.services();
  using namespace schema;
  const auto settings = named("ReceivablesSettings", object({{"allocation_order", one_of({"late_first", "principal_first", "all_principal_first"})}, {"plan_grace_days", integer()}}));
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/receivables/settings",
                  .permission = Permission("receivables.view"),
                  .summary = "How payments are shared out, and how long an instalment may be late",
                  .handler = [&services](const Request&, const security::Caller&) { return show_settings(services); },
                  .response = settings});
  registry.route({.method = Method::kPut,
                  .path = "/api/v1/receivables/settings",
                  .permission = Permission("receivables.configure"),
                  .summary = "Change how payments are shared out, and how long an instalment may be late",
                  .handler = [&services](const Request& r, const security::Caller& c) { return change_settings(services, r, c); },
                  .request = settings,
                  .response = settings,
                  .if_match = true});
  const auto nightly = [&](const char* path, const char* kind, const char* summary) {
    registry.route({.method = Method::kPost,
                    .path = path,
                    .permission = Permission("receivables.approve"),
                    .summary = summary,
                    .handler = [&services, kind](const Request& r, const security::Caller& c) { return start_nightly(services, r, c, kind); },
                    .response = object({{"job_id", integer()}}),
                    .status = 202,
                    .idempotency_key = true});
  };
  nightly("/api/v1/receivables/advances/apply", kApplyAdvancesJob, "Use every account's advance for what it owes");
  nightly("/api/v1/receivables/plans/review", kReviewPlansJob, "Look at every instalment plan: which are kept, which are broken");
}

}  // namespace mis::receivables

// Registration of the outbox: permissions, the delivery job, and the routes by which people see what went out and what did not.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/http/fields.hpp"
#include "mis/http/idempotency.hpp"
#include "mis/http/page.hpp"
#include "mis/jobs/jobs.hpp"
#include "mis/jobs/timer.hpp"
#include "mis/outbox/outbox.hpp"
#include "mis/registry.hpp"
#include "mis/security/audit.hpp"

namespace mis::outbox {
namespace {

using nlohmann::json;
using namespace mis::http;

constexpr std::int64_t kMicrosPerDay = std::int64_t{24} * 3'600'000'000;
constexpr int kClearedAtOnce = 500;

json instant_json(const std::optional<Instant>& at) { return at ? json(at->to_string()) : json(nullptr); }

// Addresses are shown in part (Personal Information Protection Law, art. 51); whoever must know the whole finds it at the customer.
std::string masked(Kind kind, const std::string& address) {
  switch (kind) {
    case Kind::kSms: return address.size() < 8 ? "****" : address.substr(0, 3) + "****" + address.substr(address.size() - 4);
    case Kind::kEmail: return address.substr(0, 1) + "***" + address.substr(std::min(address.find('@'), address.size()));
    case Kind::kLetter: return address;
  }
  return "";
}

constexpr std::string_view kColumns =
    "SELECT m.message_id, m.kind, m.address, m.subject, m.body, m.attachment_name, m.entity, m.entity_id, m.state, m.batch_id, m.attempts, m.not_before, m.queued_at, m.finished_at, m.last_error, "
    "COALESCE(b.provider, ''), COALESCE(b.reference, '') "
    "FROM outbox_message m LEFT JOIN outbox_batch b ON b.batch_id = m.batch_id LEFT JOIN administration_org_name o ON o.org_id = m.org_id ";

json message_to_json(const db::Rows& row) {
  const auto kind = static_cast<Kind>(row.i32(1));
  const auto text_or_null = [&](int column) { return row.text(column).empty() ? json(nullptr) : json(row.text(column)); };
  return {{"message_id", row.i64(0)},
          {"kind", name_of(kind)},
          {"address", masked(kind, row.text(2))},
          {"subject", row.text(3)},
          {"body", row.text(4)},
          {"attachment", text_or_null(5)},
          {"entity", row.text(6)},
          {"entity_id", row.text(7)},
          {"state", row.text(8)},
          {"batch_id", row.is_null(9) ? json(nullptr) : json(row.i64(9))},
          {"attempts", row.i32(10)},
          {"not_before", row.instant(11).to_string()},
          {"queued_at", row.instant(12).to_string()},
          {"finished_at", instant_json(row.instant_or_null(13))},
          {"error", text_or_null(14)},
          {"provider", text_or_null(15)},
          {"reference", text_or_null(16)}};
}

Schema message_schema() {
  using namespace schema;
  return named("OutboxMessage", object({{"message_id", integer()},
                                        {"kind", one_of({"sms", "email", "letter"})},
                                        {"address", text()},
                                        {"subject", text()},
                                        {"body", text()},
                                        {"attachment", text().or_null()},
                                        {"entity", text()},
                                        {"entity_id", text()},
                                        {"state", one_of({"queued", "sending", "sent", "failed", "unknown"})},
                                        {"batch_id", integer().or_null()},
                                        {"attempts", integer()},
                                        {"not_before", instant()},
                                        {"queued_at", instant()},
                                        {"finished_at", instant().or_null()},
                                        {"error", text().or_null()},
                                        {"provider", text().or_null()},
                                        {"reference", text().or_null()}}));
}

// Within the caller's scope; messages of the whole utility are for those who see all of it.
Result<json> find_message(db::Session& session, std::int64_t id, const security::Caller& caller) {
  auto rows = session.query(std::string(kColumns) + "WHERE m.message_id = ? AND (? OR o.path LIKE ?)", id, caller.sees_everything(), caller.scope_pattern());
  if (!rows.next()) return not_found("outbox.no_message", fmt::format("expected a message with the number {} but there is none", id));
  return message_to_json(rows);
}

Result<Answer> list_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto page = query.page(1);
  const auto state = query.optional_one_of("state", {"queued", "sending", "sent", "failed", "unknown"});
  const auto kind = query.optional_one_of("kind", {"sms", "email", "letter"});
  const auto entity = query.optional_text("entity", {.max_length = 40, .characters = TextRule::Characters::kCode});
  const auto entity_id = query.optional_text("entity_id", {.max_length = 60});
  if (auto error = query.finish()) return *error;
  const auto kind_number = kind ? std::optional(static_cast<int>(*kind_of(*kind))) : std::nullopt;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    json items = json::array();
    for (auto rows = s.query(std::string(kColumns) + "WHERE m.message_id < ? AND (? IS NULL OR m.state = ?) AND (? IS NULL OR m.kind = ?) AND (? IS NULL OR m.entity = ?) "
                                                     "AND (? IS NULL OR m.entity_id = ?) AND (? OR o.path LIKE ?) ORDER BY m.message_id DESC LIMIT ?",
                             page.key(0, INT64_MAX), state, state, kind_number, kind_number, entity, entity, entity_id, entity_id, caller.sees_everything(), caller.scope_pattern(),
                             page.limit + 1); rows.next();)
      items.push_back(message_to_json(rows));
    std::vector<std::string> keys;
    for (const auto& item : items) keys.push_back(std::to_string(item.at("message_id").get<std::int64_t>()));
    return page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{keys[i]}; });
  });
}

Result<Answer> summary_answer(const Services& services, const security::Caller& caller) {
  if (auto error = security::require_whole_utility(caller)) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    json items = json::array();
    for (auto rows = s.query("SELECT kind, state, COUNT(*), MIN(queued_at) FROM outbox_message GROUP BY kind, state ORDER BY kind, state"); rows.next();)
      items.push_back({{"kind", name_of(static_cast<Kind>(rows.i32(0)))}, {"state", rows.text(1)}, {"messages", rows.i64(2)}, {"oldest_queued_at", rows.instant(3).to_string()}});
    return json_answer({{"items", items}});
  });
}

jobs::Kind deliver_kind(const Services& services, const Providers& providers) {
  jobs::Kind kind;
  kind.name = kDeliverJob;
  kind.run_shard = [&services, &providers](db::Session& session, const jobs::Job&, const jobs::Shard& shard) -> Result<std::int64_t> {
    const auto message_kind = static_cast<Kind>(shard.key);
    auto* provider = providers.of(message_kind);
    if (provider == nullptr) return 0;  // this process has none: the messages wait
    auto delivered = deliver(services.database, session, services.clock, message_kind, *provider);
    if (!delivered) return std::move(delivered).error();
    return delivered->sent;
  };
  return kind;
}

jobs::Kind clear_kind(const Services& services, const Providers& providers, const Keeping& keeping) {
  jobs::Kind kind;
  kind.name = kClearJob;
  kind.run_shard = [&services, &providers, &keeping](db::Session&, const jobs::Job&, const jobs::Shard& shard) -> Result<std::int64_t> {
    const auto message_kind = static_cast<Kind>(shard.key);
    auto* provider = providers.of(message_kind);
    if (provider == nullptr || keeping.days == 0) return 0;
    const Instant before{services.clock.now().micros - keeping.days * kMicrosPerDay};
    std::int64_t cleared = 0;
    for (;;) {
      auto some = clear_sent(services.database, services.clock, message_kind, *provider, before, kClearedAtOnce);
      if (!some) return std::move(some).error();
      cleared += *some;
      if (*some < kClearedAtOnce) return cleared;
    }
  };
  return kind;
}

void add_timers(jobs::Timers& timers, const Providers& providers, const Keeping& keeping) {
  timers.add({std::string(kDeliverJob), jobs::every_seconds(3), [&providers](db::Session& s, Instant now) -> Result<std::optional<JobId>> { return request_delivery_if_due(s, providers, now); }});
  timers.add({std::string(kClearJob), jobs::daily_at(3, 0), [&providers, &keeping](db::Session& s, Instant now) -> Result<std::optional<JobId>> {
                if (keeping.days == 0 || jobs::is_active(s, kClearJob, 0)) return std::optional<JobId>{};
                std::vector<jobs::Shard> shards;
                for (const auto kind : kKinds)
                  if (providers.of(kind) != nullptr) shards.push_back({static_cast<int>(kind), 0});
                if (shards.empty()) return std::optional<JobId>{};
                return std::optional(jobs::create(s, now, kClearJob, 0, "batches", shards, {}));
              }});
}

Result<Answer> retry_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto id = request.id_param("message_id");
  if (!id) return std::move(id).error();
  return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
    if (auto found = find_message(s, *id, caller); !found) return std::move(found).error();
    if (auto status = retry(s, {*id}, services.clock.now()); !status) return std::move(status).error();
    auto found = find_message(s, *id, caller);
    if (!found) return std::move(found).error();
    security::append_audit(s, services.clock.now(), security::audit_entry(caller, "outbox.retry", "outbox_message", std::to_string(*id)));
    return json_answer(*found);
  });
}

}  // namespace

void register_module(Registry& registry) {
  const auto& services = registry.services();
  const auto& providers = registry.part<Providers>();
  registry.permission({"outbox.view", "查看对外消息", "See messages to customers"});
  registry.permission({"outbox.operate", "发送对外消息", "Send messages and retry those that failed"});
  registry.table_prefix("outbox_");
  const auto& keeping = registry.part<Keeping>();
  registry.part<jobs::Kinds>().add(deliver_kind(services, providers));
  registry.part<jobs::Kinds>().add(clear_kind(services, providers, keeping));
  add_timers(registry.part<jobs::Timers>(), providers, keeping);

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/outbox/messages",
                  .permission = Permission("outbox.view"),
                  .summary = "Messages to people outside, newest first; those that were refused for good have the state failed",
                  .handler = [&services](const Request& r, const security::Caller& c) { return list_answer(services, r, c); },
                  .query = page_parameters({{"state", schema::one_of({"queued", "sending", "sent", "failed", "unknown"}), "only those in this state"},
                                            {"kind", schema::one_of({"sms", "email", "letter"}), "only those of this kind"},
                                            {"entity", schema::text(40), "what they are about"},
                                            {"entity_id", schema::text(60), "and which one"}}),
                  .response = schema::page_of(message_schema())});

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/outbox/messages/{message_id}",
                  .permission = Permission("outbox.view"),
                  .summary = "One message",
                  .handler = [&services](const Request& request, const security::Caller& caller) -> Result<Answer> {
                    auto id = request.id_param("message_id");
                    if (!id) return std::move(id).error();
                    return services.database.read([&](db::Session& s) -> Result<Answer> {
                      auto found = find_message(s, *id, caller);
                      if (!found) return std::move(found).error();
                      return json_answer(*found);
                    });
                  },
                  .response = message_schema()});

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/outbox/summary",
                  .permission = Permission("outbox.view"),
                  .summary = "How many messages are in which state",
                  .handler = [&services](const Request&, const security::Caller& c) { return summary_answer(services, c); },
                  .response = schema::items_of(schema::object({{"kind", schema::text()}, {"state", schema::text()}, {"messages", schema::integer()}, {"oldest_queued_at", schema::instant()}}))});

  registry.route({.method = Method::kPost,
                  .path = "/api/v1/outbox/deliveries",
                  .permission = Permission("outbox.operate"),
                  .summary = "Send what is due now",
                  .handler = [&services, &providers](const Request& request, const security::Caller& caller) -> Result<Answer> {
                    return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
                      return accepted_job(request_delivery(s, providers, services.clock.now(), caller.user_id).value);
                    });
                  },
                  .response = schema::object({{"job_id", schema::integer()}}),
                  .status = 202,
                  .idempotency_key = true});

  registry.route({.method = Method::kPost,
                  .path = "/api/v1/outbox/messages/{message_id}/retry",
                  .permission = Permission("outbox.operate"),
                  .summary = "Put a message that has failed back into the queue",
                  .handler = [&services](const Request& r, const security::Caller& c) { return retry_answer(services, r, c); },
                  .response = message_schema(),
                  .idempotency_key = true});
}

}  // namespace mis::outbox

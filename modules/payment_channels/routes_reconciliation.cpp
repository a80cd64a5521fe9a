// Reconciliation and settlement over HTTP.
#include <nlohmann/json.hpp>

#include "mis/http/fields.hpp"
#include "mis/http/idempotency.hpp"
#include "mis/http/page.hpp"
#include "modules/payment_channels/channel_json.hpp"
#include "modules/payment_channels/routes.hpp"

namespace mis::payment_channels {
namespace {

using nlohmann::json;
using namespace mis::http;

constexpr std::size_t kMostFileBytes = 32U << 20U;

Result<Date> date_param(const Request& request) {
  const auto date = Date::parse(request.param("date"));
  if (!date) return not_found("payment_channels.no_reconciliation", "expected a business date like 2026-11-22 but found another");
  return *date;
}

Result<Reconciliation> reconciliation_of(db::Session& session, const Channel& channel, const Request& request) {
  auto date = date_param(request);
  if (!date) return std::move(date).error();
  auto found = find_reconciliation(session, channel.id, *date);
  if (!found) return not_found("payment_channels.no_reconciliation", "expected a file of this day but there is none yet");
  return std::move(*found);
}

Result<Answer> load_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto business_date = query.date("business_date");
  const auto name = query.optional_text("file_name", {.max_length = 100}).value_or("");
  if (auto error = query.finish()) return *error;
  return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
    auto channel = channel_of(s, request, caller);
    if (!channel) return std::move(channel).error();
    auto loaded = ReconciliationService(services).load(s, *channel, {business_date, name, request.body}, caller.user_id);
    if (!loaded) return std::move(loaded).error();
    return accepted_job(loaded->job->value);
  });
}

Result<Answer> list_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto page = query.page(1);
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto channel = channel_of(s, request, caller);
    if (!channel) return std::move(channel).error();
    const auto list = list_reconciliations(s, channel->id, {static_cast<std::int32_t>(page.key(0, kForever.days))}, page.limit + 1);
    json items = json::array();
    for (const auto& r : list) items.push_back(to_json(s, *channel, r));
    return page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{std::to_string(list[i].business_date.days)}; });
  });
}

Result<Answer> day_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto page = query.page(1);
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto channel = channel_of(s, request, caller);
    if (!channel) return std::move(channel).error();
    auto r = reconciliation_of(s, *channel, request);
    if (!r) return std::move(r).error();
    const auto differences = list_differences(s, r->id, page.key(0, 0), page.limit + 1);
    return page_answer(differences_to_json(s, differences), page, [&](std::size_t i) { return std::vector{std::to_string(differences[i].id)}; },
                       {{"reconciliation", to_json(s, *channel, *r)}});
  });
}

// What the three commands about a difference share.
using Command = std::function<Result<Difference>(db::Session&, ReconciliationService&, const Channel&, std::int64_t)>;
Result<Answer> difference_command(const Services& services, const Request& request, const security::Caller& caller, const Command& command) {
  auto id = request.id_param("difference_id");
  if (!id) return std::move(id).error();
  return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
    auto channel = channel_of(s, request, caller);
    if (!channel) return std::move(channel).error();
    auto r = reconciliation_of(s, *channel, request);
    if (!r) return std::move(r).error();
    ReconciliationService service(services);
    auto done = command(s, service, *channel, *id);
    if (!done) return std::move(done).error();
    if (done->reconciliation_id != r->id) return not_found("payment_channels.no_difference", "expected a difference of this day but it is of another");
    return json_answer(differences_to_json(s, {*done}).at(0));
  });
}

Result<Answer> resolve_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  const auto how = body->one_of("how", {"post", "reverse", "ignore"});
  const auto note = body->text("note", {.max_length = 60});
  if (auto error = body->finish()) return *error;
  return difference_command(services, request, caller, [&](db::Session& s, ReconciliationService& service, const Channel& channel, std::int64_t id) {
    return service.propose(s, channel, {id, *resolution_of(how), note}, caller);
  });
}

Result<Answer> propose_settlement(const Services& services, const Request& request, const security::Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  Settlement wanted;
  wanted.business_date = body->date("business_date");
  wanted.amount = body->money("amount");
  wanted.reference = body->text("reference", {.max_length = 64});
  wanted.note = body->optional_text("note", {.max_length = 60}).value_or("");
  if (auto error = body->finish()) return *error;
  return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
    auto channel = channel_of(s, request, caller);
    if (!channel) return std::move(channel).error();
    auto stored = SettlementService(services).propose(s, *channel, wanted, caller);
    if (!stored) return std::move(stored).error();
    return json_answer(to_json(s, *stored), 201);
  });
}

Result<Answer> decide_settlement(const Services& services, const Request& request, const security::Caller& caller, bool post) {
  auto id = request.id_param("settlement_id");
  if (!id) return std::move(id).error();
  return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
    auto channel = channel_of(s, request, caller);
    if (!channel) return std::move(channel).error();
    auto done = SettlementService(services).decide(s, *channel, *id, post, caller);
    if (!done) return std::move(done).error();
    return json_answer(to_json(s, *done));
  });
}

Result<Answer> settlements_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto page = query.page(1);
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto channel = channel_of(s, request, caller);
    if (!channel) return std::move(channel).error();
    const auto list = SettlementService::list(s, channel->id, page.key(0, INT64_MAX), page.limit + 1);
    json items = json::array();
    for (const auto& settlement : list) items.push_back(to_json(s, settlement));
    return page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{std::to_string(list[i].id)}; });
  });
}

}  // namespace

void register_reconciliation_routes(Registry& registry) {
  const auto& services = registry.services();
  using namespace schema;
  const auto post = [&](std::string path, const char* permission, std::string summary, Handler handler, Schema request, Schema response) {
    registry.route({.method = Method::kPost, .path = std::move(path), .permission = Permission(permission), .summary = std::move(summary), .handler = std::move(handler), .request = std::move(request),
                    .response = std::move(response), .idempotency_key = true});
  };
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/channels/{code}/reconciliations",
                  .permission = Permission("channels.operate"),
                  .summary = "Loads the channel's file of a business day (the body, as the channel made it) and compares it; the same file again changes nothing",
                  .handler = [&services](const Request& r, const security::Caller& c) { return load_answer(services, r, c); },
                  .query = {{"business_date", date(), "The day that the file is of", true}, {"file_name", text(100), "As the channel calls it"}},
                  .response = object({{"job_id", integer()}}),
                  .status = 202,
                  .idempotency_key = true,
                  .max_body_bytes = kMostFileBytes});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/channels/{code}/reconciliations",
                  .permission = Permission("channels.view"),
                  .summary = "Reconciled days of a channel, newest first",
                  .handler = [&services](const Request& r, const security::Caller& c) { return list_answer(services, r, c); },
                  .query = page_parameters(),
                  .response = page_of(reconciliation_schema())});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/channels/{code}/reconciliations/{date}",
                  .permission = Permission("channels.view"),
                  .summary = "A day's totals on both sides and its differences",
                  .handler = [&services](const Request& r, const security::Caller& c) { return day_answer(services, r, c); },
                  .query = page_parameters(),
                  .response = page_of(difference_schema(), {{"reconciliation", reconciliation_schema()}})});
  const std::string item = "/api/v1/channels/{code}/reconciliations/{date}/items/{difference_id}";
  post(item + "/resolve", "channels.operate", "Proposes how to settle a difference", [&services](const Request& r, const security::Caller& c) { return resolve_answer(services, r, c); },
       object({{"how", one_of({"post", "reverse", "ignore"})}, {"note", text(60)}}), difference_schema());
  post(item + "/approve", "channels.approve", "A second person settles it as proposed", [&services](const Request& r, const security::Caller& c) {
    return difference_command(services, r, c, [&](db::Session& s, ReconciliationService& service, const Channel& channel, std::int64_t id) { return service.approve(s, channel, id, c); });
  }, {}, difference_schema());
  post(item + "/withdraw", "channels.operate", "Takes the proposal back", [&services](const Request& r, const security::Caller& c) {
    return difference_command(services, r, c, [&](db::Session& s, ReconciliationService& service, const Channel& channel, std::int64_t id) { return service.withdraw(s, channel, id, c); });
  }, {}, difference_schema());
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/channels/{code}/settlements",
                  .permission = Permission("channels.view"),
                  .summary = "What has arrived at the bank of a channel's money, newest first",
                  .handler = [&services](const Request& r, const security::Caller& c) { return settlements_answer(services, r, c); },
                  .query = page_parameters(),
                  .response = page_of(settlement_schema())});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/channels/{code}/settlements",
                  .permission = Permission("channels.operate"),
                  .summary = "Tells that money in transit has arrived at the bank",
                  .handler = [&services](const Request& r, const security::Caller& c) { return propose_settlement(services, r, c); },
                  .request = object({{"business_date", date()}, {"amount", yuan()}, {"reference", text(64)}, {"note", text(60), false}}),
                  .response = settlement_schema(),
                  .status = 201,
                  .idempotency_key = true});
  const std::string settlement = "/api/v1/channels/{code}/settlements/{settlement_id}";
  post(settlement + "/post", "channels.approve", "A second person posts it", [&services](const Request& r, const security::Caller& c) { return decide_settlement(services, r, c, true); }, {}, settlement_schema());
  post(settlement + "/refuse", "channels.approve", "A second person refuses it", [&services](const Request& r, const security::Caller& c) { return decide_settlement(services, r, c, false); }, {},
       settlement_schema());
}

}  // namespace mis::payment_channels

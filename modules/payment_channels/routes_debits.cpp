// Debit batches, their results and differences over HTTP.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/security/audit.hpp"
#include "modules/customers/customers.hpp"
#include "modules/payment_channels/debit_results.hpp"
#include "modules/payment_channels/route_parts.hpp"
#include "modules/payment_channels/routes.hpp"

namespace mis::payment_channels {
namespace {

using nlohmann::json;
using namespace mis::http;

constexpr std::size_t kMostResultBytes = 128U << 20U;  // pain.002 of 100,000 debits has some 60 MB

json to_json(const DebitBatch& b) {
  return {{"batch_id", b.id},
          {"batch_no", b.batch_no},
          {"state", name_of(b.state)},
          {"note", or_null(b.note)},
          {"collect_on", b.collect_on.to_string()},
          {"answer_by", b.answer_by.to_string()},
          {"basis", name_of(b.basis)},
          {"billing_month", or_null(b.month)},
          {"format", name_of(b.format)},
          {"count", b.count},
          {"amount", format_yuan(b.amount)},
          {"file_name", or_null(b.file_name)},
          {"file_sha256", or_null(b.file_sha256)},
          {"job_id", or_null(b.job)},
          {"created_at", b.created_at.to_string()},
          {"sent_at", or_null(b.sent_at)},
          {"version", b.version}};
}

json to_json(db::Session& session, const DebitResult& r) {
  json verdicts = json::array();
  for (const auto& v : count_verdicts(session, r.id)) verdicts.push_back({{"verdict", v.verdict}, {"count", v.count}, {"paid", format_yuan(v.paid)}});
  return {{"result_id", r.id}, {"state", r.taken ? "taken" : "loaded"}, {"file_name", r.file_name}, {"file_sha256", r.file_sha256}, {"lines", r.lines}, {"verdicts", verdicts},
          {"job_id", or_null(r.job)}, {"loaded_at", r.loaded_at.to_string()}, {"taken_at", or_null(r.taken_at)}};
}

json debits_to_json(db::Session& session, const std::vector<DebitItem>& list) {
  std::vector<AccountId> accounts;
  for (const auto& item : list) accounts.push_back(item.account);
  const auto labels = customers::labels_of(session, accounts);
  json items = json::array();
  for (const auto& item : list) {
    const auto label = labels.find(item.account);
    items.push_back({{"item_id", item.id},
                     {"end_to_end_id", item.end_to_end_id},
                     {"account_no", item.account_no},
                     {"name", label == labels.end() ? "" : label->second.name},
                     {"mandate_no", item.mandate_ref},
                     {"bank_account", item.debtor.number},
                     {"bank_account_name", item.debtor.name},
                     {"amount", format_yuan(item.amount)},
                     {"billing_month", or_null(item.month)},
                     {"state", name_of(item.state)},
                     {"paid", or_null(item.paid)},
                     {"paid_on", or_null(item.paid_on)},
                     {"reason", or_null(item.reason)}});
  }
  return items;
}

json to_json(db::Session& session, const DebitDifferenceRow& d) {
  return {{"difference_id", d.id},
          {"batch_id", d.batch_id},
          {"line_no", or_null(d.line_no)},
          {"kind", d.kind},
          {"end_to_end_id", or_null(d.end_to_end_id)},
          {"expected", or_null(d.expected)},
          {"found", or_null(d.found)},
          {"message", d.message},
          {"state", d.state},
          {"how", or_null(d.how)},
          {"note", or_null(d.note)},
          {"proposed_by", person(session, d.proposed_by)},
          {"proposed_by_id", d.proposed_by ? json(d.proposed_by->value) : json(nullptr)},
          {"proposed_at", or_null(d.proposed_at)},
          {"decided_by", person(session, d.decided_by)},
          {"decided_at", or_null(d.decided_at)},
          {"version", d.version}};
}

Result<DebitBatch> batch_of(db::Session& session, const Channel& channel, const Request& request) {
  auto id = request.id_param("batch_id");
  if (!id) return std::move(id).error();
  auto batch = find_batch(session, channel.id, *id);
  if (!batch) return not_found("payment_channels.no_batch", "expected a batch of this channel with this number but there is none");
  return std::move(*batch);
}

void audit(db::Session& session, const Services& services, const security::Caller& caller, const char* action, const Channel& channel, const DebitBatch& b) {
  auto entry = security::audit_entry(caller, action, "debit_batch", b.batch_no);
  entry.after = json({{"channel", channel.code}, {"state", name_of(b.state)}, {"collect_on", b.collect_on.to_string()}, {"count", b.count}, {"amount_fen", b.amount.value}}).dump();
  security::append_audit(session, services.clock.now(), entry);
}

Result<Answer> create_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  DebitBatchService::Order order;
  order.collect_on = body->date("collect_on");
  order.month = body->optional_month("billing_month");
  if (auto error = body->finish()) return *error;
  return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
    auto channel = channel_of(s, request, caller);
    if (!channel) return std::move(channel).error();
    auto batch = DebitBatchService(services).create(s, *channel, order, caller.user_id);
    if (!batch) return std::move(batch).error();
    audit(s, services, caller, "payment_channels.debit_batch_create", *channel, *batch);
    return accepted_job(batch->job->value);
  });
}

Result<Answer> batches_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  return channel_page(services, request, caller, query,
                      [](db::Session& s, const Channel& channel, const PageRequest& page) { return Result(list_batches(s, channel.id, page.key(0, INT64_MAX), page.limit + 1)); },
                      [](db::Session&, const auto& list) { return each_to_json(list, [](const DebitBatch& b) { return to_json(b); }); });
}

Result<Answer> batch_answer(const Services& services, const Request& request, const security::Caller& caller) {
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto channel = channel_of(s, request, caller);
    if (!channel) return std::move(channel).error();
    auto batch = batch_of(s, *channel, request);
    if (!batch) return std::move(batch).error();
    auto body = to_json(*batch);
    body["totals"] = json::array();
    for (const auto& t : batch_totals(s, batch->id)) body["totals"].push_back({{"state", name_of(t.state)}, {"count", t.count}, {"amount", format_yuan(t.amount)}, {"paid", format_yuan(t.paid)}});
    body["results"] = json::array();
    for (const auto& r : list_results(s, batch->id)) body["results"].push_back(to_json(s, r));
    return json_answer(body).with_etag(batch->version);
  });
}

Result<Answer> items_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto state = query.optional_one_of("state", {"prepared", "sent", "unknown", "paid", "partly", "refused", "cancelled", "returned"});
  return channel_page(services, request, caller, query,
                      [&](db::Session& s, const Channel& channel, const PageRequest& page) -> Result<std::vector<DebitItem>> {
                        auto batch = batch_of(s, channel, request);
                        if (!batch) return std::move(batch).error();
                        return list_debits(s, batch->id, state ? debit_state_of(*state) : std::nullopt, page.key(0, 0), page.limit + 1);
                      },
                      debits_to_json);
}

Result<Answer> file_answer(const Services& services, const Request& request, const security::Caller& caller) {
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto channel = channel_of(s, request, caller);
    if (!channel) return std::move(channel).error();
    auto batch = batch_of(s, *channel, request);
    if (!batch) return std::move(batch).error();
    auto text = read_batch_file(s, *batch);
    if (!text) return std::move(text).error();
    Answer answer;
    answer.content_type = batch->format == DebitFormat::kText ? "application/octet-stream" : "application/xml";
    answer.body = std::move(*text);
    return answer.with_header("Content-Disposition", fmt::format("attachment; filename=\"{}\"", batch->file_name));
  });
}

using BatchCommand = std::function<Result<DebitBatch>(db::Session&, DebitBatchService&, const Channel&, std::int64_t)>;
Result<Answer> batch_command(const Services& services, const Request& request, const security::Caller& caller, const char* action, const BatchCommand& command) {
  DebitBatchService service(services);
  return channel_command(services, request, caller, "batch_id", [&](db::Session& s, const Channel& channel, std::int64_t id) { return command(s, service, channel, id); },
                         [&](db::Session& s, const Channel& channel, const DebitBatch& done) {
                           audit(s, services, caller, action, channel, done);
                           return to_json(done);
                         });
}

Result<Answer> result_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto id = request.id_param("batch_id");
  if (!id) return std::move(id).error();
  return upload_answer(services, request, caller, [&](db::Session& s, const Channel& channel, const std::string& name) { return DebitResultService(services).load(s, channel, *id, {name, request.body}, caller.user_id); });
}

Result<Answer> differences_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto state = query.optional_one_of("state", {"open", "proposed", "settled"});
  const auto batch_id = query.optional_integer("batch_id", {.min = 1});
  return channel_page(services, request, caller, query,
                      [&](db::Session& s, const Channel& channel, const PageRequest& page) { return Result(list_debit_differences(s, channel.id, state, page.key(0, 0), page.limit + 1, batch_id)); },
                      [](db::Session& s, const auto& list) { return each_to_json(list, [&](const DebitDifferenceRow& d) { return to_json(s, d); }); });
}

using DifferenceCommand = std::function<Result<DebitDifferenceRow>(db::Session&, DebitDifferenceService&, const Channel&, std::int64_t)>;
Result<Answer> difference_command(const Services& services, const Request& request, const security::Caller& caller, const DifferenceCommand& command) {
  DebitDifferenceService service(services);
  return channel_command(services, request, caller, "difference_id", [&](db::Session& s, const Channel& channel, std::int64_t id) { return command(s, service, channel, id); },
                         [](db::Session& s, const Channel&, const DebitDifferenceRow& done) { return to_json(s, done); });
}

Result<Answer> resolve_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  const auto how = body->one_of("how", {"take_in", "take_back", "refuse", "ignore"});
  const auto note = body->text("note", {.max_length = 100});
  if (auto error = body->finish()) return *error;
  return difference_command(services, request, caller, [&](db::Session& s, DebitDifferenceService& service, const Channel& channel, std::int64_t id) {
    return service.propose(s, channel, id, *debit_remedy_of(how), note, caller);
  });
}

std::vector<Property> batch_properties() {
  using namespace schema;
  return {{"batch_id", integer()}, {"batch_no", text()}, {"state", one_of({"preparing", "prepared", "sent", "closed", "cancelled"})}, {"note", text().or_null()}, {"collect_on", date()}, {"answer_by", date()},
          {"basis", one_of({"due", "principal"})}, {"billing_month", month().or_null()}, {"format", text()}, {"count", integer()}, {"amount", yuan()}, {"file_name", text().or_null()}, {"file_sha256", text().or_null()},
          {"job_id", integer().or_null()}, {"created_at", instant()}, {"sent_at", instant().or_null()}, {"version", integer()}};
}

Schema result_schema() {
  using namespace schema;
  return named("DebitResult", object({{"result_id", integer()}, {"state", one_of({"loaded", "taken"})}, {"file_name", text()}, {"file_sha256", text()}, {"lines", integer()},
                                      {"verdicts", list_of(object({{"verdict", text()}, {"count", integer()}, {"paid", yuan()}}))}, {"job_id", integer().or_null()}, {"loaded_at", instant()}, {"taken_at", instant().or_null()}}));
}

void register_batches(Registry& registry) {
  const auto& services = registry.services();
  using namespace schema;
  const auto batch = named("DebitBatch", object(batch_properties()));
  auto detailed = batch_properties();
  detailed.push_back({"totals", list_of(object({{"state", text()}, {"count", integer()}, {"amount", yuan()}, {"paid", yuan()}}))});
  detailed.push_back({"results", list_of(result_schema())});
  const auto job = object({{"job_id", integer()}});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/channels/{code}/debit-batches",
                  .permission = Permission("channels.operate"),
                  .summary = "Gather what accounts with a mandate owe on a day into a batch of direct debits",
                  .handler = [&services](const Request& r, const security::Caller& c) { return create_answer(services, r, c); },
                  .request = object({{"collect_on", date()}, {"billing_month", month(), false}}),
                  .response = job,
                  .status = 202,
                  .idempotency_key = true});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/channels/{code}/debit-batches",
                  .permission = Permission("channels.view"),
                  .summary = "Batches of direct debits, newest first",
                  .handler = [&services](const Request& r, const security::Caller& c) { return batches_answer(services, r, c); },
                  .query = page_parameters(),
                  .response = page_of(batch)});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/channels/{code}/debit-batches/{batch_id}",
                  .permission = Permission("channels.view"),
                  .summary = "A batch with what became of its debits, and the bank's results",
                  .handler = [&services](const Request& r, const security::Caller& c) { return batch_answer(services, r, c); },
                  .response = named("DebitBatchDetail", object(detailed))});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/channels/{code}/debit-batches/{batch_id}/items",
                  .permission = Permission("channels.view"),
                  .summary = "The debits of a batch",
                  .handler = [&services](const Request& r, const security::Caller& c) { return items_answer(services, r, c); },
                  .query = page_parameters({{"state", text(), "In this state"}}),
                  .response = page_of(named("Debit", object({{"item_id", integer()}, {"end_to_end_id", text()}, {"account_no", text()}, {"name", text()}, {"mandate_no", text()}, {"bank_account", text()},
                                                             {"bank_account_name", text()}, {"amount", yuan()}, {"billing_month", month().or_null()}, {"state", text()}, {"paid", yuan().or_null()},
                                                             {"paid_on", date().or_null()}, {"reason", text().or_null()}})))});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/channels/{code}/debit-batches/{batch_id}/file",
                  .permission = Permission("channels.operate"),
                  .summary = "The batch's file for the bank, once it was sent; always the same bytes",
                  .handler = [&services](const Request& r, const security::Caller& c) { return file_answer(services, r, c); }});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/channels/{code}/debit-batches/{batch_id}/send",
                  .permission = Permission("channels.operate"),
                  .summary = "Release a batch: its file may go to the bank, and it is not cancelled any more; debits whose mandate was cancelled are taken out, and a batch of which nothing is left, or whose day is over, is cancelled",
                  .handler = [&services](const Request& r, const security::Caller& c) {
                    return batch_command(services, r, c, "payment_channels.debit_batch_send", [&](db::Session& s, DebitBatchService& service, const Channel& channel, std::int64_t id) { return service.send(s, channel, id, c.user_id); });
                  },
                  .response = batch,
                  .idempotency_key = true});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/channels/{code}/debit-batches/{batch_id}/cancel",
                  .permission = Permission("channels.operate"),
                  .summary = "Cancel a batch before it is sent, also one whose gathering has failed",
                  .handler = [&services](const Request& r, const security::Caller& c) {
                    return batch_command(services, r, c, "payment_channels.debit_batch_cancel", [&](db::Session& s, DebitBatchService& service, const Channel& channel, std::int64_t id) { return service.cancel(s, channel, id); });
                  },
                  .response = batch,
                  .idempotency_key = true});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/channels/{code}/debit-batches/{batch_id}/expire",
                  .permission = Permission("channels.operate"),
                  .summary = "After the deadline: debits without an answer are unknown until the bank is asked",
                  .handler = [&services](const Request& r, const security::Caller& c) {
                    return batch_command(services, r, c, "payment_channels.debit_batch_expire", [&](db::Session& s, DebitBatchService& service, const Channel& channel, std::int64_t id) -> Result<DebitBatch> {
                      auto done = service.expire(s, channel, id);
                      if (!done) return std::move(done).error();
                      return *find_batch(s, channel.id, id);
                    });
                  },
                  .response = batch,
                  .idempotency_key = true});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/channels/{code}/debit-batches/{batch_id}/results",
                  .permission = Permission("channels.operate"),
                  .summary = "A bank's file of answers to a batch: pain.002 or text, as the body of the request",
                  .handler = [&services](const Request& r, const security::Caller& c) { return result_answer(services, r, c); },
                  .query = {{"file_name", text(100), "As the bank calls it"}},
                  .response = job,
                  .status = 202,
                  .idempotency_key = true,
                  .max_body_bytes = kMostResultBytes});
}

}  // namespace

void register_debit_routes(Registry& registry) {
  register_batches(registry);
  const auto& services = registry.services();
  using namespace schema;
  const auto difference = named("DebitDifference", object({{"difference_id", integer()}, {"batch_id", integer()}, {"line_no", integer().or_null()}, {"kind", text()}, {"end_to_end_id", text().or_null()},
                                                           {"expected", yuan().or_null()}, {"found", yuan().or_null()}, {"message", text()}, {"state", one_of({"open", "proposed", "settled"})}, {"how", text().or_null()},
                                                           {"note", text().or_null()}, {"proposed_by", text().or_null()}, {"proposed_by_id", integer().or_null()}, {"proposed_at", instant().or_null()}, {"decided_by", text().or_null()}, {"decided_at", instant().or_null()}, {"version", integer()}}));
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/channels/{code}/debit-differences",
                  .permission = Permission("channels.view"),
                  .summary = "What a bank says of debits against what we know",
                  .handler = [&services](const Request& r, const security::Caller& c) { return differences_answer(services, r, c); },
                  .query = page_parameters({{"state", one_of({"open", "proposed", "settled"}), "In this state"}, {"batch_id", integer(), "Of this batch"}}),
                  .response = page_of(difference)});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/channels/{code}/debit-differences/{difference_id}/resolve",
                  .permission = Permission("channels.operate"),
                  .summary = "Propose how a difference is settled",
                  .handler = [&services](const Request& r, const security::Caller& c) { return resolve_answer(services, r, c); },
                  .request = object({{"how", one_of({"take_in", "take_back", "refuse", "ignore"})}, {"note", text(100)}}),
                  .response = difference,
                  .idempotency_key = true});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/channels/{code}/debit-differences/{difference_id}/withdraw",
                  .permission = Permission("channels.operate"),
                  .summary = "Take a proposal back",
                  .handler = [&services](const Request& r, const security::Caller& c) {
                    return difference_command(services, r, c, [&](db::Session& s, DebitDifferenceService& service, const Channel& channel, std::int64_t id) { return service.withdraw(s, channel, id, c); });
                  },
                  .response = difference,
                  .idempotency_key = true});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/channels/{code}/debit-differences/{difference_id}/approve",
                  .permission = Permission("channels.approve"),
                  .summary = "Approve a proposal as a second person: what was proposed is done",
                  .handler = [&services](const Request& r, const security::Caller& c) {
                    return difference_command(services, r, c, [&](db::Session& s, DebitDifferenceService& service, const Channel& channel, std::int64_t id) { return service.approve(s, channel, id, c); });
                  },
                  .response = difference,
                  .idempotency_key = true});
}

}  // namespace mis::payment_channels

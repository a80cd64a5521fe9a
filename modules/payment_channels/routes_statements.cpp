// Statements and unidentified receipts over HTTP.
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "modules/customers/customers.hpp"
#include "modules/payment_channels/route_parts.hpp"
#include "modules/payment_channels/routes.hpp"
#include "modules/payment_channels/statements.hpp"

namespace mis::payment_channels {
namespace {

using nlohmann::json;
using namespace mis::http;

constexpr std::size_t kMostStatementBytes = 32U << 20U;

Schema receipt_state() { return schema::one_of({"received", "settled", "proposed", "paid", "unidentified", "assigned", "returning", "returned", "retracting", "noted", "bounced"}); }

json to_json(const StatementLoad& l) {
  return {{"file_id", l.id}, {"state", l.taken ? "taken" : "loaded"}, {"file_name", l.file_name}, {"file_sha256", l.file_sha256}, {"receipts", l.receipts}, {"known", l.known},
          {"job_id", or_null(l.job)}, {"loaded_at", l.loaded_at.to_string()}};
}

json receipts_to_json(db::Session& session, const std::vector<Receipt>& list) {
  std::vector<AccountId> accounts;
  for (const auto& r : list)
    if (r.account) accounts.push_back(*r.account);
  const auto labels = customers::labels_of(session, accounts);
  json items = json::array();
  for (const auto& r : list) {
    const auto label = r.account ? labels.find(*r.account) : labels.end();
    items.push_back({{"receipt_id", r.id},
                     {"bank_reference", r.entry_key},
                     {"direction", r.credit ? "credit" : "debit"},
                     {"reversal", r.reversal},
                     {"amount", format_yuan(r.amount)},
                     {"booked_on", r.booked_on.to_string()},
                     {"value_on", r.value_on.to_string()},
                     {"payer_name", or_null(r.payer_name)},
                     {"payer_account", or_null(r.payer_account)},
                     {"remittance", or_null(r.remittance)},
                     {"state", r.state},
                     {"account_no", label == labels.end() ? json(nullptr) : json(label->second.account_no)},
                     {"name", label == labels.end() ? json(nullptr) : json(label->second.name)},
                     {"batch_id", or_null(r.batch_id)},
                     {"business_date", or_null(r.day_on)},
                     {"settlement_id", or_null(r.settlement_id)},
                     {"note", or_null(r.note)},
                     {"proposed_by", person(session, r.proposed_by)},
                     {"proposed_by_id", r.proposed_by ? json(r.proposed_by->value) : json(nullptr)},
                     {"decided_by", person(session, r.decided_by)},
                     {"version", r.version}});
  }
  return items;
}

Result<Answer> load_answer(const Services& services, const Request& request, const security::Caller& caller) {
  return upload_answer(services, request, caller, [&](db::Session& s, const Channel& channel, const std::string& name) { return StatementService(services).load(s, channel, {name, request.body}, caller.user_id); });
}

Result<Answer> files_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  return channel_page(services, request, caller, query,
                      [](db::Session& s, const Channel& channel, const PageRequest& page) { return Result(list_statement_loads(s, channel.id, page.key(0, INT64_MAX), page.limit + 1)); },
                      [](db::Session&, const auto& list) { return each_to_json(list, [](const StatementLoad& l) { return to_json(l); }); });
}

Result<Answer> receipts_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto state = query.optional_one_of("state", {"received", "settled", "proposed", "paid", "unidentified", "assigned", "returning", "returned", "retracting", "noted", "bounced"});
  return channel_page(services, request, caller, query,
                      [&](db::Session& s, const Channel& channel, const PageRequest& page) { return Result(list_receipts(s, channel.id, state, page.key(0, 0), page.limit + 1)); }, receipts_to_json);
}

using Command = std::function<Result<Receipt>(db::Session&, StatementService&, const Channel&, std::int64_t)>;
Result<Answer> receipt_command(const Services& services, const Request& request, const security::Caller& caller, const Command& command) {
  StatementService service(services);
  return channel_command(services, request, caller, "receipt_id", [&](db::Session& s, const Channel& channel, std::int64_t id) { return command(s, service, channel, id); },
                         [](db::Session& s, const Channel&, const Receipt& done) { return receipts_to_json(s, {done}).at(0); });
}

Result<Answer> assign_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  const auto account_no = body->text("account_no", {.max_length = 20});
  if (auto error = body->finish()) return *error;
  return receipt_command(services, request, caller, [&](db::Session& s, StatementService& service, const Channel& channel, std::int64_t id) { return service.assign(s, channel, id, account_no, caller); });
}

Result<Answer> settle_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  StatementService::Origin origin;
  origin.business_date = body->optional_date("business_date");
  origin.batch_no = body->optional_text("batch_no", {.max_length = 40});
  const auto note = body->text("note", {.max_length = 60});
  if (auto error = body->finish()) return *error;
  return receipt_command(services, request, caller, [&](db::Session& s, StatementService& service, const Channel& channel, std::int64_t id) { return service.propose_settlement(s, channel, id, origin, note, caller); });
}

// What is proposed with a reason, and decided about by somebody else.
struct ReceiptProposal {
  const char *propose, *approve, *refuse;  // the ends of the paths
  const char *to_propose, *to_approve, *to_refuse;
  Result<Receipt> (StatementService::*proposed)(db::Session&, const Channel&, std::int64_t, const std::string&, const security::Caller&);
  Result<Receipt> (StatementService::*decided)(db::Session&, const Channel&, std::int64_t, bool, const security::Caller&);
};
constexpr ReceiptProposal kProposals[] = {
    {"return", "approve-return", "refuse-return", "Propose to send an unidentified receipt back", "Approve a return as a second person", "Refuse a return as a second person", &StatementService::propose_return,
     &StatementService::decide_return},
    {"retract", "approve-retraction", "refuse-retraction", "Propose to take back what was given to the wrong account", "Approve it as a second person: the payment is taken back, the receipt unidentified",
     "Refuse it as a second person", &StatementService::propose_retraction, &StatementService::decide_retraction}};

Result<Answer> propose_answer(const Services& services, const Request& request, const security::Caller& caller, const ReceiptProposal& kind) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  const auto note = body->text("note");
  if (auto error = body->finish()) return *error;
  return receipt_command(services, request, caller, [&](db::Session& s, StatementService& service, const Channel& channel, std::int64_t id) { return (service.*kind.proposed)(s, channel, id, note, caller); });
}

}  // namespace

void register_statement_routes(Registry& registry) {
  const auto& services = registry.services();
  using namespace schema;
  const auto receipt = named("BankReceipt", object({{"receipt_id", integer()}, {"bank_reference", text()}, {"direction", one_of({"credit", "debit"})}, {"reversal", boolean()}, {"amount", yuan()}, {"booked_on", date()},
                                                    {"value_on", date()}, {"payer_name", text().or_null()}, {"payer_account", text().or_null()}, {"remittance", text().or_null()}, {"state", receipt_state()},
                                                    {"account_no", text().or_null()}, {"name", text().or_null()}, {"batch_id", integer().or_null()}, {"business_date", date().or_null()},
                                                    {"settlement_id", integer().or_null()}, {"note", text().or_null()}, {"proposed_by", text().or_null()}, {"proposed_by_id", integer().or_null()}, {"decided_by", text().or_null()}, {"version", integer()}}));
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/channels/{code}/statements",
                  .permission = Permission("channels.operate"),
                  .summary = "A bank's statement or notification, camt.053 or camt.054, as the body of the request",
                  .handler = [&services](const Request& r, const security::Caller& c) { return load_answer(services, r, c); },
                  .query = {{"file_name", text(100), "As the bank calls it"}},
                  .response = object({{"job_id", integer()}}),
                  .status = 202,
                  .idempotency_key = true,
                  .max_body_bytes = kMostStatementBytes});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/channels/{code}/statements",
                  .permission = Permission("channels.view"),
                  .summary = "Files of statements, newest first",
                  .handler = [&services](const Request& r, const security::Caller& c) { return files_answer(services, r, c); },
                  .query = page_parameters(),
                  .response = page_of(named("StatementFile", object({{"file_id", integer()}, {"state", one_of({"loaded", "taken"})}, {"file_name", text()}, {"file_sha256", text()}, {"receipts", integer()}, {"known", integer()},
                                                                     {"job_id", integer().or_null()}, {"loaded_at", instant()}})))});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/channels/{code}/receipts",
                  .permission = Permission("channels.view"),
                  .summary = "What has moved on the bank account and what it was; state=unidentified lists what nobody knows",
                  .handler = [&services](const Request& r, const security::Caller& c) { return receipts_answer(services, r, c); },
                  .query = page_parameters({{"state", receipt_state(), "In this state"}}),
                  .response = page_of(receipt)});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/channels/{code}/receipts/{receipt_id}/assign",
                  .permission = Permission("channels.operate"),
                  .summary = "An unidentified receipt was for this account: it is paid",
                  .handler = [&services](const Request& r, const security::Caller& c) { return assign_answer(services, r, c); },
                  .request = object({{"account_no", text(20)}}),
                  .response = receipt,
                  .idempotency_key = true});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/channels/{code}/receipts/{receipt_id}/settle",
                  .permission = Permission("channels.operate"),
                  .summary = "An unidentified receipt was the channel's own money: propose that a business day or a batch is settled by it",
                  .handler = [&services](const Request& r, const security::Caller& c) { return settle_answer(services, r, c); },
                  .request = object({{"business_date", date(), false}, {"batch_no", text(40), false}, {"note", text(60)}}),
                  .response = receipt,
                  .idempotency_key = true});
  for (const auto& kind : kProposals) {
    const std::string path = "/api/v1/channels/{code}/receipts/{receipt_id}/";
    registry.route({.method = Method::kPost,
                    .path = path + kind.propose,
                    .permission = Permission("channels.operate"),
                    .summary = kind.to_propose,
                    .handler = [&services, &kind](const Request& r, const security::Caller& c) { return propose_answer(services, r, c, kind); },
                    .request = object({{"note", text(200)}}),
                    .response = receipt,
                    .idempotency_key = true});
    for (const bool approve : {true, false})
      registry.route({.method = Method::kPost,
                      .path = path + (approve ? kind.approve : kind.refuse),
                      .permission = Permission("channels.approve"),
                      .summary = approve ? kind.to_approve : kind.to_refuse,
                      .handler = [&services, &kind, approve](const Request& r, const security::Caller& c) {
                        return receipt_command(services, r, c, [&](db::Session& s, StatementService& service, const Channel& channel, std::int64_t id) { return (service.*kind.decided)(s, channel, id, approve, c); });
                      },
                      .response = receipt,
                      .idempotency_key = true});
  }
}

}  // namespace mis::payment_channels

// Receipts taken back, at once or by request.
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "mis/http/idempotency.hpp"
#include "mis/http/page.hpp"
#include "mis/security/audit.hpp"
#include "modules/cashier/reversals.hpp"
#include "modules/cashier/routes.hpp"

namespace mis::cashier {
namespace {

using nlohmann::json;
using namespace mis::http;

json request_to_json(const RequestRow& row) {
  return {{"request_id", row.id.value},
          {"receipt_no", row.receipt_no},
          {"method", receivables::name_of(row.method)},
          {"total", format_yuan(row.total)},
          {"hall", hall_to_json(row.hall_code, row.hall_name)},
          {"state", row.state},
          {"reason", row.reason},
          {"requested_by", row.requested_by_name},
          {"requested_at", row.requested_at.to_string()},
          {"decided_by", row.decided_by_name.empty() ? json(nullptr) : json(row.decided_by_name)},
          {"decided_at", row.decided_at ? json(row.decided_at->to_string()) : json(nullptr)},
          {"decision_note", row.decision_note.empty() ? json(nullptr) : json(row.decision_note)}};
}

Schema request_schema() {
  using namespace schema;
  return named("ReversalRequest", object({{"request_id", integer()},
                                          {"receipt_no", text()},
                                          {"method", text()},
                                          {"total", yuan()},
                                          {"hall", hall_schema()},
                                          {"state", one_of({"requested", "approved", "refused"})},
                                          {"reason", text()},
                                          {"requested_by", text()},
                                          {"requested_at", instant()},
                                          {"decided_by", text().or_null()},
                                          {"decided_at", instant().or_null()},
                                          {"decision_note", text().or_null()}}));
}

void audit(db::Session& session, const Services& services, const security::Caller& caller, std::string action, const std::string& receipt_no, const json& after) {
  auto entry = security::audit_entry(caller, std::move(action), "cashier_receipt", receipt_no);
  entry.after = after.dump();
  security::append_audit(session, services.clock.now(), entry);
}

Result<Answer> reverse_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  const auto reason = body->text("reason", {.max_length = 200});
  if (auto error = body->finish()) return *error;
  const std::string receipt_no(request.param("receipt_no"));
  return idempotent(services, request, caller, [&](db::Session& session) -> Result<Answer> {
    auto outcome = ask_reversal(services.database, session, act_of(services, caller), receipt_no, caller.scope_pattern(), reason);
    if (!outcome) return std::move(outcome).error();
    if (outcome->reversed) {
      audit(session, services, caller, "cashier.reverse", receipt_no, {{"reason", reason}, {"total", format_yuan(outcome->reversed->total)}});
      return json_answer(receipt_to_json(*outcome->reversed));
    }
    audit(session, services, caller, "cashier.request_reversal", receipt_no, {{"reason", reason}});
    return json_answer({{"request_id", outcome->requested->value}, {"state", "requested"}}, 202);
  });
}

Result<Answer> list_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto page = query.page(1);
  const auto state = query.optional_one_of("state", {"requested", "approved", "refused"});
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    const auto rows = list_requests(s, state, caller.scope_pattern(), {page.key(0, 0)}, page.limit + 1);
    json items = json::array();
    for (const auto& row : rows) items.push_back(request_to_json(row));
    return page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{std::to_string(rows[i].id.value)}; });
  });
}

// The request, locked, where the caller is a second person.
Result<RequestRow> request_to_decide(db::Session& session, std::int64_t id, const security::Caller& caller) {
  auto locked = lock_request(session, {id}, caller.scope_pattern());
  if (!locked) return locked;
  if (auto error = security::require_second_person(caller, locked->requested_by)) return *error;
  return locked;
}

Result<Answer> approve_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto id = request.id_param("request_id");
  if (!id) return std::move(id).error();
  return idempotent(services, request, caller, [&](db::Session& session) -> Result<Answer> {
    auto locked = request_to_decide(session, *id, caller);
    if (!locked) return std::move(locked).error();
    auto reversed = approve(services.database, session, act_of(services, caller), *locked);
    if (!reversed) return std::move(reversed).error();
    audit(session, services, caller, "cashier.approve_reversal", locked->receipt_no, {{"reason", locked->reason}, {"total", format_yuan(reversed->total)}});
    return json_answer(receipt_to_json(*reversed));
  });
}

Result<Answer> refuse_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto id = request.id_param("request_id");
  if (!id) return std::move(id).error();
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  const auto reason = body->text("reason", {.max_length = 200});
  if (auto error = body->finish()) return *error;
  return idempotent(services, request, caller, [&](db::Session& session) -> Result<Answer> {
    auto locked = request_to_decide(session, *id, caller);
    if (!locked) return std::move(locked).error();
    if (auto refused = refuse(session, act_of(services, caller), *locked, reason); !refused) return std::move(refused).error();
    auto now = lock_request(session, {*id}, caller.scope_pattern());
    if (!now) return std::move(now).error();
    audit(session, services, caller, "cashier.refuse_reversal", locked->receipt_no, {{"reason", reason}});
    return json_answer(request_to_json(*now));
  });
}

}  // namespace

void register_reversal_routes(Registry& registry) {
  const auto& services = registry.services();
  using namespace schema;
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/cashier/receipts/{receipt_no}/reverse",
                  .permission = Permission("cashier.take"),
                  .summary = "Take a receipt back: at once in the own open session up to the limit, by request otherwise (202)",
                  .handler = [&services](const Request& r, const security::Caller& c) { return reverse_answer(services, r, c); },
                  .request = object({{"reason", text(200)}}),
                  .response = receipt_schema(),
                  .idempotency_key = true});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/cashier/reversal-requests",
                  .permission = Permission("cashier.view"),
                  .summary = "Requests to take receipts back, newest first",
                  .handler = [&services](const Request& r, const security::Caller& c) { return list_answer(services, r, c); },
                  .query = page_parameters({{"state", one_of({"requested", "approved", "refused"}), "Only these"}}),
                  .response = page_of(request_schema())});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/cashier/reversal-requests/{request_id}/approve",
                  .permission = Permission("cashier.approve"),
                  .summary = "Take the receipt back, as a second person",
                  .handler = [&services](const Request& r, const security::Caller& c) { return approve_answer(services, r, c); },
                  .response = receipt_schema(),
                  .idempotency_key = true});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/cashier/reversal-requests/{request_id}/refuse",
                  .permission = Permission("cashier.approve"),
                  .summary = "Refuse to take the receipt back, as a second person",
                  .handler = [&services](const Request& r, const security::Caller& c) { return refuse_answer(services, r, c); },
                  .request = object({{"reason", text(200)}}),
                  .response = request_schema(),
                  .idempotency_key = true});
}

}  // namespace mis::cashier

// Reversing an invoice, and the second person's decision where it is above the limit.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "mis/http/idempotency.hpp"
#include "mis/http/page.hpp"
#include "mis/security/audit.hpp"
#include "modules/invoicing/routes.hpp"

namespace mis::invoicing {
namespace {

using nlohmann::json;
using namespace mis::http;

Occasion occasion(const Services& services, const security::Caller& caller) {
  const auto now = services.clock.now();
  return {local_date(now), now, caller.user_id};
}

// The red letter that was drawn, on its way to the provider.
Result<Answer> red_answer(db::Session& s, const NewInvoice& red, const Occasion& when, const security::Caller& caller) {
  const int lane = static_cast<int>(red.id.value % kLanes);
  request_sending(s, {&lane, 1}, when.at, caller.user_id);
  auto invoice = require_invoice(s, red.number, caller.scope_pattern());
  if (!invoice) return std::move(invoice).error();
  auto entry = security::audit_entry(caller, "invoicing.reverse", "invoice", invoice->reverses);
  entry.after = json({{"red", red.number}, {"total", format_yuan(invoice->amount.total())}, {"reason", red.reason}}).dump();
  security::append_audit(s, when.at, entry);
  return json_answer(invoice_to_json(*invoice, true), 201);
}

Result<Answer> reverse_answer(const Services& services, const Equipment& equipment, const Request& request, const security::Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  const auto reason = body->text("reason", {.max_length = 200});
  if (auto error = body->finish()) return *error;
  return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
    const auto when = occasion(services, caller);
    auto reversed = reverse(services.database, s, equipment, request.param("number"), reason, caller.scope_pattern(), caller.user_id, when);
    if (!reversed) return std::move(reversed).error();
    if (reversed->red) return red_answer(s, *reversed->red, when, caller);
    auto entry = security::audit_entry(caller, "invoicing.request_reversal", "invoice", std::string(request.param("number")));
    entry.after = json({{"request_id", *reversed->request_id}, {"reason", reason}}).dump();
    security::append_audit(s, when.at, entry);
    return json_answer({{"request_id", *reversed->request_id}, {"state", "requested"}}, 202);
  });
}

Result<Answer> decide_answer(const Services& services, const Equipment& equipment, const Request& request, const security::Caller& caller, bool approve) {
  auto id = request.id_param("request_id");
  if (!id) return std::move(id).error();
  std::string note;
  if (!approve) {
    auto body = Fields::of_body(request);
    if (!body) return std::move(body).error();
    note = body->text("note", {.max_length = 200});
    if (auto error = body->finish()) return *error;
  }
  return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
    const auto when = occasion(services, caller);
    if (approve) {
      auto red = approve_reversal(services.database, s, equipment, *id, caller.scope_pattern(), caller.user_id, when);
      if (!red) return std::move(red).error();
      return red_answer(s, *red, when, caller);
    }
    if (auto status = refuse_reversal(s, *id, note, caller.scope_pattern(), caller.user_id, when); !status) return std::move(status).error();
    auto entry = security::audit_entry(caller, "invoicing.refuse_reversal", "invoice_reversal_request", std::to_string(*id));
    entry.after = json({{"note", note}}).dump();
    security::append_audit(s, when.at, entry);
    return no_content();
  });
}

Result<Answer> list_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto page = query.page(1);
  const auto state = query.optional_one_of("state", {"requested", "approved", "refused"});
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    json items = json::array();
    std::vector<std::int64_t> ids;
    for (auto rows = s.query("SELECT q.request_id, i.number, a.account_no, a.name, i.total_fen, q.reason, q.state, COALESCE(u.name, ''), q.requested_at, d.name, q.decided_at, q.decision_note "
                             "FROM invoicing_reversal_request q JOIN invoicing_invoice i ON i.invoice_id = q.invoice_id JOIN customers_account_label a ON a.account_id = i.account_id "
                             "JOIN administration_org_name o ON o.org_id = a.org_id LEFT JOIN administration_user_name u ON u.user_id = q.requested_by LEFT JOIN administration_user_name d ON d.user_id = q.decided_by "
                             "WHERE (? IS NULL OR q.state = ?) AND o.path LIKE ? AND q.request_id < ? ORDER BY q.request_id DESC LIMIT ?",
                             state, state, caller.scope_pattern(), page.key(0, INT64_MAX), page.limit + 1); rows.next();) {
      ids.push_back(rows.i64(0));
      const auto decided_by = rows.text_or_null(9);
      const auto decided_at = rows.instant_or_null(10);
      items.push_back({{"request_id", rows.i64(0)},
                       {"number", rows.text(1)},
                       {"account_no", rows.text(2)},
                       {"name", rows.text(3)},
                       {"total", format_yuan({rows.i64(4)})},
                       {"reason", rows.text(5)},
                       {"state", rows.text(6)},
                       {"requested_by", rows.text(7)},
                       {"requested_at", rows.instant(8).to_string()},
                       {"decided_by", decided_by ? json(*decided_by) : json(nullptr)},
                       {"decided_at", decided_at ? json(decided_at->to_string()) : json(nullptr)},
                       {"decision_note", rows.text(11)}});
    }
    return page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{std::to_string(ids[i])}; });
  });
}

}  // namespace

void register_reversal_routes(Registry& registry, const Equipment& equipment) {
  const auto& services = registry.services();
  using namespace schema;
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/invoices/{number}/reverse",
                  .permission = Permission("invoicing.issue"),
                  .summary = "Reverse an issued invoice by a red-letter one (201); above the limit it waits for a second person (202, request_id and state)",
                  .handler = [&services, &equipment](const Request& r, const security::Caller& c) { return reverse_answer(services, equipment, r, c); },
                  .request = object({{"reason", text(200)}}),
                  .response = invoice_schema(),
                  .status = 201,
                  .idempotency_key = true});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/invoices/reversal-requests",
                  .permission = Permission("invoicing.view"),
                  .summary = "Reversals that wait for a second person, or were decided",
                  .handler = [&services](const Request& r, const security::Caller& c) { return list_answer(services, r, c); },
                  .query = page_parameters({{"state", one_of({"requested", "approved", "refused"}), "In this state"}}),
                  .response = schema::page_of(named("InvoiceReversalRequest", object({{"request_id", integer()}, {"number", text()}, {"account_no", text()}, {"name", text()}, {"total", yuan()}, {"reason", text()},
                                                                              {"state", one_of({"requested", "approved", "refused"})}, {"requested_by", text()}, {"requested_at", instant()},
                                                                              {"decided_by", text().or_null()}, {"decided_at", instant().or_null()}, {"decision_note", text()}})))});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/invoices/reversal-requests/{request_id}/approve",
                  .permission = Permission("invoicing.issue"),
                  .summary = "The second person: the red-letter invoice is drawn",
                  .handler = [&services, &equipment](const Request& r, const security::Caller& c) { return decide_answer(services, equipment, r, c, true); },
                  .response = invoice_schema(),
                  .status = 201,
                  .idempotency_key = true});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/invoices/reversal-requests/{request_id}/refuse",
                  .permission = Permission("invoicing.issue"),
                  .summary = "The second person: the invoice stays",
                  .handler = [&services, &equipment](const Request& r, const security::Caller& c) { return decide_answer(services, equipment, r, c, false); },
                  .request = object({{"note", text(200)}}),
                  .status = 204,
                  .idempotency_key = true});
}

}  // namespace mis::invoicing

// Drawing invoices, looking at them, printing and sending one.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "mis/http/idempotency.hpp"
#include "mis/http/page.hpp"
#include "mis/outbox/outbox.hpp"
#include "mis/security/audit.hpp"
#include "modules/customers/customers.hpp"
#include "modules/invoicing/routes.hpp"

namespace mis::invoicing {

using nlohmann::json;
using namespace mis::http;

namespace {

json or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

Occasion occasion(const Services& services, const security::Caller& caller) {
  const auto now = services.clock.now();
  return {local_date(now), now, caller.user_id};
}

// The buyer that a request names beside the bill; all of it may be left out.
Buyer read_buyer_fields(Fields& body, bool is_there) {
  if (!is_there) return {};
  auto fields = body.object("buyer");
  Buyer buyer;
  buyer.name = fields.optional_text("name", {.max_length = 100}).value_or("");
  buyer.tax_id = fields.optional_text("tax_id", {.max_length = 30, .characters = TextRule::Characters::kCode}).value_or("");
  buyer.address_phone = fields.optional_text("address_phone", {.max_length = 200}).value_or("");
  buyer.bank_account = fields.optional_text("bank_account", {.max_length = 200}).value_or("");
  buyer.email = fields.optional_text("email", {.max_length = 200}).value_or("");
  if (!buyer.email.empty() && !outbox::is_address(outbox::Kind::kEmail, buyer.email)) fields.complain("email", "field.email", "expected an e-mail address but got another text");
  return buyer;
}

Result<Answer> draw_answer(const Services& services, const Equipment& equipment, const Request& request, const security::Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  const auto bill_no = body->text("bill_no", {.max_length = 40});
  const auto sent = json::parse(request.body);
  const auto buyer = read_buyer_fields(*body, sent.contains("buyer") && !sent.at("buyer").is_null());
  if (auto error = body->finish()) return *error;
  return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
    const auto when = occasion(services, caller);
    auto drawn = draw_bill(services.database, s, equipment, bill_no, buyer, caller.scope_pattern(), when);
    if (!drawn) return std::move(drawn).error();
    const int lane = static_cast<int>(drawn->id.value % kLanes);
    request_sending(s, {&lane, 1}, when.at, caller.user_id);
    auto invoice = require_invoice(s, drawn->number, caller.scope_pattern());
    if (!invoice) return std::move(invoice).error();
    auto entry = security::audit_entry(caller, "invoicing.draw", "invoice", drawn->number);
    entry.after = json({{"bill_no", bill_no}, {"total", format_yuan(invoice->amount.total())}, {"buyer", invoice->buyer.name}}).dump();
    security::append_audit(s, when.at, entry);
    return json_answer(invoice_to_json(*invoice, true), 201);
  });
}

Result<Answer> list_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto page = query.page(1);
  const auto account_no = query.optional_text("account_no", {.max_length = 10, .characters = TextRule::Characters::kDigits});
  InvoiceFilter filter;
  filter.month = query.optional_month("month");
  filter.state = query.optional_one_of("state", {"drawn", "sending", "issued", "failed", "unknown", "reversed", "to_reverse"});
  if (auto error = query.finish()) return *error;
  filter.scope = caller.scope_pattern();
  filter.before = page.key(0, INT64_MAX);
  filter.limit = page.limit + 1;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    if (account_no) {
      auto account = customers::find_label(s, *account_no, caller.scope_pattern());
      if (!account) return std::move(account).error();
      filter.account = account->id;
    }
    const auto invoices = list_invoices(s, filter);
    json items = json::array();
    for (const auto& invoice : invoices) items.push_back(invoice_to_json(invoice, false));
    return page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{std::to_string(invoices[i].id.value)}; });
  });
}

Result<Answer> one_answer(const Services& services, const Request& request, const security::Caller& caller) {
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto invoice = require_invoice(s, request.param("number"), caller.scope_pattern());
    if (!invoice) return std::move(invoice).error();
    return json_answer(invoice_to_json(*invoice, true));
  });
}

Error not_issued(const Invoice& invoice) {
  return conflict("invoicing.not_issued", fmt::format("expected {} to be issued but it is {}: there is no paper of it yet", invoice.number, invoice.state));
}
bool has_paper(const Invoice& invoice) { return invoice.state == "issued" || invoice.state == "reversed"; }

Result<Answer> document_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto language = query.optional_one_of("language", {"zh", "en", "both"}).value_or("zh");
  if (auto error = query.finish()) return *error;
  std::optional<InvoiceDocument> document;
  auto read = services.database.read([&](db::Session& s) -> Status {
    auto invoice = require_invoice(s, request.param("number"), caller.scope_pattern());
    if (!invoice) return std::move(invoice).error();
    if (!has_paper(*invoice)) return not_issued(*invoice);
    document = document_of(*invoice, read_settings(s, invoice->setting_version));
    return ok();
  });
  if (!read) return std::move(read).error();
  auto pdf = render_invoice(*document, *parse_document_language(language));
  if (!pdf) return std::move(pdf).error();
  return pdf_answer(std::move(*pdf), "invoice-" + document->number);
}

Result<Answer> email_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  const auto address = body->text("address", {.max_length = 200});
  const auto language = body->optional_one_of("language", {"zh", "en", "both"}).value_or("zh");
  if (!address.empty() && !outbox::is_address(outbox::Kind::kEmail, address)) body->complain("address", "field.email", "expected an e-mail address but got another text");
  if (auto error = body->finish()) return *error;
  return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
    auto invoice = require_invoice(s, request.param("number"), caller.scope_pattern());
    if (!invoice) return std::move(invoice).error();
    if (!has_paper(*invoice)) return not_issued(*invoice);
    auto pdf = render_invoice(document_of(*invoice, read_settings(s, invoice->setting_version)), *parse_document_language(language));
    if (!pdf) return std::move(pdf).error();
    outbox::Message message;
    message.kind = outbox::Kind::kEmail;
    message.address = address;
    message.subject = fmt::format("电费发票 {}", invoice->number);
    message.body = fmt::format("附件是 {} 电费的电子发票，号码 {}。", invoice->month.to_string(), invoice->number);
    message.attachment = outbox::Attachment{invoice->number + ".pdf", "application/pdf", std::move(*pdf)};
    message.entity = "invoice";
    message.entity_id = invoice->number;
    // One e-mail per request: somebody who asks for it again has not got it.
    message.dedup_key = fmt::format("invoice-{}-{}", invoice->number, services.database.take_ids("invoicing_email"));
    message.org = invoice->org;
    const auto now = services.clock.now();
    auto queued = outbox::queue(services.database, s, now, message);
    if (!queued) return std::move(queued).error();
    security::append_audit(s, now, security::audit_entry(caller, "invoicing.email", "invoice", invoice->number));
    return json_answer({{"message_id", queued->id.value}}, 202);
  });
}

}  // namespace

Result<Invoice> require_invoice(db::Session& session, std::string_view number, std::string_view scope) {
  auto invoice = find_invoice(session, number, scope);
  if (!invoice) return not_found("invoicing.no_invoice", fmt::format("expected an invoice with the number {} but there is none", number));
  return std::move(*invoice);
}

Answer pdf_answer(std::string pdf, std::string_view name) {
  Answer answer;
  answer.content_type = "application/pdf";
  answer.body = std::move(pdf);
  return answer.with_header("Content-Disposition", fmt::format("inline; filename=\"{}.pdf\"", name));
}

json invoice_to_json(const Invoice& i, bool with_lines) {
  json invoice = {{"number", i.number},
                  {"kind", name_of(i.kind)},
                  {"state", i.state},
                  {"account_no", i.account_no},
                  {"name", i.customer_name},
                  {"bill_no", make_bill_no(i.month.yyyymm, i.account_no, i.revision)},
                  {"billing_month", i.month.to_string()},
                  {"buyer", {{"name", i.buyer.name}, {"tax_id", i.buyer.tax_id}, {"address_phone", i.buyer.address_phone}, {"bank_account", i.buyer.bank_account}, {"email", i.buyer.email}}},
                  {"net", format_yuan(i.amount.net)},
                  {"tax", format_yuan(i.amount.tax)},
                  {"total", format_yuan(i.amount.total())},
                  {"check_code", i.check_code},
                  {"drawn_on", i.drawn_on.to_string()},
                  {"drawn_at", i.drawn_at.to_string()},
                  {"drawn_by", or_null(i.drawn_by_name)},
                  {"issued_at", i.issued_at ? json(i.issued_at->to_string()) : json(nullptr)},
                  {"reverses", or_null(i.reverses)},
                  {"reversed_by", or_null(i.reversed_by)},
                  {"reason", or_null(i.reason)},
                  {"to_reverse", i.to_reverse},
                  {"provider", or_null(i.provider)},
                  {"reference", or_null(i.provider_reference)},
                  {"error", or_null(i.error)}};
  if (!with_lines) return invoice;
  invoice["lines"] = json::array();
  for (const auto& line : i.lines)
    invoice["lines"].push_back({{"name", line.name},
                                {"unit", or_null(line.unit)},
                                {"quantity", line.quantity ? json(format_decimal(*line.quantity, 3, 0)) : json(nullptr)},
                                {"unit_price", or_null(unit_price(line))},
                                {"net", format_yuan(line.amount.net)},
                                {"tax_rate_percent", format_decimal(line.tax_rate_bp, 2, 0)},
                                {"tax", format_yuan(line.amount.tax)}});
  return invoice;
}

Schema buyer_schema() {
  using namespace schema;
  return named("InvoiceBuyer", object({{"name", text()}, {"tax_id", text()}, {"address_phone", text()}, {"bank_account", text()}, {"email", text()}}));
}

Schema invoice_schema() {
  using namespace schema;
  const auto line = named("InvoiceLine", object({{"name", text()}, {"unit", text().or_null()}, {"quantity", decimal().or_null()}, {"unit_price", decimal().or_null()}, {"net", yuan()},
                                                 {"tax_rate_percent", decimal()}, {"tax", yuan()}}));
  return named("Invoice", object({{"number", text()},
                                  {"kind", one_of({"blue", "red"})},
                                  {"state", one_of({"drawn", "sending", "issued", "failed", "unknown", "reversed"})},
                                  {"account_no", text()},
                                  {"name", text()},
                                  {"bill_no", text()},
                                  {"billing_month", month()},
                                  {"buyer", buyer_schema()},
                                  {"net", yuan()},
                                  {"tax", yuan()},
                                  {"total", yuan()},
                                  {"check_code", text()},
                                  {"drawn_on", date()},
                                  {"drawn_at", instant()},
                                  {"drawn_by", text().or_null()},
                                  {"issued_at", instant().or_null()},
                                  {"reverses", text().or_null()},
                                  {"reversed_by", text().or_null()},
                                  {"reason", text().or_null()},
                                  {"to_reverse", boolean()},
                                  {"provider", text().or_null()},
                                  {"reference", text().or_null()},
                                  {"error", text().or_null()},
                                  {"lines", list_of(line), false}}));
}

void register_invoice_routes(Registry& registry, const Equipment& equipment) {
  const auto& services = registry.services();
  using namespace schema;
  const std::vector<Property> optional_buyer{{"name", text(100), false}, {"tax_id", text(30), false}, {"address_phone", text(200), false}, {"bank_account", text(200), false}, {"email", text(200), false}};
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/invoices",
                  .permission = Permission("invoicing.view"),
                  .summary = "Invoices, newest first; to_reverse: those whose bill is not paid any more",
                  .handler = [&services](const Request& r, const security::Caller& c) { return list_answer(services, r, c); },
                  .query = page_parameters({{"account_no", text(), "Of this account"},
                                            {"month", month(), "Of this billing month"},
                                            {"state", one_of({"drawn", "sending", "issued", "failed", "unknown", "reversed", "to_reverse"}), "In this state"}}),
                  .response = schema::page_of(invoice_schema())});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/invoices",
                  .permission = Permission("invoicing.issue"),
                  .summary = "Draw the invoice of a paid bill; it is sent to the provider at once",
                  .handler = [&services, &equipment](const Request& r, const security::Caller& c) { return draw_answer(services, equipment, r, c); },
                  .request = object({{"bill_no", text(40)}, {"buyer", object(optional_buyer).or_null(), false}}),
                  .response = invoice_schema(),
                  .status = 201,
                  .idempotency_key = true});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/invoices/{number}",
                  .permission = Permission("invoicing.view"),
                  .summary = "One invoice with its lines",
                  .handler = [&services](const Request& r, const security::Caller& c) { return one_answer(services, r, c); },
                  .response = invoice_schema()});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/invoices/{number}/document",
                  .permission = Permission("invoicing.view"),
                  .summary = "An issued invoice as a PDF file",
                  .handler = [&services](const Request& r, const security::Caller& c) { return document_answer(services, r, c); },
                  .query = {{"language", one_of({"zh", "en", "both"}), "zh where left out"}}});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/invoices/{number}/email",
                  .permission = Permission("invoicing.issue"),
                  .summary = "Send an issued invoice by e-mail: it is queued in the outbox",
                  .handler = [&services](const Request& r, const security::Caller& c) { return email_answer(services, r, c); },
                  .request = object({{"address", text(200)}, {"language", one_of({"zh", "en", "both"}), false}}),
                  .response = object({{"message_id", integer()}}),
                  .status = 202,
                  .idempotency_key = true});
}

}  // namespace mis::invoicing

// Who sells and how invoices are made; what an account wants on its invoices.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "mis/outbox/outbox.hpp"
#include "mis/security/audit.hpp"
#include "modules/customers/customers.hpp"
#include "modules/invoicing/routes.hpp"

namespace mis::invoicing {
namespace {

using nlohmann::json;
using namespace mis::http;

json settings_to_json(const Settings& s) {
  return {{"seller", {{"name", s.seller_name}, {"tax_id", s.seller_tax_id}, {"address_phone", s.seller_address_phone}, {"bank_account", s.seller_bank_account}}},
          {"payee", s.payee},
          {"reviewer", s.reviewer},
          {"line_mode", name_of(s.line_mode)},
          {"tax_rate_percent", format_decimal(s.tax_rate_bp, 2, 0)},
          {"reversal_limit", format_yuan(s.reversal_limit)},
          {"changed_by", s.changed_by_name.empty() ? json(nullptr) : json(s.changed_by_name)},
          {"changed_at", s.changed_at.to_string()},
          {"version", s.version}};
}

Schema party_schema() {
  using namespace schema;
  return object({{"name", text(100)}, {"tax_id", text(30)}, {"address_phone", text(200)}, {"bank_account", text(200)}});
}

Schema settings_schema() {
  using namespace schema;
  return named("InvoiceSettings", object({{"seller", party_schema()}, {"payee", text(60)}, {"reviewer", text(60)}, {"line_mode", one_of({"bill", "component"})}, {"tax_rate_percent", decimal()},
                                          {"reversal_limit", yuan()}, {"changed_by", text().or_null()}, {"changed_at", instant()}, {"version", integer()}}));
}

Result<Answer> settings_answer(const Services& services) {
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    const auto settings = read_settings(s);
    return json_answer(settings_to_json(settings)).with_etag(settings.version);
  });
}

Result<Answer> change_settings(const Services& services, const Request& request, const security::Caller& caller) {
  if (auto error = security::require_whole_utility(caller)) return *error;
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  Settings wanted;
  auto seller = body->object("seller");
  wanted.seller_name = seller.text("name", {.max_length = 100});
  wanted.seller_tax_id = seller.text("tax_id", {.max_length = 30, .characters = TextRule::Characters::kCode});
  wanted.seller_address_phone = seller.text("address_phone", {.min_length = 0, .max_length = 200});
  wanted.seller_bank_account = seller.text("bank_account", {.min_length = 0, .max_length = 200});
  wanted.payee = body->text("payee", {.min_length = 0, .max_length = 60});
  wanted.reviewer = body->text("reviewer", {.min_length = 0, .max_length = 60});
  wanted.line_mode = body->one_of("line_mode", {"bill", "component"}) == "component" ? LineMode::kComponent : LineMode::kBill;
  const auto rate = parse_decimal(body->text("tax_rate_percent", {.max_length = 6}), 2);
  if (!rate || *rate < 0 || *rate > 10'000) body->complain("tax_rate_percent", "field.range", "expected a rate of 0 to 100 per cent with at most two decimals but got another text");
  wanted.tax_rate_bp = static_cast<int>(rate.value_or(0));
  wanted.reversal_limit = body->money("reversal_limit");
  if (wanted.reversal_limit.value < 0) body->complain("reversal_limit", "field.range", "expected an amount that is not negative but got a negative one");
  if (auto error = body->finish()) return *error;
  return services.database.transact([&](db::Session& s) -> Result<Answer> {
    const auto before = read_settings(s);
    if (auto error = check_if_match(request, before.version)) return *error;
    wanted.version = before.version;
    const auto now = services.clock.now();
    write_settings(s, wanted, caller.user_id, now);
    const auto after = read_settings(s);
    auto entry = security::audit_entry(caller, "invoicing.configure", "invoice_settings", std::to_string(after.version));
    entry.before = settings_to_json(before).dump();
    entry.after = settings_to_json(after).dump();
    security::append_audit(s, now, entry);
    return json_answer(settings_to_json(after)).with_etag(after.version);
  });
}

json buyer_to_json(const Buyer& b) {
  return {{"name", b.name}, {"tax_id", b.tax_id}, {"address_phone", b.address_phone}, {"bank_account", b.bank_account}, {"email", b.email}};
}

Result<Answer> buyer_answer(const Services& services, const Request& request, const security::Caller& caller) {
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto account = customers::find_label(s, request.param("account_no"), caller.scope_pattern());
    if (!account) return std::move(account).error();
    const auto known = read_buyer(s, account->id);
    return json_answer(buyer_to_json(known.buyer)).with_etag(known.version);
  });
}

Result<Answer> change_buyer(const Services& services, const Request& request, const security::Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  Buyer buyer;
  buyer.name = body->text("name", {.min_length = 0, .max_length = 100});
  buyer.tax_id = body->text("tax_id", {.min_length = 0, .max_length = 30, .characters = TextRule::Characters::kCode});
  buyer.address_phone = body->text("address_phone", {.min_length = 0, .max_length = 200});
  buyer.bank_account = body->text("bank_account", {.min_length = 0, .max_length = 200});
  buyer.email = body->text("email", {.min_length = 0, .max_length = 200});
  if (!buyer.email.empty() && !outbox::is_address(outbox::Kind::kEmail, buyer.email)) body->complain("email", "field.email", "expected an e-mail address but got another text");
  if (auto error = body->finish()) return *error;
  return services.database.transact([&](db::Session& s) -> Result<Answer> {
    auto account = customers::find_label(s, request.param("account_no"), caller.scope_pattern());
    if (!account) return std::move(account).error();
    const auto now = services.clock.now();
    const auto before = lock_buyer(s, account->id, caller.user_id, now);
    if (auto error = check_if_match(request, before.version)) return *error;
    if (!buyer.name.empty() || !buyer.tax_id.empty()) {
      auto rows = s.query("SELECT kind FROM customers_invoice_party WHERE account_id = ?", account->id);
      if (rows.next() && rows.text(0) != "body")
        return invalid("invoicing.buyer_of_person", "expected another buyer's name or tax number for a body only but the customer is a person");
    }
    write_buyer(s, account->id, buyer, caller.user_id, now);
    auto entry = security::audit_entry(caller, "invoicing.buyer", "account", account->account_no);
    entry.before = buyer_to_json(before.buyer).dump();
    entry.after = buyer_to_json(buyer).dump();
    security::append_audit(s, now, entry);
    return json_answer(buyer_to_json(buyer)).with_etag(before.version + 1);
  });
}

}  // namespace

void register_setting_routes(Registry& registry) {
  const auto& services = registry.services();
  using namespace schema;
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/invoices/settings",
                  .permission = Permission("invoicing.view"),
                  .summary = "Who sells and how invoices are made",
                  .handler = [&services](const Request&, const security::Caller&) { return settings_answer(services); },
                  .response = settings_schema()});
  registry.route({.method = Method::kPut,
                  .path = "/api/v1/invoices/settings",
                  .permission = Permission("invoicing.configure"),
                  .summary = "Change them for the invoices to come",
                  .handler = [&services](const Request& r, const security::Caller& c) { return change_settings(services, r, c); },
                  .request = object({{"seller", party_schema()}, {"payee", text(60)}, {"reviewer", text(60)}, {"line_mode", one_of({"bill", "component"})}, {"tax_rate_percent", decimal()}, {"reversal_limit", yuan()}}),
                  .response = settings_schema(),
                  .if_match = true});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/accounts/{account_no}/invoice-buyer",
                  .permission = Permission("invoicing.view"),
                  .summary = "What an account wants on its invoices; empty fields: as the customer is known",
                  .handler = [&services](const Request& r, const security::Caller& c) { return buyer_answer(services, r, c); },
                  .response = buyer_schema()});
  registry.route({.method = Method::kPut,
                  .path = "/api/v1/accounts/{account_no}/invoice-buyer",
                  .permission = Permission("invoicing.issue"),
                  .summary = "Change it; with an e-mail address invoices are sent there when they are issued",
                  .handler = [&services](const Request& r, const security::Caller& c) { return change_buyer(services, r, c); },
                  .request = buyer_schema(),
                  .response = buyer_schema(),
                  .if_match = true});
}

}  // namespace mis::invoicing

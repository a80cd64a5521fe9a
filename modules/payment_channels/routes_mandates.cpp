// Mandates over HTTP.
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "mis/http/idempotency.hpp"
#include "mis/http/page.hpp"
#include "mis/security/audit.hpp"
#include "modules/customers/customers.hpp"
#include "modules/payment_channels/channel_json.hpp"
#include "modules/payment_channels/mandates.hpp"
#include "modules/payment_channels/routes.hpp"

namespace mis::payment_channels {
namespace {

using nlohmann::json;
using namespace mis::http;

json mandates_to_json(db::Session& session, const std::vector<Mandate>& list) {
  std::vector<AccountId> accounts;
  for (const auto& m : list) accounts.push_back(m.account);
  const auto labels = customers::labels_of(session, accounts);
  std::unordered_map<std::int64_t, std::string> codes;
  for (const auto& channel : read_channels(session)) codes.emplace(channel.id, channel.code);
  json items = json::array();
  for (const auto& m : list) {
    const auto label = labels.find(m.account);
    items.push_back({{"mandate_no", m.mandate_no},
                     {"agreement_no", m.agreement_no.empty() ? json(nullptr) : json(m.agreement_no)},
                     {"account_no", label == labels.end() ? "" : label->second.account_no},
                     {"name", label == labels.end() ? "" : label->second.name},
                     {"channel", codes[m.channel_id]},
                     {"state", name_of(m.state)},
                     {"bank_account", m.debtor.number},
                     {"bank_account_name", m.debtor.name},
                     {"bank_code", m.debtor.bank_code.empty() ? json(nullptr) : json(m.debtor.bank_code)},
                     {"signed_on", m.signed_on.to_string()},
                     {"most", m.most ? json(format_yuan(*m.most)) : json(nullptr)},
                     {"version", m.version},
                     {"changed_at", m.changed_at.to_string()}});
  }
  return items;
}

json mandate_to_json(db::Session& session, const Mandate& m) { return mandates_to_json(session, {m}).at(0); }

// A mandate whose account the caller sees; one of another unit does not exist for him.
Result<Mandate> seen_mandate(db::Session& session, std::string_view mandate_no, const security::Caller& caller) {
  auto m = find_mandate(session, mandate_no);
  const auto none = [] { return not_found("payment_channels.no_mandate", "expected a mandate with this number but there is none"); };
  if (!m) return none();
  const auto labels = customers::labels_of(session, std::span(&m->account, 1));
  if (labels.empty() || !customers::find_label(session, labels.begin()->second.account_no, caller.scope_pattern())) return none();
  return std::move(*m);
}

Result<Answer> list_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto account_no = query.optional_text("account_no", {.max_length = 20});
  const auto code = query.optional_text("channel", {.max_length = 20});
  const auto state = query.optional_one_of("state", {"signed", "active", "cancelled"});
  const auto page = query.page(1);
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    std::vector<Mandate> list;
    if (account_no) {
      const auto label = customers::find_label(s, *account_no, caller.scope_pattern());
      if (!label) return label.error();
      list = mandates_of(s, label->id);
      std::erase_if(list, [&](const Mandate& m) { return m.id >= page.key(0, INT64_MAX) || (state && name_of(m.state) != *state); });
      if (list.size() > static_cast<std::size_t>(page.limit) + 1) list.resize(static_cast<std::size_t>(page.limit) + 1);
    } else {
      if (auto error = security::require_whole_utility(caller)) return *error;
      MandateFilter filter;
      if (code) {
        auto channel = find_channel(s, *code);
        if (!channel) return std::move(channel).error();
        filter.channel_id = channel->id;
      }
      if (state) filter.state = mandate_state_of(*state);
      filter.before = page.key(0, INT64_MAX);
      list = list_mandates(s, filter, page.limit + 1);
    }
    return page_answer(mandates_to_json(s, list), page, [&](std::size_t i) { return std::vector{std::to_string(list[i].id)}; });
  });
}

Result<Answer> find_answer(const Services& services, const Request& request, const security::Caller& caller) {
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto m = seen_mandate(s, request.param("mandate_no"), caller);
    if (!m) return std::move(m).error();
    auto body = mandate_to_json(s, *m);
    body["history"] = json::array();
    for (const auto& event : history_of(s, m->id))
      body["history"].push_back({{"version", event.version}, {"state", name_of(event.state)}, {"reason", event.reason}, {"source", event.source}, {"at", event.at.to_string()}});
    return json_answer(body).with_etag(m->version);
  });
}

void audit(db::Session& session, Instant now, const security::Caller& caller, const char* action, const Mandate& m, const std::string& reason) {
  auto entry = security::audit_entry(caller, action, "mandate", m.mandate_no);
  entry.after = json({{"state", name_of(m.state)}, {"account_id", m.account.value}, {"bank_account", m.debtor.number}, {"reason", reason}}).dump();
  security::append_audit(session, now, entry);
}

Result<Answer> sign_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  Mandate m;
  const auto account_no = body->text("account_no", {.max_length = 20});
  const auto code = body->text("channel", {.max_length = 20});
  m.mandate_no = body->optional_text("mandate_no", {.max_length = 24, .characters = TextRule::Characters::kCode}).value_or("");
  m.agreement_no = body->optional_text("agreement_no", {.max_length = 35, .characters = TextRule::Characters::kCode}).value_or("");
  m.debtor.number = body->text("bank_account", {.max_length = 34, .characters = TextRule::Characters::kCode});
  m.debtor.name = body->text("bank_account_name", {.max_length = 140});
  m.debtor.bank_code = body->optional_text("bank_code", {.max_length = 35, .characters = TextRule::Characters::kCode}).value_or("");
  m.signed_on = body->date("signed_on");
  m.most = body->optional_money("most");
  m.state = body->optional_one_of("state", {"signed", "active"}).value_or("active") == "active" ? MandateState::kActive : MandateState::kSigned;
  if (auto error = body->finish()) return *error;
  return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
    const auto label = customers::find_label(s, account_no, caller.scope_pattern());
    if (!label) return label.error();
    auto channel = find_channel(s, code);
    if (!channel) return std::move(channel).error();
    m.account = label->id;
    m.channel_id = channel->id;
    const Instant now = services.clock.now();
    auto made = sign_mandate(services.database, s, m, {now, MandateSource::kStaff, caller.user_id});
    if (!made) return std::move(made).error();
    audit(s, now, caller, "payment_channels.mandate_sign", *made, "");
    return json_answer(mandate_to_json(s, *made), 201);
  });
}

Result<Answer> change_answer(const Services& services, const Request& request, const security::Caller& caller, MandateEvent event) {
  std::string reason;
  if (event == MandateEvent::kCancel) {
    auto body = Fields::of_body(request);
    if (!body) return std::move(body).error();
    reason = body->text("reason");
    if (auto error = body->finish()) return *error;
  }
  return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
    auto seen = seen_mandate(s, request.param("mandate_no"), caller);
    if (!seen) return std::move(seen).error();
    const Instant now = services.clock.now();
    const MandateChange change{now, MandateSource::kStaff, caller.user_id, reason};
    auto done = event == MandateEvent::kCancel ? cancel_mandate(s, seen->mandate_no, change) : activate_mandate(s, seen->mandate_no, change);
    if (!done) return std::move(done).error();
    audit(s, now, caller, event == MandateEvent::kCancel ? "payment_channels.mandate_cancel" : "payment_channels.mandate_activate", *done, reason);
    return json_answer(mandate_to_json(s, *done));
  });
}

std::vector<Property> mandate_properties() {
  using namespace schema;
  return {{"mandate_no", text()}, {"agreement_no", text().or_null()}, {"account_no", text()}, {"name", text()}, {"channel", text()}, {"state", one_of({"signed", "active", "cancelled"})},
          {"bank_account", text()}, {"bank_account_name", text()}, {"bank_code", text().or_null()}, {"signed_on", date()}, {"most", yuan().or_null()}, {"version", integer()}, {"changed_at", instant()}};
}

}  // namespace

void register_mandate_routes(Registry& registry) {
  const auto& services = registry.services();
  using namespace schema;
  const auto mandate = named("Mandate", object(mandate_properties()));
  auto detailed = mandate_properties();
  detailed.push_back({"history", list_of(object({{"version", integer()}, {"state", text()}, {"reason", text()}, {"source", one_of({"staff", "channel", "import"})}, {"at", instant()}}))});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/mandates",
                  .permission = Permission("channels.view"),
                  .summary = "Direct-debit mandates, newest first: of an account, or of the utility",
                  .handler = [&services](const Request& r, const security::Caller& c) { return list_answer(services, r, c); },
                  .query = page_parameters({{"account_no", text(20), "Of this account"}, {"channel", text(20), "Of this channel"}, {"state", one_of({"signed", "active", "cancelled"}), "In this state"}}),
                  .response = page_of(mandate)});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/mandates/{mandate_no}",
                  .permission = Permission("channels.view"),
                  .summary = "A mandate with its history",
                  .handler = [&services](const Request& r, const security::Caller& c) { return find_answer(services, r, c); },
                  .response = named("MandateWithHistory", object(detailed))});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/mandates",
                  .permission = Permission("channels.operate"),
                  .summary = "Sign a mandate",
                  .handler = [&services](const Request& r, const security::Caller& c) { return sign_answer(services, r, c); },
                  .request = object({{"account_no", text(20)}, {"channel", text(20)}, {"mandate_no", text(24), false}, {"agreement_no", text(35), false}, {"bank_account", text(34)}, {"bank_account_name", text(140)},
                                     {"bank_code", text(35), false}, {"signed_on", date()}, {"most", yuan(), false}, {"state", one_of({"signed", "active"}), false}}),
                  .response = mandate,
                  .status = 201,
                  .idempotency_key = true});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/mandates/{mandate_no}/activate",
                  .permission = Permission("channels.operate"),
                  .summary = "The bank has the mandate too: it is collected from now on",
                  .handler = [&services](const Request& r, const security::Caller& c) { return change_answer(services, r, c, MandateEvent::kActivate); },
                  .response = mandate,
                  .idempotency_key = true});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/mandates/{mandate_no}/cancel",
                  .permission = Permission("channels.operate"),
                  .summary = "Cancel a mandate; a debit that is under way is not called back",
                  .handler = [&services](const Request& r, const security::Caller& c) { return change_answer(services, r, c, MandateEvent::kCancel); },
                  .request = object({{"reason", text(200)}}),
                  .response = mandate,
                  .idempotency_key = true});
}

}  // namespace mis::payment_channels

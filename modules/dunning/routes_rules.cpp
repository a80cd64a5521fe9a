// What the utility decides about dunning: rules, settings, important customers.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "mis/http/idempotency.hpp"
#include "mis/security/audit.hpp"
#include "modules/customers/customers.hpp"
#include "modules/dunning/routes.hpp"
#include "modules/dunning/store.hpp"

namespace mis::dunning {
namespace {

using nlohmann::json;
using namespace mis::http;

json rules_to_json(const RuleSet& set) {
  json rules = json::array();
  for (const auto& rule : set.rules)
    rules.push_back({{"category", rule.category}, {"step", rule.step}, {"days_after_due", rule.days_after_due}, {"action", name_of(rule.action)}, {"minimum", format_yuan(rule.minimum)}});
  return {{"set_id", set.id}, {"valid_from", set.valid_from.to_string()}, {"rules", rules}};
}

Schema rule_set_schema() {
  using namespace schema;
  return named("DunningRules", object({{"set_id", integer()},
                                       {"valid_from", date()},
                                       {"rules", list_of(object({{"category", text()}, {"step", integer()}, {"days_after_due", integer()}, {"action", one_of({"sms", "letter", "disconnection"})},
                                                                 {"minimum", yuan()}}))}}));
}

json settings_to_json(const Settings& s) {
  return {{"contacts_per_week", s.contacts_per_week}, {"language", name_of(s.language)}, {"sender", s.sender}, {"phone", s.phone}};
}

Schema settings_schema() {
  using namespace schema;
  return named("DunningSettings", object({{"contacts_per_week", integer()}, {"language", one_of({"zh", "en"})}, {"sender", text(20)}, {"phone", text(20)}}));
}

// The rules of a day and, beside them, the newest set, which may begin later; its id is the ETag.
Result<Answer> rules_answer(db::Session& session, Date day) {
  const auto newest = newest_rules(session);
  auto body = rules_to_json(rules_on(session, day));
  body["newest"] = rules_to_json(newest);
  return json_answer(body).with_etag(newest.id);
}

Result<Answer> get_rules(const Services& services, const Request& request) {
  auto query = Fields::of_query(request);
  const auto on = query.optional_date("on");
  if (auto error = query.finish()) return *error;
  const Date day = on.value_or(local_date(services.clock.now()));
  return services.database.read([&](db::Session& s) { return rules_answer(s, day); });
}

Result<Answer> put_rules(const Services& services, const Request& request, const security::Caller& caller) {
  if (auto error = security::require_whole_utility(caller)) return *error;
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  const auto valid_from = body->date("valid_from");
  std::vector<Rule> rules;
  for (auto& row : body->objects("rules", 200)) {
    Rule rule;
    rule.category = row.text("category", {.max_length = 20, .characters = TextRule::Characters::kCode});
    rule.step = static_cast<int>(row.integer("step", {.min = 1, .max = 99}));
    rule.days_after_due = static_cast<int>(row.integer("days_after_due", {.min = 1, .max = 3'650}));
    rule.action = action_of(row.one_of("action", {"sms", "letter", "disconnection"})).value_or(Action::kSms);
    rule.minimum = row.money("minimum");
    rules.push_back(std::move(rule));
  }
  if (auto error = body->finish()) return *error;
  return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
    s.query("SELECT value FROM dunning_setting WHERE name = 'contacts_per_week' FOR UPDATE");  // one change at a time
    const auto before = newest_rules(s);
    if (auto error = check_if_match(request, before.id)) return *error;
    const auto now = services.clock.now();
    auto set = change_rules(s, valid_from, rules, local_date(now), caller.user_id, now);
    if (!set) return std::move(set).error();
    auto entry = security::audit_entry(caller, "dunning.change_rules", "dunning_rules", std::to_string(set->id));
    entry.before = rules_to_json(before).dump();
    entry.after = rules_to_json(*set).dump();
    auto answer = rules_answer(s, valid_from);
    security::append_audit(s, now, entry);
    return answer;
  });
}

Result<Answer> put_settings(const Services& services, const Request& request, const security::Caller& caller) {
  if (auto error = security::require_whole_utility(caller)) return *error;
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  Settings settings;
  settings.contacts_per_week = static_cast<int>(body->integer("contacts_per_week", {.min = 0, .max = 7}));
  settings.language = language_of(body->one_of("language", {"zh", "en"})).value_or(Language::kChinese);
  settings.sender = body->text("sender", {.max_length = 20});
  settings.phone = body->text("phone", {.max_length = 20});
  if (auto error = body->finish()) return *error;
  return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
    const auto now = services.clock.now();
    auto entry = security::audit_entry(caller, "dunning.change_settings", "dunning_settings", "1");
    entry.before = settings_to_json(read_settings(s)).dump();
    entry.after = settings_to_json(settings).dump();
    write_settings(s, settings, caller.user_id, now);
    security::append_audit(s, now, entry);
    return json_answer(settings_to_json(settings));
  });
}

Schema important_schema() {
  using namespace schema;
  return named("ImportantUser", object({{"account_no", text()}, {"name", text()}, {"reason", text(100)}, {"authority", text(100)}}));
}

Result<Answer> list_important(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto page = query.page(1);
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    json items = json::array();
    std::vector<std::string> keys;
    for (auto rows = s.query("SELECT i.account_id, c.account_no, c.name, i.reason, i.authority FROM dunning_important_user i JOIN customers_contact c ON c.account_id = i.account_id "
                             "JOIN administration_org_name o ON o.org_id = c.org_id WHERE i.account_id > ? AND o.path LIKE ? ORDER BY i.account_id LIMIT ?",
                             page.key(0, 0), caller.scope_pattern(), page.limit + 1); rows.next();) {
      keys.push_back(rows.text(0));
      items.push_back({{"account_no", rows.text(1)}, {"name", rows.text(2)}, {"reason", rows.text(3)}, {"authority", rows.text(4)}});
    }
    return page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{keys[i]}; });
  });
}

Result<Answer> put_important(const Services& services, const Request& request, const security::Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  const auto reason = body->text("reason", {.max_length = 100}), authority = body->text("authority", {.max_length = 100});
  if (auto error = body->finish()) return *error;
  return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
    auto account = customers::find_label(s, request.param("account_no"), caller.scope_pattern());
    if (!account) return std::move(account).error();
    const auto now = services.clock.now();
    s.execute("INSERT INTO dunning_important_user (account_id, reason, authority, changed_by, changed_at) VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE reason = VALUES(reason), "
              "authority = VALUES(authority), changed_by = VALUES(changed_by), changed_at = VALUES(changed_at)", account->id, reason, authority, caller.user_id, now);
    const json after = {{"account_no", account->account_no}, {"name", account->name}, {"reason", reason}, {"authority", authority}};
    auto entry = security::audit_entry(caller, "dunning.set_important", "account", account->account_no);
    entry.after = after.dump();
    security::append_audit(s, now, entry);
    return json_answer(after);
  });
}

Result<Answer> delete_important(const Services& services, const Request& request, const security::Caller& caller) {
  return services.database.transact([&](db::Session& s) -> Result<Answer> {
    auto account = customers::find_label(s, request.param("account_no"), caller.scope_pattern());
    if (!account) return std::move(account).error();
    if (s.execute("DELETE FROM dunning_important_user WHERE account_id = ?", account->id) == 0)
      return not_found("dunning.not_important", "expected an important customer but the account is none");
    security::append_audit(s, services.clock.now(), security::audit_entry(caller, "dunning.unset_important", "account", account->account_no));
    return no_content();
  });
}

}  // namespace

void register_rule_routes(Registry& registry) {
  const auto& services = registry.services();
  const auto with_newest = schema::object({{"set_id", schema::integer()}, {"valid_from", schema::date()}, {"rules", schema::anything()}, {"newest", rule_set_schema()}});

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/dunning/rules",
                  .permission = Permission("dunning.view"),
                  .summary = "The rules of dunning on a day (today) and, as newest, those that were entered last; its set_id is the ETag",
                  .handler = [&services](const Request& r, const security::Caller&) { return get_rules(services, r); },
                  .query = {{"on", schema::date(), "the day; today where it is left out"}},
                  .response = with_newest});
  registry.route({.method = Method::kPut,
                  .path = "/api/v1/dunning/rules",
                  .permission = Permission("dunning.configure"),
                  .summary = "Rules of dunning from a day on, all of them",
                  .handler = [&services](const Request& r, const security::Caller& c) { return put_rules(services, r, c); },
                  .request = schema::object({{"valid_from", schema::date()},
                                             {"rules", schema::list_of(schema::object({{"category", schema::text(20)}, {"step", schema::integer()}, {"days_after_due", schema::integer()},
                                                                                       {"action", schema::one_of({"sms", "letter", "disconnection"})}, {"minimum", schema::yuan()}}))}}),
                  .response = with_newest,
                  .idempotency_key = true,
                  .if_match = true});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/dunning/settings",
                  .permission = Permission("dunning.view"),
                  .summary = "The limit of contacts, the language of messages, and who they say they come from",
                  .handler = [&services](const Request&, const security::Caller&) -> Result<Answer> {
                    return services.database.read([](db::Session& s) -> Result<Answer> { return json_answer(settings_to_json(read_settings(s))); });
                  },
                  .response = settings_schema()});
  registry.route({.method = Method::kPut,
                  .path = "/api/v1/dunning/settings",
                  .permission = Permission("dunning.configure"),
                  .summary = "Change the settings of dunning",
                  .handler = [&services](const Request& r, const security::Caller& c) { return put_settings(services, r, c); },
                  .request = settings_schema(),
                  .response = settings_schema(),
                  .idempotency_key = true});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/dunning/important-users",
                  .permission = Permission("dunning.view"),
                  .summary = "Customers whose disconnection the authority must know of beforehand",
                  .handler = [&services](const Request& r, const security::Caller& c) { return list_important(services, r, c); },
                  .query = page_parameters(),
                  .response = schema::page_of(important_schema())});
  registry.route({.method = Method::kPut,
                  .path = "/api/v1/dunning/important-users/{account_no}",
                  .permission = Permission("dunning.configure"),
                  .summary = "Make a customer an important one",
                  .handler = [&services](const Request& r, const security::Caller& c) { return put_important(services, r, c); },
                  .request = schema::object({{"reason", schema::text(100)}, {"authority", schema::text(100)}}),
                  .response = important_schema(),
                  .idempotency_key = true});
  registry.route({.method = Method::kDelete,
                  .path = "/api/v1/dunning/important-users/{account_no}",
                  .permission = Permission("dunning.configure"),
                  .summary = "Make a customer an ordinary one again",
                  .handler = [&services](const Request& r, const security::Caller& c) { return delete_important(services, r, c); },
                  .status = 204});
}

}  // namespace mis::dunning

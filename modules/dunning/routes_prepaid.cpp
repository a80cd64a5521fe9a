// Fee-controlled accounts: who is one, what they have left, day by day.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "mis/http/idempotency.hpp"
#include "mis/security/audit.hpp"
#include "modules/customers/customers.hpp"
#include "modules/dunning/prepaid.hpp"
#include "modules/dunning/routes.hpp"

namespace mis::dunning {
namespace {

using nlohmann::json;
using namespace mis::http;

constexpr std::string_view kColumns =
    "SELECT p.account_id, c.account_no, c.name, p.warn_fen, p.stop_fen, p.credit_fen, p.enrolled_on, p.ended_on, p.version, b.day, b.balance_fen, b.level "
    "FROM dunning_prepaid_account p JOIN customers_contact c ON c.account_id = p.account_id JOIN administration_org_name o ON o.org_id = c.org_id "
    "LEFT JOIN dunning_prepaid_balance b ON b.account_id = p.account_id AND b.day = (SELECT MAX(n.day) FROM dunning_prepaid_balance n WHERE n.account_id = p.account_id) ";

json account_to_json(const db::Rows& row) {
  const auto ended = row.date_or_null(7), day = row.date_or_null(9);
  return {{"account_no", row.text(1)},
          {"name", row.text(2)},
          {"warn_limit", format_yuan({row.i64(3)})},
          {"stop_limit", format_yuan({row.i64(4)})},
          {"credit", format_yuan({row.i64(5)})},
          {"enrolled_on", row.date(6).to_string()},
          {"ended_on", ended ? json(ended->to_string()) : json(nullptr)},
          {"version", row.i32(8)},
          {"balance_on", day ? json(day->to_string()) : json(nullptr)},
          {"balance", day ? json(format_yuan({row.i64(10)})) : json(nullptr)},
          {"level", day ? json(row.text(11)) : json(nullptr)}};
}

Schema account_schema() {
  using namespace schema;
  return named("PrepaidAccount", object({{"account_no", text()},
                                         {"name", text()},
                                         {"warn_limit", yuan()},
                                         {"stop_limit", yuan()},
                                         {"credit", yuan()},
                                         {"enrolled_on", date()},
                                         {"ended_on", date().or_null()},
                                         {"version", integer()},
                                         {"balance_on", date().or_null()},
                                         {"balance", yuan().or_null()},
                                         {"level", one_of({"good", "low", "empty"}).or_null()}}));
}

Result<Answer> account_answer(db::Session& session, AccountId account, int status = 200) {
  auto rows = session.query(std::string(kColumns) + "WHERE p.account_id = ?", account);
  if (!rows.next()) return not_found("dunning.prepaid_not_enrolled", "expected a fee-controlled account but it is none");
  return json_answer(account_to_json(rows), status).with_etag(rows.i64(8));
}

Result<Answer> list_accounts(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto page = query.page(1);
  const auto level = query.optional_one_of("level", {"good", "low", "empty"});
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    json items = json::array();
    std::vector<std::string> keys;
    for (auto rows = s.query(std::string(kColumns) + "WHERE p.account_id > ? AND p.ended_on IS NULL AND (? IS NULL OR b.level = ?) AND o.path LIKE ? ORDER BY p.account_id LIMIT ?",
                             page.key(0, 0), level, level, caller.scope_pattern(), page.limit + 1); rows.next();) {
      keys.push_back(rows.text(0));
      items.push_back(account_to_json(rows));
    }
    return page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{keys[i]}; });
  });
}

Result<Answer> get_balance(const Services& services, const Request& request, const security::Caller& caller) {
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto account = customers::find_label(s, request.param("account_no"), caller.scope_pattern());
    if (!account) return std::move(account).error();
    const Date today = local_date(services.clock.now());
    const auto now = balance_of(s, account->id, today);
    json days = json::array();
    for (auto rows = s.query("SELECT day, advance_fen, due_fen, estimated_fen, balance_fen, level FROM dunning_prepaid_balance WHERE account_id = ? ORDER BY day DESC LIMIT 60", account->id); rows.next();)
      days.push_back({{"day", rows.date(0).to_string()}, {"advance", format_yuan({rows.i64(1)})}, {"due", format_yuan({rows.i64(2)})}, {"estimated", format_yuan({rows.i64(3)})},
                      {"balance", format_yuan({rows.i64(4)})}, {"level", rows.text(5)}});
    return json_answer({{"account_no", account->account_no},
                        {"name", account->name},
                        {"as_of", today.to_string()},
                        {"advance", format_yuan(now.advance)},
                        {"due", format_yuan(now.due)},
                        {"estimated", format_yuan(now.estimated)},
                        {"balance", format_yuan(now.balance)},
                        {"billed_to", now.billed_to ? json(now.billed_to->to_string()) : json(nullptr)},
                        {"read_kwh", format_kwh(now.read)},
                        {"estimated_days", now.estimated_days},
                        {"days", days}});
  });
}

PrepaidLimits limits_of(Fields& body) {
  PrepaidLimits limits;
  limits.warn = body.money("warn_limit");
  limits.stop = body.money("stop_limit");
  limits.credit = body.optional_money("credit").value_or(Money{});
  return limits;
}

json limits_to_json(const PrepaidLimits& limits) {
  return {{"warn_limit", format_yuan(limits.warn)}, {"stop_limit", format_yuan(limits.stop)}, {"credit", format_yuan(limits.credit)}};
}

// One change of an account, in scope, audited.
using Change = std::function<Status(db::Session&, AccountId, Date, Instant)>;
Result<Answer> change_account(const Services& services, const Request& request, const security::Caller& caller, std::string_view account_no, const std::string& action, const json& after, int status,
                              const Change& change) {
  return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
    auto account = customers::find_label(s, account_no, caller.scope_pattern());
    if (!account) return std::move(account).error();
    const auto now = services.clock.now();
    if (auto changed = change(s, account->id, local_date(now), now); !changed) return std::move(changed).error();
    auto answer = account_answer(s, account->id, status);
    auto entry = security::audit_entry(caller, action, "account", account->account_no);
    if (!after.empty()) entry.after = after.dump();
    security::append_audit(s, now, entry);
    return answer;
  });
}

}  // namespace

void register_prepaid_routes(Registry& registry) {
  const auto& services = registry.services();
  using namespace schema;
  const std::vector<Property> limits = {{"warn_limit", yuan()}, {"stop_limit", yuan()}, {"credit", yuan(), false}};
  auto enrolment = limits;
  enrolment.insert(enrolment.begin(), {"account_no", text(10)});

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/prepaid/accounts",
                  .permission = Permission("dunning.view"),
                  .summary = "Fee-controlled accounts with the balance of the last run",
                  .handler = [&services](const Request& r, const security::Caller& c) { return list_accounts(services, r, c); },
                  .query = page_parameters({{"level", one_of({"good", "low", "empty"}), "only those at this level"}}),
                  .response = page_of(account_schema())});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/prepaid/accounts/{account_no}",
                  .permission = Permission("dunning.view"),
                  .summary = "A fee-controlled account, also one that is so no more",
                  .handler = [&services](const Request& request, const security::Caller& caller) -> Result<Answer> {
                    return services.database.read([&](db::Session& s) -> Result<Answer> {
                      auto account = customers::find_label(s, request.param("account_no"), caller.scope_pattern());
                      if (!account) return std::move(account).error();
                      return account_answer(s, account->id);
                    });
                  },
                  .response = account_schema()});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/prepaid/accounts/{account_no}/balance",
                  .permission = Permission("dunning.view"),
                  .summary = "What an account has left now, with its working, and the balances of the last 60 days",
                  .handler = [&services](const Request& r, const security::Caller& c) { return get_balance(services, r, c); },
                  .response = named("PrepaidBalance", object({{"account_no", text()}, {"name", text()}, {"as_of", date()}, {"advance", yuan()}, {"due", yuan()}, {"estimated", yuan()}, {"balance", yuan()},
                                                              {"billed_to", date().or_null()}, {"read_kwh", kwh()}, {"estimated_days", integer()},
                                                              {"days", list_of(object({{"day", date()}, {"advance", yuan()}, {"due", yuan()}, {"estimated", yuan()}, {"balance", yuan()},
                                                                                       {"level", one_of({"good", "low", "empty"})}}))}}))});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/prepaid/accounts",
                  .permission = Permission("dunning.operate"),
                  .summary = "Make an account a fee-controlled one",
                  .handler = [&services](const Request& request, const security::Caller& caller) -> Result<Answer> {
                    auto body = Fields::of_body(request);
                    if (!body) return std::move(body).error();
                    const auto account_no = body->text("account_no", {.min_length = 10, .max_length = 10, .characters = TextRule::Characters::kDigits});
                    const auto wanted = limits_of(*body);
                    if (auto error = body->finish()) return *error;
                    return change_account(services, request, caller, account_no, "dunning.prepaid_enrol", limits_to_json(wanted), 201, [&](db::Session& s, AccountId account, Date today, Instant now) {
                      return enrol(s, account, wanted, today, caller.user_id, now);
                    });
                  },
                  .request = object(enrolment),
                  .response = account_schema(),
                  .status = 201,
                  .idempotency_key = true});
  registry.route({.method = Method::kPut,
                  .path = "/api/v1/prepaid/accounts/{account_no}",
                  .permission = Permission("dunning.operate"),
                  .summary = "Change the limits of a fee-controlled account",
                  .handler = [&services](const Request& request, const security::Caller& caller) -> Result<Answer> {
                    auto body = Fields::of_body(request);
                    if (!body) return std::move(body).error();
                    const auto wanted = limits_of(*body);
                    if (auto error = body->finish()) return *error;
                    return change_account(services, request, caller, request.param("account_no"), "dunning.prepaid_change", limits_to_json(wanted), 200,
                                          [&](db::Session& s, AccountId account, Date, Instant now) { return change_limits(s, account, wanted, caller.user_id, now); });
                  },
                  .request = object(limits),
                  .response = account_schema(),
                  .idempotency_key = true});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/prepaid/accounts/{account_no}/end",
                  .permission = Permission("dunning.operate"),
                  .summary = "An account is fee-controlled no more",
                  .handler = [&services](const Request& request, const security::Caller& caller) -> Result<Answer> {
                    return change_account(services, request, caller, request.param("account_no"), "dunning.prepaid_end", json::object(), 200,
                                          [&](db::Session& s, AccountId account, Date today, Instant now) { return end_enrolment(s, account, today, caller.user_id, now); });
                  },
                  .response = account_schema(),
                  .idempotency_key = true});
}

}  // namespace mis::dunning

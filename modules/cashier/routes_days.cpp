// The day's end of halls and of the company.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "mis/http/idempotency.hpp"
#include "mis/security/audit.hpp"
#include "modules/cashier/days.hpp"
#include "modules/cashier/routes.hpp"

namespace mis::cashier {
namespace {

using nlohmann::json;
using namespace mis::http;

constexpr TextRule kHallCode{.max_length = 20, .characters = TextRule::Characters::kCode};

struct Hall {
  OrgId id = kCompany;
  std::string code, name;
};

// A hall of the caller's scope by its code. Nothing named: the company for those who see all of it, the own hall for others.
Result<Hall> find_hall(db::Session& session, const security::Caller& caller, const std::optional<std::string>& code) {
  if (!code && caller.sees_everything()) return Hall{};
  auto rows = session.query("SELECT org_id, code, name FROM administration_org_name WHERE code = ? AND path LIKE ?", code.value_or(caller.org_code), caller.scope_pattern());
  if (!rows.next()) return not_found("cashier.no_hall", "expected a business hall with this code but there is none in your data scope");
  return Hall{{rows.i64(0)}, rows.text(1), rows.text(2)};
}

Result<Date> day_param(const Request& request) {
  if (const auto day = Date::parse(request.param("date"))) return *day;
  return not_found("cashier.no_day", fmt::format("expected a day like 2026-11-24 but found '{}'", request.param("date")));
}

json day_to_json(db::Session& session, const Hall& hall, Date day) {
  const auto state = day_state(session, hall.id, day);
  json sessions = json::array(), methods = json::array();
  int open = 0, receipts = 0, reversals = 0;
  Money undeposited;
  for (const auto& row : sessions_of_day(session, day, hall.id)) {
    const auto money = money_of(session, row);
    open += row.open ? 1 : 0;
    // While it is open its float is the safe's still.
    undeposited += row.open ? money.drawer.cash_left() - row.float_taken : money.drawer.cash_left();
    sessions.push_back(session_to_json(row, money));
  }
  MethodSums net;
  for (const auto& total : state.totals) {
    net[total.method] = total.net();
    receipts += total.receipts;
    reversals += total.reversals;
    methods.push_back({{"method", name_of(total.method)},
                       {"receipts", total.receipts},
                       {"taken", format_yuan(total.taken)},
                       {"reversals", total.reversals},
                       {"given_back", format_yuan(total.given)},
                       {"net", format_yuan(total.net())},
                       {"difference", format_yuan(total.difference)}});
  }
  return {{"date", day.to_string()},
          {"hall", hall.id == kCompany ? json(nullptr) : hall_to_json(hall.code, hall.name)},
          {"state", state.closed ? "closed" : "open"},
          {"closed_by", state.closed_by_name.empty() ? json(nullptr) : json(state.closed_by_name)},
          {"closed_at", state.closed_at ? json(state.closed_at->to_string()) : json(nullptr)},
          {"sessions", std::move(sessions)},
          {"totals", sums_to_json(net)},
          {"methods", std::move(methods)},
          {"receipts", receipts},
          {"reversals", reversals},
          {"open_sessions", open},
          {"undeposited", format_yuan(undeposited)},
          {"carried_over", format_yuan(state.carried)},
          {"carried_from_before", format_yuan(carried_before(session, hall.id, day))}};
}

Schema day_schema() {
  using namespace schema;
  return named("CounterDay", object({{"date", date()},
                                     {"hall", hall_schema().or_null()},
                                     {"state", one_of({"open", "closed"})},
                                     {"closed_by", text().or_null()},
                                     {"closed_at", instant().or_null()},
                                     {"sessions", list_of(session_schema())},
                                     {"totals", sums_schema()},
                                     {"methods", list_of(named("MethodTotal", object({{"method", text()}, {"receipts", integer()}, {"taken", yuan()}, {"reversals", integer()}, {"given_back", yuan()},
                                                                                      {"net", yuan()}, {"difference", yuan()}})))},
                                     {"receipts", integer()},
                                     {"reversals", integer()},
                                     {"open_sessions", integer()},
                                     {"undeposited", yuan()},
                                     {"carried_over", yuan()},
                                     {"carried_from_before", yuan()}}));
}

Result<Answer> day_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto day = day_param(request);
  if (!day) return std::move(day).error();
  auto query = Fields::of_query(request);
  const auto code = query.optional_text("hall", kHallCode);
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto hall = find_hall(s, caller, code);
    if (!hall) return std::move(hall).error();
    return json_answer(day_to_json(s, *hall, *day));
  });
}

// Both closes: of the named hall, or of the company.
Result<Answer> close_answer(const Services& services, const Request& request, const security::Caller& caller, bool company) {
  if (company)
    if (auto error = security::require_whole_utility(caller)) return *error;
  auto day = day_param(request);
  if (!day) return std::move(day).error();
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  std::optional<std::string> code;
  if (!company) code = body->text("hall", kHallCode);
  DayClose close{*day, body->optional_boolean("carry_over").value_or(false)};
  if (auto error = body->finish()) return *error;
  return idempotent(services, request, caller, [&](db::Session& session) -> Result<Answer> {
    Hall hall;
    if (!company) {
      auto found = find_hall(session, caller, code);
      if (!found) return std::move(found).error();
      hall = std::move(*found);
    }
    const auto act = act_of(services, caller);
    if (auto closed = company ? close_company_day(session, act, close) : close_hall_day(session, act, hall.id, close); !closed) return std::move(closed).error();
    const auto after = day_to_json(session, hall, *day);
    auto entry = security::audit_entry(caller, company ? "cashier.close_company_day" : "cashier.close_day", "cashier_day", company ? day->to_string() : hall.code + "/" + day->to_string());
    entry.after = json({{"totals", after.at("totals")}, {"receipts", after.at("receipts")}, {"reversals", after.at("reversals")}, {"carried_over", after.at("carried_over")}}).dump();
    security::append_audit(session, services.clock.now(), entry);
    return json_answer(after);
  });
}

}  // namespace

void register_day_routes(Registry& registry) {
  const auto& services = registry.services();
  using namespace schema;
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/cashier/days/{date}",
                  .permission = Permission("cashier.view"),
                  .summary = "A day of a hall, or of the company: its sessions and what they came to",
                  .handler = [&services](const Request& r, const security::Caller& c) { return day_answer(services, r, c); },
                  .query = {{"hall", text(20), "The hall's code; without it the company, or the own hall"}},
                  .response = day_schema()});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/cashier/days/{date}/close",
                  .permission = Permission("cashier.close_day"),
                  .summary = "Close a hall's day: every session closed, all cash deposited or carried over",
                  .handler = [&services](const Request& r, const security::Caller& c) { return close_answer(services, r, c, false); },
                  .request = object({{"hall", text(20)}, {"carry_over", boolean(), false}}),
                  .response = day_schema(),
                  .idempotency_key = true});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/cashier/days/{date}/close-company",
                  .permission = Permission("cashier.close_day"),
                  .summary = "Close the company's day and that of every hall that is still open; its totals are the ledger's",
                  .handler = [&services](const Request& r, const security::Caller& c) { return close_answer(services, r, c, true); },
                  .request = object({{"carry_over", boolean(), false}}),
                  .response = day_schema(),
                  .idempotency_key = true});
}

}  // namespace mis::cashier

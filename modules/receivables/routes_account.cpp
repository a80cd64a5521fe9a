// Reads about one account: its payments, its statement, its instalment plans.
#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/files/lookup.hpp"
#include "mis/http/fields.hpp"
#include "mis/http/page.hpp"
#include "modules/customers/customers.hpp"
#include "modules/receivables/domain/bill_no.hpp"
#include "modules/receivables/item_store.hpp"
#include "modules/receivables/plans.hpp"
#include "modules/receivables/routes.hpp"
#include "modules/receivables/settings.hpp"
#include "modules/receivables/statement.hpp"

namespace mis::receivables {
namespace {

using nlohmann::json;
using namespace mis::http;

std::map<std::int64_t, std::string> names_of_users(db::Session& session, const std::vector<PaymentRow>& payments) {
  std::vector<std::int64_t> ids;
  for (const auto& p : payments)
    if (p.taken_by) ids.push_back(p.taken_by->value);
  std::map<std::int64_t, std::string> names;
  files::query_in(session, "SELECT user_id, name FROM administration_user_name WHERE user_id IN (*)", std::span<const std::int64_t>(ids), [&](db::Rows& row) { names[row.i64(0)] = row.text(1); });
  return names;
}

json payment_to_json(const PaymentRow& p, const std::map<std::int64_t, std::string>& names) {
  const auto taken_by = p.taken_by ? names.find(p.taken_by->value) : names.end();
  return {{"payment_no", std::to_string(p.id.value)},
          {"paid_at", p.paid_at.to_string()},
          {"value_on", p.value_on.to_string()},
          {"method", name_of(p.method)},
          {"source", name_of(p.source)},
          {"reference", p.reference},
          {"amount", format_yuan(p.amount)},
          {"advance", format_yuan(p.advance)},
          {"reversed", p.reversed},
          {"taken_by", taken_by == names.end() ? json(nullptr) : json(taken_by->second)}};
}

Result<Answer> payments_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto page = query.page(1);
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto account = customers::find_label(s, request.param("account_no"), caller.scope_pattern());
    if (!account) return std::move(account).error();
    const auto payments = payments_of(s, account->id, {page.key(0, 0)}, page.limit + 1);
    const auto names = names_of_users(s, payments);
    json items = json::array();
    for (const auto& p : payments) items.push_back(payment_to_json(p, names));
    return page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{std::to_string(payments[i].id.value)}; });
  });
}

Result<Answer> statement_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto from = query.date("from"), to = query.date("to");
  if (to < from || to - from > kMostStatementDays)
    query.complain("to", "field.range", fmt::format("expected a day from {} to {} but found {}", from.to_string(), (from + kMostStatementDays).to_string(), to.to_string()));
  if (auto error = query.finish()) return *error;
  const Date today = local_date(services.clock.now());
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto account = customers::find_label(s, request.param("account_no"), caller.scope_pattern());
    if (!account) return std::move(account).error();
    const auto statement = read_statement(s, account->id, account->account_no, from, to);
    json rows = json::array();
    for (const auto& row : statement.rows)
      rows.push_back({{"date", row.date.to_string()}, {"what", row.what}, {"what_en", row.what_en}, {"reference", row.reference}, {"debit", format_yuan(row.debit)}, {"credit", format_yuan(row.credit)},
                      {"balance", format_yuan(row.balance)}});
    // A late charge runs until somebody pays: it is known as of today only, and stands beside what is in the books.
    json late = nullptr, balance = nullptr;
    if (to >= today) {
      const Money due = due_of(s, account->id, today).late;
      late = format_yuan(due);
      balance = format_yuan(statement.closing + due);
    }
    return json_answer({{"account_no", account->account_no}, {"name", account->name}, {"from", from.to_string()}, {"to", to.to_string()}, {"opening", format_yuan(statement.opening)}, {"rows", rows},
                        {"closing", format_yuan(statement.closing)}, {"late_charge", late}, {"balance", balance}});
  });
}

json plan_to_json(const Plan& plan, const std::vector<OpenItem>& open_items, std::string_view account_no, Date today, int grace_days) {
  const Money paid = paid_of(plan, open_items, today);
  const auto standing = assess(plan.instalments, paid, today, grace_days);
  json instalments = json::array(), bills = json::array();
  Money rest = paid;
  for (std::size_t i = 0; i < plan.instalments.size(); ++i) {
    const auto& instalment = plan.instalments[i];
    const Money part = std::min(rest, instalment.amount);
    rest -= part;
    instalments.push_back({{"due_on", instalment.due_on.to_string()}, {"amount", format_yuan(instalment.amount)}, {"paid", format_yuan(part)}, {"state", name_of(standing.instalments[i])}});
  }
  for (const auto& bill : plan.bills) bills.push_back(bill_no_of(bill, account_no));
  return {{"plan_id", plan.id.value},
          // What it is once somebody looks at it: the nightly review writes it down.
          {"state", name_of(may_become(plan.state, standing.state) ? standing.state : plan.state)},
          {"approved_on", plan.approved_on.to_string()},
          {"late_charges_until", plan.late_stop.to_string()},
          {"ended_on", plan.ended_on ? json(plan.ended_on->to_string()) : json(nullptr)},
          {"total", format_yuan(plan.total)},
          {"paid", format_yuan(paid)},
          {"bills", bills},
          {"instalments", instalments}};
}

Result<Answer> plans_answer(const Services& services, const Request& request, const security::Caller& caller) {
  const Date today = local_date(services.clock.now());
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto account = customers::find_label(s, request.param("account_no"), caller.scope_pattern());
    if (!account) return std::move(account).error();
    const int grace_days = read_settings(s).plan_grace_days;
    const auto open_items = read_open_items(s, {&account->id, 1})[account->id];
    json items = json::array();
    for (const auto& plan : plans_of(s, account->id)) items.push_back(plan_to_json(plan, open_items, account->account_no, today, grace_days));
    return json_answer({{"items", std::move(items)}});
  });
}

}  // namespace

void register_account_routes(Registry& registry) {
  const auto& services = registry.services();
  using namespace schema;
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/accounts/{account_no}/payments",
                  .permission = Permission("receivables.view"),
                  .summary = "What was paid for an account, newest first",
                  .handler = [&services](const Request& r, const security::Caller& c) { return payments_answer(services, r, c); },
                  .query = page_parameters(),
                  .response = page_of(named("PaymentRow", object({{"payment_no", text()}, {"paid_at", instant()}, {"value_on", date()},
                                                                  {"method", one_of({"cash", "card", "cheque", "qr", "transfer", "collection", "direct_debit"})},
                                                                  {"source", one_of({"cashier", "channel", "unidentified"})}, {"reference", text()}, {"amount", yuan()}, {"advance", yuan()},
                                                                  {"reversed", boolean()}, {"taken_by", text().or_null()}})))});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/accounts/{account_no}/statement",
                  .permission = Permission("receivables.view"),
                  .summary = "An account's statement: opening, each transaction, closing; with today's late charges it makes the balance",
                  .handler = [&services](const Request& r, const security::Caller& c) { return statement_answer(services, r, c); },
                  .query = {{"from", date(), "First day", true}, {"to", date(), "Last day", true}},
                  .response = named("AccountStatement", object({{"account_no", text()}, {"name", text()}, {"from", date()}, {"to", date()}, {"opening", yuan()},
                                                                {"rows", list_of(named("StatementRow", object({{"date", date()}, {"what", text()}, {"what_en", text()}, {"reference", text()},
                                                                                                              {"debit", yuan()}, {"credit", yuan()}, {"balance", yuan()}})))},
                                                                {"closing", yuan()}, {"late_charge", yuan().or_null()}, {"balance", yuan().or_null()}}))});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/accounts/{account_no}/plans",
                  .permission = Permission("receivables.view"),
                  .summary = "An account's instalment plans, newest first",
                  .handler = [&services](const Request& r, const security::Caller& c) { return plans_answer(services, r, c); },
                  .response = items_of(named("InstalmentPlan", object({{"plan_id", integer()}, {"state", one_of({"active", "kept", "broken", "cancelled"})}, {"approved_on", date()},
                                                                       {"late_charges_until", date()}, {"ended_on", date().or_null()}, {"total", yuan()}, {"paid", yuan()}, {"bills", list_of(text())},
                                                                       {"instalments", list_of(object({{"due_on", date()}, {"amount", yuan()}, {"paid", yuan()},
                                                                                                       {"state", one_of({"open", "paid", "overdue"})}}))}})))});
}

}  // namespace mis::receivables

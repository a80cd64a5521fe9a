#include "modules/receivables/routes.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "mis/http/page.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::receivables {
namespace {

using nlohmann::json;
using namespace mis::http;

Result<AccountId> account_of(db::Session& session, const Request& request, const security::Caller& caller) {
  auto rows = session.query("SELECT a.account_id FROM customers_account_label a JOIN administration_org_name o ON o.org_id = a.org_id WHERE a.account_no = ? AND o.path LIKE ?",
                            request.param("account_no"), caller.scope_pattern());
  if (!rows.next()) return not_found("customers.no_account", "expected an account with this number but there is none in your data scope");
  return AccountId{rows.i64(0)};
}

json receivable_to_json(const Receivable& r, std::string_view account_no) {
  const char* state = r.outstanding.value == 0 ? "settled" : r.outstanding == r.amount ? "open" : "partly_paid";
  return {{"bill_no", fmt::format("{}-{}-{}", r.month.yyyymm, account_no, r.revision)},
          {"billing_month", r.month.to_string()},
          {"amount", format_yuan(r.amount)},
          {"outstanding", format_yuan(r.outstanding)},
          {"issued_on", r.issued_on.to_string()},
          {"due_on", r.due_on.to_string()},
          {"state", state}};
}

Result<Answer> balance_answer(const Services& services, const Request& request, const security::Caller& caller) {
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto account = account_of(s, request, caller);
    if (!account) return std::move(account).error();
    const auto balance = balance_of(s, *account);
    json receivables = json::array();
    for (const auto& r : balance.receivables) receivables.push_back(receivable_to_json(r, request.param("account_no")));
    const Money advance{balance.balance.value < 0 ? -balance.balance.value : 0};
    return json_answer({{"balance", format_yuan(balance.balance)}, {"advance", format_yuan(advance)}, {"receivables", receivables}});
  });
}

Result<Answer> postings_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto page = query.page(3);
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto account = account_of(s, request, caller);
    if (!account) return std::move(account).error();
    const PostingPosition after{{static_cast<std::int32_t>(page.key(0, 999912))}, page.key(1, INT64_MAX), static_cast<int>(page.key(2, 0))};
    const auto postings = postings_of(s, *account, after, page.limit + 1);
    json items = json::array();
    for (const auto& p : postings)
      items.push_back({{"posted_on", p.posted_on.to_string()},
                       {"transaction_no", fmt::format("{}-{}", p.accounting_month.yyyymm, p.transaction_id)},
                       {"template", p.template_name},
                       {"ledger_account", p.ledger_code},
                       {"name", p.name},
                       {"name_en", p.name_en},
                       {"debit", p.amount.value > 0 ? json(format_yuan(p.amount)) : json(nullptr)},
                       {"credit", p.amount.value < 0 ? json(format_yuan(-p.amount)) : json(nullptr)},
                       {"billing_month", p.billing_month ? json(p.billing_month->to_string()) : json(nullptr)}});
    return page_answer(std::move(items), page, [&](std::size_t i) {
      return std::vector{std::to_string(postings[i].accounting_month.yyyymm), std::to_string(postings[i].transaction_id), std::to_string(postings[i].line_no)};
    });
  });
}

Result<Answer> trial_balance_answer(const Services& services, const Request& request, const security::Caller& caller) {
  if (auto error = security::require_whole_utility(caller)) return *error;
  auto query = Fields::of_query(request);
  const auto month = query.optional_month("accounting_month");
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    json items = json::array();
    Money debit, credit;
    for (const auto& line : trial_balance(s, month)) {
      items.push_back({{"ledger_account", line.ledger_code}, {"name", line.name}, {"name_en", line.name_en}, {"debit", format_yuan(line.debit)}, {"credit", format_yuan(line.credit)}});
      debit += line.debit;
      credit += line.credit;
    }
    return json_answer({{"accounting_month", month ? json(month->to_string()) : json(nullptr)}, {"items", items}, {"debit", format_yuan(debit)}, {"credit", format_yuan(credit)}});
  });
}

}  // namespace

void register_routes(Registry& registry) {
  const auto& services = registry.services();
  using namespace schema;
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/accounts/{account_no}/balance",
                  .permission = Permission("receivables.view"),
                  .summary = "What an account owes, bill by bill, recomputed from the postings",
                  .handler = [&services](const Request& r, const security::Caller& c) { return balance_answer(services, r, c); },
                  .response = named("AccountBalance",
                                    object({{"balance", yuan()},
                                            {"advance", yuan()},
                                            {"receivables", list_of(object({{"bill_no", text()}, {"billing_month", month()}, {"amount", yuan()}, {"outstanding", yuan()},
                                                                            {"issued_on", date()}, {"due_on", date()}, {"state", one_of({"open", "partly_paid", "settled"})}}))}}))});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/accounts/{account_no}/postings",
                  .permission = Permission("receivables.view"),
                  .summary = "The ledger's postings about an account, newest first",
                  .handler = [&services](const Request& r, const security::Caller& c) { return postings_answer(services, r, c); },
                  .query = page_parameters(),
                  .response = page_of(named("Posting", object({{"posted_on", date()}, {"transaction_no", text()}, {"template", text()}, {"ledger_account", text()}, {"name", text()},
                                                               {"name_en", text()}, {"debit", yuan().or_null()}, {"credit", yuan().or_null()}, {"billing_month", month().or_null()}})))});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/ledger/trial-balance",
                  .permission = Permission("receivables.view"),
                  .summary = "Debit and credit of each ledger account",
                  .handler = [&services](const Request& r, const security::Caller& c) { return trial_balance_answer(services, r, c); },
                  .query = {{"accounting_month", month(), "Of this accounting month; all time where left out"}},
                  .response = named("TrialBalance", object({{"accounting_month", month().or_null()},
                                                            {"items", list_of(object({{"ledger_account", text()}, {"name", text()}, {"name_en", text()}, {"debit", yuan()}, {"credit", yuan()}}))},
                                                            {"debit", yuan()},
                                                            {"credit", yuan()}}))});
}

}  // namespace mis::receivables

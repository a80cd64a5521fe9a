#include "modules/receivables/routes.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "mis/http/page.hpp"
#include "modules/customers/customers.hpp"
#include "modules/receivables/domain/bill_no.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::receivables {
namespace {

using nlohmann::json;
using namespace mis::http;

json bill_to_json(const BillState& b, std::string_view account_no) {
  const char* state = b.outstanding.value + b.late.value == 0 ? "settled" : b.outstanding == b.amount ? "open" : "partly_paid";
  return {{"bill_no", bill_no_of({{}, b.month, b.revision}, account_no)},
          {"billing_month", b.month.to_string()},
          {"amount", format_yuan(b.amount)},
          {"outstanding", format_yuan(b.outstanding)},
          {"late_charge", format_yuan(b.late)},
          {"issued_on", b.issued_on.to_string()},
          {"due_on", b.due_on.to_string()},
          {"state", state}};
}

Result<Answer> balance_answer(const Services& services, const Request& request, const security::Caller& caller) {
  const Date today = local_date(services.clock.now());
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto account = customers::find_label(s, request.param("account_no"), caller.scope_pattern());
    if (!account) return std::move(account).error();
    const auto due = due_of(s, account->id, today);
    json bills = json::array();
    for (const auto& bill : newest_bills(s, account->id, today, 60)) bills.push_back(bill_to_json(bill, account->account_no));
    return json_answer({{"balance", format_yuan(due.due() - due.advance)},
                        {"principal", format_yuan(due.principal)},
                        {"late_charge", format_yuan(due.late)},
                        {"advance", format_yuan(due.advance)},
                        {"deposit", format_yuan(due.deposit)},
                        {"as_of", today.to_string()},
                        {"receivables", bills}});
  });
}

Result<Answer> postings_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto page = query.page(3);
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto account = customers::find_label(s, request.param("account_no"), caller.scope_pattern());
    if (!account) return std::move(account).error();
    const ledger::PostingPosition after{{static_cast<std::int32_t>(page.key(0, 999912))}, page.key(1, INT64_MAX), static_cast<int>(page.key(2, 0))};
    const auto postings = ledger::postings_of(s, account->id, after, page.limit + 1);
    json items = json::array();
    for (const auto& p : postings)
      items.push_back({{"posted_on", p.posted_on.to_string()},
                       {"transaction_no", fmt::format("{}-{}", p.transaction.accounting_month.yyyymm, p.transaction.id)},
                       {"template", ledger::name_of_template(p.template_number)},
                       {"ledger_account", p.ledger_code},
                       {"name", p.name},
                       {"name_en", p.name_en},
                       {"debit", p.amount.value > 0 ? json(format_yuan(p.amount)) : json(nullptr)},
                       {"credit", p.amount.value < 0 ? json(format_yuan(-p.amount)) : json(nullptr)},
                       {"billing_month", p.bill_month ? json(p.bill_month->to_string()) : json(nullptr)}});
    return page_answer(std::move(items), page, [&](std::size_t i) {
      return std::vector{std::to_string(postings[i].transaction.accounting_month.yyyymm), std::to_string(postings[i].transaction.id), std::to_string(postings[i].line_no)};
    });
  });
}

}  // namespace

void register_routes(Registry& registry) {
  const auto& services = registry.services();
  using namespace schema;
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/accounts/{account_no}/balance",
                  .permission = Permission("receivables.view"),
                  .summary = "What an account owes today, bill by bill, late charges included",
                  .handler = [&services](const Request& r, const security::Caller& c) { return balance_answer(services, r, c); },
                  .response = named("AccountBalance",
                                    object({{"balance", yuan()},
                                            {"principal", yuan()},
                                            {"late_charge", yuan()},
                                            {"advance", yuan()},
                                            {"deposit", yuan()},
                                            {"as_of", date()},
                                            {"receivables", list_of(object({{"bill_no", text()}, {"billing_month", month()}, {"amount", yuan()}, {"outstanding", yuan()}, {"late_charge", yuan()},
                                                                            {"issued_on", date()}, {"due_on", date()}, {"state", one_of({"open", "partly_paid", "settled"})}}))}}))});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/accounts/{account_no}/postings",
                  .permission = Permission("receivables.view"),
                  .summary = "The ledger's postings about an account, newest first",
                  .handler = [&services](const Request& r, const security::Caller& c) { return postings_answer(services, r, c); },
                  .query = page_parameters(),
                  .response = page_of(named("Posting", object({{"posted_on", date()}, {"transaction_no", text()}, {"template", text()}, {"ledger_account", text()}, {"name", text()},
                                                               {"name_en", text()}, {"debit", yuan().or_null()}, {"credit", yuan().or_null()}, {"billing_month", month().or_null()}})))});
}

}  // namespace mis::receivables

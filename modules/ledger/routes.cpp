#include "modules/ledger/routes.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "mis/http/idempotency.hpp"
#include "mis/security/audit.hpp"
#include "modules/ledger/ledger.hpp"
#include "modules/ledger/voucher_file.hpp"

namespace mis::ledger {
namespace {

using nlohmann::json;
using namespace mis::http;

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

json period_to_json(const Period& p) {
  return {{"accounting_month", p.month.to_string()},
          {"state", p.closed ? "closed" : "open"},
          {"version", p.version},
          {"changed_by", p.changed_by_name.empty() ? json(nullptr) : json(p.changed_by_name)},
          {"changed_at", p.changed_at ? json(p.changed_at->to_string()) : json(nullptr)}};
}

Result<Answer> periods_answer(const Services& services, const Request&, const security::Caller& caller) {
  if (auto error = security::require_whole_utility(caller)) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    json items = json::array();
    for (const auto& period : periods(s)) items.push_back(period_to_json(period));
    return json_answer({{"items", std::move(items)}});
  });
}

Result<Answer> change_period(const Services& services, const Request& request, const security::Caller& caller, bool close) {
  if (auto error = security::require_whole_utility(caller)) return *error;
  const auto month = BillingMonth::parse(request.param("accounting_month"));
  if (!month) return not_found("ledger.no_period", "expected an accounting month like 2026-11");
  std::string reason;
  if (!close) {
    auto body = Fields::of_body(request);
    if (!body) return std::move(body).error();
    reason = body->text("reason");
    if (auto error = body->finish()) return *error;
  }
  return idempotent(services, request, caller, [&](db::Session& session) -> Result<Answer> {
    const auto now = services.clock.now();
    const auto status = close ? close_period(session, *month, local_date(now), now, caller.user_id) : reopen_period(session, *month, now, caller.user_id);
    if (!status) return status.error();
    auto entry = security::audit_entry(caller, close ? "ledger.close" : "ledger.reopen", "accounting_month", month->to_string());
    if (!close) entry.after = json({{"reason", reason}}).dump();
    security::append_audit(session, now, entry);
    return no_content();
  });
}

Result<Answer> vouchers_answer(const Services& services, const Request& request, const security::Caller& caller) {
  if (auto error = security::require_whole_utility(caller)) return *error;
  auto query = Fields::of_query(request);
  const auto day = query.date("posted_on");
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    json items = json::array();
    for (const auto& voucher : vouchers(s, day)) {
      json lines = json::array();
      for (const auto& line : voucher.lines)
        lines.push_back({{"ledger_account", line.ledger_code}, {"name", line.name}, {"debit", format_yuan(line.debit)}, {"credit", format_yuan(line.credit)}});
      items.push_back({{"voucher_no", voucher.voucher_no}, {"template", name_of_template(voucher.template_number)}, {"summary", voucher.summary}, {"transactions", voucher.transactions}, {"lines", lines}});
    }
    return json_answer({{"items", std::move(items)}});
  });
}

Result<Answer> voucher_file_answer(const Services& services, const Request& request, const security::Caller& caller) {
  if (auto error = security::require_whole_utility(caller)) return *error;
  auto query = Fields::of_query(request);
  const auto day = query.date("posted_on");
  const auto encoding = query.optional_one_of("encoding", {"utf-8", "gb18030"}).value_or("utf-8");
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    Answer answer;
    answer.content_type = "text/csv; charset=" + encoding;
    answer.body = voucher_file(day, vouchers(s, day), encoding == "gb18030");
    return answer.with_header("Content-Disposition", fmt::format("attachment; filename=\"vouchers-{}.csv\"", day.to_string()));
  });
}

}  // namespace

void register_routes(Registry& registry) {
  const auto& services = registry.services();
  using namespace schema;
  const auto money_line = object({{"ledger_account", text()}, {"name", text()}, {"name_en", text()}, {"debit", yuan()}, {"credit", yuan()}});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/ledger/trial-balance",
                  .permission = Permission("ledger.view"),
                  .summary = "Debit and credit of each ledger account",
                  .handler = [&services](const Request& r, const security::Caller& c) { return trial_balance_answer(services, r, c); },
                  .query = {{"accounting_month", month(), "Of this accounting month; all time where left out"}},
                  .response = named("TrialBalance", object({{"accounting_month", month().or_null()}, {"items", list_of(money_line)}, {"debit", yuan()}, {"credit", yuan()}}))});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/ledger/periods",
                  .permission = Permission("ledger.view"),
                  .summary = "Accounting months, newest first",
                  .handler = [&services](const Request& r, const security::Caller& c) { return periods_answer(services, r, c); },
                  .response = items_of(named("AccountingPeriod", object({{"accounting_month", month()}, {"state", one_of({"open", "closed"})}, {"version", integer()},
                                                                         {"changed_by", text().or_null()}, {"changed_at", instant().or_null()}})))});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/ledger/periods/{accounting_month}/close",
                  .permission = Permission("ledger.close"),
                  .summary = "Close an accounting month that is over: nothing is posted to it any more",
                  .handler = [&services](const Request& r, const security::Caller& c) { return change_period(services, r, c, true); },
                  .status = 204,
                  .idempotency_key = true});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/ledger/periods/{accounting_month}/reopen",
                  .permission = Permission("ledger.close"),
                  .summary = "Open the newest closed accounting month again",
                  .handler = [&services](const Request& r, const security::Caller& c) { return change_period(services, r, c, false); },
                  .request = object({{"reason", text(200)}}),
                  .status = 204,
                  .idempotency_key = true});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/ledger/vouchers",
                  .permission = Permission("ledger.view"),
                  .summary = "The vouchers of a day: one per kind of business, summed per ledger account",
                  .handler = [&services](const Request& r, const security::Caller& c) { return vouchers_answer(services, r, c); },
                  .query = {{"posted_on", date(), "The day", true}},
                  .response = items_of(named("Voucher", object({{"voucher_no", text()}, {"template", text()}, {"summary", text()}, {"transactions", integer()},
                                                                {"lines", list_of(object({{"ledger_account", text()}, {"name", text()}, {"debit", yuan()}, {"credit", yuan()}}))}})))});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/ledger/vouchers/file",
                  .permission = Permission("ledger.view"),
                  .summary = "The vouchers of a day as a CSV file for the finance system",
                  .handler = [&services](const Request& r, const security::Caller& c) { return voucher_file_answer(services, r, c); },
                  .query = {{"posted_on", date(), "The day", true}, {"encoding", one_of({"utf-8", "gb18030"}), "utf-8 where left out"}}});
}

}  // namespace mis::ledger

// Runs of dunning, and what was sent to whom.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "mis/http/idempotency.hpp"
#include "mis/outbox/outbox.hpp"
#include "mis/security/audit.hpp"
#include "modules/dunning/dunning.hpp"
#include "modules/dunning/routes.hpp"

namespace mis::dunning {
namespace {

using nlohmann::json;
using namespace mis::http;

Result<Answer> post_run(const Services& services, const Request& request, const security::Caller& caller) {
  if (auto error = security::require_whole_utility(caller)) return *error;
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  const auto name = body->optional_one_of("kind", {"reminders", "payment_scan", "prepaid"});
  if (auto error = body->finish()) return *error;
  auto kind = RunKind::kReminders;
  for (const auto one : {RunKind::kReminders, RunKind::kPaymentScan, RunKind::kPrepaid})
    if (name && *name == name_of(one)) kind = one;
  return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
    auto job = start_run(services, s, kind, caller.user_id);
    if (!job) return std::move(job).error();
    auto entry = security::audit_entry(caller, "dunning.start_run", "dunning_run", std::to_string(job->value));
    entry.after = json({{"kind", name_of(kind)}}).dump();
    security::append_audit(s, services.clock.now(), entry);
    return accepted_job(job->value);
  });
}

Schema run_schema() {
  using namespace schema;
  return named("DunningRun", object({{"run_id", integer()},
                                     {"kind", one_of({"reminders", "payment_scan", "prepaid"})},
                                     {"run_on", date()},
                                     {"job_id", integer()},
                                     {"requested_by", text().or_null()},
                                     {"created_at", instant()},
                                     {"finished_at", instant().or_null()},
                                     {"accounts", integer()},
                                     {"notices", integer()},
                                     {"candidates", integer()},
                                     {"held_back", integer()},
                                     {"moved", integer()},
                                     {"overdue", yuan()}}));
}

Result<Answer> list_runs(const Services& services, const Request& request, const security::Caller& caller) {
  if (auto error = security::require_whole_utility(caller)) return *error;
  auto query = Fields::of_query(request);
  const auto page = query.page(1);
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    json items = json::array();
    std::vector<std::string> keys;
    for (auto rows = s.query("SELECT r.run_id, r.kind, r.run_on, COALESCE(r.job_id, 0), u.name, r.created_at, r.finished_at, CAST(COALESCE(SUM(t.accounts), 0) AS SIGNED), "
                             "CAST(COALESCE(SUM(t.notices), 0) AS SIGNED), CAST(COALESCE(SUM(t.candidates), 0) AS SIGNED), CAST(COALESCE(SUM(t.held_back), 0) AS SIGNED), "
                             "CAST(COALESCE(SUM(t.moved), 0) AS SIGNED), CAST(COALESCE(SUM(t.overdue_fen), 0) AS SIGNED) "
                             "FROM dunning_run r LEFT JOIN dunning_run_shard t ON t.run_id = r.run_id LEFT JOIN administration_user_name u ON u.user_id = r.requested_by "
                             "WHERE r.run_id < ? GROUP BY r.run_id, r.kind, r.run_on, r.job_id, u.name, r.created_at, r.finished_at ORDER BY r.run_id DESC LIMIT ?",
                             page.key(0, INT64_MAX), page.limit + 1); rows.next();) {
      keys.push_back(rows.text(0));
      const auto finished = rows.instant_or_null(6);
      items.push_back({{"run_id", rows.i64(0)},
                       {"kind", name_of(static_cast<RunKind>(rows.i32(1)))},
                       {"run_on", rows.date(2).to_string()},
                       {"job_id", rows.i64(3)},
                       {"requested_by", rows.is_null(4) ? json(nullptr) : json(rows.text(4))},
                       {"created_at", rows.instant(5).to_string()},
                       {"finished_at", finished ? json(finished->to_string()) : json(nullptr)},
                       {"accounts", rows.i64(7)},
                       {"notices", rows.i64(8)},
                       {"candidates", rows.i64(9)},
                       {"held_back", rows.i64(10)},
                       {"moved", rows.i64(11)},
                       {"overdue", format_yuan({rows.i64(12)})}});
    }
    return page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{keys[i]}; });
  });
}

Schema notice_schema() {
  using namespace schema;
  return named("DunningNotice", object({{"notice_id", integer()},
                                        {"account_no", text()},
                                        {"name", text()},
                                        {"purpose", one_of({"reminder", "stop_notice", "last_notice", "restored", "prepaid_low", "prepaid_empty"})},
                                        {"channel", one_of({"sms", "email", "letter"})},
                                        {"billing_month", month().or_null()},
                                        {"step", integer().or_null()},
                                        {"principal", yuan()},
                                        {"late_charge", yuan()},
                                        {"days_overdue", integer()},
                                        {"queued_at", instant()},
                                        {"case_id", integer().or_null()},
                                        {"message_id", integer()}}));
}

Result<Answer> list_notices(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto page = query.page(1);
  const auto account_no = query.optional_text("account_no", {.max_length = 10, .characters = TextRule::Characters::kDigits});
  const auto run = query.optional_integer("run_id", {.min = 1});
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    json items = json::array();
    std::vector<std::string> keys;
    for (auto rows = s.query("SELECT n.notice_id, c.account_no, c.name, n.purpose, n.channel, n.billing_month, n.step, n.principal_fen, n.late_fen, n.days_overdue, n.queued_at, n.case_id, n.message_id "
                             "FROM dunning_notice n JOIN customers_contact c ON c.account_id = n.account_id JOIN administration_org_name o ON o.org_id = c.org_id "
                             "WHERE n.notice_id < ? AND (? IS NULL OR c.account_no = ?) AND (? IS NULL OR n.run_id = ?) AND o.path LIKE ? ORDER BY n.notice_id DESC LIMIT ?",
                             page.key(0, INT64_MAX), account_no, account_no, run, run, caller.scope_pattern(), page.limit + 1); rows.next();) {
      keys.push_back(rows.text(0));
      items.push_back({{"notice_id", rows.i64(0)},
                       {"account_no", rows.text(1)},
                       {"name", rows.text(2)},
                       {"purpose", rows.text(3)},
                       {"channel", outbox::name_of(static_cast<outbox::Kind>(rows.i32(4)))},
                       {"billing_month", rows.i64(5) == 0 ? json(nullptr) : json(rows.month(5).to_string())},
                       {"step", rows.i64(6) == 0 ? json(nullptr) : json(rows.i64(6))},
                       {"principal", format_yuan({rows.i64(7)})},
                       {"late_charge", format_yuan({rows.i64(8)})},
                       {"days_overdue", rows.i64(9)},
                       {"queued_at", rows.instant(10).to_string()},
                       {"case_id", rows.is_null(11) ? json(nullptr) : json(rows.i64(11))},
                       {"message_id", rows.i64(12)}});
    }
    return page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{keys[i]}; });
  });
}

}  // namespace

void register_run_routes(Registry& registry) {
  const auto& services = registry.services();
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/dunning/runs",
                  .permission = Permission("dunning.operate"),
                  .summary = "Start a run over all customers: reminders, payments of open disconnections, or balances of fee-controlled accounts",
                  .handler = [&services](const Request& r, const security::Caller& c) { return post_run(services, r, c); },
                  .request = schema::object({{"kind", schema::one_of({"reminders", "payment_scan", "prepaid"}), false}}),
                  .response = schema::object({{"job_id", schema::integer()}}),
                  .status = 202,
                  .idempotency_key = true});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/dunning/runs",
                  .permission = Permission("dunning.view"),
                  .summary = "Runs, newest first, with what they did",
                  .handler = [&services](const Request& r, const security::Caller& c) { return list_runs(services, r, c); },
                  .query = page_parameters(),
                  .response = schema::page_of(run_schema())});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/dunning/notices",
                  .permission = Permission("dunning.view"),
                  .summary = "What was sent about debts, newest first",
                  .handler = [&services](const Request& r, const security::Caller& c) { return list_notices(services, r, c); },
                  .query = page_parameters({{"account_no", schema::text(10), "only those about this account"}, {"run_id", schema::integer(), "only those of this run"}}),
                  .response = schema::page_of(notice_schema())});
}

}  // namespace mis::dunning

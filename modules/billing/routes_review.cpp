// Review of a calculated run: exceptions and what is decided about them, flagged bills beside the months before.
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "mis/http/idempotency.hpp"
#include "mis/http/page.hpp"
#include "mis/security/audit.hpp"
#include "modules/billing/domain/explain.hpp"
#include "modules/billing/domain/flags.hpp"
#include "modules/billing/review_store.hpp"
#include "modules/billing/routes.hpp"

namespace mis::billing {
namespace {

using nlohmann::json;
using namespace mis::http;

// "account.reason.usage point": the key of an exception within its run.
struct ExceptionKey {
  AccountId account;
  int reason = 0;
  std::int64_t usage_point = 0;
};
std::string to_text(const ExceptionRow& row) { return fmt::format("{}.{}.{}", row.account.value, static_cast<int>(row.reason), row.usage_point.value); }
std::optional<ExceptionKey> parse_key(std::string_view text) {
  ExceptionKey key;
  const auto take = [&text](auto& value, bool last) {
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(result.ptr - text.data()));
    if (last) return text.empty();
    if (text.empty() || text.front() != '.') return false;
    text.remove_prefix(1);
    return true;
  };
  if (!take(key.account.value, false) || !take(key.reason, false) || !take(key.usage_point, true)) return {};
  return key;
}

std::optional<int> reason_of(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(ExceptionKind::kNoPrice); ++i)
    if (name == name_of(static_cast<ExceptionKind>(i))) return i;
  return {};
}

json to_json(const ExceptionRow& row) {
  const BillException exception{row.reason, row.severity, -1, row.a, row.b};
  const bool open = row.decision.empty();
  return {{"exception_id", to_text(row)},
          {"account_no", row.account_no},
          {"name", row.name},
          {"reason", name_of(row.reason)},
          {"severity", name_of(row.severity)},
          {"detail_zh", describe(exception, Language::kChinese)},
          {"detail_en", describe(exception, Language::kEnglish)},
          {"route", row.route_code},
          {"state", open ? "open" : "resolved"},
          {"resolution", open ? json(nullptr) : json(row.decision)},
          {"note", open ? json(nullptr) : json(row.note)},
          {"resolved_by", open ? json(nullptr) : json(row.decided_by)}};
}

Schema exception_schema() {
  using namespace schema;
  return named("BillException", object({{"exception_id", text()},
                                        {"account_no", text()},
                                        {"name", text()},
                                        {"reason", text()},
                                        {"severity", text()},
                                        {"detail_zh", text()},
                                        {"detail_en", text()},
                                        {"route", text()},
                                        {"state", one_of({"open", "resolved"})},
                                        {"resolution", one_of({"estimate", "accept", "exclude"}).or_null()},
                                        {"note", text().or_null()},
                                        {"resolved_by", text().or_null()}}));
}

Result<Answer> list_exceptions_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto id = request.id_param("run_id");
  if (!id) return std::move(id).error();
  auto query = Fields::of_query(request);
  const auto page = query.page(4);
  ExceptionFilter filter;
  if (const auto name = query.optional_text("reason", {.max_length = 40, .characters = TextRule::Characters::kCode})) {
    filter.reason = reason_of(*name);
    if (!filter.reason) query.complain("reason", "unknown", fmt::format("expected the name of a reason but found '{}'", *name));
  }
  filter.state = query.optional_one_of("state", {"open", "resolved"}).value_or("");
  if (auto error = query.finish()) return *error;
  filter.scope = caller.scope_pattern();
  filter.after_route = {page.key(0, 0)};
  filter.after_account = {page.key(1, 0)};
  filter.after_reason = static_cast<int>(page.key(2, -1));
  filter.after_usage_point = page.key(3, -1);
  filter.limit = page.limit + 1;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    if (auto run = find_run(s, {*id}); !run) return std::move(run).error();
    const auto rows = list_exceptions(s, {*id}, filter);
    json items = json::array();
    for (const auto& row : rows) items.push_back(to_json(row));
    json reasons = json::array();
    for (const auto& [reason, count] : count_exceptions(s, {*id}, filter.scope))
      reasons.push_back({{"reason", name_of(static_cast<ExceptionKind>(reason))}, {"count", count}});
    return page_answer(std::move(items), page,
                       [&](std::size_t i) {
                         return std::vector{std::to_string(rows[i].route.value), std::to_string(rows[i].account.value),
                                            std::to_string(static_cast<int>(rows[i].reason)), std::to_string(rows[i].usage_point.value)};
                       },
                       {{"reasons", reasons}});
  });
}

Result<Answer> resolve_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto id = request.id_param("run_id");
  if (!id) return std::move(id).error();
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  const auto action = body->one_of("action", {"estimate", "accept", "exclude"});
  const auto note = body->optional_text("note", {.max_length = 200}).value_or("");
  if (auto error = body->finish()) return *error;
  const auto key = parse_key(request.param("exception_id"));
  return idempotent(services, request, caller, [&](db::Session& session) -> Result<Answer> {
    const auto found = key ? find_exception(session, {*id}, key->account, key->reason, key->usage_point, caller.scope_pattern()) : std::nullopt;
    if (!found) return not_found("billing.no_exception", "expected an exception of the run but there is none with this number");
    if (auto status = RunService(services).decide(session, {*id}, key->account, *decision_of(action), note, caller.user_id); !status) return std::move(status).error();
    auto entry = security::audit_entry(caller, "billing.decide", "bill_exception", fmt::format("{}/{}", *id, to_text(*found)));
    entry.before = json({{"decision", found->decision}, {"note", found->note}}).dump();
    entry.after = json({{"decision", action}, {"note", note}, {"account_no", found->account_no}}).dump();
    security::append_audit(session, services.clock.now(), entry);
    // The decision may have made the reason go away; what was decided is shown all the same.
    auto now = *found;
    now.decision = action;
    now.note = note;
    now.decided_by = caller.name;
    return json_answer(to_json(now));
  });
}

Result<Answer> resolve_all_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto id = request.id_param("run_id");
  if (!id) return std::move(id).error();
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  const auto action = body->one_of("action", {"estimate", "accept", "exclude"});
  const auto note = body->optional_text("note", {.max_length = 200}).value_or("");
  std::optional<int> reason;
  if (const auto name = body->optional_text("reason", {.max_length = 40, .characters = TextRule::Characters::kCode})) {
    reason = reason_of(*name);
    if (!reason) body->complain("reason", "unknown", fmt::format("expected the name of a reason but found '{}'", *name));
  }
  if (auto error = body->finish()) return *error;
  return idempotent(services, request, caller, [&](db::Session& session) -> Result<Answer> {
    auto result = RunService(services).decide_all(session, {*id}, reason, *decision_of(action), note, caller.user_id, caller.scope_pattern());
    if (!result) return std::move(result).error();
    auto entry = security::audit_entry(caller, "billing.decide_all", "bill_run", std::to_string(*id));
    entry.after = json({{"decision", action}, {"note", note}, {"reason", reason ? json(name_of(static_cast<ExceptionKind>(*reason))) : json(nullptr)}, {"accounts", result->decided}}).dump();
    security::append_audit(session, services.clock.now(), entry);
    return json_answer({{"decided", result->decided}, {"left_open", result->left_open}, {"job_id", result->job ? json(result->job->value) : json(nullptr)}});
  });
}

Result<Answer> review_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto id = request.id_param("run_id");
  if (!id) return std::move(id).error();
  auto query = Fields::of_query(request);
  const auto page = query.page(2);
  ReviewFilter filter;
  if (const auto name = query.optional_text("flag", {.max_length = 20, .characters = TextRule::Characters::kCode})) {
    filter.flag = flag_of(*name);
    if (filter.flag == 0) query.complain("flag", "unknown", fmt::format("expected the name of a flag but found '{}'", *name));
  }
  if (auto error = query.finish()) return *error;
  filter.scope = caller.scope_pattern();
  filter.after_route = {page.key(0, 0)};
  filter.after_account = {page.key(1, 0)};
  filter.limit = page.limit + 1;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto run = find_run(s, {*id});
    if (!run) return std::move(run).error();
    const auto rows = list_flagged(s, run->month, filter);
    json items = json::array();
    for (const auto& row : rows) {
      items.push_back({{"bill_no", make_bill_no(row.month, row.account_no, row.revision)},
                       {"account_no", row.account_no},
                       {"name", row.name},
                       {"category", row.category},
                       {"energy_kwh", format_kwh(row.energy)},
                       {"amount", format_yuan(row.amount)},
                       {"last_month", past_to_json(row.last_month)},
                       {"last_year", past_to_json(row.last_year)},
                       {"flags", names_of_flags(row.flags)}});
    }
    json flags = json::array();
    for (const auto& [flag, count] : count_flags(s, run->month, filter.scope)) flags.push_back({{"flag", name_of(static_cast<Flag>(flag))}, {"count", count}});
    return page_answer(std::move(items), page,
                       [&](std::size_t i) { return std::vector{std::to_string(rows[i].route.value), std::to_string(rows[i].account.value)}; }, {{"flags", flags}});
  });
}

}  // namespace

json past_to_json(const std::optional<PastMonth>& past) {
  if (!past) return nullptr;
  return {{"energy_kwh", format_kwh(past->energy)}, {"amount", format_yuan(past->amount)}};
}
Schema past_schema() { return schema::named("PastMonth", schema::object({{"energy_kwh", schema::kwh()}, {"amount", schema::yuan()}})).or_null(); }

void register_review_routes(Registry& registry) {
  const auto& services = registry.services();
  using namespace schema;
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/billing/runs/{run_id}/exceptions",
                  .permission = Permission("billing.view"),
                  .summary = "Accounts of a run that could not be billed or that somebody has to look at",
                  .handler = [&services](const Request& r, const security::Caller& c) { return list_exceptions_answer(services, r, c); },
                  .query = page_parameters({{"reason", text(40), "Only this reason"}, {"state", one_of({"open", "resolved"}), "Only these"}}),
                  .response = page_of(exception_schema(), {{"reasons", list_of(object({{"reason", text()}, {"count", integer()}}))}})});

  registry.route({.method = Method::kPost,
                  .path = "/api/v1/billing/runs/{run_id}/exceptions/{exception_id}/resolution",
                  .permission = Permission("billing.review"),
                  .summary = "Decide about an exception; its route is calculated again",
                  .handler = [&services](const Request& r, const security::Caller& c) { return resolve_answer(services, r, c); },
                  .request = object({{"action", one_of({"estimate", "accept", "exclude"})}, {"note", text(200), false}}),
                  .response = exception_schema(),
                  .idempotency_key = true});

  registry.route({.method = Method::kPost,
                  .path = "/api/v1/billing/runs/{run_id}/resolutions",
                  .permission = Permission("billing.review"),
                  .summary = "The same decision for all open exceptions, or those of one reason; their routes are calculated again by a job",
                  .handler = [&services](const Request& r, const security::Caller& c) { return resolve_all_answer(services, r, c); },
                  .request = object({{"action", one_of({"estimate", "accept", "exclude"})}, {"note", text(200), false}, {"reason", text(40), false}}),
                  .response = named("DecideAll", object({{"decided", integer()}, {"left_open", integer()}, {"job_id", integer().or_null()}})),
                  .idempotency_key = true});

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/billing/runs/{run_id}/review",
                  .permission = Permission("billing.view"),
                  .summary = "Flagged bills beside last month and last year",
                  .handler = [&services](const Request& r, const security::Caller& c) { return review_answer(services, r, c); },
                  .query = page_parameters({{"flag", text(20), "Only this flag"}}),
                  .response = page_of(named("ReviewItem", object({{"bill_no", text()},
                                                                  {"account_no", text()},
                                                                  {"name", text()},
                                                                  {"category", text()},
                                                                  {"energy_kwh", kwh()},
                                                                  {"amount", yuan()},
                                                                  {"last_month", past_schema()},
                                                                  {"last_year", past_schema()},
                                                                  {"flags", list_of(text())}})),
                                      {{"flags", list_of(object({{"flag", text()}, {"count", integer()}}))}})});
}

}  // namespace mis::billing

// Cashiers' sessions: open, look at, close, bring cash to the bank; and the counters' settings.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "mis/http/idempotency.hpp"
#include "mis/http/page.hpp"
#include "mis/security/audit.hpp"
#include "modules/cashier/routes.hpp"

namespace mis::cashier {
namespace {

using nlohmann::json;
using namespace mis::http;

constexpr TextRule kBankText{.max_length = 40, .characters = TextRule::Characters::kCode};
constexpr std::int64_t kMostPieces = 10'000'000;

Result<Answer> session_answer(db::Session& session, SessionId id, std::string_view scope_pattern, int status = 200) {
  auto row = find_session(session, id, scope_pattern);
  if (!row) return std::move(row).error();
  const auto money = money_of(session, *row);
  return json_answer(session_to_json(*row, money), status).with_etag(version_of(*row, money));
}

// A session is its cashier's; whoever approves at the counter may step in for a colleague of the own scope.
std::optional<Error> check_own(const SessionRow& row, const security::Caller& caller) {
  if (row.cashier == caller.user_id || (caller.may("cashier.approve") && caller.sees(row.hall_path))) return {};
  if (!caller.sees(row.hall_path)) return not_found("cashier.no_session", "expected a cashier's session with this number but there is none in your data scope");
  return forbidden("cashier.not_your_session", "expected your own session but it is a colleague's");
}

void audit(db::Session& session, const Services& services, const security::Caller& caller, std::string action, const SessionRow& row, const json& after) {
  auto entry = security::audit_entry(caller, std::move(action), "cashier_session", row.no);
  entry.after = after.dump();
  security::append_audit(session, services.clock.now(), entry);
}

Result<Answer> own_session_answer(const Services& services, const security::Caller& caller) {
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    json own = nullptr;
    if (const auto row = open_session_of(s, caller.user_id)) own = session_to_json(*row, money_of(s, *row));
    return json_answer({{"session", std::move(own)}, {"settings", settings_to_json(read_settings(s))}});
  });
}

Result<Answer> open_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  const Money float_taken = body->money("float", kNoneOrSome);
  if (auto error = body->finish()) return *error;
  return idempotent(services, request, caller, [&](db::Session& session) -> Result<Answer> {
    auto row = open_session(services.database, session, act_of(services, caller), float_taken);
    if (!row) return std::move(row).error();
    auto answer = session_answer(session, row->id, "/%", 201);
    audit(session, services, caller, "cashier.open", *row, {{"float", format_yuan(float_taken)}});
    return answer;
  });
}

Result<Answer> list_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto page = query.page(1);
  SessionFilter filter;
  filter.day = query.optional_date("date");
  if (const auto state = query.optional_one_of("state", {"open", "closed"})) filter.open = *state == "open";
  if (auto error = query.finish()) return *error;
  filter.scope_pattern = caller.scope_pattern();
  filter.before = {page.key(0, 0)};
  filter.limit = page.limit + 1;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    const auto rows = list_sessions(s, filter);
    json items = json::array();
    for (const auto& row : rows) items.push_back(session_to_json(row, money_of(s, row)));
    return page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{std::to_string(rows[i].id.value)}; });
  });
}

Result<Closing> read_closing(const Request& request) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  Closing closing;
  auto pieces = body->objects("cash", kDenominations.size());
  for (auto& fields : pieces) {
    const Money denomination = fields.money("denomination", {Money{1}, Money{kDenominations.front()}});
    const auto count = fields.integer("count", {0, kMostPieces});
    if (denomination.value == 0) continue;  // told already
    if (!is_denomination(denomination)) fields.complain("denomination", "cashier.bad_denomination", fmt::format("expected a note or coin in circulation but found {}", format_yuan(denomination)));
    else if (!closing.cash.emplace(static_cast<int>(denomination.value), static_cast<int>(count)).second)
      fields.complain("denomination", "cashier.denomination_twice", "expected each note or coin once but this one comes again");
  }
  closing.counted[CounterMethod::kCash] = total_of(closing.cash);
  for (const auto method : kMethods) {
    if (method == CounterMethod::kCash) continue;
    closing.counted[method] = body->money(name_of(method), kAnyMoney);  // below zero where more was given back than taken
  }
  closing.note = body->optional_text("note", {.max_length = 200}).value_or("");
  if (auto error = body->finish()) return *error;
  return closing;
}

Result<Answer> close_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto id = request.id_param("session_id");
  if (!id) return std::move(id).error();
  auto closing = read_closing(request);
  if (!closing) return std::move(closing).error();
  return idempotent(services, request, caller, [&](db::Session& session) -> Result<Answer> {
    auto row = lock_session(session, {*id});
    if (!row) return std::move(row).error();
    if (auto error = check_own(*row, caller)) return *error;
    if (!row->open) return conflict("cashier.session_closed", "expected an open session but it is closed already");
    if (auto error = check_if_match(request, version_of(*row, money_of(session, *row)))) return *error;
    if (auto closed = close_session(services.database, session, act_of(services, caller), *row, *closing); !closed) return std::move(closed).error();
    auto answer = session_answer(session, row->id, "/%");
    audit(session, services, caller, "cashier.close", *row, {{"counted", sums_to_json(closing->counted)}, {"note", closing->note}});
    return answer;
  });
}

Result<Answer> deposit_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto id = request.id_param("session_id");
  if (!id) return std::move(id).error();
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  Deposit deposit;
  deposit.bank_account = body->text("bank_account", kBankText);
  deposit.slip_no = body->text("slip_no", kBankText);
  deposit.amount = body->money("amount", kSomeMoney);
  if (auto error = body->finish()) return *error;
  return idempotent(services, request, caller, [&](db::Session& session) -> Result<Answer> {
    auto row = lock_session(session, {*id});
    if (!row) return std::move(row).error();
    if (auto error = check_own(*row, caller)) return *error;
    auto done = deposit_cash(services.database, session, act_of(services, caller), *row, deposit);
    if (!done) return std::move(done).error();
    const auto money = money_of(session, *row);
    audit(session, services, caller, "cashier.deposit", *row, {{"bank_account", done->bank_account}, {"slip_no", done->slip_no}, {"amount", format_yuan(done->amount)}});
    return json_answer({{"deposit_no", fmt::format("D{:08}", done->id)},
                        {"session_id", row->id.value},
                        {"session_no", row->no},
                        {"bank_account", done->bank_account},
                        {"slip_no", done->slip_no},
                        {"amount", format_yuan(done->amount)},
                        {"deposited_at", services.clock.now().to_string()},
                        {"cash_left", format_yuan(money.drawer.cash_left())}}, 201);
  });
}

Result<Answer> change_settings_answer(const Services& services, const Request& request, const security::Caller& caller) {
  if (auto error = security::require_whole_utility(caller)) return *error;
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  Settings wanted;
  wanted.round_up_to_yuan = body->boolean("round_up_to_yuan");
  wanted.reversal_limit = body->money("reversal_limit", kNoneOrSome);
  wanted.receipt_format = body->one_of("receipt_format", {"roll", "a5"});
  if (auto error = body->finish()) return *error;
  return idempotent(services, request, caller, [&](db::Session& session) -> Result<Answer> {
    const auto before = read_settings(session, true);
    if (auto error = check_if_match(request, before.version)) return *error;
    write_settings(session, wanted, caller.user_id, services.clock.now());
    const auto now = read_settings(session);
    auto entry = security::audit_entry(caller, "cashier.settings", "cashier_setting", "1");
    entry.before = settings_to_json(before).dump();
    entry.after = settings_to_json(now).dump();
    security::append_audit(session, services.clock.now(), entry);
    return json_answer(settings_to_json(now)).with_etag(now.version);
  });
}

}  // namespace

void register_session_routes(Registry& registry) {
  const auto& services = registry.services();
  using namespace schema;
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/cashier/session",
                  .permission = Permission("cashier.take"),
                  .summary = "The own open session, where there is one, and the counters' settings",
                  .handler = [&services](const Request&, const security::Caller& c) { return own_session_answer(services, c); },
                  .response = named("OwnSession", object({{"session", session_schema().or_null()}, {"settings", settings_schema()}}))});

  registry.route({.method = Method::kPost,
                  .path = "/api/v1/cashier/sessions",
                  .permission = Permission("cashier.take"),
                  .summary = "Open a session with a float out of the safe; one open session each",
                  .handler = [&services](const Request& r, const security::Caller& c) { return open_answer(services, r, c); },
                  .request = object({{"float", yuan()}}),
                  .response = session_schema(),
                  .status = 201,
                  .idempotency_key = true});

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/cashier/sessions",
                  .permission = Permission("cashier.view"),
                  .summary = "Sessions of the halls in one's data scope, newest first",
                  .handler = [&services](const Request& r, const security::Caller& c) { return list_answer(services, r, c); },
                  .query = page_parameters({{"date", date(), "Only of this day"}, {"state", one_of({"open", "closed"}), "Only these"}}),
                  .response = page_of(session_schema())});

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/cashier/sessions/{session_id}",
                  .permission = Permission("cashier.view"),
                  .summary = "One session",
                  .handler = [&services](const Request& r, const security::Caller& c) -> Result<Answer> {
                    auto id = r.id_param("session_id");
                    if (!id) return std::move(id).error();
                    return services.database.read([&](db::Session& s) { return session_answer(s, {*id}, c.scope_pattern()); });
                  },
                  .response = session_schema()});

  registry.route({.method = Method::kPost,
                  .path = "/api/v1/cashier/sessions/{session_id}/close",
                  .permission = Permission("cashier.take"),
                  .summary = "Count and close a session: final; a difference needs a note, one of cash is posted",
                  .handler = [&services](const Request& r, const security::Caller& c) { return close_answer(services, r, c); },
                  .request = object({{"cash", list_of(object({{"denomination", yuan()}, {"count", integer()}}))}, {"card", yuan()}, {"cheque", yuan()}, {"qr", yuan()}, {"note", text(200), false}}),
                  .response = session_schema(),
                  .idempotency_key = true,
                  .if_match = true});

  registry.route({.method = Method::kPost,
                  .path = "/api/v1/cashier/sessions/{session_id}/deposits",
                  .permission = Permission("cashier.take"),
                  .summary = "Bring cash of a session, open or closed, to the bank",
                  .handler = [&services](const Request& r, const security::Caller& c) { return deposit_answer(services, r, c); },
                  .request = object({{"bank_account", text(40)}, {"slip_no", text(40)}, {"amount", yuan()}}),
                  .response = named("CashDeposit", object({{"deposit_no", text()}, {"session_id", integer()}, {"session_no", text()}, {"bank_account", text()}, {"slip_no", text()}, {"amount", yuan()},
                                                           {"deposited_at", instant()}, {"cash_left", yuan()}})),
                  .status = 201,
                  .idempotency_key = true});

  registry.route({.method = Method::kGet,
                  .path = "/api/v1/cashier/settings",
                  .permission = Permission("cashier.view"),
                  .summary = "The counters' settings",
                  .handler = [&services](const Request&, const security::Caller&) -> Result<Answer> {
                    return services.database.read([&](db::Session& s) -> Result<Answer> {
                      const auto settings = read_settings(s);
                      return json_answer(settings_to_json(settings)).with_etag(settings.version);
                    });
                  },
                  .response = settings_schema()});

  registry.route({.method = Method::kPut,
                  .path = "/api/v1/cashier/settings",
                  .permission = Permission("cashier.close_day"),
                  .summary = "Change the counters' settings, for the whole utility",
                  .handler = [&services](const Request& r, const security::Caller& c) { return change_settings_answer(services, r, c); },
                  .request = settings_schema(),
                  .response = settings_schema(),
                  .idempotency_key = true,
                  .if_match = true});
}

}  // namespace mis::cashier

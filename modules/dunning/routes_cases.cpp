// Disconnections: lists, one with its history, and the steps that people take.
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

json at_json(const std::optional<Instant>& at) { return at ? json(at->to_string()) : json(nullptr); }
json text_json(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

json case_to_json(const Case& c, Instant now) {
  return {{"case_id", c.id.value},
          {"kind", name_of(c.kind)},
          {"account_no", c.account_no},
          {"name", c.name},
          {"address", c.address},
          {"state", name_of(c.state)},
          {"version", c.version},
          {"billing_month", c.month.yyyymm == 0 ? json(nullptr) : json(c.month.to_string())},
          {"due_on", c.due_on.to_string()},
          {"overdue", format_yuan(c.overdue)},
          {"important", c.important},
          {"authority_copy", text_json(c.authority_copy)},
          {"reason", text_json(c.reason)},
          {"proposed_by", text_json(c.proposed_by_name)},
          {"proposed_by_id", c.proposed_by ? json(c.proposed_by->value) : json(nullptr)},
          {"proposed_at", c.proposed_at.to_string()},
          {"approved_by", text_json(c.approved_by_name)},
          {"approved_at", at_json(c.approved_at)},
          {"noticed_at", at_json(c.noticed_at)},
          {"stop_at", at_json(c.stop_at)},
          {"noticed_again_at", at_json(c.noticed_again_at)},
          {"disconnected_at", at_json(c.disconnected_at)},
          {"paid_at", at_json(c.paid_at)},
          {"release_asked_by", text_json(c.release_asked_by_name)},
          {"release_asked_by_id", c.release_asked_by ? json(c.release_asked_by->value) : json(nullptr)},
          {"release_asked_at", at_json(c.release_asked_at)},
          {"release_reason", text_json(c.release_reason)},
          {"released_by", text_json(c.released_by_name)},
          {"released_at", at_json(c.released_at)},
          {"reconnect_due_at", at_json(c.reconnect_due_at)},
          {"reconnect_overdue", (c.state == CaseState::kPaid || c.state == CaseState::kReleased) && c.reconnect_due_at && *c.reconnect_due_at < now},
          {"reconnected_at", at_json(c.reconnected_at)},
          {"cancelled_at", at_json(c.cancelled_at)}};
}

const auto kStateNames = {std::string_view("candidate"), std::string_view("approved"), std::string_view("noticed"),     std::string_view("noticed_again"),
                          std::string_view("disconnected"), std::string_view("paid"),  std::string_view("released"), std::string_view("reconnected"), std::string_view("cancelled")};

std::vector<Property> case_properties() {
  using namespace schema;
  return {{"case_id", integer()},
          {"kind", one_of({"arrears", "prepaid"})},
          {"account_no", text()},
          {"name", text()},
          {"address", text()},
          {"state", one_of(kStateNames)},
          {"version", integer()},
          {"billing_month", month().or_null()},
          {"due_on", date()},
          {"overdue", yuan()},
          {"important", boolean()},
          {"authority_copy", text().or_null()},
          {"reason", text().or_null()},
          {"proposed_by", text().or_null()},
          {"proposed_by_id", integer().or_null()},
          {"proposed_at", instant()},
          {"approved_by", text().or_null()},
          {"approved_at", instant().or_null()},
          {"noticed_at", instant().or_null()},
          {"stop_at", instant().or_null()},
          {"noticed_again_at", instant().or_null()},
          {"disconnected_at", instant().or_null()},
          {"paid_at", instant().or_null()},
          {"release_asked_by", text().or_null()},
          {"release_asked_by_id", integer().or_null()},
          {"release_asked_at", instant().or_null()},
          {"release_reason", text().or_null()},
          {"released_by", text().or_null()},
          {"released_at", instant().or_null()},
          {"reconnect_due_at", instant().or_null()},
          {"reconnect_overdue", boolean()},
          {"reconnected_at", instant().or_null()},
          {"cancelled_at", instant().or_null()}};
}
Schema case_schema() { return schema::named("Disconnection", schema::object(case_properties())); }

Result<Answer> list_cases(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto page = query.page(1);
  const auto state = query.optional_one_of("state", kStateNames);
  const auto account_no = query.optional_text("account_no", {.max_length = 10, .characters = TextRule::Characters::kDigits});
  const auto overdue = query.optional_boolean("overdue").value_or(false);
  if (auto error = query.finish()) return *error;
  const auto now = services.clock.now();
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    std::vector<CaseId> ids;
    for (auto rows = s.query("SELECT d.case_id FROM dunning_case d JOIN customers_contact c ON c.account_id = d.account_id JOIN administration_org_name o ON o.org_id = d.org_id "
                             "WHERE d.case_id < ? AND (? IS NULL OR d.state = ?) AND (? IS NULL OR c.account_no = ?) AND (? = 0 OR (d.state IN ('paid', 'released') AND d.reconnect_due_at < ?)) AND o.path LIKE ? "
                             "ORDER BY d.case_id DESC LIMIT ?",
                             page.key(0, INT64_MAX), state, state, account_no, account_no, overdue, now, caller.scope_pattern(), page.limit + 1); rows.next();)
      ids.push_back({rows.i64(0)});
    json items = json::array();
    for (const auto id : ids) {
      auto c = find_case(s, id);
      if (!c) return std::move(c).error();
      items.push_back(case_to_json(*c, now));
    }
    return page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{std::to_string(ids[i].value)}; });
  });
}

json with_history(db::Session& session, const Case& c, Instant now) {
  auto body = case_to_json(c, now);
  body["events"] = json::array();
  for (auto rows = session.query("SELECT e.step, e.from_state, e.to_state, e.at, COALESCE(u.name, ''), e.note FROM dunning_case_event e LEFT JOIN administration_user_name u ON u.user_id = e.by_user "
                                 "WHERE e.case_id = ? ORDER BY e.seq", c.id); rows.next();)
    body["events"].push_back({{"step", rows.text(0)}, {"from", rows.text(1)}, {"to", rows.text(2)}, {"at", rows.instant(3).to_string()}, {"by", text_json(rows.text(4))}, {"note", text_json(rows.text(5))}});
  return body;
}

Schema history_schema() {
  using namespace schema;
  auto properties = case_properties();
  properties.push_back({"events", list_of(object({{"step", text()}, {"from", text()}, {"to", text()}, {"at", instant()}, {"by", text().or_null()}, {"note", text().or_null()}}))});
  return named("DisconnectionHistory", object(properties));
}

Result<Answer> get_case(const Services& services, const Request& request, const security::Caller& caller) {
  auto id = request.id_param("case_id");
  if (!id) return std::move(id).error();
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto c = find_case(s, {*id}, caller.scope_pattern());
    if (!c) return std::move(c).error();
    return json_answer(with_history(s, *c, services.clock.now())).with_etag(c->version);
  });
}

void audit_case(db::Session& session, const Services& services, const security::Caller& caller, std::string action, const std::optional<Case>& before, const Case& after) {
  auto entry = security::audit_entry(caller, std::move(action), "disconnection", std::to_string(after.id.value));
  if (before) entry.before = json({{"state", name_of(before->state)}, {"version", before->version}}).dump();
  entry.after = json({{"state", name_of(after.state)}, {"version", after.version}, {"account_no", after.account_no}}).dump();
  security::append_audit(session, services.clock.now(), entry);
}

Result<Answer> post_case(const Services& services, const Request& request, const security::Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  const auto account_no = body->text("account_no", {.min_length = 10, .max_length = 10, .characters = TextRule::Characters::kDigits});
  const auto reason = body->text("reason", {.max_length = 200});
  if (auto error = body->finish()) return *error;
  return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
    auto account = customers::find_label(s, account_no, caller.scope_pattern());
    if (!account) return std::move(account).error();
    auto id = propose(services, s, account->id, reason, caller.user_id);
    if (!id) return std::move(id).error();
    auto c = find_case(s, *id);
    if (!c) return std::move(c).error();
    audit_case(s, services, caller, "dunning.propose", {}, *c);
    return json_answer(case_to_json(*c, services.clock.now()), 201).with_etag(c->version);
  });
}

// What a step's body may hold beside the note.
struct StepFields {
  bool stop_at = false, authority_copy = false, note_required = false;
};

// `step` is chosen by the body where a route has two of them.
Handler step_handler(const Services& services, CaseStep step, StepFields fields) {
  return [&services, step, fields](const Request& request, const security::Caller& caller) -> Result<Answer> {
    auto id = request.id_param("case_id");
    if (!id) return std::move(id).error();
    auto body = Fields::of_body(request);
    if (!body) return std::move(body).error();
    CaseMove move;
    move.step = step;
    move.by = caller.user_id;
    if (fields.stop_at)
      if (const auto text = body->optional_text("stop_at", {.max_length = 40})) {
        move.stop_at = Instant::parse(*text);
        if (!move.stop_at) body->complain("stop_at", "instant", "expected a time like 2026-12-05T02:00:00Z but found " + *text);
        move.step = CaseStep::kNotice;
      }
    if (fields.authority_copy) move.authority_copy = body->optional_text("authority_copy", {.max_length = 60});
    if (fields.note_required) move.note = body->text("note", {.max_length = 200});
    else move.note = body->optional_text("note", {.max_length = 200}).value_or("");
    if (auto error = body->finish()) return *error;
    return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
      auto before = find_case(s, {*id}, caller.scope_pattern());
      if (!before) return std::move(before).error();
      // Without a time, an approved case is told what is missing rather than that the second notice comes too early.
      auto chosen = move;
      if (fields.stop_at && !move.stop_at && before->state == CaseState::kApproved) chosen.step = CaseStep::kNotice;
      auto after = move_case(services, s, {*id}, chosen);
      if (!after) return std::move(after).error();
      audit_case(s, services, caller, fmt::format("dunning.{}", name_of(chosen.step)), *before, *after);
      return json_answer(case_to_json(*after, services.clock.now())).with_etag(after->version);
    });
  };
}

Result<Answer> check_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto id = request.id_param("case_id");
  if (!id) return std::move(id).error();
  return idempotent(services, request, caller, [&](db::Session& s) -> Result<Answer> {
    auto before = find_case(s, {*id}, caller.scope_pattern());
    if (!before) return std::move(before).error();
    auto moved = check_payment(services, s, {*id});
    if (!moved) return std::move(moved).error();
    auto after = find_case(s, {*id});
    if (!after) return std::move(after).error();
    if (*moved) audit_case(s, services, caller, "dunning.check_payment", *before, *after);
    return json_answer(case_to_json(*after, services.clock.now())).with_etag(after->version);
  });
}

}  // namespace

void register_case_routes(Registry& registry) {
  const auto& services = registry.services();
  using namespace schema;
  const auto note = Property{"note", text(200), false};
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/disconnections",
                  .permission = Permission("dunning.view"),
                  .summary = "Disconnections, newest first",
                  .handler = [&services](const Request& r, const security::Caller& c) { return list_cases(services, r, c); },
                  .query = page_parameters({{"state", one_of(kStateNames), "only those in this state"},
                                            {"account_no", text(10), "only those of this account"},
                                            {"overdue", boolean(), "only those paid or released more than 24 hours ago and not connected again"}}),
                  .response = page_of(case_schema())});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/disconnections/{case_id}",
                  .permission = Permission("dunning.view"),
                  .summary = "One disconnection with its history",
                  .handler = [&services](const Request& r, const security::Caller& c) { return get_case(services, r, c); },
                  .response = history_schema()});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/disconnections",
                  .permission = Permission("dunning.operate"),
                  .summary = "Propose to stop an account's supply for arrears",
                  .handler = [&services](const Request& r, const security::Caller& c) { return post_case(services, r, c); },
                  .request = object({{"account_no", text(10)}, {"reason", text(200)}}),
                  .response = case_schema(),
                  .status = 201,
                  .idempotency_key = true});

  struct StepRoute {
    const char* path;
    const char* permission;
    const char* summary;
    CaseStep step;
    StepFields fields;
    std::vector<Property> body;
  };
  const StepRoute steps[] = {
      {"approve", "dunning.approve", "Approve a disconnection that somebody else proposed", CaseStep::kApprove, {.authority_copy = true}, {{"authority_copy", text(60), false}, note}},
      {"notify", "dunning.operate", "Give notice: with stop_at the first one, 3 to 7 days before; without it the second one, at least 30 minutes before", CaseStep::kNoticeAgain,
       {.stop_at = true, .authority_copy = true}, {{"stop_at", instant(), false}, {"authority_copy", text(60), false}, note}},
      {"execute", "dunning.operate", "Record that supply has been stopped; refused until the legal waits are over", CaseStep::kDisconnect, {}, {note}},
      {"cancel", "dunning.operate", "Give up a disconnection before supply is stopped", CaseStep::kCancel, {.note_required = true}, {{"note", text(200)}}},
      {"release", "dunning.operate", "Ask to give supply back without payment; another person decides", CaseStep::kAskRelease, {.note_required = true}, {{"note", text(200)}}},
      {"approve-release", "dunning.approve", "Approve, as a second person, that supply comes back without payment; it is due within 24 hours", CaseStep::kRelease, {}, {note}},
      {"refuse-release", "dunning.approve", "Refuse to give supply back without payment", CaseStep::kRefuseRelease, {.note_required = true}, {{"note", text(200)}}},
      {"reconnect", "dunning.operate", "Record that supply is back", CaseStep::kReconnect, {}, {note}},
  };
  for (const auto& step : steps)
    registry.route({.method = Method::kPost,
                    .path = fmt::format("/api/v1/disconnections/{{case_id}}/{}", step.path),
                    .permission = Permission(step.permission),
                    .summary = step.summary,
                    .handler = step_handler(services, step.step, step.fields),
                    .request = object(step.body),
                    .response = case_schema(),
                    .idempotency_key = true});

  registry.route({.method = Method::kPost,
                  .path = "/api/v1/disconnections/{case_id}/check-payment",
                  .permission = Permission("dunning.operate"),
                  .summary = "Look whether the debt is paid, and move the case on where it is",
                  .handler = [&services](const Request& r, const security::Caller& c) { return check_answer(services, r, c); },
                  .response = case_schema(),
                  .idempotency_key = true});
}

}  // namespace mis::dunning

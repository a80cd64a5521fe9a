// Proposals: propose, look, approve, refuse, withdraw.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "mis/http/idempotency.hpp"
#include "mis/http/page.hpp"
#include "modules/receivables/proposals/kinds.hpp"
#include "modules/receivables/proposals/proposals.hpp"
#include "modules/receivables/routes.hpp"

namespace mis::receivables {
namespace {

using nlohmann::json;
using namespace mis::http;

const std::initializer_list<std::string_view> kKindNames = {"waive_late",     "write_off",     "recover",  "refund_advance",  "receive_deposit",
                                                                "refund_deposit", "apply_deposit", "transfer", "instalment_plan", "cancel_plan"};

json text_or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

// The customer's bank account is for those who pay to it; others see its end.
json detail_to_json(const Proposal& p, const security::Caller& caller) {
  auto detail = json::parse(p.detail, nullptr, false);
  const auto number = detail.find("bank_account_no");
  if (number == detail.end() || caller.may("receivables.propose") || caller.may("receivables.approve")) return detail;
  auto& digits = number->get_ref<std::string&>();
  for (std::size_t i = 0; i + 4 < digits.size(); ++i) digits[i] = '*';
  return detail;
}

json proposal_to_json(const Proposal& p, const security::Caller& caller) {
  return {{"proposal_id", p.id.value},
          {"kind", name_of(p.kind)},
          {"account_no", p.account_no},
          {"name", p.name},
          {"reason", p.reason},
          {"detail", detail_to_json(p, caller)},
          {"amount", format_yuan(p.amount)},
          {"state", name_of(p.state)},
          {"proposed_by", text_or_null(p.proposed_by_name)},
          {"proposed_by_id", p.proposed_by.value},
          {"proposed_at", p.proposed_at.to_string()},
          {"decided_by", text_or_null(p.decided_by_name)},
          {"decided_at", p.decided_at ? json(p.decided_at->to_string()) : json(nullptr)},
          {"decision_note", text_or_null(p.note)},
          {"transaction_no", p.transaction.id != 0 ? json(fmt::format("{}-{}", p.transaction.accounting_month.yyyymm, p.transaction.id)) : json(nullptr)},
          {"version", p.version}};
}

Schema proposal_schema() {
  using namespace schema;
  return named("Proposal", object({{"proposal_id", integer()},
                                   {"kind", one_of(kKindNames)},
                                   {"account_no", text()},
                                   {"name", text()},
                                   {"reason", text()},
                                   {"detail", anything()},
                                   {"amount", yuan()},
                                   {"state", one_of({"proposed", "approved", "refused", "withdrawn"})},
                                   {"proposed_by", text().or_null()},
                                   {"proposed_by_id", integer()},
                                   {"proposed_at", instant()},
                                   {"decided_by", text().or_null()},
                                   {"decided_at", instant().or_null()},
                                   {"decision_note", text().or_null()},
                                   {"transaction_no", text().or_null()},
                                   {"version", integer()}}));
}

Result<Answer> propose_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  // What the kind asks for can only be told once kind and account are known; so those come first, and then all else at once.
  const auto kind = proposal_kind_of(body->one_of("kind", kKindNames));
  const auto account_no = body->text("account_no", {.max_length = 20, .characters = TextRule::Characters::kDigits});
  const auto reason = body->text("reason");
  std::optional<Error> no_account;
  AccountId account;
  json detail = json::object();
  if (kind && !account_no.empty()) {
    auto label = services.database.read([&](db::Session& s) { return customers::find_label(s, account_no, caller.scope_pattern()); });
    if (label) account = label->id;
    else no_account = label.error();
  }
  if (kind) detail = kind_of(*kind).read(*body, account, account_no);
  if (auto error = body->finish()) return *error;
  if (no_account) return *no_account;
  return idempotent(services, request, caller, [&](db::Session& session) -> Result<Answer> {
    auto proposal = propose(services.database, session, {*kind, account, account_no, reason, detail}, caller, services.clock.now());
    if (!proposal) return std::move(proposal).error();
    return json_answer(proposal_to_json(*proposal, caller), 201).with_etag(proposal->version);
  });
}

Result<Answer> list_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  ProposalFilter filter;
  if (const auto state = query.optional_one_of("state", {"proposed", "approved", "refused", "withdrawn"})) filter.state = proposal_state_of(*state);
  if (const auto kind = query.optional_one_of("kind", kKindNames)) filter.kind = proposal_kind_of(*kind);
  const auto account_no = query.optional_text("account_no", {.max_length = 20});
  const auto page = query.page(1);
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    if (account_no) {
      auto label = customers::find_label(s, *account_no, caller.scope_pattern());
      if (!label) return std::move(label).error();
      filter.account = label->id;
    }
    const auto proposals = list_proposals(s, filter, caller.scope_pattern(), {page.key(0, 0)}, page.limit + 1);
    json items = json::array();
    for (const auto& p : proposals) items.push_back(proposal_to_json(p, caller));
    return page_answer(std::move(items), page, [&](std::size_t i) { return std::vector{std::to_string(proposals[i].id.value)}; });
  });
}

Result<Answer> decide_answer(const Services& services, const Request& request, const security::Caller& caller, ProposalAction action) {
  auto id = request.id_param("proposal_id");
  if (!id) return std::move(id).error();
  ProposalDecision decision{{*id}, action, 0, {}};
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  // A refusal says why.
  decision.note = action == ProposalAction::kRefuse ? body->text("note") : body->optional_text("note").value_or("");
  if (auto error = body->finish()) return *error;
  auto version = if_match_version(request);
  if (!version) return std::move(version).error();
  decision.version = *version;
  return idempotent(services, request, caller, [&](db::Session& session) -> Result<Answer> {
    auto proposal = decide(services.database, session, decision, caller, services.clock.now());
    if (!proposal) return std::move(proposal).error();
    return json_answer(proposal_to_json(*proposal, caller)).with_etag(proposal->version);
  });
}

}  // namespace

void register_proposal_routes(Registry& registry) {
  const auto& services = registry.services();
  using namespace schema;
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/receivables/proposals",
                  .permission = Permission("receivables.view"),
                  .summary = "Proposals about accounts within the data scope, newest first",
                  .handler = [&services](const Request& r, const security::Caller& c) { return list_answer(services, r, c); },
                  .query = page_parameters({{"state", one_of({"proposed", "approved", "refused", "withdrawn"}), "Of this state"},
                                            {"kind", one_of(kKindNames), "Of this kind"},
                                            {"account_no", text(20), "About this account"}}),
                  .response = page_of(proposal_schema())});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/receivables/proposals",
                  .permission = Permission("receivables.propose"),
                  .summary = "Propose what takes a second person; each kind has fields of its own",
                  .handler = [&services](const Request& r, const security::Caller& c) { return propose_answer(services, r, c); },
                  .request = named("NewProposal", object({{"kind", one_of(kKindNames)},
                                                          {"account_no", text(20)},
                                                          {"reason", text(200)},
                                                          {"bills", anything(), false},
                                                          {"bill_no", text(40), false},
                                                          {"amount", yuan(), false},
                                                          {"bank_account_name", text(100), false},
                                                          {"bank_account_no", text(34), false},
                                                          {"into", one_of({"cash", "bank"}), false},
                                                          {"to_account_no", text(20), false},
                                                          {"instalments", list_of(object({{"due_on", date()}, {"amount", yuan()}})), false},
                                                          {"plan_id", integer(), false}})),
                  .response = proposal_schema(),
                  .status = 201,
                  .idempotency_key = true});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/receivables/proposals/{proposal_id}",
                  .permission = Permission("receivables.view"),
                  .summary = "One proposal",
                  .handler = [&services](const Request& r, const security::Caller& c) -> Result<Answer> {
                    auto id = r.id_param("proposal_id");
                    if (!id) return std::move(id).error();
                    return services.database.read([&](db::Session& s) -> Result<Answer> {
                      auto proposal = find_proposal(s, {*id}, c.scope_pattern());
                      if (!proposal) return std::move(proposal).error();
                      return json_answer(proposal_to_json(*proposal, c)).with_etag(proposal->version);
                    });
                  },
                  .response = proposal_schema()});
  const auto decision = [&](const char* path, const char* permission, const char* summary, ProposalAction action) {
    registry.route({.method = Method::kPost,
                    .path = path,
                    .permission = Permission(permission),
                    .summary = summary,
                    .handler = [&services, action](const Request& r, const security::Caller& c) { return decide_answer(services, r, c, action); },
                    .request = object({{"note", text(200), action == ProposalAction::kRefuse}}),
                    .response = proposal_schema(),
                    .idempotency_key = true,
                    .if_match = true});
  };
  decision("/api/v1/receivables/proposals/{proposal_id}/approve", "receivables.approve", "Approve a proposal as the second person: it takes effect at once", ProposalAction::kApprove);
  decision("/api/v1/receivables/proposals/{proposal_id}/refuse", "receivables.approve", "Refuse a proposal and say why", ProposalAction::kRefuse);
  decision("/api/v1/receivables/proposals/{proposal_id}/withdraw", "receivables.propose", "Withdraw one's own proposal", ProposalAction::kWithdraw);
}

}  // namespace mis::receivables

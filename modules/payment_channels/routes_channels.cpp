// The staff's side: channels, their profiles and keys, and what they asked for.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/base/json_fields.hpp"
#include "mis/http/fields.hpp"
#include "mis/http/json_body.hpp"
#include "mis/http/page.hpp"
#include "mis/security/audit.hpp"
#include "modules/payment_channels/channel_json.hpp"
#include "modules/payment_channels/routes.hpp"

namespace mis::payment_channels {
namespace {

using nlohmann::json;
using namespace mis::http;

json or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

json short_json(db::Session& session, const Channel& c, Date today) {
  const auto totals = day_totals(session, c.id, today);
  return {{"code", c.code},
          {"name", c.name},
          {"kind", name_of(c.kind)},
          {"state", c.active ? "active" : "suspended"},
          {"transport", json::parse(c.profile_text).value("transport", "none")},
          {"signed_on", c.signed_on},
          {"in_transit", format_yuan(SettlementService::in_transit(session, c.id))},
          {"today", {{"payments", totals.payments}, {"paid", format_yuan(totals.paid)}, {"reversals", totals.reversals}, {"reversed", format_yuan(totals.reversed)}}}};
}

json channel_json(db::Session& session, const Channel& c, Date today) {
  auto whole = short_json(session, c, today);
  whole["profile"] = json::parse(c.profile_text);
  whole["key_id"] = or_null(c.key_id);
  whole["client_certificate"] = or_null(c.client_certificate);
  whole["secrets"] = Secrets::names(session, c.id);
  whole["version"] = c.version;
  return whole;
}

std::vector<Property> short_properties() {
  using namespace schema;
  return {{"code", text()}, {"name", text()}, {"kind", one_of({"bank", "post", "payment_company", "alipay", "wechat"})}, {"state", one_of({"active", "suspended"})},
          {"transport", one_of({"none", "iso8583", "middle_business", "rest", "alipay", "wechat"})}, {"signed_on", boolean()}, {"in_transit", yuan()},
          {"today", object({{"payments", integer()}, {"paid", yuan()}, {"reversals", integer()}, {"reversed", yuan()}})}};
}

Schema channel_schema() {
  using namespace schema;
  auto properties = short_properties();
  for (auto& more : std::vector<Property>{{"profile", anything()}, {"key_id", text().or_null()}, {"client_certificate", text().or_null()}, {"secrets", list_of(text())}, {"version", integer()}})
    properties.push_back(std::move(more));
  return named("Channel", object(properties));
}

bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= 20 && std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
}
bool is_hex64(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// What a PUT asks for; secrets apart, since they go elsewhere.
struct Wanted {
  Channel channel;
  std::vector<std::pair<std::string, std::string>> secrets;
};
Result<Wanted> read_wanted(const Request& request) {
  auto body = http::parse_json(request.body);
  if (!body) return std::move(body).error();
  std::vector<FieldError> errors;
  JsonFields in(*body, "", errors);
  Wanted wanted;
  auto& c = wanted.channel;
  c.code = std::string(request.param("code"));
  if (!is_code(c.code)) errors.push_back({"/code", "code", "expected a code of 1 to 20 capital letters, digits and _ but found another"});
  c.name = in.text("name");
  if (c.name.empty() || c.name.size() > 80) in.complain("name", "length", "expected a name of 1 to 80 bytes but found another");
  const auto kind = channel_kind_of(in.text("kind"));
  if (!kind) in.complain("kind", "choice", "expected bank, post, payment_company, alipay or wechat but found another");
  c.kind = kind.value_or(ChannelKind::kBank);
  const auto state = in.text("state", JsonFields::Need::kOptional, "active");
  if (state != "active" && state != "suspended") in.complain("state", "choice", "expected active or suspended but found another");
  c.active = state == "active";
  c.key_id = in.text("key_id", JsonFields::Need::kOptional);
  if (c.key_id.size() > 40) in.complain("key_id", "length", "expected at most 40 characters but found more");
  c.client_certificate = in.text("client_certificate", JsonFields::Need::kOptional);
  if (!c.client_certificate.empty() && !is_hex64(c.client_certificate)) in.complain("client_certificate", "sha256", "expected 64 lower-case hexadecimal digits but found another");
  if (const auto* profile = in.value("profile", JsonFields::Need::kRequired)) {
    c.profile_text = profile->dump();
    auto read = parse_channel_profile(c.profile_text);
    if (read) c.profile = std::move(*read);
    else if (read.error().fields.empty()) errors.push_back({"/profile", read.error().code, read.error().message});
    else
      for (auto& field : read.error().fields) errors.push_back({"/profile" + field.pointer, field.code, field.message});
  }
  if (const auto* secrets = in.value("secrets", JsonFields::Need::kOptional)) {
    JsonFields each(*secrets, "/secrets", errors);
    for (const auto& [name, value] : each.members()) {
      if (!value->is_null() && !value->is_string()) {
        each.complain(name, "secret", "expected text, or null to take it away, but found another");
        continue;
      }
      const auto text = value->is_string() ? value->get<std::string>() : std::string();
      if (const auto complaint = secret_complaint(c, name, text)) each.complain(name, "secret", complaint->message);
      wanted.secrets.emplace_back(name, text);
    }
  }
  in.finish();
  if (!errors.empty()) return invalid("http.invalid_fields", "expected a channel that can work but some of its fields are wrong", std::move(errors));
  return wanted;
}

Result<Answer> put_channel(const Services& services, Secrets& secrets, ChannelBook& book, const Request& request, const security::Caller& caller) {
  if (auto error = security::require_whole_utility(caller)) return *error;
  auto wanted = read_wanted(request);
  if (!wanted) return std::move(wanted).error();
  const Instant now = services.clock.now();
  auto answer = services.database.transact([&](db::Session& s) -> Result<Answer> {
    const auto there = find_channel(s, wanted->channel.code);
    Channel next = wanted->channel;
    if (there) {
      if (auto version = if_match_version(request); !version) return std::move(version).error();
      if (auto error = check_if_match(request, there->version)) return *error;
      next.id = there->id;
      next.version = there->version;
    }
    auto saved = save_channel(s, next, now, caller.user_id);
    if (!saved) return std::move(saved).error();
    json names = json::array();
    for (const auto& [name, value] : wanted->secrets) {
      if (auto written = secrets.write(s, *saved, name, value, now, caller.user_id); !written) return std::move(written).error();
      names.push_back(name);
    }
    // Of secrets only the names: which were changed, never to what.
    const auto told = [](const Channel& c) {
      return json({{"name", c.name}, {"kind", name_of(c.kind)}, {"state", c.active ? "active" : "suspended"}, {"profile", json::parse(c.profile_text)}, {"key_id", c.key_id},
                   {"client_certificate", c.client_certificate}});
    };
    auto entry = security::audit_entry(caller, "payment_channels.configure", "channel", saved->code);
    if (there) entry.before = told(*there).dump();
    auto after = told(*saved);
    after["secrets_changed"] = names;
    entry.after = after.dump();
    auto found = json_answer(channel_json(s, *saved, local_date(now)), there ? 200 : 201).with_etag(saved->version);
    security::append_audit(s, now, entry);
    return found;
  });
  book.forget();
  return answer;
}

Result<Answer> items_answer(const Services& services, const Request& request, const security::Caller& caller) {
  auto query = Fields::of_query(request);
  const auto page = query.page(1);
  ItemFilter filter;
  filter.business_date = query.optional_date("date");
  if (const auto state = query.optional_one_of("state", {"paid", "refused", "voided", "reversed"})) filter.state = item_state_of(*state);
  if (auto error = query.finish()) return *error;
  return services.database.read([&](db::Session& s) -> Result<Answer> {
    auto channel = channel_of(s, request, caller);
    if (!channel) return std::move(channel).error();
    filter.channel_id = channel->id;
    filter.before = page.key(0, INT64_MAX);
    const auto items = list_items(s, filter, page.limit + 1);
    return page_answer(items_to_json(s, items), page, [&](std::size_t i) { return std::vector{std::to_string(items[i].id)}; });
  });
}

}  // namespace

void register_channel_routes(Registry& registry, std::shared_ptr<Secrets> secrets, std::shared_ptr<ChannelBook> book) {
  const auto& services = registry.services();
  using namespace schema;
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/channels",
                  .permission = Permission("channels.view"),
                  .summary = "Banks, the post office and payment companies, with what they took today",
                  .handler = [&services](const Request& request, const security::Caller& caller) -> Result<Answer> {
                    auto query = Fields::of_query(request);
                    if (auto error = query.finish()) return *error;
                    if (auto error = security::require_whole_utility(caller)) return *error;
                    return services.database.read([&](db::Session& s) -> Result<Answer> {
                      json items = json::array();
                      for (const auto& channel : read_channels(s)) items.push_back(short_json(s, channel, local_date(services.clock.now())));
                      return json_answer({{"items", items}});
                    });
                  },
                  .response = items_of(named("ChannelRow", object(short_properties())))});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/channels/{code}",
                  .permission = Permission("channels.view"),
                  .summary = "A channel with its profile; of its secrets only the names",
                  .handler = [&services](const Request& request, const security::Caller& caller) -> Result<Answer> {
                    return services.database.read([&](db::Session& s) -> Result<Answer> {
                      auto channel = channel_of(s, request, caller);
                      if (!channel) return std::move(channel).error();
                      return json_answer(channel_json(s, *channel, local_date(services.clock.now()))).with_etag(channel->version);
                    });
                  },
                  .response = channel_schema()});
  registry.route({.method = Method::kPut,
                  .path = "/api/v1/channels/{code}",
                  .permission = Permission("channels.configure"),
                  .summary = "Makes a channel, or changes one (then with If-Match); secrets are written and never read",
                  .handler = [&services, secrets, book](const Request& request, const security::Caller& caller) { return put_channel(services, *secrets, *book, request, caller); },
                  .request = object({{"name", text(80)}, {"kind", one_of({"bank", "post", "payment_company", "alipay", "wechat"})}, {"state", one_of({"active", "suspended"}), false}, {"profile", anything()},
                                     {"key_id", text(40).or_null(), false}, {"client_certificate", text(64).or_null(), false}, {"secrets", anything(), false}}),
                  .response = channel_schema()});
  registry.route({.method = Method::kGet,
                  .path = "/api/v1/channels/{code}/items",
                  .permission = Permission("channels.view"),
                  .summary = "What a channel asked for, our answer and what became of it, newest first",
                  .handler = [&services](const Request& request, const security::Caller& caller) { return items_answer(services, request, caller); },
                  .query = page_parameters({{"date", date(), "The business date"}, {"state", one_of({"paid", "refused", "voided", "reversed"}), "Of the item"}}),
                  .response = page_of(item_schema())});
}

}  // namespace mis::payment_channels

// What payment companies call: signed REST requests, and the notices of Alipay and WeChat Pay. Open to everybody without a session,
// because each request proves by its signature who sent it; nothing is looked at before that.
//
// A REST request bears Watthour-Key-Id, webhook-id, webhook-timestamp and webhook-signature (formats/webhook.hpp). What is signed is
// method, path and body, each on a line of its own, so that a body cannot be taken to another address; its webhook-id is its
// Idempotency-Key as well, so that a key cannot be put in front of another body.
#include <map>
#include <mutex>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "mis/http/fields.hpp"
#include "mis/http/problem.hpp"
#include "mis/observe/log.hpp"
#include "modules/payment_channels/address_limit.hpp"
#include "modules/payment_channels/channel_json.hpp"
#include "modules/payment_channels/formats/alipay.hpp"
#include "modules/payment_channels/formats/webhook.hpp"
#include "modules/payment_channels/formats/wechat_pay.hpp"
#include "modules/payment_channels/qr_orders.hpp"
#include "modules/payment_channels/routes.hpp"

namespace mis::payment_channels {
namespace {

using nlohmann::json;
using namespace mis::http;

// So many requests of a key in a minute of the clock; counted after the signature, so that nobody uses up another's share. Keys are
// those of channels, so the map does not grow.
class RateLimit {
 public:
  bool allows(std::int64_t channel_id, std::int64_t minute, int most) {
    const std::lock_guard lock(mutex_);
    auto& [at, count] = counts_[channel_id];
    if (at != minute) {
      at = minute;
      count = 0;
    }
    return ++count <= most;
  }

 private:
  std::mutex mutex_;
  std::map<std::int64_t, std::pair<std::int64_t, int>> counts_;
};

struct Door {
  Door(const Services& s, std::shared_ptr<ChannelBook> b) : services(s), book(std::move(b)) {}
  Services services;
  std::shared_ptr<ChannelBook> book;
  RateLimit limit;
  AddressLimit notices;
};

std::string header_of(const Request& request, std::string_view name) { return std::string(request.header(name).value_or("")); }
std::int64_t seconds(Instant at) { return at.micros / 1'000'000; }
Error no_signature() { return {ErrorKind::kUnauthorized, "payment_channels.not_signed", "expected a request that is signed with a key of ours but it is not", {}}; }

// The channel that signed the request. One answer for an unknown key and a wrong signature: neither tells which keys there are.
Result<std::shared_ptr<const OpenChannel>> signer_of(Door& door, const Request& request) {
  auto open = door.book->by_key_id(header_of(request, "watthour-key-id"));
  if (!open) return open;
  const WebhookHeaders headers{header_of(request, kWebhookIdHeader), header_of(request, kWebhookTimestampHeader), header_of(request, kWebhookSignatureHeader)};
  const auto text = fmt::format("{}\n{}\n{}", to_string(request.method), request.path, request.body);
  const Instant now = door.services.clock.now();
  if (!*open || (*open)->webhook_secrets.empty()) return no_signature();
  if (auto good = verify_webhook((*open)->webhook_secrets, headers, text, seconds(now)); !good) {
    if (good.error().code == "payment_channels.timestamp_off") return std::move(good).error();
    return no_signature();
  }
  if (request.method == Method::kPost && header_of(request, "idempotency-key") != headers.id)
    return invalid("payment_channels.key_differs", "expected an Idempotency-Key that is the signed webhook-id but it is another");
  if (!door.limit.allows((*open)->channel.id, seconds(now) / 60, (*open)->channel.profile.requests_per_minute))
    return unavailable("http.too_many_requests", fmt::format("expected at most {} requests a minute but there were more", (*open)->channel.profile.requests_per_minute));
  if ((*open)->channel.profile.transport != Transport::kRest) return no_signature();
  return open;
}

// Refusals are problems with a stable code each.
Result<Answer> told(const ItemAnswer& answer) {
  if (answer.approved()) return json_answer(to_json(answer));
  const auto& info = info_of(answer.response);
  const auto kind = info.http == 404 ? ErrorKind::kNotFound : info.http == 409 ? ErrorKind::kConflict : info.http == 403 ? ErrorKind::kForbidden : info.http == 503 ? ErrorKind::kUnavailable : ErrorKind::kInvalid;
  return Error{kind, fmt::format("payment_channels.{}", info.name), fmt::format("expected a request that can be done but {}", info.en), {}};
}

Result<Answer> query_answer(Door& door, const Request& request) {
  auto open = signer_of(door, request);
  if (!open) return std::move(open).error();
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  const auto account_no = body->text("account_no", {.max_length = 32, .characters = TextRule::Characters::kDigits});
  if (auto error = body->finish()) return *error;
  auto found = ChannelService(door.services).query((*open)->channel, {account_no});
  if (!found) return std::move(found).error();
  if (found->response != Response::kApproved) {
    ItemAnswer no;
    no.response = found->response;
    return told(no);
  }
  json bills = json::array();
  for (const auto& bill : found->bills)
    bills.push_back({{"billing_month", bill.month.to_string()}, {"principal", format_yuan(bill.principal)}, {"late_charge", format_yuan(bill.late)}, {"due_on", bill.due_on.to_string()}});
  return json_answer({{"account_no", found->account_no}, {"name", found->name}, {"address", found->address}, {"bills", bills}, {"principal", format_yuan(found->principal)},
                      {"late_charge", format_yuan(found->late)}, {"due", format_yuan(found->due())}, {"advance", format_yuan(found->advance)}});
}

Result<Answer> pay_answer(Door& door, const Request& request) {
  auto open = signer_of(door, request);
  if (!open) return std::move(open).error();
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  PayRequest pay;
  pay.key = header_of(request, "idempotency-key");
  pay.account_no = body->text("account_no", {.max_length = 32, .characters = TextRule::Characters::kDigits});
  pay.amount = body->money("amount");
  pay.serial = body->optional_text("serial_no", {.max_length = kMostKeyBytes, .characters = TextRule::Characters::kCode}).value_or("");
  pay.business_date = body->optional_date("business_date");
  if (const auto months = body->optional_texts("billing_months", 60)) {
    for (const auto& text : *months) {
      if (const auto month = BillingMonth::parse(text)) pay.months.push_back(*month);
      else body->complain("billing_months", "month", "expected months like 2026-10 but found another");
    }
  }
  if (auto error = body->finish()) return *error;
  auto done = ChannelService(door.services).pay((*open)->channel, pay);
  if (!done) return std::move(done).error();
  return told(*done);
}

Result<Answer> reverse_answer(Door& door, const Request& request) {
  auto open = signer_of(door, request);
  if (!open) return std::move(open).error();
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  ReverseRequest reverse;
  reverse.key = header_of(request, "idempotency-key");
  reverse.original_key = std::string(request.param("key"));
  reverse.amount = body->money("amount");
  if (auto error = body->finish()) return *error;
  auto done = ChannelService(door.services).reverse((*open)->channel, reverse);
  if (!done) return std::move(done).error();
  return told(*done);
}

Result<Answer> find_answer(Door& door, const Request& request) {
  auto open = signer_of(door, request);
  if (!open) return std::move(open).error();
  auto found = ChannelService(door.services).query_payment((*open)->channel, request.param("key"));
  if (!found) return std::move(found).error();
  // The question is answered whatever became of the payment, unless there is none.
  if (found->response == Response::kUnknownOriginal || found->response == Response::kSuspended) return told(*found);
  return json_answer(to_json(*found));
}

Result<Answer> totals_answer(Door& door, const Request& request) {
  auto open = signer_of(door, request);
  if (!open) return std::move(open).error();
  const auto date = Date::parse(request.param("date"));
  if (!date) return not_found("payment_channels.no_day", "expected a day like 2026-11-22 but found another");
  auto totals = ChannelService(door.services).totals((*open)->channel, *date);
  if (!totals) return std::move(totals).error();
  return json_answer({{"business_date", date->to_string()}, {"payments", totals->payments}, {"paid", format_yuan(totals->paid)}, {"reversals", totals->reversals}, {"reversed", format_yuan(totals->reversed)}});
}

Answer plain(int status, std::string_view text, std::string type = "text/plain; charset=utf-8") {
  Answer answer;
  answer.status = status;
  answer.content_type = std::move(type);
  answer.body = std::string(text);
  return answer;
}

// A notice that cannot count: told to the log, and to the company as a failure, so that it comes again.
void log_refusal(const Channel& channel, const Error& error) {
  observe::log(observe::Level::kWarning, "payment_channels.notice_refused", {{"channel", channel.code}, {"code", error.code}, {"message", error.message}});
}

Result<std::shared_ptr<const OpenChannel>> notified(Door& door, const Request& request, Transport transport) {
  auto open = door.book->by_code(request.param("channel"));
  if (!open) return open;
  if (!*open || (*open)->channel.profile.transport != transport || (*open)->their_key.empty()) return not_found("payment_channels.no_channel", "expected a channel that is notified here but there is none");
  // Before the signature, since looking at one costs far more than making one up.
  const int most = (*open)->channel.profile.requests_per_minute;
  if (!door.notices.allows((*open)->channel.id, request.remote, seconds(door.services.clock.now()) / 60, most))
    return unavailable("http.too_many_requests", fmt::format("expected at most {} notices a minute of one address but there were more", most));
  return open;
}

// What a verified notice says.
struct Told {
  std::string order_no, trade_no;
  Money amount;
};

// Good where the notice need not come again: taken in now, taken in before, or kept for reconciliation.
Status take_notice(Door& door, const OpenChannel& open, const Told& told_of) {
  QrOrderService orders(door.services, *door.book);
  auto order = orders.find(open.channel.id, told_of.order_no);
  if (!order) return std::move(order).error();
  if (!*order) return not_found("payment_channels.no_order", "expected an order of ours but there is none with this number");
  auto done = orders.paid(open, **order, told_of.amount, told_of.trade_no);
  if (!done) return std::move(done).error();
  if (!done->approved())
    observe::log(observe::Level::kError, "payment_channels.notice_not_taken", {{"channel", open.channel.code}, {"order", told_of.order_no}, {"response", std::string(name_of(done->response))}});
  return done->response == Response::kSuspended ? Status(unavailable("payment_channels.suspended", "expected an active channel but it is suspended")) : ok();
}

Error no_public_key() { return internal("payment_channels.key_unreadable", "expected the company's public key but what is stored is none"); }

Result<Told> read_alipay(const OpenChannel& open, const Request& request) {
  if (!open.their_public_key) return no_public_key();
  auto parameters = parse_alipay_form(request.body);
  if (!parameters) return std::move(parameters).error();
  auto notice = read_alipay_notice(*parameters, *open.their_public_key);
  if (!notice) return std::move(notice).error();
  const auto& merchant = open.channel.profile.merchant;
  if (notice->app_id != merchant.app_id || notice->seller_id != merchant.seller_id) return forbidden("payment_channels.notice_differs", "expected a notice of our application and our account but it is of another");
  if (!notice->pays()) return Told{};
  return Told{notice->out_trade_no, notice->trade_no, notice->total_amount};
}

Result<Answer> alipay_answer(Door& door, const Request& request) {
  auto open = notified(door, request, Transport::kAlipay);
  if (!open) return std::move(open).error();
  auto notice = read_alipay(**open, request);
  auto taken = !notice ? Status(notice.error()) : notice->order_no.empty() ? ok() : take_notice(door, **open, *notice);
  if (taken) return plain(200, kAlipayAnswer);
  log_refusal((*open)->channel, taken.error());
  return plain(status_of(taken.error()), "failure");
}

Result<Told> read_wechat(const OpenChannel& open, const Request& request, Instant now) {
  if (!open.their_public_key) return no_public_key();
  const WechatHeaders headers{header_of(request, "wechatpay-timestamp"), header_of(request, "wechatpay-nonce"), header_of(request, "wechatpay-signature"), header_of(request, "wechatpay-serial")};
  if (auto good = verify_wechat({&*open.their_public_key, 1}, headers, request.body, seconds(now)); !good) return std::move(good).error();
  auto notice = read_wechat_notice(request.body, open.api_v3_key);
  if (!notice) return std::move(notice).error();
  const auto& merchant = open.channel.profile.merchant;
  if (notice->appid != merchant.app_id || notice->mchid != merchant.seller_id) return forbidden("payment_channels.notice_differs", "expected a notice of our application and our account but it is of another");
  if (!notice->pays()) return Told{};
  return Told{notice->out_trade_no, notice->transaction_id, notice->total};
}

Result<Answer> wechat_answer(Door& door, const Request& request) {
  auto open = notified(door, request, Transport::kWechat);
  if (!open) return std::move(open).error();
  auto notice = read_wechat(**open, request, door.services.clock.now());
  auto taken = !notice ? Status(notice.error()) : notice->order_no.empty() ? ok() : take_notice(door, **open, *notice);
  if (taken) return plain(200, "");
  log_refusal((*open)->channel, taken.error());
  return plain(status_of(taken.error()), wechat_failure("notice not taken"), "application/json");
}

json order_json(const QrOrder& order) {
  return {{"order_no", order.order_no},   {"account_no", order.account_no}, {"amount", format_yuan(order.amount)}, {"state", name_of(order.state)},
          {"code_url", order.code_url.empty() ? json(nullptr) : json(order.code_url)}, {"trade_no", order.trade_no.empty() ? json(nullptr) : json(order.trade_no)}, {"expires_at", order.expires_at.to_string()}};
}

Result<std::shared_ptr<const OpenChannel>> channel_for_orders(Door& door, const Request& request) {
  auto open = door.book->by_code(request.param("code"));
  if (open && !*open) return not_found("payment_channels.no_channel", "expected a payment channel with this code but there is none");
  return open;
}

Result<Answer> order_answer(Door& door, const std::shared_ptr<QrProvider>& provider, const Request& request, const security::Caller& caller) {
  auto body = Fields::of_body(request);
  if (!body) return std::move(body).error();
  QrOrderService::Wanted wanted;
  wanted.client_key = header_of(request, "idempotency-key").substr(0, 80);
  wanted.account_no = body->text("account_no", {.max_length = 32, .characters = TextRule::Characters::kDigits});
  wanted.amount = body->money("amount");
  if (auto error = body->finish()) return *error;
  auto open = channel_for_orders(door, request);
  if (!open) return std::move(open).error();
  auto order = QrOrderService(door.services, *door.book).create(**open, wanted, provider.get(), caller);
  if (!order) return std::move(order).error();
  return json_answer(order_json(*order), 201);
}

}  // namespace

void register_payment_routes(Registry& registry, std::shared_ptr<ChannelBook> book) {
  auto door = std::make_shared<Door>(registry.services(), std::move(book));
  using namespace schema;
  const auto signed_headers = std::string(" (signed; see the module's README)");
  const auto open_route = [&](Method method, std::string path, std::string summary, Result<Answer> (*work)(Door&, const Request&), Schema request, Schema response) {
    registry.route({.method = method, .path = std::move(path), .permission = Permission::open(), .summary = std::move(summary),
                    .handler = [door, work](const Request& r, const security::Caller&) { return work(*door, r); }, .request = std::move(request), .response = std::move(response), .max_body_bytes = 64 * 1024});
  };
  open_route(Method::kPost, "/pay/v1/queries", "What an account owes" + signed_headers, query_answer, object({{"account_no", text(32)}}),
             named("ChannelQuery", object({{"account_no", text()}, {"name", text()}, {"address", text()},
                                           {"bills", list_of(object({{"billing_month", month()}, {"principal", yuan()}, {"late_charge", yuan()}, {"due_on", date()}}))}, {"principal", yuan()}, {"late_charge", yuan()},
                                           {"due", yuan()}, {"advance", yuan()}})));
  open_route(Method::kPost, "/pay/v1/payments", "Pays; the same Idempotency-Key is answered as the first time" + signed_headers, pay_answer,
             object({{"account_no", text(32)}, {"amount", yuan()}, {"serial_no", text(48), false}, {"business_date", date(), false}, {"billing_months", list_of(month()), false}}), answer_schema());
  open_route(Method::kPost, "/pay/v1/payments/{key}/reverse", "Takes a payment back, or voids one that has not come" + signed_headers, reverse_answer, object({{"amount", yuan()}}), answer_schema());
  open_route(Method::kGet, "/pay/v1/payments/{key}", "What became of a payment" + signed_headers, find_answer, {}, answer_schema());
  open_route(Method::kGet, "/pay/v1/days/{date}", "Totals of a business day" + signed_headers, totals_answer, {},
             object({{"business_date", date()}, {"payments", integer()}, {"paid", yuan()}, {"reversals", integer()}, {"reversed", yuan()}}));
  open_route(Method::kPost, "/pay/v1/notify/alipay/{channel}", "Alipay tells of a payment (signed by Alipay)", alipay_answer, {}, {});
  open_route(Method::kPost, "/pay/v1/notify/wechat/{channel}", "WeChat Pay tells of a payment (signed by WeChat Pay)", wechat_answer, {}, {});

  const auto& providers = registry.part<QrProviders>();
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/channels/{code}/qr-orders",
                  .permission = Permission("channels.order"),
                  .summary = "Makes a code that a customer pays by scanning",
                  .handler = [door, &providers](const Request& r, const security::Caller& c) { return order_answer(*door, providers.provider, r, c); },
                  .request = object({{"account_no", text(32)}, {"amount", yuan()}}),
                  .response = named("QrOrder", object({{"order_no", text()}, {"account_no", text()}, {"amount", yuan()}, {"state", one_of({"unknown", "open", "paid", "closed"})}, {"code_url", text().or_null()},
                                                       {"trade_no", text().or_null()}, {"expires_at", instant()}})),
                  .status = 201,
                  .idempotency_key = true});
  registry.route({.method = Method::kPost,
                  .path = "/api/v1/channels/{code}/qr-orders/repair",
                  .permission = Permission("channels.operate"),
                  .summary = "Asks the company about orders of which nothing is known",
                  .handler = [door, &providers](const Request& r, const security::Caller&) -> Result<Answer> {
                    auto open = channel_for_orders(*door, r);
                    if (!open) return std::move(open).error();
                    if (!providers.provider) return conflict("payment_channels.no_provider", "expected a line to the payment company but this installation has none");
                    auto settled = QrOrderService(door->services, *door->book).repair(**open, *providers.provider, 200);
                    if (!settled) return std::move(settled).error();
                    return json_answer({{"settled", *settled}});
                  },
                  .response = object({{"settled", integer()}})});
}

}  // namespace mis::payment_channels

// Payment companies at the REST interface, and the notices of Alipay and WeChat Pay, against the real server.
#include <catch2/catch.hpp>

#include "mis/jobs/timer.hpp"
#include "modules/payment_channels/formats/alipay.hpp"
#include "modules/payment_channels/formats/wechat_pay.hpp"
#include "tests/api/billing/declared.hpp"
#include "tests/api/payment_channels/company.hpp"

using fixture::Company;
using fixture::differs_from_declaration;
using nlohmann::json;
using namespace mis;
using namespace mis::payment_channels;

namespace {

json rest_channel() {
  return {{"name", "某支付公司"}, {"kind", "payment_company"}, {"profile", {{"transport", "rest"}, {"requests_per_minute", 100}}}, {"key_id", "company-1"}, {"secrets", {{"webhook_secret", Company::kWebhookSecret}}}};
}

json alipay_channel() {
  return {{"name", "支付宝"}, {"kind", "alipay"}, {"profile", {{"transport", "alipay"}, {"merchant", {{"app_id", "2021000001"}, {"seller_id", "2088000001"}}}}}, {"secrets", {{"their_key", example::their_keys().public_pem}}}};
}

json wechat_channel() {
  return {{"name", "微信支付"},
          {"kind", "wechat"},
          {"profile", {{"transport", "wechat"}, {"merchant", {{"app_id", "wx0000001"}, {"seller_id", "1900000001"}}}}},
          {"secrets", {{"their_key", example::their_keys().certificate_pem}, {"api_v3_key", "0123456789abcdef0123456789abcdef"}}}};
}

std::string alipay_notice(const std::string& order_no, const char* amount, const char* status = "TRADE_SUCCESS", const char* app_id = "2021000001") {
  AlipayParameters p{{"notify_id", "N1"}, {"app_id", app_id}, {"seller_id", "2088000001"}, {"out_trade_no", order_no}, {"trade_no", "A" + order_no}, {"trade_status", status}, {"total_amount", amount},
                     {"gmt_payment", "2026-11-02 16:00:00"}, {"charset", "utf-8"}};
  REQUIRE(sign_alipay_notice(p, *RsaPrivateKey::read(example::their_keys().private_pem)));
  return format_alipay_form(p);
}

const fixture::Headers kForm{{"Content-Type", "application/x-www-form-urlencoded"}};

}  // namespace

TEST_CASE("a payment company asks, pays, asks again and reverses, each request signed") {
  Company c;
  REQUIRE(c.put("COMPANY", rest_channel()).status == 201);
  const auto& registry = c.server.registry;
  const json pay{{"account_no", c.account_no(11)}, {"amount", "123.45"}};

  const auto due = c.signed_post("/pay/v1/queries", {{"account_no", c.account_no(11)}}, "query-0001");
  CHECK(due.status == 200);
  CHECK(differs_from_declaration(registry, "post", "/pay/v1/queries", due) == std::vector<std::string>{});
  CHECK(due.json().at("name") == "*户11");
  CHECK(c.signed_post("/pay/v1/queries", {{"account_no", "9999999999"}}, "query-0002").code() == "payment_channels.no_such_account");

  const auto paid = c.signed_post("/pay/v1/payments", pay, "order-0001");
  CHECK(paid.status == 200);
  CHECK(differs_from_declaration(registry, "post", "/pay/v1/payments", paid) == std::vector<std::string>{});
  CHECK(paid.json().at("advance") == "123.45");
  const auto again = c.signed_post("/pay/v1/payments", pay, "order-0001");
  CHECK(again.status == 200);
  CHECK(again.json().at("repeated") == true);
  CHECK(again.json().at("receipt_no") == paid.json().at("receipt_no"));
  CHECK(c.signed_post("/pay/v1/payments", {{"account_no", c.account_no(11)}, {"amount", "123.46"}}, "order-0001").code() == "payment_channels.key_reused");
  CHECK(c.signed_get("/pay/v1/payments/order-0001").json().at("state") == "paid");
  CHECK(c.signed_get("/pay/v1/payments/order-0009").status == 404);

  CHECK(c.signed_post("/pay/v1/payments/order-0001/reverse", {{"amount", "123.46"}}, "back-0001").code() == "payment_channels.invalid_amount");
  CHECK(c.signed_post("/pay/v1/payments/order-0001/reverse", {{"amount", "123.45"}}, "back-0002").status == 200);
  CHECK(c.signed_post("/pay/v1/payments", pay, "order-0001").code() == "payment_channels.reversed_before");
  CHECK(c.signed_post("/pay/v1/payments/order-0002/reverse", {{"amount", "1.00"}}, "back-0003").code() == "payment_channels.unknown_original");
  CHECK(c.signed_post("/pay/v1/payments", pay, "order-0002").code() == "payment_channels.reversed_before");

  const auto day = c.signed_get("/pay/v1/days/2026-11-02").json();
  CHECK(day.at("payments") == 1);
  CHECK(day.at("reversed") == "123.45");
  CHECK(c.differences().empty());
}

TEST_CASE("amounts that are none, too much, negative or numbers move nothing") {
  Company c;
  REQUIRE(c.put("COMPANY", rest_channel()).status == 201);
  int n = 0;
  for (const json& amount : {json("0.00"), json("-1.00"), json("1.001"), json(1), json(1.5), json("90071992547409.93"), json("1e3"), json("")}) {
    CAPTURE(amount);
    const auto reply = c.signed_post("/pay/v1/payments", {{"account_no", c.account_no(11)}, {"amount", amount}}, "order-x" + std::to_string(++n));
    CHECK(reply.status == 422);
  }
  CHECK(c.number("SELECT COUNT(*) FROM receivables_payment") == 0);
}

TEST_CASE("a request that is not signed as it should be is nobody's") {
  Company c;
  REQUIRE(c.put("COMPANY", rest_channel()).status == 201);
  auto client = c.server.client();
  const std::string path = "/pay/v1/payments", body = json({{"account_no", c.account_no(11)}, {"amount", "1.00"}}).dump();
  const auto good = c.signature("POST", path, body, "order-0001");
  const auto changed = [&](const std::string& name, const std::string& value) {
    auto headers = good;
    for (auto& [key, old] : headers)
      if (key == name) old = value;
    return client.send("POST", path, body, headers);
  };
  CHECK(client.send("POST", path, body, kForm).status == 401);
  CHECK(changed("Watthour-Key-Id", "company-2").status == 401);
  CHECK(changed("webhook-signature", "v1,AAAA").status == 401);
  CHECK(changed("webhook-id", "order-0002").status == 401);
  CHECK(changed("Idempotency-Key", "order-0002").code() == "payment_channels.key_differs");
  CHECK(client.send("POST", path, body + " ", good).status == 401);
  // A body that was signed for one address does not serve at another.
  CHECK(client.send("POST", "/pay/v1/payments/order-0001/reverse", body, good).status == 401);
  c.server.clock.advance_minutes(6);
  CHECK(client.send("POST", path, body, good).code() == "payment_channels.timestamp_off");
  CHECK(c.number("SELECT COUNT(*) FROM payment_channels_item") == 0);
}

TEST_CASE("one key may not take the server for itself") {
  Company c;
  auto slow = rest_channel();
  slow["profile"]["requests_per_minute"] = 3;
  REQUIRE(c.put("COMPANY", slow).status == 201);
  for (int i = 0; i < 3; ++i) CHECK(c.signed_get("/pay/v1/days/2026-11-02").status == 200);
  CHECK(c.signed_get("/pay/v1/days/2026-11-02").status == 429);
  c.server.clock.advance_minutes(1);
  CHECK(c.signed_get("/pay/v1/days/2026-11-02").status == 200);
}

TEST_CASE("Alipay's notice pays an order once; others' notices and other amounts do not") {
  Company c;
  REQUIRE(c.put("ALIPAY", alipay_channel()).status == 201);
  auto cashier = c.cashier();
  const auto made = cashier.post("/api/v1/channels/ALIPAY/qr-orders", {{"account_no", c.account_no(11)}, {"amount", "88.00"}}, {fixture::idempotency_key("scan-0001")});
  REQUIRE(made.status == 201);
  CHECK(differs_from_declaration(c.server.registry, "post", "/api/v1/channels/{code}/qr-orders", made) == std::vector<std::string>{});
  CHECK(made.json().at("state") == "open");
  const auto order_no = made.json().at("order_no").get<std::string>();
  CHECK(cashier.post("/api/v1/channels/ALIPAY/qr-orders", {{"account_no", c.account_no(11)}, {"amount", "88.00"}}, {fixture::idempotency_key("scan-0001")}).json().at("order_no") == order_no);
  CHECK(cashier.post("/api/v1/channels/ALIPAY/qr-orders", {{"account_no", c.account_no(11)}, {"amount", "89.00"}}, {fixture::idempotency_key("scan-0001")}).code() == "payment_channels.order_reused");
  CHECK(cashier.post("/api/v1/channels/ALIPAY/qr-orders", {{"account_no", c.account_no(12)}, {"amount", "88.00"}}, {fixture::idempotency_key("scan-0002")}).status == 404);  // of another station

  auto company = c.server.client();
  const std::string path = "/pay/v1/notify/alipay/ALIPAY";
  auto forged = alipay_notice(order_no, "88.00");
  forged.replace(forged.find("total_amount=88.00"), 18, "total_amount=99.00");
  CHECK(company.send("POST", path, forged, kForm).body == "failure");
  CHECK(company.send("POST", path, alipay_notice(order_no, "88.00", "TRADE_SUCCESS", "2021000002"), kForm).body == "failure");
  CHECK(company.send("POST", path, alipay_notice("nobody", "88.00"), kForm).body == "failure");
  CHECK(company.send("POST", path, alipay_notice(order_no, "88.00", "WAIT_BUYER_PAY"), kForm).body == "success");
  CHECK(c.number("SELECT COUNT(*) FROM payment_channels_item") == 0);
  // Another amount than was ordered: taken note of, not taken in.
  CHECK(company.send("POST", path, alipay_notice(order_no, "87.00"), kForm).body == "success");
  CHECK(c.number("SELECT COUNT(*) FROM payment_channels_item WHERE state = 'refused' AND amount_fen = 8700") == 1);
  CHECK(c.number("SELECT COUNT(*) FROM receivables_payment") == 0);

  for (int i = 0; i < 3; ++i) CHECK(company.send("POST", path, alipay_notice(order_no, "88.00"), kForm).body == "success");
  CHECK(company.send("POST", path, alipay_notice(order_no, "88.00", "TRADE_FINISHED"), kForm).body == "success");
  CHECK(c.number("SELECT COUNT(*) FROM receivables_payment") == 1);
  CHECK(c.number("SELECT amount_fen FROM receivables_payment") == 8'800);
  CHECK(c.number("SELECT COUNT(*) FROM payment_channels_order WHERE state = 'paid'") == 1);
  CHECK(c.differences().empty());
}

TEST_CASE("WeChat Pay's notice pays an order once, and a wrong signature pays nothing") {
  Company c;
  REQUIRE(c.put("WECHAT", wechat_channel()).status == 201);
  auto cashier = c.cashier();
  const auto order_no = cashier.post("/api/v1/channels/WECHAT/qr-orders", {{"account_no", c.account_no(11)}, {"amount", "66.60"}}, {fixture::idempotency_key("scan-0001")}).json().at("order_no").get<std::string>();
  const json resource{{"mchid", "1900000001"}, {"appid", "wx0000001"}, {"out_trade_no", order_no}, {"transaction_id", "W1"}, {"trade_state", "SUCCESS"}, {"success_time", "2026-11-02T16:00:00+08:00"},
                      {"amount", {{"total", 6660}, {"currency", "CNY"}}}};
  const auto body = *write_wechat_notice("EV1", "TRANSACTION.SUCCESS", resource.dump(), "0123456789abcdef0123456789abcdef", "abcdefghijkl");
  const auto key = *RsaPrivateKey::read(example::their_keys().private_pem);
  const auto serial = RsaPublicKey::read(example::their_keys().certificate_pem)->serial();
  const auto headers = [&](const std::string& signed_body) {
    const auto h = *sign_wechat(key, serial, signed_body, c.server.clock.now().micros / 1'000'000, "nonce");
    return fixture::Headers{{"Content-Type", "application/json"}, {"Wechatpay-Timestamp", h.timestamp}, {"Wechatpay-Nonce", h.nonce}, {"Wechatpay-Signature", h.signature}, {"Wechatpay-Serial", h.serial}};
  };
  auto company = c.server.client();
  const std::string path = "/pay/v1/notify/wechat/WECHAT";
  CHECK(company.send("POST", path, body, headers(body + " ")).status == 403);
  CHECK(c.number("SELECT COUNT(*) FROM payment_channels_item") == 0);
  CHECK(company.send("POST", path, body, headers(body)).status == 200);
  CHECK(company.send("POST", path, body, headers(body)).status == 200);
  CHECK(c.number("SELECT COUNT(*) FROM receivables_payment") == 1);
  CHECK(c.number("SELECT amount_fen FROM receivables_payment") == 6'660);
  CHECK(company.send("POST", "/pay/v1/notify/alipay/WECHAT", body, headers(body)).status == 404);
  CHECK(c.differences().empty());
}

TEST_CASE("notices of one address are counted before their signatures are looked at") {
  Company c;
  auto slow = alipay_channel();
  slow["profile"]["requests_per_minute"] = 3;
  REQUIRE(c.put("ALIPAY", slow).status == 201);
  REQUIRE(c.put("WECHAT", wechat_channel()).status == 201);
  auto hostile = c.server.client();
  const std::string path = "/pay/v1/notify/alipay/ALIPAY";
  for (int i = 0; i < 3; ++i) CHECK(hostile.send("POST", path, "sign=forged&sign_type=RSA2", kForm).body == "failure");
  CHECK(hostile.send("POST", path, "sign=forged&sign_type=RSA2", kForm).status == 429);
  CHECK(hostile.send("POST", path, "not even a form%", kForm).status == 429);
  CHECK(hostile.send("POST", "/pay/v1/notify/wechat/WECHAT", "{}", {{"Content-Type", "application/json"}}).status == 403);  // another channel's count
  c.server.clock.advance_minutes(1);
  CHECK(hostile.send("POST", path, "sign=forged&sign_type=RSA2", kForm).body == "failure");
}

TEST_CASE("an order of which nobody knows is unknown until asked, and its money comes in by asking") {
  Company c;
  REQUIRE(c.put("ALIPAY", alipay_channel()).status == 201);
  auto cashier = c.cashier();
  auto clerk = c.clerk();
  c.provider->answers = false;
  const auto lost = cashier.post("/api/v1/channels/ALIPAY/qr-orders", {{"account_no", c.account_no(11)}, {"amount", "10.00"}}, {fixture::idempotency_key("scan-0001")});
  CHECK(lost.status == 201);
  CHECK(lost.json().at("state") == "unknown");
  c.provider->answers = true;
  const auto silent = cashier.post("/api/v1/channels/ALIPAY/qr-orders", {{"account_no", c.account_no(11)}, {"amount", "20.00"}}, {fixture::idempotency_key("scan-0002")});
  const auto waiting = cashier.post("/api/v1/channels/ALIPAY/qr-orders", {{"account_no", c.account_no(11)}, {"amount", "30.00"}}, {fixture::idempotency_key("scan-0003")});
  const auto lost_no = lost.json().at("order_no").get<std::string>(), silent_no = silent.json().at("order_no").get<std::string>();
  // Both were paid, and neither notice arrived.
  c.provider->orders[lost_no] = {QrProvider::Asked::State::kPaid, Money{1'000}, "T1", ""};
  c.provider->orders[silent_no].state = QrProvider::Asked::State::kPaid;
  const std::string repair = "/api/v1/channels/ALIPAY/qr-orders/repair";
  CHECK(clerk.post(repair, json::object()).json().at("settled") == 0);  // too soon to ask
  c.server.clock.advance_minutes(3);
  CHECK(clerk.post(repair, json::object()).json().at("settled") == 2);
  CHECK(clerk.post(repair, json::object()).json().at("settled") == 0);
  CHECK(c.number("SELECT CAST(SUM(amount_fen) AS SIGNED) FROM receivables_payment") == 3'000);
  CHECK(c.number("SELECT COUNT(*) FROM payment_channels_order WHERE state = 'open'") == 1);
  c.server.clock.advance_minutes(180);
  CHECK(c.clerk().post(repair, json::object()).json().at("settled") == 1);
  CHECK(c.number("SELECT COUNT(*) FROM payment_channels_order WHERE state = 'closed'") == 1);
  CHECK(c.differences().empty());
  CHECK(waiting.json().at("state") == "open");

  // The same without anybody asking: the timer finds it, its job settles it.
  const auto forgotten = c.cashier().post("/api/v1/channels/ALIPAY/qr-orders", {{"account_no", c.account_no(11)}, {"amount", "40.00"}}, {fixture::idempotency_key("scan-0004")});
  c.provider->orders[forgotten.json().at("order_no").get<std::string>()].state = QrProvider::Asked::State::kPaid;
  const auto& timer = c.server.registry.part<jobs::Timers>().by_name.at("payment_channels.order_repair");
  const auto minute = [&] { return *c.server.database.app().transact([&](db::Session& s) { return timer.begin(s, c.server.clock.now()); }); };
  CHECK_FALSE(minute());  // too soon to ask
  c.server.clock.advance_minutes(3);
  const auto job = minute();
  REQUIRE(job);
  c.run_job(job->value);
  CHECK(c.number("SELECT CAST(SUM(amount_fen) AS SIGNED) FROM receivables_payment") == 7'000);
  CHECK_FALSE(minute());
  CHECK(c.differences().empty());
}

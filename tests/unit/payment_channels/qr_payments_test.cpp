#include <catch2/catch.hpp>

#include "modules/payment_channels/formats/alipay.hpp"
#include "modules/payment_channels/formats/signatures.hpp"
#include "modules/payment_channels/formats/webhook.hpp"
#include "modules/payment_channels/formats/wechat_pay.hpp"
#include "tests/unit/payment_channels/examples.hpp"
#include "tests/unit/payment_channels/keys.hpp"

using namespace mis::payment_channels;
using mis::ErrorKind;
using mis::Money;

namespace {

constexpr std::int64_t kNow = 1'793'500'000;

std::string from_hex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return out;
}

std::string to_hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

RsaPrivateKey private_key(const example::KeyPair& keys) { return *RsaPrivateKey::read(keys.private_pem); }
RsaPublicKey public_key(const example::KeyPair& keys) { return *RsaPublicKey::read(keys.public_pem); }

AlipayParameters paid_notice() {
  return {{"notify_time", "2026-11-10 10:00:05"}, {"notify_id", "N1"},          {"app_id", "2021000000000001"}, {"seller_id", "2088000000000001"},
          {"out_trade_no", "QR20261110-1"},       {"trade_no", "20261110220014"}, {"trade_status", "TRADE_SUCCESS"}, {"total_amount", "51.23"},
          {"subject", "电费 & 违约金=0"},          {"gmt_payment", "2026-11-10 10:00:03"}};
}

const AlipayExpectation kAlipayExpected{"2021000000000001", "2088000000000001", "QR20261110-1", Money{5123}};

constexpr std::string_view kApiKey = "0123456789abcdef0123456789ABCDEF";
constexpr std::string_view kTransaction =
    R"({"mchid":"1900000001","appid":"wx01","out_trade_no":"QR20261110-1","transaction_id":"4200001",)"
    R"("trade_state":"SUCCESS","success_time":"2026-11-10T10:00:03+08:00","amount":{"total":5123,"payer_total":5123,"currency":"CNY"}})";

std::string wechat_body(std::string_view transaction, std::string_view key = kApiKey) { return *write_wechat_notice("EV-1", "TRANSACTION.SUCCESS", transaction, key, "abcdefghijkl"); }

std::string changed(std::string_view text, std::string_view from, std::string_view to) {
  std::string out(text);
  const auto at = out.find(from);
  REQUIRE(at != std::string::npos);
  return out.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("base64 has one written form", "[payment_channels][signatures]") {
  for (const std::string text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) CHECK(from_base64(base64(text)) == text);
  CHECK(base64("fooba") == "Zm9vYmE=");  // RFC 4648, section 10
  for (const auto* wrong : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9vYmE=Zm9v", "Zm 9", "Zm9\n", "Zm-_", "====", "=AAA"}) {
    INFO(wrong);
    CHECK_FALSE(from_base64(wrong));
  }
}

TEST_CASE("HMAC-SHA256 is that of RFC 4231", "[payment_channels][signatures]") {
  CHECK(to_hex(hmac_sha256(from_hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"), "Hi There")) == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("AES-256-GCM is that of the GCM specification, and a changed byte gives nothing", "[payment_channels][signatures]") {
  // McGrew and Viega, test case 16.
  const auto key = from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const auto nonce = from_hex("cafebabefacedbaddecaf888");
  const auto associated = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const auto plain = from_hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
  const auto sealed = aes_256_gcm_encrypt(key, nonce, associated, plain);
  REQUIRE(sealed);
  CHECK(to_hex(*sealed) ==
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b");
  CHECK(*aes_256_gcm_decrypt(key, nonce, associated, *sealed) == plain);
  for (std::size_t i = 0; i < sealed->size(); ++i) {
    auto broken = *sealed;
    broken[i] = static_cast<char>(broken[i] ^ 1);
    CHECK(aes_256_gcm_decrypt(key, nonce, associated, broken).error().code == "payment_channels.not_authentic");
  }
  CHECK(aes_256_gcm_decrypt(key, nonce, "other", *sealed).error().code == "payment_channels.not_authentic");
  CHECK(aes_256_gcm_decrypt(key, nonce, associated, "short").error().code == "payment_channels.not_authentic");
  CHECK(aes_256_gcm_decrypt(key.substr(1), nonce, associated, *sealed).error().code == "payment_channels.key_length");
  CHECK(aes_256_gcm_decrypt(key, "n", associated, *sealed).error().code == "payment_channels.key_length");
  CHECK(aes_256_gcm_decrypt(key, nonce, "", *aes_256_gcm_encrypt(key, nonce, "", ""))->empty());
}

TEST_CASE("RSA keys are read as PEM and as the bare base64 of Alipay's tools", "[payment_channels][signatures]") {
  const auto& keys = example::our_keys();
  for (const auto& text : {keys.private_pem, example::bare(keys.private_pem)}) {
    const auto key = RsaPrivateKey::read(text);
    REQUIRE(key);
    const auto signature = key->sign("message");
    REQUIRE(signature);
    for (const auto& known : {keys.public_pem, example::bare(keys.public_pem), keys.certificate_pem}) {
      const auto verifier = RsaPublicKey::read(known);
      REQUIRE(verifier);
      CHECK(verifier->verifies("message", *signature));
      CHECK_FALSE(verifier->verifies("massage", *signature));
      CHECK_FALSE(verifier->verifies("message", ""));
      CHECK_FALSE(verifier->verifies("message", base64("no signature")));
    }
    CHECK_FALSE(public_key(example::their_keys()).verifies("message", *signature));
  }
  CHECK(RsaPublicKey::read(keys.certificate_pem)->serial() == "5157F09E");
  CHECK(RsaPublicKey::read(keys.public_pem)->serial().empty());
  const auto weak = example::make_keys(1024);
  CHECK(RsaPrivateKey::read(weak.private_pem).error().code == "payment_channels.key_unreadable");
  CHECK(RsaPublicKey::read(weak.public_pem).error().code == "payment_channels.key_unreadable");
  for (const auto* text : {"", "AAAA", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}) {
    CHECK_FALSE(RsaPrivateKey::read(text));
    CHECK_FALSE(RsaPublicKey::read(text));
  }
}

TEST_CASE("Alipay's text is signed in the order of ASCII, without sign and, in a notice, without sign_type", "[payment_channels][alipay]") {
  const AlipayParameters parameters = {{"b", "2"}, {"a", "1"}, {"B", "x=y"}, {"empty", ""}, {"sign", "s"}, {"sign_type", "RSA2"}};
  CHECK(alipay_request_text(parameters) == "B=x=y&a=1&b=2&sign_type=RSA2");
  CHECK(alipay_notice_text(parameters) == "B=x=y&a=1&b=2&empty=");
}

TEST_CASE("an Alipay notice with a good signature and the right contents pays", "[payment_channels][alipay]") {
  auto parameters = paid_notice();
  REQUIRE(sign_alipay_notice(parameters, private_key(example::their_keys())));
  // As it comes: a form.
  const auto form = parse_alipay_form(format_alipay_form(parameters));
  REQUIRE(form);
  CHECK(*form == parameters);
  const auto notice = read_alipay_notice(*form, public_key(example::their_keys()));
  REQUIRE(notice);
  CHECK(notice->trade_no == "20261110220014");
  CHECK(notice->total_amount == Money{5123});
  CHECK(notice->pays());
  CHECK(check_alipay_notice(*notice, kAlipayExpected));
  CHECK(kAlipayAnswer == "success");
}

TEST_CASE("only success and finished pay", "[payment_channels][alipay]") {
  const auto pays = [](std::string_view status) -> std::string {
    auto parameters = paid_notice();
    parameters["trade_status"] = status;
    REQUIRE(sign_alipay_notice(parameters, private_key(example::their_keys())));
    const auto notice = read_alipay_notice(parameters, public_key(example::their_keys()));
    if (!notice) return notice.error().fields.at(0).code;
    return notice->pays() ? "pays" : "does not";
  };
  CHECK(pays("TRADE_SUCCESS") == "pays");
  CHECK(pays("TRADE_FINISHED") == "pays");
  CHECK(pays("WAIT_BUYER_PAY") == "does not");
  CHECK(pays("TRADE_CLOSED") == "does not");
  CHECK(pays("TRADE_WHATEVER") == "payment_channels.trade_status");
}

TEST_CASE("an Alipay notice that somebody changed, or that is not about our trade, does not pay", "[payment_channels][alipay]") {
  auto parameters = paid_notice();
  REQUIRE(sign_alipay_notice(parameters, private_key(example::their_keys())));
  const auto key = public_key(example::their_keys());
  for (const auto& [name, value] : parameters) {
    INFO(name);
    auto forged = parameters;
    forged[name] += "1";
    CHECK(read_alipay_notice(forged, key).error().code == "payment_channels.signature_wrong");
    forged.erase(name);
    CHECK(read_alipay_notice(forged, key).error().code == "payment_channels.signature_wrong");
  }
  auto added = parameters;
  added["extra"] = "x";
  CHECK(read_alipay_notice(added, key).error().kind == ErrorKind::kForbidden);
  CHECK(read_alipay_notice(parameters, public_key(example::our_keys())).error().code == "payment_channels.signature_wrong");
  auto weak = parameters;
  weak["sign_type"] = "RSA";
  CHECK(read_alipay_notice(weak, key).error().code == "payment_channels.signature_wrong");

  const auto notice = *read_alipay_notice(parameters, key);
  const auto differs = [&](auto change) {
    auto expected = kAlipayExpected;
    change(expected);
    const auto status = check_alipay_notice(notice, expected);
    REQUIRE_FALSE(status);
    CHECK(status.error().code == "payment_channels.notice_differs");
    return status.error().fields.at(0).pointer;
  };
  CHECK(differs([](auto& e) { e.app_id = "x"; }) == "app_id");
  CHECK(differs([](auto& e) { e.seller_id = "x"; }) == "seller_id");
  CHECK(differs([](auto& e) { e.out_trade_no = "x"; }) == "out_trade_no");
  CHECK(differs([](auto& e) { e.total_amount = Money{5122}; }) == "total_amount");
}

TEST_CASE("an Alipay notice without what it needs, or with an odd amount, is not read", "[payment_channels][alipay]") {
  const auto complaint = [](const char* name, const char* value) {
    auto parameters = paid_notice();
    parameters[name] = value;
    REQUIRE(sign_alipay_notice(parameters, private_key(example::their_keys())));
    const auto notice = read_alipay_notice(parameters, public_key(example::their_keys()));
    REQUIRE_FALSE(notice);
    CHECK(notice.error().code == "payment_channels.notice_invalid");
    return notice.error().fields.at(0).pointer;
  };
  for (const auto* name : {"app_id", "seller_id", "out_trade_no", "trade_no", "trade_status", "total_amount"}) CHECK(complaint(name, "") == name);
  for (const auto* amount : {"0", "0.00", "-51.23", "51.234", "5e3", "1,000.00", "90071992547409.93", "+51.23", " 51.23"}) CHECK(complaint("total_amount", amount) == "total_amount");
}

TEST_CASE("a form with a parameter twice or a broken escape is refused", "[payment_channels][alipay]") {
  CHECK(parse_alipay_form("a=1&b=%E7%94%B5+x&c=").value() == AlipayParameters{{"a", "1"}, {"b", "电 x"}, {"c", ""}});
  for (const auto* wrong : {"a=1&a=2", "a=%4", "a=%", "a=%GG", "=1", "%61=1&a=2"}) {
    INFO(wrong);
    CHECK(parse_alipay_form(wrong).error().code == "payment_channels.form_invalid");
  }
  std::string many;
  for (int i = 0; i < 300; ++i) many += "p" + std::to_string(i) + "=1&";
  CHECK_FALSE(parse_alipay_form(many));
}

TEST_CASE("our requests to Alipay are signed so that the other side can verify them", "[payment_channels][alipay]") {
  AlipayParameters request = {{"app_id", "2021000000000001"}, {"method", "alipay.trade.query"}, {"charset", "utf-8"}, {"timestamp", "2026-11-10 10:00:00"}, {"version", "1.0"},
                              {"biz_content", "{\"out_trade_no\":\"QR20261110-1\"}"}};
  REQUIRE(sign_alipay_request(request, private_key(example::our_keys())));
  CHECK(request["sign_type"] == "RSA2");
  CHECK(verify_alipay_request(request, public_key(example::our_keys())));
  request["biz_content"] = "{}";
  CHECK_FALSE(verify_alipay_request(request, public_key(example::our_keys())));
}

TEST_CASE("our requests to WeChat Pay bear their signature in the Authorization header", "[payment_channels][wechat]") {
  const WechatRequest request{"POST", "/v3/pay/transactions/native", "{\"amount\":{\"total\":5123}}"};
  CHECK(wechat_request_text(request, 1554208460, "593BEC0C") == "POST\n/v3/pay/transactions/native\n1554208460\n593BEC0C\n{\"amount\":{\"total\":5123}}\n");
  CHECK(wechat_request_text({"GET", "/v3/certificates", ""}, 1554208460, "593BEC0C") == "GET\n/v3/certificates\n1554208460\n593BEC0C\n\n");
  const auto header = wechat_authorization({"1900000001", "5157F09E"}, private_key(example::our_keys()), request, 1554208460, "593BEC0C");
  REQUIRE(header);
  const std::string start = "WECHATPAY2-SHA256-RSA2048 mchid=\"1900000001\",nonce_str=\"593BEC0C\",signature=\"";
  const std::string end = "\",timestamp=\"1554208460\",serial_no=\"5157F09E\"";
  REQUIRE(header->starts_with(start));
  REQUIRE(header->ends_with(end));
  const auto signature = header->substr(start.size(), header->size() - start.size() - end.size());
  CHECK(public_key(example::our_keys()).verifies(wechat_request_text(request, 1554208460, "593BEC0C"), signature));
  CHECK_FALSE(wechat_authorization({"1900\"001", "5157F09E"}, private_key(example::our_keys()), request, 1, "n"));
}

TEST_CASE("a WeChat Pay notice is verified, decrypted and read", "[payment_channels][wechat]") {
  const std::vector certificates = {*RsaPublicKey::read(example::our_keys().certificate_pem), *RsaPublicKey::read(example::their_keys().certificate_pem)};
  const auto body = wechat_body(kTransaction);
  const auto headers = *sign_wechat(private_key(example::their_keys()), "7FABCDEF", body, kNow, "nonce");
  REQUIRE(verify_wechat(certificates, headers, body, kNow));
  const auto notice = read_wechat_notice(body, kApiKey);
  REQUIRE(notice);
  CHECK(notice->id == "EV-1");
  CHECK(notice->total == Money{5123});
  CHECK(notice->pays());
  const WechatExpectation expected{"1900000001", "wx01", "QR20261110-1", Money{5123}};
  CHECK(check_wechat_notice(*notice, expected));
  CHECK(check_wechat_notice(*notice, {"1900000001", "wx01", "QR20261110-1", Money{5124}}).error().fields.at(0).pointer == "amount.total");
  CHECK(check_wechat_notice(*notice, {"1900000002", "wx01", "QR20261110-1", Money{5123}}).error().fields.at(0).pointer == "mchid");
  CHECK(check_wechat_notice(*notice, {"1900000001", "wx01", "QR20261110-2", Money{5123}}).error().fields.at(0).pointer == "out_trade_no");

  // Five minutes either way, and not a second more.
  const auto code = [&](const WechatHeaders& h, std::string_view b, std::int64_t now) {
    const auto status = verify_wechat(certificates, h, b, now);
    if (status) return std::string("good");
    CHECK(status.error().kind == ErrorKind::kForbidden);
    return status.error().code;
  };
  CHECK(code(headers, body, kNow + 300) == "good");
  CHECK(code(headers, body, kNow - 300) == "good");
  CHECK(code(headers, body, kNow + 301) == "payment_channels.timestamp_off");
  CHECK(code(headers, body, kNow - 301) == "payment_channels.timestamp_off");
  CHECK(code(headers, body + " ", kNow) == "payment_channels.signature_wrong");
  auto other = headers;
  other.serial = "5157F09E";  // a certificate that we have, but not the one that signed
  CHECK(code(other, body, kNow) == "payment_channels.signature_wrong");
  other.serial = "00";
  CHECK(code(other, body, kNow) == "payment_channels.certificate_unknown");
  other.serial.clear();
  CHECK(code(other, body, kNow) == "payment_channels.certificate_unknown");
  other = headers;
  other.nonce = "n0nce";
  CHECK(code(other, body, kNow) == "payment_channels.signature_wrong");
  other = headers;
  other.timestamp = std::to_string(kNow + 1);
  CHECK(code(other, body, kNow) == "payment_channels.signature_wrong");
  other.timestamp = "17935e5";
  CHECK(code(other, body, kNow) == "payment_channels.timestamp_invalid");
  other = headers;
  other.signature = "WECHATPAY/SIGNTEST/" + headers.signature;
  CHECK(code(other, body, kNow) == "payment_channels.signature_wrong");
}

TEST_CASE("a WeChat Pay notice with another currency, an odd amount or another key is not read", "[payment_channels][wechat]") {
  const auto code = [](std::string_view transaction) {
    const auto notice = read_wechat_notice(wechat_body(transaction), kApiKey);
    return notice ? std::string("read") : notice.error().code;
  };
  CHECK(code(kTransaction) == "read");
  CHECK(code(changed(kTransaction, "CNY", "USD")) == "payment_channels.currency");
  CHECK(code(changed(kTransaction, ",\"currency\":\"CNY\"", "")) == "payment_channels.currency");
  for (const auto* amount : {"0", "-5123", "51.23", "5.123e3", "\"5123\"", "9007199254740993", "18446744073709551616", "null", "true"}) {
    INFO(amount);
    CHECK(code(changed(kTransaction, "\"total\":5123", std::string("\"total\":") + amount)) == "payment_channels.amount");
  }
  CHECK(code(changed(kTransaction, "\"out_trade_no\":\"QR20261110-1\",", "")) == "payment_channels.notice_invalid");
  CHECK(code("[]") == "payment_channels.notice_invalid");
  CHECK(code("{\"a\":" + std::string(10'000, '[')) == "payment_channels.notice_invalid");
  CHECK_FALSE(read_wechat_notice(wechat_body(changed(kTransaction, "\"trade_state\":\"SUCCESS\"", "\"trade_state\":\"PAYERROR\"")), kApiKey)->pays());
  const auto body = wechat_body(kTransaction);
  const auto other_key = read_wechat_notice(body, "abcdef0123456789abcdef0123456789");
  CHECK(other_key.error().code == "payment_channels.not_authentic");
  CHECK(other_key.error().kind == ErrorKind::kForbidden);
  CHECK(read_wechat_notice(body, "short").error().code == "payment_channels.key_length");
  CHECK(read_wechat_notice(changed(body, "AEAD_AES_256_GCM", "NONE"), kApiKey).error().code == "payment_channels.notice_invalid");
  CHECK(wechat_failure("a \"b\"") == R"({"code":"FAIL","message":"a \"b\""})");
}

TEST_CASE("requests signed by a shared secret are verified as Standard Webhooks says", "[payment_channels][webhook]") {
  // The example of the specification's reference libraries.
  const auto secret = *read_webhook_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  CHECK(*sign_webhook(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}") == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  const std::string body = "{\"amount_fen\":5123}";
  WebhookHeaders headers{"msg-1", std::to_string(kNow), *sign_webhook(secret, "msg-1", kNow, body)};
  const std::vector secrets = {secret};
  const auto code = [&](const WebhookHeaders& h, std::string_view b, std::int64_t now) {
    const auto status = verify_webhook(secrets, h, b, now);
    if (status) return std::string("good");
    CHECK(status.error().kind == ErrorKind::kForbidden);
    return status.error().code;
  };
  CHECK(code(headers, body, kNow) == "good");
  CHECK(code(headers, body, kNow + 300) == "good");
  CHECK(code(headers, body, kNow + 301) == "payment_channels.timestamp_off");
  CHECK(code(headers, body, kNow - 301) == "payment_channels.timestamp_off");
  CHECK(code(headers, body + " ", kNow) == "payment_channels.signature_wrong");
  // While a secret is changed, two signatures stand beside each other; versions that we do not know are passed over.
  auto several = headers;
  several.signature = "v2,AAAA v1,AAAA " + headers.signature;
  CHECK(code(several, body, kNow) == "good");
  CHECK(verify_webhook(std::vector{*read_webhook_secret("whsec_" + base64(std::string(24, 'x'))), secret}, headers, body, kNow));
  CHECK_FALSE(verify_webhook(std::vector{*read_webhook_secret("whsec_" + base64(std::string(24, 'x')))}, headers, body, kNow));
  CHECK_FALSE(verify_webhook({}, headers, body, kNow));
  auto wrong = headers;
  wrong.id = "msg-2";
  CHECK(code(wrong, body, kNow) == "payment_channels.signature_wrong");
  wrong.id = "msg.1";  // a point would let an id and a time change places
  CHECK(code(wrong, body, kNow) == "payment_channels.webhook_id");
  wrong = headers;
  wrong.timestamp = "";
  CHECK(code(wrong, body, kNow) == "payment_channels.timestamp_invalid");
  wrong.timestamp = "99999999999999999999";
  CHECK(code(wrong, body, kNow) == "payment_channels.timestamp_invalid");
  wrong = headers;
  wrong.signature = headers.signature.substr(3);
  CHECK(code(wrong, body, kNow) == "payment_channels.signature_wrong");
  for (const auto* text : {"", "whsec_", "whsec_AAAA", "secret", "whsec_not base64!"}) CHECK_FALSE(read_webhook_secret(text));
}

TEST_CASE("changed notices never bring anything down and never pass", "[payment_channels][alipay][wechat]") {
  auto parameters = paid_notice();
  REQUIRE(sign_alipay_notice(parameters, private_key(example::their_keys())));
  const auto key = public_key(example::their_keys());
  const auto form = format_alipay_form(parameters);
  example::mutate(form, 1000, [&](std::string_view text) {
    const auto read = parse_alipay_form(text);
    if (!read || *read == parameters) return;
    CHECK_FALSE(read_alipay_notice(*read, key));
  });
  const auto body = wechat_body(kTransaction);
  example::mutate(body, 2000, [&](std::string_view text) {
    const auto notice = read_wechat_notice(text, kApiKey);
    if (notice) CHECK(notice->total == Money{5123});  // what is encrypted cannot have been changed
  });
}

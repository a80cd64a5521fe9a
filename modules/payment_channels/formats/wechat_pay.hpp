// WeChat Pay, API v3 (微信支付): the signature of our requests, and what a notice must show before it may count as a payment.
// Sends nothing and posts nothing; that a notice comes twice is the caller's to bear.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "modules/payment_channels/formats/signatures.hpp"

namespace mis::payment_channels {

struct WechatRequest {
  std::string method;  // "POST"
  std::string url;     // path with query: "/v3/pay/transactions/native"
  std::string body;    // empty for GET
};

struct WechatMerchant {
  std::string mchid;
  std::string certificate_serial;  // of the merchant's own certificate
};

// METHOD\nURL\ntimestamp\nnonce\nbody\n
std::string wechat_request_text(const WechatRequest& request, std::int64_t timestamp_seconds, std::string_view nonce);

// The Authorization header: WECHATPAY2-SHA256-RSA2048 mchid="…",nonce_str="…",signature="…",timestamp="…",serial_no="…".
Result<std::string> wechat_authorization(const WechatMerchant& merchant, const RsaPrivateKey& key, const WechatRequest& request, std::int64_t timestamp_seconds,
                                         std::string_view nonce);

// The headers Wechatpay-Timestamp, -Nonce, -Signature and -Serial of a notice or an answer.
struct WechatHeaders {
  std::string timestamp, nonce, signature, serial;
};

// Over timestamp\nnonce\nbody\n, with the platform's certificate of that serial; there are two while they are being changed. Errors
// (kForbidden): payment_channels.timestamp_invalid, .timestamp_off (more than five minutes), .certificate_unknown,
// .signature_wrong (WeChat Pay sends such a one now and then to see whether we check).
Status verify_wechat(std::span<const RsaPublicKey> platform_certificates, const WechatHeaders& headers, std::string_view body, std::int64_t now_seconds);
// As WeChat Pay signs; for the simulator.
Result<WechatHeaders> sign_wechat(const RsaPrivateKey& platform_key, std::string serial, std::string_view body, std::int64_t timestamp_seconds, std::string nonce);

struct WechatNotice {
  std::string id;
  std::string event_type;  // "TRANSACTION.SUCCESS"
  std::string mchid, appid;
  std::string out_trade_no;    // ours
  std::string transaction_id;  // WeChat's
  std::string trade_state;     // "SUCCESS"
  Money total;
  std::string success_time;    // RFC 3339, as it is
  bool pays() const { return event_type == "TRANSACTION.SUCCESS" && trade_state == "SUCCESS"; }
};

// Decrypts and reads the body of a notice that `verify_wechat` has found good. The key is the merchant's APIv3 key, 32 bytes.
// Amounts are whole fen, the currency CNY. Errors: payment_channels.key_length, .notice_invalid, .currency, .amount,
// .not_authentic (kForbidden).
Result<WechatNotice> read_wechat_notice(std::string_view body, std::string_view api_v3_key);
// A notice as WeChat Pay writes it, of a resource in JSON; for the simulator.
Result<std::string> write_wechat_notice(std::string_view id, std::string_view event_type, std::string_view resource_json, std::string_view api_v3_key, std::string_view nonce);

// What we asked for, by our own books.
struct WechatExpectation {
  std::string mchid, appid, out_trade_no;
  Money total;
};
// Errors: payment_channels.notice_differs, with a field for each difference.
Status check_wechat_notice(const WechatNotice& notice, const WechatExpectation& expected);

// What the answer to a notice holds: HTTP 200 and nothing where it was taken in; else 4xx or 5xx and this.
std::string wechat_failure(std::string_view message);  // {"code":"FAIL","message":"…"}

}  // namespace mis::payment_channels

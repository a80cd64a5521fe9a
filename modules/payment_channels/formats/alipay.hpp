// Alipay's open platform (支付宝): what is signed, and what an asynchronous notice must show before it may count as a payment. RSA2
// only, which is SHA256withRSA. Sends nothing and posts nothing; that a notice comes twice is the caller's to bear.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "modules/payment_channels/formats/signatures.hpp"

namespace mis::payment_channels {

// Parameters by name, in the order of ASCII, which is the order in which they are signed.
using AlipayParameters = std::map<std::string, std::string>;

// The answer to a notice that was taken in, now or before. Anything else makes Alipay send it again for a day.
inline constexpr std::string_view kAlipayAnswer = "success";

// Takes a form's body (application/x-www-form-urlencoded) apart. Errors: payment_channels.form_invalid for broken escapes, a
// name that is there twice (which of them was signed?), or more than 200 parameters.
Result<AlipayParameters> parse_alipay_form(std::string_view body);
std::string format_alipay_form(const AlipayParameters& parameters);

// "k=v&k=v": of a request all but sign and what is empty; of a notice all but sign and sign_type.
std::string alipay_request_text(const AlipayParameters& parameters);
std::string alipay_notice_text(const AlipayParameters& parameters);

// Adds sign_type RSA2 and sign.
Status sign_alipay_request(AlipayParameters& parameters, const RsaPrivateKey& key);
// As Alipay signs a notice; for the simulator.
Status sign_alipay_notice(AlipayParameters& parameters, const RsaPrivateKey& key);
// Of a request, as Alipay checks it; for the simulator.
Status verify_alipay_request(const AlipayParameters& parameters, const RsaPublicKey& key);

enum class AlipayTradeStatus : std::uint8_t { kWaitBuyerPay, kClosed, kSuccess, kFinished };

struct AlipayNotice {
  std::string notify_id;
  std::string app_id, seller_id;
  std::string out_trade_no;  // ours
  std::string trade_no;      // Alipay's
  AlipayTradeStatus trade_status = AlipayTradeStatus::kWaitBuyerPay;
  Money total_amount;
  std::string paid_at;  // gmt_payment, "yyyy-MM-dd HH:mm:ss" of China, as it is
  // Only these two pay. kFinished comes when a refund is no longer possible, for a payment that was kSuccess before, or at once.
  bool pays() const { return trade_status == AlipayTradeStatus::kSuccess || trade_status == AlipayTradeStatus::kFinished; }
};

// Verifies the signature, then reads. Errors: payment_channels.signature_wrong (kForbidden), .notice_invalid.
Result<AlipayNotice> read_alipay_notice(const AlipayParameters& parameters, const RsaPublicKey& alipay_key);

// What we asked for, by our own books.
struct AlipayExpectation {
  std::string app_id, seller_id, out_trade_no;
  Money total_amount;
};
// A notice with a good signature may still be of another order, another seller or another amount. Errors:
// payment_channels.notice_differs, with a field for each difference.
Status check_alipay_notice(const AlipayNotice& notice, const AlipayExpectation& expected);

}  // namespace mis::payment_channels

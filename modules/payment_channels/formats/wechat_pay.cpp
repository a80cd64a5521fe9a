#include "modules/payment_channels/formats/wechat_pay.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "mis/base/decimal.hpp"
#include "modules/payment_channels/domain/channel_amount.hpp"

namespace mis::payment_channels {
namespace {

using nlohmann::json;

constexpr std::string_view kScheme = "WECHATPAY2-SHA256-RSA2048";
constexpr std::string_view kAlgorithm = "AEAD_AES_256_GCM";
constexpr std::string_view kAssociatedData = "transaction";
constexpr std::size_t kMaxNesting = 32;

Error notice_invalid(std::string_view expected, std::string_view found) {
  return invalid("payment_channels.notice_invalid", fmt::format("expected {} but found {}", expected, found));
}

// Reads JSON that a stranger wrote: no exceptions, and no nesting that would use up the stack.
Result<json> parse_object(std::string_view text, std::string_view what) {
  bool too_deep = false;
  auto value = json::parse(text.begin(), text.end(), [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > static_cast<int>(kMaxNesting);
    return !too_deep;
  }, false);
  if (too_deep || value.is_discarded() || !value.is_object()) return notice_invalid(fmt::format("a JSON object as {}", what), "something else");
  return value;
}

const json* member(const json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::string text_of(const json& object, const char* name) {
  const auto* value = member(object, name);
  return value && value->is_string() ? value->get<std::string>() : std::string();
}

std::string notice_text(std::string_view timestamp, std::string_view nonce, std::string_view body) { return fmt::format("{}\n{}\n{}\n", timestamp, nonce, body); }

bool may_stand_in_header(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F && c != '"' && c != ','; });
}

Result<Money> read_amount(const json& resource) {
  const auto* amount = member(resource, "amount");
  const auto* total = amount ? member(*amount, "total") : nullptr;
  if (!amount) return notice_invalid("an amount in the transaction", "none");
  const auto currency = text_of(*amount, "currency");
  if (currency != "CNY") return invalid("payment_channels.currency", fmt::format("expected CNY but found '{}'", currency.substr(0, 20)));
  // A number with a point or an exponent is not fen, even where its value is whole.
  if (!total || !total->is_number_integer()) return invalid("payment_channels.amount", "expected whole fen as amount.total but found something else");
  if (total->is_number_unsigned() && total->get<std::uint64_t>() >= static_cast<std::uint64_t>(kAmountLimit.value)) {
    return invalid("payment_channels.amount", "expected an amount below the limit but found more");
  }
  const Money value{total->get<std::int64_t>()};
  if (value <= Money{0}) return invalid("payment_channels.amount", fmt::format("expected more than nothing but found {} fen", value.value));
  return value;
}

}  // namespace

std::string wechat_request_text(const WechatRequest& request, std::int64_t timestamp_seconds, std::string_view nonce) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n", request.method, request.url, timestamp_seconds, nonce, request.body);
}

Result<std::string> wechat_authorization(const WechatMerchant& merchant, const RsaPrivateKey& key, const WechatRequest& request, std::int64_t timestamp_seconds,
                                         std::string_view nonce) {
  for (const std::string_view part : {std::string_view(merchant.mchid), std::string_view(merchant.certificate_serial), nonce}) {
    if (!may_stand_in_header(part)) return invalid("payment_channels.header_invalid", "expected mchid, serial and nonce of up to 128 plain characters but found others");
  }
  const auto signature = key.sign(wechat_request_text(request, timestamp_seconds, nonce));
  if (!signature) return signature.error();
  return fmt::format("{} mchid=\"{}\",nonce_str=\"{}\",signature=\"{}\",timestamp=\"{}\",serial_no=\"{}\"", kScheme, merchant.mchid, nonce, *signature, timestamp_seconds,
                     merchant.certificate_serial);
}

Status verify_wechat(std::span<const RsaPublicKey> platform_certificates, const WechatHeaders& headers, std::string_view body, std::int64_t now_seconds) {
  if (auto status = check_timestamp(headers.timestamp, now_seconds); !status) {
    auto error = std::move(status).error();
    error.kind = ErrorKind::kForbidden;
    return error;
  }
  const auto found = std::find_if(platform_certificates.begin(), platform_certificates.end(), [&](const auto& c) { return !c.serial().empty() && c.serial() == headers.serial; });
  if (found == platform_certificates.end()) {
    return forbidden("payment_channels.certificate_unknown", fmt::format("expected the serial of a platform certificate but found '{}'", headers.serial.substr(0, 60)));
  }
  if (!found->verifies(notice_text(headers.timestamp, headers.nonce, body), headers.signature)) {
    return forbidden("payment_channels.signature_wrong", "expected a signature of WeChat Pay's platform certificate but it does not fit");
  }
  return ok();
}

Result<WechatHeaders> sign_wechat(const RsaPrivateKey& platform_key, std::string serial, std::string_view body, std::int64_t timestamp_seconds, std::string nonce) {
  WechatHeaders headers{std::to_string(timestamp_seconds), std::move(nonce), {}, std::move(serial)};
  auto signature = platform_key.sign(notice_text(headers.timestamp, headers.nonce, body));
  if (!signature) return signature.error();
  headers.signature = std::move(*signature);
  return headers;
}

Result<WechatNotice> read_wechat_notice(std::string_view body, std::string_view api_v3_key) {
  const auto outer = parse_object(body, "notice");
  if (!outer) return outer.error();
  const auto* resource = member(*outer, "resource");
  if (!resource || text_of(*resource, "algorithm") != kAlgorithm) return notice_invalid(fmt::format("a resource under {}", kAlgorithm), "none");
  const auto sealed = from_base64(text_of(*resource, "ciphertext"));
  if (!sealed) return notice_invalid("a ciphertext in base64", "something else");
  auto plain = aes_256_gcm_decrypt(api_v3_key, text_of(*resource, "nonce"), text_of(*resource, "associated_data"), *sealed);
  if (!plain) {
    auto error = std::move(plain).error();
    if (error.code == "payment_channels.not_authentic") error.kind = ErrorKind::kForbidden;
    return error;
  }
  const auto transaction = parse_object(*plain, "transaction");
  if (!transaction) return transaction.error();
  WechatNotice notice;
  notice.id = text_of(*outer, "id");
  notice.event_type = text_of(*outer, "event_type");
  notice.mchid = text_of(*transaction, "mchid");
  notice.appid = text_of(*transaction, "appid");
  notice.out_trade_no = text_of(*transaction, "out_trade_no");
  notice.transaction_id = text_of(*transaction, "transaction_id");
  notice.trade_state = text_of(*transaction, "trade_state");
  notice.success_time = text_of(*transaction, "success_time");
  if (notice.id.empty() || notice.event_type.empty()) return notice_invalid("a notice with id and event_type", "one without");
  if (notice.mchid.empty() || notice.out_trade_no.empty() || notice.transaction_id.empty() || notice.trade_state.empty()) {
    return notice_invalid("a transaction with mchid, out_trade_no, transaction_id and trade_state", "one without");
  }
  const auto amount = read_amount(*transaction);
  if (!amount) return amount.error();
  notice.total = *amount;
  return notice;
}

Result<std::string> write_wechat_notice(std::string_view id, std::string_view event_type, std::string_view resource_json, std::string_view api_v3_key, std::string_view nonce) {
  const auto sealed = aes_256_gcm_encrypt(api_v3_key, nonce, kAssociatedData, resource_json);
  if (!sealed) return sealed.error();
  const json notice = {{"id", id},
                       {"event_type", event_type},
                       {"resource_type", "encrypt-resource"},
                       {"resource",
                        {{"original_type", "transaction"}, {"algorithm", kAlgorithm}, {"ciphertext", base64(*sealed)}, {"associated_data", kAssociatedData}, {"nonce", nonce}}}};
  return notice.dump(-1, ' ', false, json::error_handler_t::replace);
}

Status check_wechat_notice(const WechatNotice& notice, const WechatExpectation& expected) {
  std::vector<FieldError> fields;
  const auto compare = [&](const char* name, const std::string& wanted, const std::string& found) {
    if (wanted != found) fields.push_back({name, "payment_channels.notice_differs", fmt::format("expected {} but found {}", wanted, found)});
  };
  compare("mchid", expected.mchid, notice.mchid);
  compare("appid", expected.appid, notice.appid);
  compare("out_trade_no", expected.out_trade_no, notice.out_trade_no);
  compare("amount.total", format_yuan(expected.total), format_yuan(notice.total));
  if (fields.empty()) return ok();
  auto message = fmt::format("expected the trade that we asked for but its {} differs", fields.front().pointer);
  return Error{ErrorKind::kConflict, "payment_channels.notice_differs", std::move(message), std::move(fields)};
}

std::string wechat_failure(std::string_view message) {
  return json{{"code", "FAIL"}, {"message", message}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace mis::payment_channels

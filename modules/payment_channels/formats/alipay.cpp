#include "modules/payment_channels/formats/alipay.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "mis/base/decimal.hpp"
#include "modules/payment_channels/domain/channel_amount.hpp"

namespace mis::payment_channels {
namespace {

constexpr std::size_t kMaxParameters = 200;
constexpr std::string_view kSignType = "RSA2";

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return {};
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size()) return {};
      const auto high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (!high || !low) return {};
      out += static_cast<char>(*high << 4 | *low);
      i += 2;
    }
  }
  return out;
}

void append_encoded(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.' || c == '*';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
    }
  }
}

std::string joined(const AlipayParameters& parameters, bool with_sign_type, bool with_empty) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (name == "sign" || (name == "sign_type" && !with_sign_type) || (value.empty() && !with_empty)) continue;
    if (!out.empty()) out += '&';
    out += name;
    out += '=';
    out += value;
  }
  return out;
}

std::string_view value_of(const AlipayParameters& parameters, const char* name) {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::string_view{} : found->second;
}

Status verify(const AlipayParameters& parameters, const std::string& text, const RsaPublicKey& key) {
  if (value_of(parameters, "sign_type") != kSignType) {
    return forbidden("payment_channels.signature_wrong", fmt::format("expected sign_type {} but found '{}'", kSignType, value_of(parameters, "sign_type").substr(0, 20)));
  }
  if (!key.verifies(text, value_of(parameters, "sign"))) return forbidden("payment_channels.signature_wrong", "expected a signature of Alipay's key but it does not fit");
  return ok();
}

std::optional<AlipayTradeStatus> parse_trade_status(std::string_view text) {
  if (text == "WAIT_BUYER_PAY") return AlipayTradeStatus::kWaitBuyerPay;
  if (text == "TRADE_CLOSED") return AlipayTradeStatus::kClosed;
  if (text == "TRADE_SUCCESS") return AlipayTradeStatus::kSuccess;
  if (text == "TRADE_FINISHED") return AlipayTradeStatus::kFinished;
  return {};
}

}  // namespace

Result<AlipayParameters> parse_alipay_form(std::string_view body) {
  AlipayParameters parameters;
  const auto wrong = [](std::string_view expected, std::string_view found) { return invalid("payment_channels.form_invalid", fmt::format("expected {} but found {}", expected, found)); };
  while (!body.empty()) {
    const auto end = std::min(body.find('&'), body.size());
    const auto pair = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = decoded(pair.substr(0, equals));
    auto value = decoded(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value || name->empty()) return wrong("form parameters name=value with %XX escapes", "another one");
    if (parameters.size() >= kMaxParameters) return wrong(fmt::format("at most {} parameters", kMaxParameters), "more");
    if (!parameters.emplace(std::move(*name), std::move(*value)).second) return wrong("each parameter once", "one twice");
  }
  return parameters;
}

std::string format_alipay_form(const AlipayParameters& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out += '&';
    append_encoded(out, name);
    out += '=';
    append_encoded(out, value);
  }
  return out;
}

std::string alipay_request_text(const AlipayParameters& parameters) { return joined(parameters, true, false); }
std::string alipay_notice_text(const AlipayParameters& parameters) { return joined(parameters, false, true); }

Status sign_alipay_request(AlipayParameters& parameters, const RsaPrivateKey& key) {
  parameters["sign_type"] = kSignType;
  auto signature = key.sign(alipay_request_text(parameters));
  if (!signature) return signature.error();
  parameters["sign"] = std::move(*signature);
  return ok();
}

Status sign_alipay_notice(AlipayParameters& parameters, const RsaPrivateKey& key) {
  auto signature = key.sign(alipay_notice_text(parameters));
  if (!signature) return signature.error();
  parameters["sign_type"] = kSignType;
  parameters["sign"] = std::move(*signature);
  return ok();
}

Status verify_alipay_request(const AlipayParameters& parameters, const RsaPublicKey& key) { return verify(parameters, alipay_request_text(parameters), key); }

Result<AlipayNotice> read_alipay_notice(const AlipayParameters& parameters, const RsaPublicKey& alipay_key) {
  if (auto status = verify(parameters, alipay_notice_text(parameters), alipay_key); !status) return status.error();
  std::vector<FieldError> fields;
  const auto required = [&](const char* name) {
    const auto value = value_of(parameters, name);
    if (value.empty()) fields.push_back({name, "payment_channels.missing", "expected a value but found none"});
    return std::string(value);
  };
  AlipayNotice notice;
  notice.notify_id = value_of(parameters, "notify_id");
  notice.app_id = required("app_id");
  notice.seller_id = required("seller_id");
  notice.out_trade_no = required("out_trade_no");
  notice.trade_no = required("trade_no");
  notice.paid_at = value_of(parameters, "gmt_payment");
  const auto status = parse_trade_status(value_of(parameters, "trade_status"));
  if (status) notice.trade_status = *status;
  else fields.push_back({"trade_status", "payment_channels.trade_status", "expected WAIT_BUYER_PAY, TRADE_CLOSED, TRADE_SUCCESS or TRADE_FINISHED but found another"});
  const auto text = value_of(parameters, "total_amount");
  const auto amount = parse_amount(text, AmountUnit::kYuan);
  if (amount && *amount > Money{0}) notice.total_amount = *amount;
  else fields.push_back({"total_amount", "payment_channels.amount", "expected yuan with at most two decimals, more than nothing, but found " + explain_amount(text, AmountUnit::kYuan)});
  if (!fields.empty()) {
    auto message = fmt::format("expected a notice of a trade but its {} cannot be read", fields.front().pointer);
    return invalid("payment_channels.notice_invalid", std::move(message), std::move(fields));
  }
  return notice;
}

Status check_alipay_notice(const AlipayNotice& notice, const AlipayExpectation& expected) {
  std::vector<FieldError> fields;
  const auto compare = [&](const char* name, const std::string& wanted, const std::string& found) {
    if (wanted != found) fields.push_back({name, "payment_channels.notice_differs", fmt::format("expected {} but found {}", wanted, found)});
  };
  compare("app_id", expected.app_id, notice.app_id);
  compare("seller_id", expected.seller_id, notice.seller_id);
  compare("out_trade_no", expected.out_trade_no, notice.out_trade_no);
  compare("total_amount", format_yuan(expected.total_amount), format_yuan(notice.total_amount));
  if (fields.empty()) return ok();
  auto message = fmt::format("expected the trade that we asked for but its {} differs", fields.front().pointer);
  return Error{ErrorKind::kConflict, "payment_channels.notice_differs", std::move(message), std::move(fields)};
}

}  // namespace mis::payment_channels

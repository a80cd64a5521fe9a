// A channel as the module knows it: who it is, how it speaks, what it may do. Internal to the module. Its secrets are not here:
// secrets.hpp keeps them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/money.hpp"
#include "mis/base/result.hpp"
#include "mis/db/session.hpp"
#include "mis/security/mac.hpp"
#include "modules/payment_channels/debit_profile.hpp"
#include "modules/payment_channels/domain/business_day.hpp"
#include "modules/payment_channels/domain/iso8583/profile.hpp"
#include "modules/payment_channels/formats/debit_text_layout.hpp"
#include "modules/receivables/receivables.hpp"

namespace mis::payment_channels {

enum class ChannelKind : std::uint8_t { kBank, kPost, kPaymentCompany, kAlipay, kWechat };
std::string_view name_of(ChannelKind kind);  // "payment_company"
std::optional<ChannelKind> channel_kind_of(std::string_view name);

// The two bodies of middle-business messages.
enum class MiddleForm : std::uint8_t { kFixed, kXml };

enum class Transport : std::uint8_t { kNone, kIso8583, kMiddleBusiness, kRest, kAlipay, kWechat };

// What a payment's amount must be, compared with what is due.
enum class AmountRule : std::uint8_t {
  kAny,      // more becomes an advance
  kPartial,  // no more than is due
  kExact,    // exactly what is due
};

struct QrMerchant {
  std::string app_id;     // Alipay's app_id, WeChat's appid
  std::string seller_id;  // Alipay's seller_id, WeChat's mchid
  int order_minutes = 120;
};

// Read from the JSON that an operator writes:
//   {"transport": "iso8583", "amount_rule": "any", "most_per_payment": "50000.00", "cut_off": "23:00", "sign_on": true,
//    "most_skew_seconds": 900, "requests_per_minute": 6000, "method": "collection",
//    "iso8583": {…, see profile_json.hpp}, "bill_field": 48, "file_serial": "key", "mac": {"algorithm": "x9.19", "padding": "zeros"},
//    "body": "fixed" (or "xml": of middle-business messages),
//    "merchant": {"app_id": "…", "seller_id": "…", "order_minutes": 120},
//    "reconciliation_file": {…, see formats/debit_text_layout_json.hpp}}
// Everything but the transport has a default.
struct ChannelProfile {
  Transport transport = Transport::kNone;
  AmountRule amount_rule = AmountRule::kAny;
  Money most_per_payment{5'000'000};
  int cut_off_minutes = kNoCutMinutes;
  bool sign_on_needed = false;
  int most_skew_seconds = 900;
  int requests_per_minute = 6'000;
  receivables::PaymentMethod method = receivables::PaymentMethod::kCollection;
  iso8583::Profile iso;
  int bill_field = 48;
  bool serial_is_retrieval_no = false;  // the file of the day names an item by field 37 instead of 32+7+11
  security::MacScheme mac;
  MiddleForm middle_form = MiddleForm::kFixed;
  QrMerchant merchant;
  DebitTextLayout reconciliation = reconciliation_layout();  // no two lines share a serial number
  DebitProfile debits;  // "debits": see debit_profile.hpp
};
// Every complaint with its JSON pointer. Error code: payment_channels.profile.
Result<ChannelProfile> parse_channel_profile(std::string_view json_text);

struct Channel {
  std::int64_t id = 0;
  std::string code, name;
  ChannelKind kind = ChannelKind::kBank;
  bool active = true;
  std::string profile_text = "{}";
  ChannelProfile profile;
  std::string key_id;              // empty: it has no REST key
  std::string client_certificate;  // empty: it has no bank port
  bool signed_on = false;
  int version = 0;
};

std::vector<Channel> read_channels(db::Session& session);
Result<Channel> find_channel(db::Session& session, std::string_view code);  // payment_channels.no_channel

// Writes a new channel (version 0) or a new version of one; the profile's text is stored. Error: payment_channels.not_unique where
// the key's id or the certificate is another channel's.
Result<Channel> save_channel(db::Session& session, const Channel& channel, Instant now, UserId by);
void write_signed_on(db::Session& session, std::int64_t channel_id, bool signed_on, Instant now);

}  // namespace mis::payment_channels

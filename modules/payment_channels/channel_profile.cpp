// The profile of a channel out of its JSON.
#include <algorithm>
#include <charconv>

#include "mis/base/json_fields.hpp"
#include "modules/payment_channels/channel.hpp"
#include "modules/payment_channels/formats/debit_text_layout_json.hpp"
#include "modules/payment_channels/profile_json.hpp"

namespace mis::payment_channels {
namespace {

using Need = JsonFields::Need;

constexpr std::pair<const char*, Transport> kTransports[] = {{"none", Transport::kNone}, {"iso8583", Transport::kIso8583}, {"middle_business", Transport::kMiddleBusiness},
                                                             {"rest", Transport::kRest}, {"alipay", Transport::kAlipay},   {"wechat", Transport::kWechat}};
constexpr std::pair<const char*, AmountRule> kAmountRules[] = {{"any", AmountRule::kAny}, {"partial", AmountRule::kPartial}, {"exact", AmountRule::kExact}};
constexpr std::pair<const char*, receivables::PaymentMethod> kMethods[] = {
    {"collection", receivables::PaymentMethod::kCollection}, {"qr", receivables::PaymentMethod::kQr}, {"transfer", receivables::PaymentMethod::kTransfer}, {"card", receivables::PaymentMethod::kCard}};
constexpr std::pair<const char*, MiddleForm> kForms[] = {{"fixed", MiddleForm::kFixed}, {"xml", MiddleForm::kXml}};
constexpr std::pair<const char*, bool> kSerials[] = {{"key", false}, {"retrieval_no", true}};
constexpr std::pair<const char*, security::MacPadding> kPaddings[] = {{"zeros", security::MacPadding::kZeros}, {"one_and_zeros", security::MacPadding::kOneAndZeros}};

// "23:00" in minutes of the day; "24:00" is no cut.
int read_cut_off(JsonFields& in) {
  const auto text = in.text("cut_off", Need::kOptional, "24:00");
  int hours = -1, minutes = -1;
  if (text.size() == 5 && text[2] == ':') {
    std::from_chars(text.data(), text.data() + 2, hours);
    std::from_chars(text.data() + 3, text.data() + 5, minutes);
  }
  const int total = hours * 60 + minutes;
  if (hours >= 0 && minutes >= 0 && minutes < 60 && total >= 12 * 60 && total <= kNoCutMinutes) return total;
  in.complain("cut_off", "time", "expected a time from 12:00 to 24:00 but found \"" + text + "\"");
  return kNoCutMinutes;
}

void read_layout(const nlohmann::json& json, ChannelProfile& profile, std::vector<FieldError>& errors) {
  auto layout = parse_debit_text_layout(json.dump());
  if (!layout) {
    for (auto& field : layout.error().fields) errors.push_back({"/reconciliation_file" + field.pointer, field.code, field.message});
    if (layout.error().fields.empty()) errors.push_back({"/reconciliation_file", "layout", layout.error().message});
    return;
  }
  profile.reconciliation = std::move(*layout);
  profile.reconciliation.key = {TextField::kSerialNo};
  for (const auto needed : {TextField::kSerialNo, TextField::kAccountNo, TextField::kAmount})
    if (std::none_of(profile.reconciliation.columns.begin(), profile.reconciliation.columns.end(), [&](const TextColumn& column) { return column.field == needed; }))
      errors.push_back({"/reconciliation_file/columns", "column", "expected a column " + std::string(to_text(needed)) + " but there is none"});
}

void read_mac(const nlohmann::json& json, ChannelProfile& profile, std::vector<FieldError>& errors) {
  JsonFields in(json, "/mac", errors);
  auto algorithm = security::parse_mac_algorithm(in.text("algorithm", Need::kRequired));
  if (algorithm) profile.mac.algorithm = *algorithm;
  else in.complain("algorithm", "choice", algorithm.error().message);
  profile.mac.padding = in.choice<security::MacPadding>("padding", kPaddings, Need::kOptional, security::MacPadding::kZeros);
  in.finish();
}

void read_merchant(const nlohmann::json& json, ChannelProfile& profile, std::vector<FieldError>& errors) {
  JsonFields in(json, "/merchant", errors);
  profile.merchant.app_id = in.text("app_id");
  profile.merchant.seller_id = in.text("seller_id");
  profile.merchant.order_minutes = static_cast<int>(in.integer("order_minutes", 1, 1'440, Need::kOptional, profile.merchant.order_minutes));
  in.finish();
}

void read_iso(const nlohmann::json& json, ChannelProfile& profile, std::vector<FieldError>& errors) {
  auto iso = iso8583_profile_from_json(json);
  if (iso) {
    profile.iso = std::move(*iso);
    return;
  }
  for (auto& field : iso.error().fields) errors.push_back({"/iso8583" + field.pointer, field.code, field.message});
  if (iso.error().fields.empty()) errors.push_back({"/iso8583", "profile", iso.error().message});
}

}  // namespace

Result<ChannelProfile> parse_channel_profile(std::string_view json_text) {
  const auto json = parse_json(json_text);
  if (!json) return json.error();
  std::vector<FieldError> errors;
  JsonFields in(*json, "", errors);
  ChannelProfile profile;
  profile.transport = in.choice<Transport>("transport", kTransports, Need::kRequired, Transport::kNone);
  profile.amount_rule = in.choice<AmountRule>("amount_rule", kAmountRules, Need::kOptional, profile.amount_rule);
  profile.most_per_payment = {in.decimal("most_per_payment", 2, Need::kOptional, profile.most_per_payment.value)};
  if (profile.most_per_payment.value <= 0 || profile.most_per_payment >= kAmountLimit)
    in.complain("most_per_payment", "range", "expected an amount from 0.01 yuan to below 2^53 fen but found another");
  profile.cut_off_minutes = read_cut_off(in);
  profile.sign_on_needed = in.boolean("sign_on", profile.sign_on_needed);
  profile.most_skew_seconds = static_cast<int>(in.integer("most_skew_seconds", 10, 86'400, Need::kOptional, profile.most_skew_seconds));
  profile.requests_per_minute = static_cast<int>(in.integer("requests_per_minute", 1, 1'000'000, Need::kOptional, profile.requests_per_minute));
  const bool qr = profile.transport == Transport::kAlipay || profile.transport == Transport::kWechat;
  profile.method = in.choice<receivables::PaymentMethod>("method", kMethods, Need::kOptional, qr ? receivables::PaymentMethod::kQr : profile.method);
  profile.bill_field = static_cast<int>(in.integer("bill_field", 48, 63, Need::kOptional, profile.bill_field));
  profile.middle_form = in.choice<MiddleForm>("body", kForms, Need::kOptional, profile.middle_form);
  profile.serial_is_retrieval_no = in.choice<bool>("file_serial", kSerials, Need::kOptional, profile.serial_is_retrieval_no);
  profile.iso = iso8583::standard_1987();
  if (const auto* iso = in.value("iso8583", profile.transport == Transport::kIso8583 ? Need::kRequired : Need::kOptional)) read_iso(*iso, profile, errors);
  if (const auto* mac = in.value("mac", profile.iso.has_mac ? Need::kRequired : Need::kOptional)) read_mac(*mac, profile, errors);
  if (const auto* merchant = in.value("merchant", qr ? Need::kRequired : Need::kOptional)) read_merchant(*merchant, profile, errors);
  if (const auto* layout = in.value("reconciliation_file", Need::kOptional)) read_layout(*layout, profile, errors);
  if (const auto* debits = in.value("debits", Need::kOptional)) profile.debits = read_debit_profile(*debits, errors);
  in.finish();
  if (errors.empty()) return profile;
  std::string message = errors.front().pointer + ": " + errors.front().message;
  return invalid("payment_channels.profile", std::move(message), std::move(errors));
}

}  // namespace mis::payment_channels

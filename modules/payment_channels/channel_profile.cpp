// The profile of a channel out of its JSON.
#include <array>
#include <charconv>

#include "mis/base/json_fields.hpp"
#include "modules/payment_channels/channel.hpp"
#include "modules/payment_channels/profile_json.hpp"

namespace mis::payment_channels {
namespace {

using Need = JsonFields::Need;

constexpr std::pair<const char*, Transport> kTransports[] = {{"none", Transport::kNone}, {"iso8583", Transport::kIso8583}, {"middle_business", Transport::kMiddleBusiness},
                                                             {"rest", Transport::kRest}, {"alipay", Transport::kAlipay},   {"wechat", Transport::kWechat}};
constexpr std::pair<const char*, AmountRule> kAmountRules[] = {{"any", AmountRule::kAny}, {"partial", AmountRule::kPartial}, {"exact", AmountRule::kExact}};
constexpr std::pair<const char*, receivables::PaymentMethod> kMethods[] = {
    {"collection", receivables::PaymentMethod::kCollection}, {"qr", receivables::PaymentMethod::kQr}, {"transfer", receivables::PaymentMethod::kTransfer}, {"card", receivables::PaymentMethod::kCard}};
constexpr std::pair<const char*, bool> kSerials[] = {{"key", false}, {"retrieval_no", true}};
constexpr std::pair<const char*, security::MacPadding> kPaddings[] = {{"zeros", security::MacPadding::kZeros}, {"one_and_zeros", security::MacPadding::kOneAndZeros}};
constexpr std::pair<const char*, AmountUnit> kUnits[] = {{"yuan", AmountUnit::kYuan}, {"fen", AmountUnit::kFen}};
constexpr std::pair<const char*, DateForm> kDateForms[] = {{"compact", DateForm::kCompact}, {"dashes", DateForm::kDashes}};
constexpr std::pair<const char*, TotalLine> kTotals[] = {{"none", TotalLine::kNone}, {"first", TotalLine::kFirst}, {"last", TotalLine::kLast}};
constexpr std::pair<const char*, files::Encoding> kEncodings[] = {{"gb18030", files::Encoding::kGb18030}, {"utf-8", files::Encoding::kUtf8}, {"detect", files::Encoding::kDetect}};
constexpr std::array kFileFields = {TextField::kLineNo, TextField::kSerialNo, TextField::kAccountNo, TextField::kAmount, TextField::kCurrency, TextField::kDate,
                                    TextField::kChannel, TextField::kTransactionType, TextField::kRemark, TextField::kIgnored};

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

void read_columns(JsonFields& in, DebitTextLayout& layout) {
  const auto items = in.items("columns", Need::kOptional);
  if (items.empty()) return;
  layout.columns.clear();
  for (const auto& [item, pointer] : items) {
    const auto name = item->is_string() ? item->get<std::string>() : std::string();
    const auto* found = std::find_if(kFileFields.begin(), kFileFields.end(), [&](TextField field) { return to_text(field) == name; });
    if (found == kFileFields.end()) {
      in.errors().push_back({pointer, "column", "expected a column of a reconciliation file but found " + JsonFields::shown(*item)});
      continue;
    }
    const bool needed = *found == TextField::kSerialNo || *found == TextField::kAccountNo || *found == TextField::kAmount;
    layout.columns.push_back({*found, name, needed});
  }
  for (const auto needed : {TextField::kSerialNo, TextField::kAccountNo, TextField::kAmount})
    if (std::none_of(layout.columns.begin(), layout.columns.end(), [&](const TextColumn& column) { return column.field == needed; }))
      in.complain("columns", "column", "expected a column " + std::string(to_text(needed)) + " but there is none");
}

DebitTextLayout read_layout(const nlohmann::json& json, std::vector<FieldError>& errors) {
  JsonFields in(json, "/reconciliation_file", errors);
  DebitTextLayout layout = reconciliation_layout();
  layout.separator = in.text("separator", Need::kOptional, layout.separator);
  layout.separator_at_end = in.boolean("separator_at_end", layout.separator_at_end);
  layout.encoding = in.choice<files::Encoding>("encoding", kEncodings, Need::kOptional, layout.encoding);
  layout.amount_unit = in.choice<AmountUnit>("amount_unit", kUnits, Need::kOptional, layout.amount_unit);
  layout.date_form = in.choice<DateForm>("date_form", kDateForms, Need::kOptional, layout.date_form);
  layout.total = in.choice<TotalLine>("total", kTotals, Need::kOptional, layout.total);
  layout.titles = in.boolean("titles", layout.titles);
  layout.may_lack_last_line_end = in.boolean("may_lack_last_line_end", layout.may_lack_last_line_end);
  read_columns(in, layout);
  layout.key = {TextField::kSerialNo};
  in.finish();
  if (errors.empty())
    if (auto checked = validate(layout); !checked) errors.push_back({"/reconciliation_file", "layout", checked.error().message});
  return layout;
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
  profile.serial_is_retrieval_no = in.choice<bool>("file_serial", kSerials, Need::kOptional, profile.serial_is_retrieval_no);
  profile.iso = iso8583::standard_1987();
  if (const auto* iso = in.value("iso8583", profile.transport == Transport::kIso8583 ? Need::kRequired : Need::kOptional)) read_iso(*iso, profile, errors);
  if (const auto* mac = in.value("mac", profile.iso.has_mac ? Need::kRequired : Need::kOptional)) read_mac(*mac, profile, errors);
  if (const auto* merchant = in.value("merchant", qr ? Need::kRequired : Need::kOptional)) read_merchant(*merchant, profile, errors);
  if (const auto* layout = in.value("reconciliation_file", Need::kOptional)) profile.reconciliation = read_layout(*layout, errors);
  if (const auto* debits = in.value("debits", Need::kOptional)) profile.debits = read_debit_profile(*debits, errors);
  in.finish();
  if (errors.empty()) return profile;
  std::string message = errors.front().pointer + ": " + errors.front().message;
  return invalid("payment_channels.profile", std::move(message), std::move(errors));
}

}  // namespace mis::payment_channels

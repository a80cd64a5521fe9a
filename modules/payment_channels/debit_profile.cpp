#include "modules/payment_channels/debit_profile.hpp"

#include <algorithm>
#include <array>

#include "mis/base/json_fields.hpp"
#include "modules/payment_channels/formats/debit_text_layout_json.hpp"

namespace mis::payment_channels {
namespace {

using Need = JsonFields::Need;

enum class Written : std::uint8_t { kPain08, kPain02, kText, kPostal };
constexpr std::pair<const char*, Written> kFormats[] = {{"pain.008.001.08", Written::kPain08}, {"pain.008.001.02", Written::kPain02}, {"text", Written::kText}, {"postal", Written::kPostal}};
constexpr std::pair<const char*, DebitBasis> kBases[] = {{"due", DebitBasis::kDue}, {"principal", DebitBasis::kPrincipal}};

void read_layout(JsonFields& in, const char* name, DebitTextLayout& layout, std::vector<FieldError>& errors) {
  const auto* json = in.value(name, Need::kOptional);
  if (json == nullptr) return;
  auto read = parse_debit_text_layout(json->dump());
  if (read) {
    layout = std::move(*read);
    return;
  }
  const auto pointer = in.pointer_of(name);
  for (const auto& field : read.error().fields) errors.push_back({pointer + field.pointer, field.code, field.message});
  if (read.error().fields.empty()) errors.push_back({pointer, "layout", read.error().message});
}

// Answers are matched by our own number.
void need_column(JsonFields& in, const char* name, const DebitTextLayout& layout, TextField field) {
  if (std::none_of(layout.columns.begin(), layout.columns.end(), [&](const TextColumn& column) { return column.field == field; }))
    in.complain(name, "column", "expected a column " + std::string(to_text(field)) + " but there is none");
}

}  // namespace

std::string_view name_of(DebitFormat format) {
  switch (format) {
    case DebitFormat::kPain00808: return "pain.008.001.08";
    case DebitFormat::kPain00802: return "pain.008.001.02";
    case DebitFormat::kText: return "text";
  }
  return "";
}

std::string_view name_of(DebitBasis basis) { return basis == DebitBasis::kDue ? "due" : "principal"; }

DebitProfile read_debit_profile(const nlohmann::json& json, std::vector<FieldError>& errors) {
  JsonFields in(json, "/debits", errors);
  DebitProfile profile;
  profile.configured = true;
  const auto written = in.choice<Written>("format", kFormats, Need::kRequired, Written::kPain08);
  const bool postal = written == Written::kPostal;
  profile.format = written == Written::kPain08 ? DebitFormat::kPain00808 : written == Written::kPain02 ? DebitFormat::kPain00802 : DebitFormat::kText;
  profile.basis = in.choice<DebitBasis>("basis", kBases, Need::kOptional, profile.basis);
  profile.answer_days = static_cast<int>(in.integer("answer_days", 1, 60, Need::kOptional, profile.answer_days));
  const bool pain = profile.format != DebitFormat::kText;
  if (const auto* creditor = in.value("creditor", pain ? Need::kRequired : Need::kOptional)) {
    JsonFields fields(*creditor, "/debits/creditor", errors);
    profile.creditor = {fields.text("number"), fields.text("name"), fields.text("bank_code", Need::kOptional)};
    fields.finish();
  }
  profile.creditor_id = in.text("creditor_id", Need::kOptional);
  profile.unit_code = in.text("unit_code", Need::kOptional);
  profile.request = postal ? postal_request_layout() : debit_request_layout();
  profile.result = postal ? postal_result_layout() : debit_result_layout();
  read_layout(in, "request", profile.request, errors);
  read_layout(in, "result", profile.result, errors);
  for (const auto field : {TextField::kDebitId, TextField::kBankAccount, TextField::kAmount}) need_column(in, "request", profile.request, field);
  for (const auto field : {TextField::kDebitId, TextField::kResultCode}) need_column(in, "result", profile.result, field);
  profile.request.key = profile.result.key = {TextField::kDebitId};
  in.finish();
  return profile;
}

}  // namespace mis::payment_channels

#include "modules/payment_channels/formats/debit_text_layout_json.hpp"

#include <array>

#include <fmt/format.h>

#include "mis/base/json_fields.hpp"

namespace mis::payment_channels {
namespace {

using Json = nlohmann::json;
using Need = JsonFields::Need;

template <class Enum>
using Name = std::pair<const char*, Enum>;

constexpr Name<AmountUnit> kUnits[] = {{"yuan", AmountUnit::kYuan}, {"fen", AmountUnit::kFen}};
constexpr Name<DateForm> kDateForms[] = {{"compact", DateForm::kCompact}, {"dashes", DateForm::kDashes}};
constexpr Name<TotalLine> kTotals[] = {{"none", TotalLine::kNone}, {"first", TotalLine::kFirst}, {"last", TotalLine::kLast}};
constexpr Name<files::Encoding> kEncodings[] = {{"utf-8", files::Encoding::kUtf8}, {"gb18030", files::Encoding::kGb18030}, {"detect", files::Encoding::kDetect}};
constexpr Name<TotalField> kTotalFields[] = {{"count", TotalField::kCount},   {"amount", TotalField::kAmount},     {"paid_count", TotalField::kPaidCount}, {"paid_amount", TotalField::kPaidAmount},
                                             {"date", TotalField::kDate},     {"batch_no", TotalField::kBatchNo},  {"unit_code", TotalField::kUnitCode},   {"ignored", TotalField::kIgnored}};
constexpr Name<DebitOutcome> kOutcomes[] = {{"pending", DebitOutcome::kPending}, {"paid", DebitOutcome::kPaid}, {"rejected", DebitOutcome::kRejected}};
constexpr std::int64_t kMaxColumnBytes = 4096;

// In the order of the enumeration; `to_text` is the one place that knows their names.
std::array<Name<TextField>, static_cast<std::size_t>(TextField::kIgnored) + 1> text_fields() {
  std::array<Name<TextField>, static_cast<std::size_t>(TextField::kIgnored) + 1> names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto field = static_cast<TextField>(i);
    names[i] = {to_text(field).data(), field};  // views of literals, which end in a zero
  }
  return names;
}

template <class Enum, class Names>
const char* name_of(const Names& names, Enum value) {
  for (const auto& [name, item] : names) {
    if (item == value) return name;
  }
  return "";
}

// A list of names of an enumeration.
template <class Enum, class Names>
std::vector<Enum> choices(JsonFields& fields, const char* name, const Names& names, std::vector<Enum> otherwise) {
  if (!fields.has(name)) return otherwise;
  std::vector<Enum> values;
  for (const auto& [item, pointer] : fields.items(name, Need::kOptional)) {
    // `choice` reads a member, so the element is put into an object of its own.
    const Json holder = {{"name", *item}};
    std::vector<FieldError> complaints;
    JsonFields element(holder, pointer, complaints);
    values.push_back(element.choice("name", std::span<const Name<Enum>>(names), Need::kRequired, Enum{}));
    for (auto& complaint : complaints) fields.errors().push_back({pointer, complaint.code, complaint.message});
  }
  return values;
}

TextColumn read_column(const Json& json, const std::string& pointer, std::vector<FieldError>& errors) {
  static const auto kFields = text_fields();
  JsonFields fields(json, pointer, errors);
  TextColumn column{};
  column.field = fields.choice("field", std::span<const Name<TextField>>(kFields), Need::kRequired, TextField::kIgnored);
  column.title = fields.text("title", Need::kOptional);
  column.required = fields.boolean("required", true);
  column.max_bytes = static_cast<std::size_t>(fields.integer("max_bytes", 1, kMaxColumnBytes, Need::kOptional, 120));
  fields.finish();
  return column;
}

ResultMeaning read_result(const Json& json, const std::string& pointer, std::vector<FieldError>& errors) {
  JsonFields fields(json, pointer, errors);
  ResultMeaning result;
  result.code = fields.text("code");
  result.outcome = fields.choice("outcome", std::span<const Name<DebitOutcome>>(kOutcomes), Need::kRequired, DebitOutcome::kUnknown);
  result.meaning = fields.text("meaning", Need::kOptional);
  fields.finish();
  return result;
}

}  // namespace

Result<DebitTextLayout> parse_debit_text_layout(std::string_view text) {
  const auto json = parse_json(text);
  if (!json) return invalid("payment_channels.layout_invalid", json.error().message);
  std::vector<FieldError> errors;
  JsonFields fields(*json, "", errors);
  DebitTextLayout layout;
  layout.name = fields.text("name");
  layout.separator = fields.text("separator", Need::kOptional, layout.separator);
  layout.separator_at_end = fields.boolean("separator_at_end", layout.separator_at_end);
  layout.encoding = fields.choice("encoding", std::span<const Name<files::Encoding>>(kEncodings), Need::kOptional, layout.encoding);
  layout.amount_unit = fields.choice("amount_unit", std::span<const Name<AmountUnit>>(kUnits), Need::kOptional, layout.amount_unit);
  layout.date_form = fields.choice("date_form", std::span<const Name<DateForm>>(kDateForms), Need::kOptional, layout.date_form);
  layout.total = fields.choice("total", std::span<const Name<TotalLine>>(kTotals), Need::kOptional, layout.total);
  layout.total_fields = choices(fields, "total_fields", kTotalFields, layout.total_fields);
  layout.titles = fields.boolean("titles", layout.titles);
  layout.crlf = fields.boolean("crlf", layout.crlf);
  layout.may_lack_last_line_end = fields.boolean("may_lack_last_line_end", layout.may_lack_last_line_end);
  static const auto kFields = text_fields();
  layout.key = choices(fields, "key", kFields, layout.key);
  for (const auto& [item, pointer] : fields.items("columns", Need::kRequired)) layout.columns.push_back(read_column(*item, pointer, errors));
  for (const auto& [item, pointer] : fields.items("results", Need::kOptional)) layout.results.push_back(read_result(*item, pointer, errors));
  fields.finish();
  if (!errors.empty()) {
    auto message = fmt::format("expected a layout of a text file but found {} faults; the first: {}: {}", errors.size(), errors.front().pointer, errors.front().message);
    return invalid("payment_channels.layout_invalid", std::move(message), std::move(errors));
  }
  if (auto valid = validate(layout); !valid) return valid.error();
  return layout;
}

std::string print_debit_text_layout(const DebitTextLayout& layout) {
  nlohmann::ordered_json json = {{"name", layout.name},
                                 {"separator", layout.separator},
                                 {"separator_at_end", layout.separator_at_end},
                                 {"encoding", name_of(kEncodings, layout.encoding)},
                                 {"amount_unit", name_of(kUnits, layout.amount_unit)},
                                 {"date_form", name_of(kDateForms, layout.date_form)},
                                 {"total", name_of(kTotals, layout.total)},
                                 {"total_fields", nlohmann::ordered_json::array()},
                                 {"titles", layout.titles},
                                 {"crlf", layout.crlf},
                                 {"may_lack_last_line_end", layout.may_lack_last_line_end},
                                 {"key", nlohmann::ordered_json::array()},
                                 {"columns", nlohmann::ordered_json::array()},
                                 {"results", nlohmann::ordered_json::array()}};
  for (const auto field : layout.total_fields) json["total_fields"].push_back(name_of(kTotalFields, field));
  for (const auto field : layout.key) json["key"].push_back(to_text(field));
  for (const auto& column : layout.columns) {
    json["columns"].push_back({{"field", to_text(column.field)}, {"title", column.title}, {"required", column.required}, {"max_bytes", column.max_bytes}});
  }
  for (const auto& result : layout.results) json["results"].push_back({{"code", result.code}, {"outcome", name_of(kOutcomes, result.outcome)}, {"meaning", result.meaning}});
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace mis::payment_channels

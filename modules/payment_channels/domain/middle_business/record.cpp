#include "modules/payment_channels/domain/middle_business/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace mis::payment_channels::middle_business {
namespace {

constexpr std::size_t kMostQuoted = 24;
constexpr std::size_t kMostNumberDigits = 18;  // int64 holds any of them

std::string_view without_zeros(std::string_view digits) {
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  return digits;
}

std::optional<std::int64_t> parse_number(std::string_view digits) {
  if (digits.empty() || digits.size() > kMostNumberDigits || !is_digits(digits)) return {};
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

// Bytes in GBK: one for ASCII, two for most others, four for what only GB18030 has beyond the first plane.
std::size_t gbk_width(std::string_view utf8) {
  std::size_t width = 0;
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) ++width;
    else if (byte >= 0xF0) width += 4;
    else if (byte >= 0xC0) width += 2;
  }
  return width;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; });
}

// What is wrong with a value: what was expected.
std::optional<std::string> expected_instead(const FieldRule& rule, std::string_view value) {
  const auto width = static_cast<std::size_t>(rule.width);
  switch (rule.kind) {
    case Kind::kText:
      if (has_control(value)) return "text without control characters";
      if (value.front() == ' ' || value.back() == ' ') return "text without blanks around it";
      if (gbk_width(value) > width) return fmt::format("text of at most {} bytes in GBK", width);
      return {};
    case Kind::kCode:
      if (value.size() != width || !is_digits(value)) return fmt::format("{} digits", width);
      return {};
    case Kind::kNumber:
      if (value.size() > width || !parse_number(value)) return fmt::format("a number of at most {} digits", width);
      return {};
    case Kind::kAmount: {
      const auto fen = parse_number(value);
      if (value.size() > width || !fen || *fen > kMostFen) return fmt::format("an amount in fen of 0 to {}", kMostFen);
      return {};
    }
    case Kind::kDate:
      if (!parse_day(value)) return "a day yyyymmdd";
      return {};
    case Kind::kMonth:
      if (value.size() != 6 || !is_digits(value) || !BillingMonth{static_cast<std::int32_t>(*parse_number(value))}.valid()) return "a month yyyymm";
      return {};
  }
  return {};
}

// Texts are names, addresses and account numbers: a complaint ends in logs, where they have no business.
std::string shown(const FieldRule& rule, std::string_view value) {
  return rule.kind == Kind::kText ? fmt::format("a text of {} bytes", gbk_width(value)) : quoted(value);
}

const FieldRule* find(std::span<const FieldRule> rules, std::string_view name) {
  for (const auto& rule : rules)
    if (rule.name == name) return &rule;
  return nullptr;
}

void check_values(std::span<const FieldRule> rules, const Values& values, const std::string& pointer, std::vector<FieldError>& errors) {
  const auto complain = [&](std::string_view name, const std::string& expected, const std::string& found) {
    errors.push_back({fmt::format("{}/{}", pointer, name), "field", fmt::format("{}/{}: expected {} but found {}", pointer, name, expected, found)});
  };
  for (const auto& rule : rules) {
    const auto found = values.find(rule.name);
    if (found == values.end()) {
      if (rule.need == Need::kRequired) complain(rule.name, "a value", "none");
      continue;
    }
    if (found->second.empty()) complain(rule.name, "a value or no field", "an empty one");
    else if (const auto expected = expected_instead(rule, found->second)) complain(rule.name, *expected, shown(rule, found->second));
  }
  for (const auto& [name, value] : values)
    if (find(rules, name) == nullptr) complain(name, "a field of this transaction", "this one");
}

void normalise_values(std::span<const FieldRule> rules, Values& values) {
  for (const auto& rule : rules) {
    if (rule.kind != Kind::kNumber && rule.kind != Kind::kAmount) continue;
    const auto found = values.find(rule.name);
    if (found != values.end() && is_digits(found->second)) found->second = std::string(without_zeros(found->second));
  }
}

}  // namespace

std::string_view Record::get(std::string_view name) const { return text_of(values, name); }
Record& Record::set(std::string name, std::string value) {
  values[std::move(name)] = std::move(value);
  return *this;
}
Record& Record::set(std::string name, Money amount) { return set(std::move(name), std::to_string(amount.value)); }
Record& Record::set(std::string name, std::int64_t number) { return set(std::move(name), std::to_string(number)); }
Record& Record::set(std::string name, Date day) { return set(std::move(name), format_day(day)); }

std::string_view text_of(const Values& values, std::string_view name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string_view{} : std::string_view(found->second);
}
Money fen_of(const Values& values, std::string_view name) { return {number_of(values, name)}; }
std::int64_t number_of(const Values& values, std::string_view name) { return parse_number(text_of(values, name)).value_or(0); }
std::optional<Date> day_of(const Values& values, std::string_view name) { return parse_day(text_of(values, name)); }

Status check(const BodyRule& rule, const Record& record) {
  std::vector<FieldError> errors;
  check_values(rule.fields, record.values, "", errors);
  if (record.rows.size() > static_cast<std::size_t>(rule.most_rows)) {
    std::string message = fmt::format("/rows: expected at most {} rows but found {}", rule.most_rows, record.rows.size());
    errors.push_back({"/rows", "rows", std::move(message)});
  } else {
    for (std::size_t i = 0; i < record.rows.size(); ++i) check_values(rule.row_fields, record.rows[i], fmt::format("/rows/{}", i), errors);
  }
  if (errors.empty()) return ok();
  std::string message = errors.front().message;
  return invalid("payment_channels.middle_field", std::move(message), std::move(errors));
}

void normalise(const BodyRule& rule, Record& record) {
  normalise_values(rule.fields, record.values);
  for (auto& row : record.rows) normalise_values(rule.row_fields, row);
}

bool is_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string quoted(std::string_view bytes) {
  const std::string_view part = bytes.substr(0, kMostQuoted);
  std::string text = "\"";
  for (const char c : part) {
    if (c >= ' ' && c <= '~') text += c;
    else text += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
  }
  text += part.size() < bytes.size() ? "…\"" : "\"";
  return text;
}

std::optional<Date> parse_day(std::string_view text) {
  if (text.size() != 8 || !is_digits(text)) return {};
  return Date::parse(fmt::format("{}-{}-{}", text.substr(0, 4), text.substr(4, 2), text.substr(6, 2)));
}

std::string format_day(Date day) {
  std::string text = day.to_string();
  text.erase(std::remove(text.begin(), text.end(), '-'), text.end());
  return text;
}

}  // namespace mis::payment_channels::middle_business

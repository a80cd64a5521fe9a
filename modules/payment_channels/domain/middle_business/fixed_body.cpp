#include "modules/payment_channels/domain/middle_business/fixed_body.hpp"

#include <fmt/format.h>

namespace mis::payment_channels::middle_business {
namespace {

constexpr std::size_t kRowCountDigits = 3;

Error complaint(const std::string& pointer, const std::string& message) {
  return invalid("payment_channels.middle_body", pointer + ": " + message, {{pointer, "body", pointer + ": " + message}});
}

Status take(std::span<const FieldRule> rules, std::string_view body, std::size_t& at, const std::string& pointer, Values& values) {
  for (const auto& rule : rules) {
    const auto width = static_cast<std::size_t>(rule.width);
    if (body.size() - at < width)
      return complaint(fmt::format("{}/{}", pointer, rule.name), fmt::format("expected {} bytes at byte {} of the body but only {} are left", width, at, body.size() - at));
    std::string_view value = body.substr(at, width);
    at += width;
    while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
    if (!value.empty()) values.emplace(rule.name, value);
  }
  return ok();
}

Status put(std::span<const FieldRule> rules, const Values& values, const std::string& pointer, std::string& body) {
  for (const auto& rule : rules) {
    const auto width = static_cast<std::size_t>(rule.width);
    const std::string_view value = text_of(values, rule.name);
    if (value.size() > width) return complaint(fmt::format("{}/{}", pointer, rule.name), fmt::format("expected at most {} bytes in GBK but found {}", width, value.size()));
    const bool number = (rule.kind == Kind::kNumber || rule.kind == Kind::kAmount) && !value.empty();
    const std::size_t filling = width - value.size();
    if (number) body.append(filling, '0');
    body += value;
    if (!number) body.append(filling, ' ');
  }
  return ok();
}

}  // namespace

Result<Record> split_fixed(const BodyRule& rule, std::string_view body) {
  Record record;
  std::size_t at = 0;
  if (const auto taken = take(rule.fields, body, at, "", record.values); !taken) return taken.error();
  if (!rule.row_fields.empty()) {
    const std::string_view digits = body.substr(at, kRowCountDigits);
    if (digits.size() != kRowCountDigits || !is_digits(digits))
      return complaint("/rows", fmt::format("expected the number of rows in 3 digits at byte {} of the body but found {}", at, quoted(digits)));
    at += kRowCountDigits;
    const int count = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
    if (count > rule.most_rows) return complaint("/rows", fmt::format("expected at most {} rows but found {}", rule.most_rows, count));
    for (int i = 0; i < count; ++i) {
      Values row;
      if (const auto taken = take(rule.row_fields, body, at, fmt::format("/rows/{}", i), row); !taken) return taken.error();
      record.rows.push_back(std::move(row));
    }
  }
  if (at != body.size()) return complaint("/body", fmt::format("expected the body to end at byte {} but it has {} bytes", at, body.size()));
  return record;
}

Result<std::string> join_fixed(const BodyRule& rule, const Record& record) {
  std::string body;
  if (const auto written = put(rule.fields, record.values, "", body); !written) return written.error();
  if (rule.row_fields.empty()) return body;
  body += fmt::format("{:03}", record.rows.size());
  for (std::size_t i = 0; i < record.rows.size(); ++i)
    if (const auto written = put(rule.row_fields, record.rows[i], fmt::format("/rows/{}", i), body); !written) return written.error();
  return body;
}

}  // namespace mis::payment_channels::middle_business

#include "modules/payment_channels/formats/middle_business.hpp"

#include <fmt/format.h>

#include "mis/files/encoding.hpp"
#include "modules/payment_channels/domain/middle_business/fixed_body.hpp"
#include "modules/payment_channels/formats/body_xml.hpp"

namespace mis::payment_channels::middle_business {
namespace {

using files::Converter;

Error encoding_error(const std::string& pointer, std::string message) {
  std::vector<FieldError> fields{{pointer, "encoding", message}};
  return invalid("payment_channels.middle_encoding", std::move(message), std::move(fields));
}

Status convert_values(Converter& converter, std::span<const FieldRule> rules, const std::string& pointer, const char* expected, Values& values) {
  for (const auto& rule : rules) {
    const auto found = values.find(rule.name);
    if (found == values.end() || rule.kind != Kind::kText) continue;
    std::string converted;
    if (const auto broken = converter.append(found->second, converted)) {
      const std::string where = fmt::format("{}/{}", pointer, rule.name);
      return encoding_error(where, fmt::format("{}: expected {} but found {} at byte {}", where, expected, quoted(std::string_view(found->second).substr(*broken, 2)), *broken));
    }
    found->second = std::move(converted);
  }
  return ok();
}

Status convert(Converter::Direction direction, const BodyRule& rule, Record& record) {
  Converter converter(direction);
  const char* expected = direction == Converter::Direction::kGb18030ToUtf8 ? "characters of GBK" : "text in UTF-8";
  if (const auto converted = convert_values(converter, rule.fields, "", expected, record.values); !converted) return converted.error();
  for (std::size_t i = 0; i < record.rows.size(); ++i)
    if (const auto converted = convert_values(converter, rule.row_fields, fmt::format("/rows/{}", i), expected, record.rows[i]); !converted) return converted.error();
  return ok();
}

Result<Record> decode_fixed(const BodyRule& rule, std::string_view body) {
  auto record = split_fixed(rule, body);
  if (!record) return record;
  if (const auto converted = convert(Converter::Direction::kGb18030ToUtf8, rule, *record); !converted) return converted.error();
  return record;
}

Result<Record> decode_xml(const BodyRule& rule, std::string_view body) {
  const auto text = without_declaration(body);
  if (!text) return text.error();
  std::string utf8;
  Converter converter(Converter::Direction::kGb18030ToUtf8);
  if (const auto broken = converter.append(*text, utf8))
    return encoding_error("/body", fmt::format("/body: expected characters of GBK but found {} at byte {}", quoted(text->substr(*broken, 2)), *broken));
  return read_body_xml(rule, utf8);
}

Result<std::string> encode_fixed(const BodyRule& rule, Record record) {
  if (const auto converted = convert(Converter::Direction::kUtf8ToGb18030, rule, record); !converted) return converted.error();
  return join_fixed(rule, record);
}

Result<std::string> encode_xml(const BodyRule& rule, const Record& record) {
  const std::string utf8 = write_body_xml(rule, record);
  std::string body(kXmlDeclaration);
  Converter converter(Converter::Direction::kUtf8ToGb18030);
  if (const auto broken = converter.append(utf8, body))
    return encoding_error("/body", fmt::format("/body: expected text in UTF-8 but found {}", quoted(std::string_view(utf8).substr(*broken, 2))));
  return body;
}

}  // namespace

Result<Message> decode(BodyForm form, std::string_view frame) {
  auto header = parse_header(frame);
  if (!header) return header.error();
  const BodyRule* rule = find_rule(header->code);
  if (rule == nullptr) {
    std::string message = fmt::format("/header/code: expected the code of a transaction but found \"{}\"", header->code);
    std::vector<FieldError> fields{{"/header/code", "transaction", message}};
    return invalid("payment_channels.middle_transaction", std::move(message), std::move(fields));
  }
  const std::string_view body = frame.substr(kHeaderBytes);
  auto record = form == BodyForm::kFixed ? decode_fixed(*rule, body) : decode_xml(*rule, body);
  if (!record) return std::move(record).error();
  normalise(*rule, *record);
  if (const auto checked = check(*rule, *record); !checked) return checked.error();
  return Message{*std::move(header), rule->transaction, rule->direction, *std::move(record)};
}

Result<std::string> encode(BodyForm form, const Message& message) {
  const BodyRule& rule = rule_of(message.transaction, message.direction);
  if (const auto checked = check(rule, message.record); !checked) return checked.error();
  const auto body = form == BodyForm::kFixed ? encode_fixed(rule, message.record) : encode_xml(rule, message.record);
  if (!body) return body.error();
  Header header = message.header;
  header.code = rule.code;
  return with_header(header, *body);
}

Message answer_to(const Message& request, std::string_view return_code, std::string text) {
  Message answer{request.header, request.transaction, Direction::kAnswer, {}};
  answer.header.code = rule_of(answer.transaction, answer.direction).code;
  answer.record.set("return_code", std::string(return_code));
  if (!text.empty()) answer.record.set("message", std::move(text));
  return answer;
}

std::string fitted(std::string_view utf8, std::size_t gbk_bytes) {
  Converter converter(Converter::Direction::kUtf8ToGb18030);
  std::string gbk;
  std::size_t at = 0;
  while (at < utf8.size()) {
    std::size_t end = at + 1;
    while (end < utf8.size() && (static_cast<unsigned char>(utf8[end]) & 0xC0) == 0x80) ++end;
    if (converter.append(utf8.substr(at, end - at), gbk) || gbk.size() > gbk_bytes) break;
    at = end;
  }
  std::string text(utf8.substr(0, at));
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

}  // namespace mis::payment_channels::middle_business

#include "modules/payment_channels/formats/body_xml.hpp"

#include <Poco/Exception.h>
#include <Poco/SAX/Attributes.h>
#include <Poco/SAX/DefaultHandler.h>
#include <Poco/SAX/Locator.h>
#include <Poco/SAX/SAXException.h>
#include <Poco/SAX/SAXParser.h>
#include <fmt/format.h>

#include <algorithm>

#include "mis/files/encoding.hpp"

namespace mis::payment_channels::middle_business {
namespace {

constexpr std::size_t kMostDeclarationBytes = 120;
constexpr std::size_t kMostValueBytes = 1024;  // wider than any field is, in UTF-8
constexpr std::string_view kBlanks = " \t\r\n";

Error xml_error(std::string message) {
  std::vector<FieldError> fields{{"/body", "xml", message}};
  return invalid("payment_channels.middle_xml", std::move(message), std::move(fields));
}

bool is_blank(std::string_view text) { return text.find_first_not_of(kBlanks) == std::string_view::npos; }

std::string_view stripped(std::string_view text) {
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// Follows body > field, and body > rows > row > field. Poco calls it from within a C library, so nothing is thrown: the
// first complaint is kept and all that follows is ignored; the document's size is limited already.
class BodyReader : public Poco::XML::DefaultHandler {
 public:
  explicit BodyReader(const BodyRule& rule) : rule_(rule) {}

  void setDocumentLocator(const Poco::XML::Locator* locator) override { locator_ = locator; }

  void startElement(const Poco::XML::XMLString&, const Poco::XML::XMLString&, const Poco::XML::XMLString& name, const Poco::XML::Attributes& attributes) override {
    if (complaint_) return;
    if (attributes.getLength() > 0) return complain("no attributes", name);
    if (!is_blank(text_)) return complain("elements only", text_);
    text_.clear();
    switch (place_) {
      case Place::kOutside:
        if (name != "body") return complain("the element body", name);
        place_ = Place::kBody;
        return;
      case Place::kBody:
        if (name == "rows") return begin_rows(name);
        return begin_field(rule_.fields, record_.values, name, Place::kField);
      case Place::kRows:
        if (name != "row") return complain("the element row", name);
        if (record_.rows.size() >= static_cast<std::size_t>(rule_.most_rows)) return complain(fmt::format("at most {} rows", rule_.most_rows), "one more");
        record_.rows.emplace_back();
        place_ = Place::kRow;
        return;
      case Place::kRow: return begin_field(rule_.row_fields, record_.rows.back(), name, Place::kRowField);
      case Place::kField:
      case Place::kRowField: return complain("text in " + field_, "the element " + name);
    }
  }

  void endElement(const Poco::XML::XMLString&, const Poco::XML::XMLString&, const Poco::XML::XMLString&) override {
    if (complaint_) return;
    switch (place_) {
      case Place::kField: end_field(record_.values, Place::kBody); break;
      case Place::kRowField: end_field(record_.rows.back(), Place::kRow); break;
      case Place::kRow: leave(Place::kRows); break;
      case Place::kRows: leave(Place::kBody); break;
      case Place::kBody: leave(Place::kOutside); break;
      case Place::kOutside: break;
    }
  }

  void characters(const Poco::XML::XMLChar text[], int start, int length) override {
    if (complaint_) return;
    text_.append(text + start, static_cast<std::size_t>(length));
    if (text_.size() > kMostValueBytes) complain(fmt::format("at most {} bytes of text", kMostValueBytes), "more");
  }

  Result<Record> result() && {
    if (complaint_) return *std::move(complaint_);
    return std::move(record_);
  }
  bool complained() const { return complaint_.has_value(); }

 private:
  enum class Place : std::uint8_t { kOutside, kBody, kField, kRows, kRow, kRowField };

  void complain(const std::string& expected, std::string_view found) {
    const int line = locator_ == nullptr ? 0 : locator_->getLineNumber(), column = locator_ == nullptr ? 0 : locator_->getColumnNumber();
    complaint_ = xml_error(fmt::format("body, line {}, column {}: expected {} but found {}", line, column, expected, quoted(found)));
  }

  void begin_rows(const std::string& name) {
    if (rule_.row_fields.empty()) return complain("no rows in this transaction", name);
    if (had_rows_) return complain("rows once", name);
    had_rows_ = true;
    place_ = Place::kRows;
  }

  void begin_field(std::span<const FieldRule> rules, const Values& values, const std::string& name, Place place) {
    const bool known = std::any_of(rules.begin(), rules.end(), [&](const FieldRule& rule) { return rule.name == name; });
    if (!known) return complain("a field of this transaction", name);
    if (values.contains(name) || std::find(empty_.begin(), empty_.end(), name) != empty_.end()) return complain("each field once", name);
    field_ = name;
    place_ = place;
  }

  void end_field(Values& values, Place back) {
    const std::string_view value = stripped(text_);
    if (value.empty()) empty_.push_back(field_);
    else values.emplace(field_, value);
    text_.clear();
    place_ = back;
  }

  void leave(Place back) {
    if (!is_blank(text_)) return complain("elements only", text_);
    text_.clear();
    if (place_ == Place::kRow) empty_.clear();
    place_ = back;
  }

  const BodyRule& rule_;
  const Poco::XML::Locator* locator_ = nullptr;
  Place place_ = Place::kOutside;
  bool had_rows_ = false;
  std::string field_, text_;
  std::vector<std::string> empty_;  // fields that came without a value: they must not come twice either
  Record record_;
  std::optional<Error> complaint_;
};

void write_values(std::span<const FieldRule> rules, const Values& values, std::string& out) {
  for (const auto& rule : rules) {
    const std::string_view value = text_of(values, rule.name);
    if (value.empty()) continue;
    out += fmt::format("<{}>", rule.name);
    for (const char c : value) {
      if (c == '&') out += "&amp;";
      else if (c == '<') out += "&lt;";
      else if (c == '>') out += "&gt;";
      else out += c;
    }
    out += fmt::format("</{}>", rule.name);
  }
}

}  // namespace

Result<std::string_view> without_declaration(std::string_view xml) {
  constexpr std::string_view kBegin = "<?xml ", kEnd = "?>", kAttribute = "encoding=";
  const auto end = xml.substr(0, kMostDeclarationBytes).find(kEnd);
  if (xml.substr(0, kBegin.size()) != kBegin || end == std::string_view::npos)
    return xml_error(fmt::format("body: expected {} but found {}", "<?xml version=\"1.0\" encoding=\"GBK\"?>", quoted(xml)));
  const std::string_view declaration = xml.substr(0, end);
  const auto at = declaration.find(kAttribute);
  std::string_view encoding = at == std::string_view::npos ? std::string_view{} : declaration.substr(at + kAttribute.size());
  const char quote = encoding.empty() ? '\0' : encoding.front();
  const auto close = quote == '"' || quote == '\'' ? encoding.find(quote, 1) : std::string_view::npos;
  encoding = close == std::string_view::npos ? std::string_view{} : encoding.substr(1, close - 1);
  if (files::parse_encoding(encoding) != files::Encoding::kGb18030) return xml_error(fmt::format("body: expected encoding GBK, GB2312 or GB18030 but found {}", quoted(encoding)));
  return xml.substr(end + kEnd.size());
}

Result<Record> read_body_xml(const BodyRule& rule, const std::string& utf8) {
  // Neither document types (and with them entities), nor CDATA, comments or instructions: nothing that an element and its
  // text do not need.
  for (const std::string_view mark : {"<!", "<?"})
    if (const auto at = utf8.find(mark); at != std::string::npos)
      return xml_error(fmt::format("body: expected elements and text only but found {} at byte {}", quoted(std::string_view(utf8).substr(at)), at));
  if (utf8.find('\0') != std::string::npos) return xml_error("body: expected text but found a byte of zero");
  BodyReader reader(rule);
  try {
    Poco::XML::SAXParser parser;
    parser.setFeature(Poco::XML::XMLReader::FEATURE_NAMESPACES, false);  // xmlns is an attribute then, and refused like any
    parser.setFeature(Poco::XML::XMLReader::FEATURE_EXTERNAL_GENERAL_ENTITIES, false);
    parser.setFeature(Poco::XML::XMLReader::FEATURE_EXTERNAL_PARAMETER_ENTITIES, false);
    parser.setContentHandler(&reader);
    parser.parseMemoryNP(utf8.data(), utf8.size());
  } catch (const Poco::XML::SAXParseException& e) {
    if (!reader.complained()) return xml_error(fmt::format("body, line {}, column {}: expected well-formed XML but found: {}", e.getLineNumber(), e.getColumnNumber(), e.message()));
  } catch (const Poco::Exception& e) {
    if (!reader.complained()) return xml_error(fmt::format("body: expected well-formed XML but found: {}", e.displayText()));
  }
  return std::move(reader).result();
}

std::string write_body_xml(const BodyRule& rule, const Record& record) {
  std::string out = "<body>";
  write_values(rule.fields, record.values, out);
  if (!record.rows.empty()) {
    out += "<rows>";
    for (const auto& row : record.rows) {
      out += "<row>";
      write_values(rule.row_fields, row, out);
      out += "</row>";
    }
    out += "</rows>";
  }
  out += "</body>";
  return out;
}

}  // namespace mis::payment_channels::middle_business

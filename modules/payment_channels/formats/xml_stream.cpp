#include "modules/payment_channels/formats/xml_stream.hpp"

#include <expat.h>

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "mis/files/encoding.hpp"

namespace mis::payment_channels {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;
constexpr std::size_t kMaxDepth = 64;             // ISO 20022 messages are some 15 deep
constexpr std::size_t kMaxTextBytes = 64 * 1024;  // the longest text that a message of these kinds allows is 1,025 characters
constexpr std::size_t kMaxDocumentDepth = 4;      // a bank's envelope around the document
constexpr std::size_t kLongestGb18030 = 4;
// Pieces without anything to tell of: one tag or comment that goes on and on. The parser looks at all of it again with each
// piece, so that a file made for it would keep a processor busy for hours.
constexpr int kMaxSilentPieces = 8;
constexpr char kNamespaceEnd = '\n';              // between namespace and name in what expat hands over

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// True where the XML declaration at the start of `head` names an encoding that expat does not know but Watthour does.
bool declares_gb18030(std::string_view head) {
  if (!head.starts_with("<?xml")) return false;
  head = head.substr(0, head.find("?>"));
  auto at = head.find("encoding");
  if (at == std::string_view::npos) return false;
  at = head.find_first_of("\"'", at);
  if (at == std::string_view::npos) return false;
  const auto end = head.find(head[at], at + 1);
  if (end == std::string_view::npos) return false;
  return files::parse_encoding(head.substr(at + 1, end - at - 1)) == files::Encoding::kGb18030;
}

std::string name_of(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

}  // namespace

std::string MessageName::to_string() const { return fmt::format("{}.001.{:02}", business, version); }

std::optional<MessageName> parse_message_name(std::string_view name_space) {
  for (const std::string_view kind : {"pain.", "camt."}) {
    for (auto at = name_space.find(kind); at != std::string_view::npos; at = name_space.find(kind, at + 1)) {
      const auto name = name_space.substr(at, 15);
      if (name.size() < 15 || !all_digits(name.substr(5, 3)) || name.substr(8, 5) != ".001." || !all_digits(name.substr(13, 2))) continue;
      return MessageName{std::string(name.substr(0, 8)), (name[13] - '0') * 10 + (name[14] - '0')};
    }
  }
  return {};
}

struct XmlStream::Impl {
  Impl(ChannelInput i, XmlListener& l) : input(std::move(i)), listener(l) {}
  ~Impl() {
    if (parser) XML_ParserFree(parser);
  }

  ChannelInput input;
  XmlListener& listener;
  XML_Parser parser = nullptr;
  std::vector<char> piece = std::vector<char>(kPieceBytes);
  std::optional<files::Converter> converter;
  std::string carried;    // the bytes of a character of GB18030 that the piece before ended in
  std::string converted;
  std::size_t bytes_read = 0;
  bool finished = false;
  int silent_pieces = 0;
  std::optional<Error> failure;

  std::string name_space;
  bool in_document = false;
  bool seen_document = false;
  std::size_t outside = 0;            // elements around the document
  std::string path;                   // below the document
  std::vector<std::size_t> starts;    // where each open element's name ends its parent's path
  std::vector<std::string> texts;     // of each open element; only as many as there are levels
  std::vector<std::string> currencies;
  std::size_t foreign = 0;            // elements of another namespace that are open, with all inside them

  XmlPlace place() const {
    return {static_cast<std::int64_t>(XML_GetCurrentLineNumber(parser)), static_cast<std::int64_t>(XML_GetCurrentColumnNumber(parser)) + 1};
  }
  std::string where() const {
    const auto p = place();
    return fmt::format("line {}, column {}", p.line, p.column);
  }

  // expat calls back a few more times after it has been told to stop; every handler looks at `failure` first.
  void fail(Error error) {
    if (!failure) failure = std::move(error);
    XML_StopParser(parser, XML_FALSE);
  }

  void start(std::string_view name, const char** attributes) {
    silent_pieces = 0;
    const auto cut = name.find(kNamespaceEnd);
    const auto uri = cut == std::string_view::npos ? std::string_view{} : name.substr(0, cut);
    const auto local = cut == std::string_view::npos ? name : name.substr(cut + 1);
    if (!in_document) return begin_document(uri, local);
    if (foreign > 0 || uri != name_space) {
      if (++foreign > kMaxDepth) fail(invalid("payment_channels.xml_too_deep", fmt::format("expected at most {} elements inside each other but found more at {}", kMaxDepth, where())));
      return;
    }
    if (starts.size() >= kMaxDepth) {
      return fail(invalid("payment_channels.xml_too_deep", fmt::format("expected at most {} elements inside each other but found <{}> at {}", kMaxDepth, local.substr(0, 60), where())));
    }
    starts.push_back(path.size());
    if (!path.empty()) path += '/';
    path += local;
    if (texts.size() < starts.size()) {
      texts.emplace_back();
      currencies.emplace_back();
    }
    texts[starts.size() - 1].clear();
    auto& currency = currencies[starts.size() - 1];
    currency.clear();
    for (; *attributes; attributes += 2) {
      if (std::string_view(attributes[0]) == "Ccy") currency = attributes[1];
    }
    listener.begin(path, place());
  }

  void begin_document(std::string_view uri, std::string_view local) {
    if (local != "Document") {
      if (++outside >= kMaxDocumentDepth) {
        fail(invalid("payment_channels.message_unknown", fmt::format("expected an ISO 20022 <Document> but found <{}> at {}", local.substr(0, 60), where())));
      }
      return;
    }
    if (seen_document) return fail(invalid("payment_channels.message_unknown", fmt::format("expected one <Document> in a file but found a second one at {}", where())));
    const auto name = parse_message_name(uri);
    if (!name) {
      const std::string found = uri.empty() ? "none" : "'" + std::string(uri.substr(0, 200)) + "'";
      return fail(invalid("payment_channels.message_unknown", fmt::format("expected a namespace such as urn:iso:std:iso:20022:tech:xsd:camt.053.001.08 but found {} at {}", found, where())));
    }
    in_document = true;
    name_space = uri;
    if (auto status = listener.message(*name); !status) {
      auto error = std::move(status).error();
      error.message += " at " + where();
      fail(std::move(error));
    }
  }

  void end_element() {
    silent_pieces = 0;
    if (!in_document) {
      if (outside > 0) --outside;
      return;
    }
    if (foreign > 0) {
      --foreign;
      return;
    }
    if (starts.empty()) {  // </Document>
      in_document = false;
      seen_document = true;
      return;
    }
    listener.end(path, trimmed(texts[starts.size() - 1]), currencies[starts.size() - 1], place());
    path.resize(starts.back());
    starts.pop_back();
  }

  void characters(std::string_view more) {
    silent_pieces = 0;
    if (!in_document || foreign > 0 || starts.empty()) return;
    auto& text = texts[starts.size() - 1];
    if (text.empty()) {
      while (!more.empty() && is_blank(more.front())) more.remove_prefix(1);
    }
    if (text.size() + more.size() > kMaxTextBytes) {
      return fail(invalid("payment_channels.xml_text_too_long", fmt::format("expected at most {} bytes of text in <{}> but found more at {}", kMaxTextBytes, name_of(path), where())));
    }
    text += more;
  }

  void attach() {
    XML_SetUserData(parser, this);
    XML_SetElementHandler(
        parser,
        [](void* self, const XML_Char* name, const XML_Char** attributes) {
          if (!static_cast<Impl*>(self)->failure) static_cast<Impl*>(self)->start(name, attributes);
        },
        [](void* self, const XML_Char*) {
          if (!static_cast<Impl*>(self)->failure) static_cast<Impl*>(self)->end_element();
        });
    XML_SetCharacterDataHandler(parser, [](void* self, const XML_Char* text, int length) {
      if (!static_cast<Impl*>(self)->failure) static_cast<Impl*>(self)->characters({text, static_cast<std::size_t>(length)});
    });
    XML_SetStartDoctypeDeclHandler(parser, [](void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
      auto& in = *static_cast<Impl*>(self);
      if (!in.failure) in.fail(invalid("payment_channels.xml_doctype", fmt::format("expected no document type definition but found one at {}", in.where())));
    });
  }

  Result<bool> parse(std::string_view bytes, bool last) {
    if (!parser) {
      // A declaration that names GBK is overruled: what expat sees has been turned into UTF-8.
      if (declares_gb18030(bytes.substr(0, 200))) converter.emplace(files::Converter::Direction::kGb18030ToUtf8);
      parser = XML_ParserCreateNS(converter ? "UTF-8" : nullptr, kNamespaceEnd);
      if (!parser) return internal("payment_channels.xml_parser", "expected memory for an XML parser but there is none");
      attach();
    }
    if (converter) {
      if (auto status = convert(bytes, last); !status) return status.error();
      bytes = converted;
    }
    const auto outcome = XML_Parse(parser, bytes.data(), static_cast<int>(bytes.size()), last ? XML_TRUE : XML_FALSE);
    if (failure) return *failure;
    if (outcome != XML_STATUS_OK) return malformed(last);
    if (++silent_pieces > kMaxSilentPieces) {
      return invalid("payment_channels.xml_malformed", fmt::format("expected elements and text but found one tag or comment of more than {} bytes behind {}", kMaxSilentPieces * kPieceBytes, where()));
    }
    return true;
  }

  Status convert(std::string_view bytes, bool last) {
    converted.clear();
    const std::string joined = carried + std::string(bytes);
    carried.clear();
    const auto stopped = converter->append(joined, converted);
    if (!stopped) return ok();
    if (!last && joined.size() - *stopped < kLongestGb18030) {
      carried = joined.substr(*stopped);
      return ok();
    }
    const auto byte = static_cast<unsigned char>(joined[*stopped]);
    return invalid("payment_channels.xml_encoding", fmt::format("expected gb18030 text as the file declares it but found byte 0x{:02X}, which is no whole character of it, behind {}", byte, where()));
  }

  Error malformed(bool last) const {
    const auto code = XML_GetErrorCode(parser);
    // A document that ends too early: expat says "no element found", or that a token or a character is unclosed.
    const bool cut = last && (code == XML_ERROR_NO_ELEMENTS || code == XML_ERROR_UNCLOSED_TOKEN || code == XML_ERROR_PARTIAL_CHAR || code == XML_ERROR_UNCLOSED_CDATA_SECTION);
    if (cut) {
      const std::string inside = !in_document ? "a <Document>" : starts.empty() ? "</Document>" : "the end of <" + path + ">";
      return invalid("payment_channels.file_cut", fmt::format("expected {} but the file ends at {}", inside, where()));
    }
    if (code == XML_ERROR_UNKNOWN_ENCODING) {
      return invalid("payment_channels.xml_encoding", "expected UTF-8, UTF-16, ISO-8859-1, GBK or GB18030 but the file declares another encoding");
    }
    return invalid("payment_channels.xml_malformed", fmt::format("expected well-formed XML but found: {} at {}", XML_ErrorString(code), where()));
  }
};

XmlStream::XmlStream(ChannelInput input, XmlListener& listener) : impl_(std::make_unique<Impl>(std::move(input), listener)) {}
XmlStream::~XmlStream() = default;

Result<bool> XmlStream::step() {
  Impl& in = *impl_;
  if (in.failure) return *in.failure;
  if (in.finished) return false;
  // The first piece is filled: the XML declaration must not be torn apart by a source that gives little at a time.
  std::size_t size = 0;
  while (size < in.piece.size()) {
    auto n = in.input.read(in.piece.data() + size, in.piece.size() - size);
    if (!n) return n.error();
    if (*n == 0) break;
    size += *n;
  }
  in.bytes_read += size;
  if (in.bytes_read == 0) return invalid("payment_channels.file_cut", "expected an ISO 20022 document but the file is empty");
  const bool last = size < in.piece.size();
  if (auto good = in.parse({in.piece.data(), size}, last); !good) {
    in.failure = good.error();
    return *in.failure;
  }
  in.finished = last;
  if (last && !in.seen_document) {
    in.failure = invalid("payment_channels.message_unknown", "expected an ISO 20022 <Document> but there is none in the file");
    return *in.failure;
  }
  return !last;
}

}  // namespace mis::payment_channels

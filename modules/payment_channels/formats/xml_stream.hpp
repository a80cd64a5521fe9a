// Reads an ISO 20022 document element by element, in memory that does not grow with the file: what a reader of one kind of
// message is built on. Knows no message; keeps only the path from the document's root to where it is.
//
// Document type definitions are refused, and with them every entity that a document could define or fetch. UTF-8, UTF-16,
// Latin-1 and, as Chinese banks write it, GBK/GB18030 by the XML declaration.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/result.hpp"
#include "modules/payment_channels/formats/channel_bytes.hpp"

namespace mis::payment_channels {

struct XmlPlace {
  std::int64_t line = 1;
  std::int64_t column = 1;
};

// "camt.053.001.08": what stands at the end of the namespace (and inside those that national banks derive from it).
struct MessageName {
  std::string business;  // "camt.053"
  int version = 0;       // 8
  std::string to_string() const;  // "camt.053.001.08"
};

// Reads the message's name out of a namespace; nothing where there is none in it.
std::optional<MessageName> parse_message_name(std::string_view name_space);

// What hears of the document. Paths are the local names below <Document>, joined by '/': "BkToCstmrStmt/Stmt/Ntry/Amt".
// Elements of other namespaces than the document's are left out with all that is in them.
class XmlListener {
 public:
  virtual ~XmlListener() = default;
  // Before anything else. An error ends the reading (a message of another kind).
  virtual Status message(const MessageName& name) = 0;
  virtual void begin(std::string_view path, XmlPlace place) = 0;
  // `text` is what stands directly inside the element, without blanks around it; `currency` its Ccy attribute.
  virtual void end(std::string_view path, std::string_view text, std::string_view currency, XmlPlace place) = 0;
};

// Takes `start` and the '/' behind it off the front of a path; false, and nothing taken, where it does not begin so.
inline bool take_path(std::string_view& path, std::string_view start) {
  if (path.size() <= start.size() || path[start.size()] != '/' || !path.starts_with(start)) return false;
  path.remove_prefix(start.size() + 1);
  return true;
}

class XmlStream {
 public:
  XmlStream(ChannelInput input, XmlListener& listener);
  ~XmlStream();
  XmlStream(const XmlStream&) = delete;
  XmlStream& operator=(const XmlStream&) = delete;

  // Reads one piece of the input and tells the listener what is in it; false once the document has ended properly.
  // Errors, each naming line and column: payment_channels.file_cut (the file ends inside an element), .xml_malformed,
  // .xml_doctype, .xml_encoding, .xml_too_deep, .xml_text_too_long, .message_unknown, and those of the input and of `message`.
  Result<bool> step();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mis::payment_channels

// The XML form of a middle-business body. Strict: elements and text only, no document type, no comments, no processing
// instructions, no attributes, no entities beyond the five; so nothing can be expanded or fetched. Private to this folder.
//
//   <?xml version="1.0" encoding="GBK"?>
//   <body><account_no>0100000010</account_no><amount_fen>12345</amount_fen>
//     <rows><row><receivable_id>77</receivable_id><amount_fen>12345</amount_fen></row></rows></body>
#pragma once

#include <string>
#include <string_view>

#include "mis/base/result.hpp"
#include "modules/payment_channels/domain/middle_business/record.hpp"

namespace mis::payment_channels::middle_business {

inline constexpr std::string_view kXmlDeclaration = "<?xml version=\"1.0\" encoding=\"GBK\"?>\n";

// What follows the declaration, which must be there and name GBK, GB2312 or GB18030.
Result<std::string_view> without_declaration(std::string_view xml);

// `utf8` is what stands behind the declaration. Fields may come in any order, each once; an empty element is an absent
// field. Unknown ones are told by their names. Error payment_channels.middle_xml with line and column.
Result<Record> read_body_xml(const BodyRule& rule, const std::string& utf8);

// Without the declaration, in the order of the rule.
std::string write_body_xml(const BodyRule& rule, const Record& record);

}  // namespace mis::payment_channels::middle_business

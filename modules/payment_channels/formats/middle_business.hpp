// Middle-business messages as bytes, in either form of the body, and back. This is the door to them: it converts between
// the banks' GBK and our UTF-8 and checks every value; domain/middle_business has the rules that it goes by.
#pragma once

#include <string>
#include <string_view>

#include "modules/payment_channels/domain/middle_business/header.hpp"
#include "modules/payment_channels/domain/middle_business/record.hpp"
#include "modules/payment_channels/domain/middle_business/transactions.hpp"

namespace mis::payment_channels::middle_business {

enum class BodyForm : std::uint8_t { kFixed, kXml };

struct Message {
  Header header;  // its code is what transaction and direction say
  Transaction transaction = Transaction::kEcho;
  Direction direction = Direction::kRequest;
  Record record;
  bool operator==(const Message&) const = default;
};

// Reads one whole frame (see frame_size). Errors: payment_channels.middle_header, middle_transaction (no such code),
// middle_body, middle_xml, middle_encoding (not GBK), middle_field; each says where.
Result<Message> decode(BodyForm form, std::string_view frame);
// Fills in the header's code. Text that is too wide is an error, and characters that GBK has no place for are written as
// GB18030 has them, four bytes each: names are not cut or turned into question marks behind the customer's back.
Result<std::string> encode(BodyForm form, const Message& message);

// The answer to a request: same bank, branch, date and serial; with a return code and its text.
Message answer_to(const Message& request, std::string_view return_code, std::string text = {});

// Cuts text to so many bytes of GBK between characters, for what may be shortened (an address on a slip).
std::string fitted(std::string_view utf8, std::size_t gbk_bytes);

}  // namespace mis::payment_channels::middle_business

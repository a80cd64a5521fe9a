// The header in front of every middle-business message, and how much of a stream one message is.
//
//   | bytes | field  | form                                                                |
//   | ----- | ------ | ------------------------------------------------------------------- |
//   |  0- 5 | length | 6 digits: bytes that follow them, header's rest and body             |
//   |  6- 9 | code   | 4 digits: the transaction, an answer's ends in 1                     |
//   | 10-15 | bank   | 6 digits                                                             |
//   | 16-24 | branch | 9 letters and digits, blanks on the right                            |
//   | 25-32 | date   | yyyymmdd: the sender's day                                           |
//   | 33-52 | serial | 20 letters and digits, blanks on the right: the sender's, once a day |
//
// An answer repeats bank, branch, date and serial of its request.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mis/base/result.hpp"
#include "mis/base/time.hpp"

namespace mis::payment_channels::middle_business {

inline constexpr std::size_t kLengthDigits = 6;
inline constexpr std::size_t kHeaderBytes = 53;
inline constexpr std::size_t kMostFrameBytes = 65'536;

struct Header {
  std::string code, bank, branch;
  Date date;
  std::string serial;
  bool operator==(const Header&) const = default;
};

// How many of the stream's bytes are the next frame; 0: more are needed. An error where the length is impossible: the
// stream cannot be followed any further. Codes here and below: payment_channels.middle_header.
Result<std::size_t> frame_size(std::string_view stream);

// Reads the header of a whole frame.
Result<Header> parse_header(std::string_view frame);
// The whole frame: length, header, body.
Result<std::string> with_header(const Header& header, std::string_view body);

}  // namespace mis::payment_channels::middle_business

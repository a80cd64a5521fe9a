// Bytes of ISO 8583 to a Message and back, by a bank's Profile. Never throws and never looks outside of the bytes that it
// is given, whatever they are; what a field means is bill_payment.hpp's business.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "mis/base/result.hpp"
#include "modules/payment_channels/domain/iso8583/message.hpp"
#include "modules/payment_channels/domain/iso8583/profile.hpp"

namespace mis::payment_channels::iso8583 {

// How much of a stream's bytes is the next frame, header included. 0: more bytes are needed to tell, or to have it whole.
// An error means that the stream cannot be followed any further: an impossible length, or one above the profile's limit.
Result<std::size_t> frame_size(const Profile& profile, std::string_view stream);

// A frame that is only its header; nothing is to be decoded. Never where the profile has no heartbeats.
bool is_heartbeat(const Profile& profile, std::string_view frame);

struct Decoded {
  Message message;
  // What a message authentication code covers, as a part of the bytes that were decoded: from the MTI up to the code's
  // field. Empty where the message bears none; `mac` is then empty too.
  std::string_view covered;
  std::string mac;  // raw bytes
  bool has_mac() const { return !mac.empty(); }
};

// Reads one whole frame with its header. The error's message says field, byte offset in the frame, what was expected
// and what was found; its code is "payment_channels.iso8583_…"; its first FieldError points at "/4".
// Where the profile has a code, a message without one, or with fields behind it, is an error.
Result<Decoded> decode(const Profile& profile, std::string_view frame);

// Gives the code over the bytes that it covers; 8 bytes.
using MacFunction = std::function<Result<std::string>(std::string_view covered)>;

// Writes one whole frame. A value that does not fit its field is an error, never cut; only fixed text is filled with
// blanks. With a profile that has a code, `mac` must be given and fields 64 and 128 of the message are not looked at.
Result<std::string> encode(const Profile& profile, const Message& message, const MacFunction& mac = {});

// A TPDU's answer goes back where it came from: 60 dddd ssss becomes 60 ssss dddd. Others than of five bytes stay.
std::string answer_tpdu(std::string_view tpdu);

}  // namespace mis::payment_channels::iso8583

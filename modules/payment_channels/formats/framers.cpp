#include "modules/payment_channels/formats/framers.hpp"

#include <memory>

#include "modules/payment_channels/domain/iso8583/codec.hpp"
#include "modules/payment_channels/domain/middle_business/header.hpp"

namespace mis::payment_channels {
namespace {

net::FrameDecision decision_of(const Result<std::size_t>& size) {
  if (!size) return net::protocol_error(size.error().message);
  return *size == 0 ? net::need_more() : net::frame_of(*size);
}

}  // namespace

Result<net::Framer> iso8583_framer(const iso8583::Profile& profile) {
  if (profile.header == iso8583::LengthHeader::kNone)
    return invalid("payment_channels.iso8583_profile", "/header: expected a length header for messages over a network but the profile " + profile.name + " has none");
  return net::Framer([kept = std::make_shared<const iso8583::Profile>(profile)](std::string_view bytes) { return decision_of(iso8583::frame_size(*kept, bytes)); });
}

net::Framer middle_business_framer() {
  return [](std::string_view bytes) { return decision_of(middle_business::frame_size(bytes)); };
}

}  // namespace mis::payment_channels

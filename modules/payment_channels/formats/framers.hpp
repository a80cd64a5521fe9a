// Where bank messages end, for the network port.
#pragma once

#include "mis/base/result.hpp"
#include "mis/net/framer.hpp"
#include "modules/payment_channels/domain/iso8583/profile.hpp"

namespace mis::payment_channels {

// An error where the profile has no length header: a stream could not be cut then.
Result<net::Framer> iso8583_framer(const iso8583::Profile& profile);
net::Framer middle_business_framer();

}  // namespace mis::payment_channels

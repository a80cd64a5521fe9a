// ISO 8583 messages with their authentication code: the codec and the key together. One call in, one call out, so that
// nobody reads a message whose code was not looked at.
#pragma once

#include <string>
#include <string_view>

#include "mis/security/mac.hpp"
#include "modules/payment_channels/domain/iso8583/codec.hpp"

namespace mis::payment_channels::iso8583 {

// Reads a frame and verifies its code where it bears one. Whether it must bear one is the profile's to say. Errors are
// those of decode and of verify_mac ("security.mac_mismatch", kind forbidden).
Result<Message> open_sealed(const Profile& profile, const security::MacScheme& scheme, const security::SecretBytes& key, std::string_view frame);

// Writes a frame with its code. Field 64 holds 8 bytes: a scheme with a size of 4 is filled with zeros on the right, a
// longer one is an error.
Result<std::string> seal(const Profile& profile, const security::MacScheme& scheme, const security::SecretBytes& key, const Message& message);

}  // namespace mis::payment_channels::iso8583

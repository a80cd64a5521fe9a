// The change of a channel's working key over the line (网络管理 0800, field 70 = 101): checked, sealed, and in force beside the old key for
// the messages that are under way. Internal to the module.
#pragma once

#include <string>
#include <string_view>

#include "mis/base/result.hpp"
#include "mis/registry.hpp"
#include "modules/payment_channels/domain/response.hpp"
#include "modules/payment_channels/secrets.hpp"

namespace mis::payment_channels {

struct NewKey {
  std::string wrapped, check_value;  // bytes, see mis/security/key_transport.hpp
  std::string stan;                  // of the message
};

// kApproved: the new key is in force, the old one still good for kOldMacKeySeconds or until the new one is first used. Everything else
// changes nothing: kUnsupported where the channel has no key-encryption key, kKeyRefused where the check value is another one or the key
// is weak, kReused where this key was sent before. An Error where it was not done: the database is away; or where
// nobody knows (outcome.hpp).
Result<Response> change_mac_key(const Services& services, ChannelBook& book, const OpenChannel& open, const NewKey& fresh);

}  // namespace mis::payment_channels

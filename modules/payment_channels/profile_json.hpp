// A bank's ISO 8583 profile as it is written in its configuration, and back.
//
//   {"name": "icbc", "base": "iso8583-1987-ascii", "header": "ascii4", "bitmap": "binary", "mac": true,
//    "fields": {"48": {"length": "lllvar", "content": "text", "size": 512}, "62": null}}
//
// `base` is "iso8583-1987-ascii" (the default), "iso8583-1987-bcd" or "empty"; fields replace those of the base and null
// takes one away. Whatever is absent is as in the base.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "modules/payment_channels/domain/iso8583/profile.hpp"

namespace mis::payment_channels {

// Collects every complaint, each with its JSON pointer; the profile is checked as a whole too. Error code
// "payment_channels.iso8583_profile".
Result<iso8583::Profile> parse_iso8583_profile(std::string_view json_text);
Result<iso8583::Profile> iso8583_profile_from_json(const nlohmann::json& json);

// Written in full, on the base "empty".
nlohmann::json to_json(const iso8583::Profile& profile);

}  // namespace mis::payment_channels

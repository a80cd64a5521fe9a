// SHA-256, random tokens and comparison in constant time: what sessions, ETags and idempotency are made of.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mis::http {

std::string sha256_hex(std::string_view bytes);  // 64 lower-case hex digits
// `bytes` random bytes of the system in base64url (32 bytes are 43 characters). Throws where the system has none.
std::string random_token(std::size_t bytes);
// Takes as long for equal texts as for different ones of the same length, so that timing tells nothing.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace mis::http

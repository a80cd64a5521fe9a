// Passwords: argon2id hashes, the rule for a good one, and temporary ones.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mis::security {

// An argon2id hash with its own salt and its parameters in the text (19 MiB, two passes: OWASP's recommendation, about
// 25 ms on one core). Throws std::runtime_error where there is no memory for it. Only a few are computed at a time,
// whoever asks, so that a crowd at the door cannot take the server's memory; the others wait.
std::string hash_password(std::string_view password);
bool verify_password(std::string_view password, const std::string& hash);
// True where the hash was made with other parameters than today's.
bool needs_rehash(const std::string& hash);

// For somebody who tries to sign in and has no chance to be verified at once: false means "too many wait already".
bool verification_is_crowded();

// What is wrong with a new password ("expected … but …"); nothing where it is good enough.
std::optional<std::string> password_complaint(std::string_view password, std::string_view username);

// Fourteen letters and digits without those that look alike: 82 bits from the system.
std::string temporary_password();

// Takes as long as verifying a password of somebody who exists, for names that nobody has.
void waste_verification_time(std::string_view password);

}  // namespace mis::security

// A working key on its way between a bank and us: encrypted under a key-encryption key that both have had from the beginning,
// with a check value that tells whether it arrived. Where the key is kept is not this file's business (secret_box.hpp).
//
// | codes by          | encrypted as                                              | check value: the first bytes of     |
// | ----------------- | --------------------------------------------------------- | ----------------------------------- |
// | x9.9 x9.19 3des   | 3DES in ECB, 8 bytes at a time; key-encryption key of 16 or 24 bytes | 8 zero bytes, encrypted by the key  |
// | aes-cmac          | RFC 3394; key-encryption key of 16, 24 or 32 bytes        | 16 zero bytes, encrypted by the key |
//
// The first is what bank cards' networks do, a public standard does not prescribe it. HMAC keys and the 32-byte keys of x9.19 are
// not changed like this.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mis/security/mac.hpp"

namespace mis::security {

inline constexpr std::size_t kLeastCheckBytes = 3;  // shorter ones are guessed
inline constexpr std::size_t kMostCheckBytes = 8;

// Nothing where keys for this algorithm can be encrypted under it. Errors: security.key_transport.
Status check_key_encryption_key(MacAlgorithm algorithm, const SecretBytes& key_encryption_key);

// Errors: security.key_transport for sizes that do not fit the algorithm.
Result<std::string> wrap_key(MacAlgorithm algorithm, const SecretBytes& key_encryption_key, const SecretBytes& key);
// The first kMostCheckBytes of it; who tells it may send fewer.
Result<std::string> key_check_value(MacAlgorithm algorithm, const SecretBytes& key);

// The key, once its check value is right. Errors, none of which tells anything of a key: security.key_transport for sizes that do not
// fit; security.key_check where the check value is another one, or the key is one that a code must not be made with (halves alike,
// the key-encryption key itself).
Result<SecretBytes> unwrap_key(MacAlgorithm algorithm, const SecretBytes& key_encryption_key, std::string_view wrapped, std::string_view check_value);

}  // namespace mis::security

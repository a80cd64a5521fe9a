// Secrets of others that have to be kept in the database: encrypted with a key that is not in it. A copy of the database alone
// tells none of them. Not for passwords: those are hashed.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "mis/base/result.hpp"
#include "mis/security/mac.hpp"

namespace mis::security {

class SecretBox {
 public:
  // Reads the key file, 32 bytes, readable by its owner only; makes it where there is none. Errors: security.key_file.
  static Result<SecretBox> open(const std::filesystem::path& key_file);

  // XChaCha20-Poly1305 in base64, with a nonce of its own. `place` is bound to it: what was sealed for one row cannot be opened as
  // another one's.
  std::string seal(std::string_view plain, std::string_view place) const;
  // Error security.not_ours where it was sealed with another key, for another place, or changed.
  Result<SecretBytes> unseal(std::string_view sealed, std::string_view place) const;

 private:
  explicit SecretBox(SecretBytes key) : key_(std::move(key)) {}
  SecretBytes key_;
};

}  // namespace mis::security

// Message authentication codes of bank messages: what tells that a message came from who holds the key and arrived as
// it was sent. Not for passwords (password.hpp) and not for secrecy: TLS is outside of it.
//
// Bytes are in std::string; keys are in SecretBytes, which wipe themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mis/base/result.hpp"

namespace mis::security {

// Bytes that nobody may find in memory afterwards. Moved, never copied by accident; wiped when dropped or moved from.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
  // Wipes the text that it was read from as well.
  static SecretBytes from_bytes(std::string&& bytes);
  // "0123456789ABCDEF" as eight bytes. The error does not quote the text, which is a key.
  static Result<SecretBytes> from_hex(std::string_view hex);
  ~SecretBytes();
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;

  SecretBytes copy() const { return SecretBytes(bytes_); }
  const std::uint8_t* data() const { return bytes_.data(); }
  std::size_t size() const { return bytes_.size(); }

 private:
  void wipe();
  std::vector<std::uint8_t> bytes_;
};

enum class MacAlgorithm : std::uint8_t {
  kX99,          // ANSI X9.9: DES in CBC mode, zero padding. Key 8 bytes, code 8 bytes.
  kX919,         // ANSI X9.19, the "retail MAC" (ISO 9797-1 algorithm 3). Key K1|K2 of 8 bytes each, or of 16 bytes each (3DES).
  kTripleDesCbc, // ISO 9797-1 algorithm 1 with 3DES. Key 16 or 24 bytes.
  kAesCmac,      // RFC 4493. Key 16, 24 or 32 bytes, code 16 bytes.
  kHmacSha256,   // RFC 2104. Key 16 to 1024 bytes, code 32 bytes.
};

// ISO 9797-1: how the block ciphers fill the last block. AES-CMAC and HMAC have rules of their own and take no notice.
enum class MacPadding : std::uint8_t {
  kZeros,        // method 1: zeros up to a whole block, none where it is whole; nothing at all is one block of zeros
  kOneAndZeros,  // method 2: 0x80, then zeros up to a whole block
};

std::string_view to_text(MacAlgorithm algorithm);  // "x9.9", "x9.19", "3des-cbc", "aes-cmac", "hmac-sha256"
Result<MacAlgorithm> parse_mac_algorithm(std::string_view text);

struct MacScheme {
  MacAlgorithm algorithm = MacAlgorithm::kX919;
  MacPadding padding = MacPadding::kZeros;
  // How many bytes from the left the other side sends: field 64 has eight of a longer code. At least 4.
  std::size_t size = 8;
};

// Errors: security.mac_key_length, security.mac_size. Throws std::runtime_error where OpenSSL itself fails.
Result<std::string> compute_mac(const MacScheme& scheme, const SecretBytes& key, std::string_view data);

// Compares in constant time. Error security.mac_mismatch where the code is another one; the message tells neither code.
Status verify_mac(const MacScheme& scheme, const SecretBytes& key, std::string_view data, std::string_view mac);

}  // namespace mis::security

// The signatures, codes and ciphers that payment companies use, over OpenSSL: RSA with SHA-256, HMAC-SHA256, AES-256-GCM, base64.
// Knows no company; formats/alipay, wechat_pay and webhook say what is signed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mis/base/result.hpp"

namespace mis::payment_channels {

std::string base64(std::string_view bytes);
// Standard alphabet with its padding, and nothing else: no line breaks, no blanks, no stray bits in the last character.
std::optional<std::string> from_base64(std::string_view text);

std::string hmac_sha256(std::string_view key, std::string_view message);  // 32 bytes
// Takes as long for equal texts as for different ones of the same length.
bool equal_in_constant_time(std::string_view a, std::string_view b);

// A key that signs: PKCS#8 or PKCS#1, as PEM or, as Alipay's tools write it, as the bare base64 inside it. At least 2048 bits.
// May be shared by several threads.
class RsaPrivateKey {
 public:
  static Result<RsaPrivateKey> read(std::string_view text);  // payment_channels.key_unreadable; says nothing of the key
  // RSASSA-PKCS1-v1_5 with SHA-256 ("SHA256withRSA"); the signature in base64.
  Result<std::string> sign(std::string_view message) const;

 private:
  struct Impl;
  explicit RsaPrivateKey(std::shared_ptr<const Impl> impl);
  std::shared_ptr<const Impl> impl_;
};

// A key that verifies: a public key as PEM or bare base64, or an X.509 certificate as PEM. At least 2048 bits.
class RsaPublicKey {
 public:
  static Result<RsaPublicKey> read(std::string_view text);
  bool verifies(std::string_view message, std::string_view signature_base64) const;
  // Of a certificate: its serial number in upper-case hex, as WeChat Pay names it. Empty for a bare key.
  const std::string& serial() const;

 private:
  struct Impl;
  explicit RsaPublicKey(std::shared_ptr<const Impl> impl);
  std::shared_ptr<const Impl> impl_;
};

// AES-256-GCM with a 16-byte tag behind the ciphertext, as bytes. The key has 32 bytes, the nonce 12.
// Errors: payment_channels.key_length; payment_channels.not_authentic where the tag does not fit (then nothing is given out).
Result<std::string> aes_256_gcm_encrypt(std::string_view key, std::string_view nonce, std::string_view associated_data, std::string_view plain);
Result<std::string> aes_256_gcm_decrypt(std::string_view key, std::string_view nonce, std::string_view associated_data, std::string_view sealed);

// How far a signed time may be off ours, either way, before what bears it is taken for a replay.
inline constexpr std::int64_t kSignatureToleranceSeconds = 5 * 60;

// Reads Unix seconds in plain digits and compares them with now. Errors: payment_channels.timestamp_invalid, .timestamp_off.
Status check_timestamp(std::string_view unix_seconds, std::int64_t now_seconds);

}  // namespace mis::payment_channels

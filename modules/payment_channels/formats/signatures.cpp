#include "modules/payment_channels/formats/signatures.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include <fmt/format.h>

namespace mis::payment_channels {
namespace {

constexpr int kMinRsaBits = 2048;
constexpr std::size_t kGcmKeyBytes = 32;
constexpr std::size_t kGcmNonceBytes = 12;
constexpr std::size_t kGcmTagBytes = 16;
constexpr std::size_t kMaxMessageBytes = 16 << 20;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* p) const { Free(p); }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, Freed<EVP_CIPHER_CTX_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

bool is_rsa_of_strength(const EVP_PKEY* key) { return key && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) >= kMinRsaBits; }

// What OpenSSL left about a key that it could not read must not turn up as the cause of a later failure.
Error unreadable(std::string_view what) {
  ERR_clear_error();
  return invalid("payment_channels.key_unreadable", fmt::format("expected an RSA {} of at least {} bits as PEM or base64 but found something else", what, kMinRsaBits));
}

Bio memory_of(std::string_view text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(std::min(text.size(), kMaxMessageBytes)))); }

// No terminal is asked for a password: a server has none.
int no_password(char*, int, int, void*) { return -1; }

// The bytes inside base64 that may be broken into lines.
std::optional<std::string> der_of(std::string_view text) {
  std::string joined;
  for (const char c : text) {
    if (c != '\n' && c != '\r' && c != ' ') joined += c;
  }
  return from_base64(joined);
}

std::string hex_serial(X509* certificate) {
  const auto number = std::unique_ptr<BIGNUM, Freed<BN_free>>(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  if (!number) return {};
  char* hex = BN_bn2hex(number.get());
  std::string text = hex ? hex : "";
  OPENSSL_free(hex);
  return text;
}

Status check_gcm(std::string_view key, std::string_view nonce) {
  if (key.size() != kGcmKeyBytes || nonce.size() != kGcmNonceBytes) {
    return invalid("payment_channels.key_length", fmt::format("expected a key of {} and a nonce of {} bytes but found {} and {}", kGcmKeyBytes, kGcmNonceBytes, key.size(), nonce.size()));
  }
  return ok();
}

Error openssl_failed(std::string_view what) {
  ERR_clear_error();
  return internal("payment_channels.crypto", fmt::format("expected OpenSSL to {} but it did not", what));
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  out.resize(static_cast<std::size_t>(EVP_EncodeBlock(bytes_of(out), bytes_of(bytes), static_cast<int>(bytes.size()))));
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0 || text.size() > kMaxMessageBytes) return {};
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t at = 0; at < text.size(); at += 4) {
    std::uint32_t bits = 0;
    int padding = 0;
    for (const char c : text.substr(at, 4)) {
      std::uint32_t digit = 0;
      if (c == '=') {
        ++padding;
      } else if (padding > 0) {
        return {};
      } else if (c >= 'A' && c <= 'Z') {
        digit = static_cast<std::uint32_t>(c - 'A');
      } else if (c >= 'a' && c <= 'z') {
        digit = static_cast<std::uint32_t>(c - 'a' + 26);
      } else if (c >= '0' && c <= '9') {
        digit = static_cast<std::uint32_t>(c - '0' + 52);
      } else if (c == '+' || c == '/') {
        digit = c == '+' ? 62 : 63;
      } else {
        return {};
      }
      bits = bits << 6 | digit;
    }
    if (padding > 2 || (padding > 0 && at + 4 != text.size())) return {};
    // Bits that no byte takes must be zero, so that a signature has one written form only.
    if ((padding == 1 && (bits & 0xFF) != 0) || (padding == 2 && (bits & 0xFFFF) != 0)) return {};
    for (int i = 0; i < 3 - padding; ++i) out += static_cast<char>(bits >> (16 - 8 * i) & 0xFF);
  }
  return out;
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  std::array<unsigned char, 32> mac{};
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(message), message.size(), mac.data(), &length);
  return {reinterpret_cast<const char*>(mac.data()), length};
}

bool equal_in_constant_time(std::string_view a, std::string_view b) { return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

struct RsaPrivateKey::Impl {
  Key key;
};
RsaPrivateKey::RsaPrivateKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

Result<RsaPrivateKey> RsaPrivateKey::read(std::string_view text) {
  Key key;
  if (text.find("-----BEGIN") != std::string_view::npos) {
    key.reset(PEM_read_bio_PrivateKey(memory_of(text).get(), nullptr, no_password, nullptr));
  } else if (const auto der = der_of(text)) {
    const unsigned char* at = bytes_of(std::string_view(*der));
    key.reset(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der->size())));
  }
  if (!is_rsa_of_strength(key.get())) return unreadable("private key");
  auto impl = std::make_shared<Impl>();
  impl->key = std::move(key);
  return RsaPrivateKey(std::move(impl));
}

Result<std::string> RsaPrivateKey::sign(std::string_view message) const {
  const Digest context(EVP_MD_CTX_new());
  std::size_t length = 0;
  // PKCS#1 v1.5 is what EVP does with an RSA key that is told nothing else.
  if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, impl_->key.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &length, bytes_of(message), message.size()) != 1) {
    return openssl_failed("sign");
  }
  std::string signature(length, '\0');
  if (EVP_DigestSign(context.get(), bytes_of(signature), &length, bytes_of(message), message.size()) != 1) return openssl_failed("sign");
  signature.resize(length);
  return base64(signature);
}

struct RsaPublicKey::Impl {
  Key key;
  std::string serial;
};
RsaPublicKey::RsaPublicKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

Result<RsaPublicKey> RsaPublicKey::read(std::string_view text) {
  auto impl = std::make_shared<Impl>();
  if (text.find("-----BEGIN CERTIFICATE") != std::string_view::npos) {
    const Certificate certificate(PEM_read_bio_X509(memory_of(text).get(), nullptr, no_password, nullptr));
    if (!certificate) return unreadable("certificate");
    impl->key.reset(X509_get_pubkey(certificate.get()));
    impl->serial = hex_serial(certificate.get());
  } else if (text.find("-----BEGIN") != std::string_view::npos) {
    impl->key.reset(PEM_read_bio_PUBKEY(memory_of(text).get(), nullptr, no_password, nullptr));
  } else if (const auto der = der_of(text)) {
    const unsigned char* at = bytes_of(std::string_view(*der));
    impl->key.reset(d2i_PUBKEY(nullptr, &at, static_cast<long>(der->size())));
  }
  if (!is_rsa_of_strength(impl->key.get())) return unreadable("public key");
  return RsaPublicKey(std::move(impl));
}

bool RsaPublicKey::verifies(std::string_view message, std::string_view signature_base64) const {
  const auto signature = from_base64(signature_base64);
  if (!signature) return false;
  const Digest context(EVP_MD_CTX_new());
  const bool good = context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, impl_->key.get()) == 1 &&
                    EVP_DigestVerify(context.get(), bytes_of(std::string_view(*signature)), signature->size(), bytes_of(message), message.size()) == 1;
  if (!good) ERR_clear_error();
  return good;
}

const std::string& RsaPublicKey::serial() const { return impl_->serial; }

Result<std::string> aes_256_gcm_encrypt(std::string_view key, std::string_view nonce, std::string_view associated_data, std::string_view plain) {
  if (auto status = check_gcm(key, nonce); !status) return status.error();
  const Cipher context(EVP_CIPHER_CTX_new());
  std::string out(plain.size() + kGcmTagBytes, '\0');
  int length = 0, rest = 0;
  const bool good = context && EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key), bytes_of(nonce)) == 1 &&
                    EVP_EncryptUpdate(context.get(), nullptr, &length, bytes_of(associated_data), static_cast<int>(associated_data.size())) == 1 &&
                    EVP_EncryptUpdate(context.get(), bytes_of(out), &length, bytes_of(plain), static_cast<int>(plain.size())) == 1 &&
                    EVP_EncryptFinal_ex(context.get(), bytes_of(out) + length, &rest) == 1 &&
                    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kGcmTagBytes, bytes_of(out) + plain.size()) == 1;
  if (!good) return openssl_failed("encrypt");
  return out;
}

Result<std::string> aes_256_gcm_decrypt(std::string_view key, std::string_view nonce, std::string_view associated_data, std::string_view sealed) {
  if (auto status = check_gcm(key, nonce); !status) return status.error();
  if (sealed.size() < kGcmTagBytes || sealed.size() > kMaxMessageBytes) {
    return invalid("payment_channels.not_authentic", fmt::format("expected a ciphertext with a tag of {} bytes but found {} bytes", kGcmTagBytes, sealed.size()));
  }
  const auto text = sealed.substr(0, sealed.size() - kGcmTagBytes);
  std::string tag(sealed.substr(text.size()));
  const Cipher context(EVP_CIPHER_CTX_new());
  std::string out(text.size() + 1, '\0');
  int length = 0, rest = 0;
  const bool ready = context && EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key), bytes_of(nonce)) == 1 &&
                     EVP_DecryptUpdate(context.get(), nullptr, &length, bytes_of(associated_data), static_cast<int>(associated_data.size())) == 1 &&
                     EVP_DecryptUpdate(context.get(), bytes_of(out), &length, bytes_of(text), static_cast<int>(text.size())) == 1 &&
                     EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kGcmTagBytes, tag.data()) == 1;
  if (!ready) return openssl_failed("decrypt");
  if (EVP_DecryptFinal_ex(context.get(), bytes_of(out) + length, &rest) != 1) {
    ERR_clear_error();
    return invalid("payment_channels.not_authentic", "expected a ciphertext of the shared key but its tag does not fit");
  }
  out.resize(text.size());
  return out;
}

Status check_timestamp(std::string_view unix_seconds, std::int64_t now_seconds) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(unix_seconds.data(), unix_seconds.data() + unix_seconds.size(), seconds);
  if (error != std::errc() || end != unix_seconds.data() + unix_seconds.size() || seconds < 0 || unix_seconds.size() > 12) {
    return invalid("payment_channels.timestamp_invalid", fmt::format("expected Unix seconds but found '{}'", unix_seconds.substr(0, 40)));
  }
  const auto off = seconds > now_seconds ? seconds - now_seconds : now_seconds - seconds;
  if (off > kSignatureToleranceSeconds) {
    return forbidden("payment_channels.timestamp_off",
                     fmt::format("expected a time at most {} s from ours but found one {} s {}", kSignatureToleranceSeconds, off, seconds > now_seconds ? "ahead" : "behind"));
  }
  return ok();
}

}  // namespace mis::payment_channels

#include "mis/security/key_transport.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <vector>

namespace mis::security {
namespace {

constexpr std::size_t kDesBlock = 8, kAesBlock = 16, kWrapExtra = 8, kMostKey = 32;
constexpr std::size_t kTripleKey = 24;

bool is_des(MacAlgorithm algorithm) { return algorithm == MacAlgorithm::kX99 || algorithm == MacAlgorithm::kX919 || algorithm == MacAlgorithm::kTripleDesCbc; }

bool fits(MacAlgorithm algorithm, std::size_t size) {
  switch (algorithm) {
    case MacAlgorithm::kX99: return size == 8;
    case MacAlgorithm::kX919: return size == 16;
    case MacAlgorithm::kTripleDesCbc: return size == 16 || size == 24;
    case MacAlgorithm::kAesCmac: return size == 16 || size == 24 || size == 32;
    case MacAlgorithm::kHmacSha256: break;
  }
  return false;
}

Error bad_size(const char* what, MacAlgorithm algorithm, std::size_t size) {
  return invalid("security.key_transport", fmt::format("expected {} that fits codes by {} but found one of {} bytes", what, to_text(algorithm), size));
}

// Bytes that nobody may find in memory afterwards.
struct Wiped {
  explicit Wiped(std::size_t size) : bytes(size) {}
  ~Wiped() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  std::vector<std::uint8_t> bytes;
};

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

// False where the cipher says that the bytes are not what they should be, which only RFC 3394 can.
bool run(const EVP_CIPHER* cipher, const std::uint8_t* key, bool encrypt, std::string_view in, std::vector<std::uint8_t>& out) {
  const std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> context(EVP_CIPHER_CTX_new());
  if (!context) throw std::runtime_error("expected OpenSSL to make a cipher but it did not");
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  if (EVP_CipherInit_ex(context.get(), cipher, nullptr, key, nullptr, encrypt ? 1 : 0) != 1) throw std::runtime_error("expected OpenSSL to start a cipher but it did not");
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  int written = 0;
  if (EVP_CipherUpdate(context.get(), out.data(), &written, reinterpret_cast<const unsigned char*>(in.data()), static_cast<int>(in.size())) != 1) return false;
  return static_cast<std::size_t>(written) == out.size();
}

// Three DES keys in a row; single DES is 3DES with one key three times.
struct TripleKey : Wiped {
  explicit TripleKey(const SecretBytes& key) : Wiped(kTripleKey) {
    for (std::size_t i = 0; i < kTripleKey; ++i) bytes[i] = key.data()[i % key.size()];
  }
};

const EVP_CIPHER* aes_wrap(std::size_t key_size) { return key_size == 16 ? EVP_aes_128_wrap() : key_size == 24 ? EVP_aes_192_wrap() : EVP_aes_256_wrap(); }
const EVP_CIPHER* aes_ecb(std::size_t key_size) { return key_size == 16 ? EVP_aes_128_ecb() : key_size == 24 ? EVP_aes_192_ecb() : EVP_aes_256_ecb(); }

std::string_view text_of(const SecretBytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

bool crypt(MacAlgorithm algorithm, const SecretBytes& key_encryption_key, bool encrypt, std::string_view in, std::vector<std::uint8_t>& out) {
  if (!is_des(algorithm)) return run(aes_wrap(key_encryption_key.size()), key_encryption_key.data(), encrypt, in, out);
  const TripleKey key(key_encryption_key);
  return run(EVP_des_ede3_ecb(), key.bytes.data(), encrypt, in, out);
}

// Two equal halves make of a code with two keys one with a single short key.
bool is_weak(MacAlgorithm algorithm, const SecretBytes& key) {
  if (!is_des(algorithm) || key.size() < 2 * kDesBlock) return false;
  return CRYPTO_memcmp(key.data(), key.data() + kDesBlock, kDesBlock) == 0;
}

}  // namespace

Status check_key_encryption_key(MacAlgorithm algorithm, const SecretBytes& key_encryption_key) {
  const auto size = key_encryption_key.size();
  const bool good = is_des(algorithm) ? size == 16 || size == 24 : algorithm == MacAlgorithm::kAesCmac && (size == 16 || size == 24 || size == 32);
  if (!good) return bad_size("a key-encryption key", algorithm, size);
  if (is_weak(algorithm, key_encryption_key)) return invalid("security.key_transport", "expected a key-encryption key whose halves differ but they do not");
  return ok();
}

Result<std::string> wrap_key(MacAlgorithm algorithm, const SecretBytes& key_encryption_key, const SecretBytes& key) {
  if (auto good = check_key_encryption_key(algorithm, key_encryption_key); !good) return std::move(good).error();
  if (!fits(algorithm, key.size())) return bad_size("a key", algorithm, key.size());
  std::vector<std::uint8_t> out(key.size() + (is_des(algorithm) ? 0 : kWrapExtra));
  if (!crypt(algorithm, key_encryption_key, true, text_of(key), out)) throw std::runtime_error("expected OpenSSL to encrypt a key but it did not");
  return std::string(out.begin(), out.end());
}

Result<std::string> key_check_value(MacAlgorithm algorithm, const SecretBytes& key) {
  if (!fits(algorithm, key.size())) return bad_size("a key", algorithm, key.size());
  std::vector<std::uint8_t> out(is_des(algorithm) ? kDesBlock : kAesBlock);
  const std::string zeros(out.size(), '\0');
  bool done = false;
  if (is_des(algorithm)) {
    const TripleKey triple(key);
    done = run(EVP_des_ede3_ecb(), triple.bytes.data(), true, zeros, out);
  } else {
    done = run(aes_ecb(key.size()), key.data(), true, zeros, out);
  }
  if (!done) throw std::runtime_error("expected OpenSSL to encrypt zeros but it did not");
  return std::string(out.begin(), out.begin() + kMostCheckBytes);
}

Result<SecretBytes> unwrap_key(MacAlgorithm algorithm, const SecretBytes& key_encryption_key, std::string_view wrapped, std::string_view check_value) {
  if (auto good = check_key_encryption_key(algorithm, key_encryption_key); !good) return std::move(good).error();
  const std::size_t extra = is_des(algorithm) ? 0 : kWrapExtra;
  if (wrapped.size() < extra || wrapped.size() > kMostKey + extra || !fits(algorithm, wrapped.size() - extra)) return bad_size("an encrypted key", algorithm, wrapped.size());
  if (check_value.size() < kLeastCheckBytes || check_value.size() > kMostCheckBytes)
    return invalid("security.key_transport", fmt::format("expected a check value of {} to {} bytes but found {}", kLeastCheckBytes, kMostCheckBytes, check_value.size()));
  const auto wrong = [] { return forbidden("security.key_check", "expected a key with this check value but it has another"); };
  Wiped plain(wrapped.size() - extra);
  if (!crypt(algorithm, key_encryption_key, false, wrapped, plain.bytes)) return wrong();
  SecretBytes key(std::vector<std::uint8_t>(plain.bytes));
  const auto own = key_check_value(algorithm, key);
  if (!own || CRYPTO_memcmp(own->data(), check_value.data(), check_value.size()) != 0) return wrong();
  const bool is_own_wrapper = key.size() == key_encryption_key.size() && CRYPTO_memcmp(key.data(), key_encryption_key.data(), key.size()) == 0;
  if (is_weak(algorithm, key) || is_own_wrapper) return forbidden("security.key_check", "expected a key that codes may be made with but it is a weak one");
  return key;
}

}  // namespace mis::security

#include "mis/security/mac.hpp"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "mis/http/digest.hpp"

namespace mis::security {
namespace {

constexpr std::size_t kDesBlock = 8;
constexpr std::size_t kDesKey = 8;
constexpr std::size_t kLeastMacBytes = 4;  // FIPS 113 and ISO 9797-1 know none shorter
constexpr std::size_t kLeastHmacKey = 16;
constexpr std::size_t kMostHmacKey = 1024;

constexpr std::array<std::pair<MacAlgorithm, std::string_view>, 5> kNames{{{MacAlgorithm::kX99, "x9.9"},
                                                                           {MacAlgorithm::kX919, "x9.19"},
                                                                           {MacAlgorithm::kTripleDesCbc, "3des-cbc"},
                                                                           {MacAlgorithm::kAesCmac, "aes-cmac"},
                                                                           {MacAlgorithm::kHmacSha256, "hmac-sha256"}}};

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("expected OpenSSL to ") + what + " but it did not");
}

using Block = std::array<unsigned char, kDesBlock>;

// Three DES keys in a row. Single DES lives in OpenSSL's legacy provider, which need not be installed; 3DES with one key
// three times decrypts what it has just encrypted and so is single DES.
class TripleKey {
 public:
  TripleKey(const std::uint8_t* key, std::size_t size) {
    for (std::size_t i = 0; i < bytes_.size(); ++i) bytes_[i] = key[i % size];
  }
  ~TripleKey() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }
  TripleKey(const TripleKey&) = delete;
  TripleKey& operator=(const TripleKey&) = delete;
  const unsigned char* data() const { return bytes_.data(); }

 private:
  std::array<unsigned char, 3 * kDesKey> bytes_;
};

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

std::string pad(std::string_view data, MacPadding padding) {
  std::string padded(data);
  if (padding == MacPadding::kOneAndZeros) padded += '\x80';
  while (padded.empty() || padded.size() % kDesBlock != 0) padded += '\0';
  return padded;
}

// The last block of CBC encryption from an initial block of zeros. `padded` is whole blocks.
Block last_cbc_block(const TripleKey& key, std::string_view padded) {
  const std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> context(EVP_CIPHER_CTX_new());
  const Block zeros{};
  require(context && EVP_EncryptInit_ex(context.get(), EVP_des_ede3_cbc(), nullptr, key.data(), zeros.data()) == 1, "start 3DES");
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  Block block{};
  for (std::size_t at = 0; at < padded.size(); at += kDesBlock) {
    int written = 0;
    require(EVP_EncryptUpdate(context.get(), block.data(), &written, reinterpret_cast<const unsigned char*>(padded.data()) + at,
                              static_cast<int>(kDesBlock)) == 1 && written == static_cast<int>(kDesBlock),
            "encrypt with 3DES");
  }
  return block;
}

Block one_block(const TripleKey& key, const Block& in, bool encrypt) {
  const std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> context(EVP_CIPHER_CTX_new());
  require(context && EVP_CipherInit_ex(context.get(), EVP_des_ede3_ecb(), nullptr, key.data(), nullptr, encrypt ? 1 : 0) == 1, "start 3DES");
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  Block out{};
  int written = 0;
  require(EVP_CipherUpdate(context.get(), out.data(), &written, in.data(), static_cast<int>(kDesBlock)) == 1, "run 3DES");
  return out;
}

std::string text_of(const Block& block) { return {reinterpret_cast<const char*>(block.data()), block.size()}; }

std::string cbc_mac(const SecretBytes& key, const std::string& padded) {
  const TripleKey whole(key.data(), key.size());
  return text_of(last_cbc_block(whole, padded));
}

// CBC with K1; the last block is decrypted with K2 and encrypted with K1 once more.
std::string retail_mac(const SecretBytes& key, const std::string& padded) {
  const std::size_t half = key.size() / 2;
  const TripleKey first(key.data(), half), second(key.data() + half, half);
  return text_of(one_block(first, one_block(second, last_cbc_block(first, padded), false), true));
}

struct FreeMac {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

std::string openssl_mac(const char* name, const char* parameter, std::string choice, const SecretBytes& key, std::string_view data) {
  const std::unique_ptr<EVP_MAC, FreeMac> mac(EVP_MAC_fetch(nullptr, name, nullptr));
  require(mac != nullptr, "know the algorithm");
  const std::unique_ptr<EVP_MAC_CTX, FreeMac> context(EVP_MAC_CTX_new(mac.get()));
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(parameter, choice.data(), 0), OSSL_PARAM_construct_end()};
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  std::size_t size = 0;
  require(context && EVP_MAC_init(context.get(), key.data(), key.size(), parameters) == 1 &&
              EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(data.data()), data.size()) == 1 &&
              EVP_MAC_final(context.get(), out.data(), &size, out.size()) == 1,
          "compute a message authentication code");
  return {reinterpret_cast<const char*>(out.data()), size};
}

const char* lengths_of(MacAlgorithm algorithm) {
  switch (algorithm) {
    case MacAlgorithm::kX99: return "8";
    case MacAlgorithm::kX919: return "16 or 32";
    case MacAlgorithm::kTripleDesCbc: return "16 or 24";
    case MacAlgorithm::kAesCmac: return "16, 24 or 32";
    case MacAlgorithm::kHmacSha256: return "16 to 1024";
  }
  return "";
}

bool fits(MacAlgorithm algorithm, std::size_t size) {
  switch (algorithm) {
    case MacAlgorithm::kX99: return size == 8;
    case MacAlgorithm::kX919: return size == 16 || size == 32;
    case MacAlgorithm::kTripleDesCbc: return size == 16 || size == 24;
    case MacAlgorithm::kAesCmac: return size == 16 || size == 24 || size == 32;
    case MacAlgorithm::kHmacSha256: return size >= kLeastHmacKey && size <= kMostHmacKey;
  }
  return false;
}

std::string whole_mac(const MacScheme& scheme, const SecretBytes& key, std::string_view data) {
  switch (scheme.algorithm) {
    case MacAlgorithm::kX99:
    case MacAlgorithm::kTripleDesCbc: return cbc_mac(key, pad(data, scheme.padding));
    case MacAlgorithm::kX919: return retail_mac(key, pad(data, scheme.padding));
    case MacAlgorithm::kAesCmac: return openssl_mac("CMAC", OSSL_MAC_PARAM_CIPHER, fmt::format("AES-{}-CBC", key.size() * 8), key, data);
    case MacAlgorithm::kHmacSha256: return openssl_mac("HMAC", OSSL_MAC_PARAM_DIGEST, "SHA256", key, data);
  }
  return {};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

SecretBytes SecretBytes::from_bytes(std::string&& bytes) {
  SecretBytes secret(std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return secret;
}

Result<SecretBytes> SecretBytes::from_hex(std::string_view hex) {
  SecretBytes secret;
  secret.bytes_.reserve(hex.size() / 2);  // so that no half of the key stays behind where the vector grew
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    const int high = hex_digit(hex[i]), low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0) return invalid("security.key_hex", fmt::format("expected a key in hexadecimal digits but found something else at character {}", i + 1));
    secret.bytes_.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  if (hex.size() % 2 != 0) return invalid("security.key_hex", fmt::format("expected an even number of hexadecimal digits but found {}", hex.size()));
  return secret;
}

SecretBytes::~SecretBytes() { wipe(); }
SecretBytes::SecretBytes(SecretBytes&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this == &other) return *this;
  wipe();
  bytes_ = std::move(other.bytes_);
  other.bytes_.clear();
  return *this;
}
void SecretBytes::wipe() {
  if (!bytes_.empty()) OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

std::string_view to_text(MacAlgorithm algorithm) {
  for (const auto& [item, name] : kNames)
    if (item == algorithm) return name;
  return "";
}

Result<MacAlgorithm> parse_mac_algorithm(std::string_view text) {
  std::string expected;
  for (const auto& [item, name] : kNames) {
    if (name == text) return item;
    if (!expected.empty()) expected += ", ";
    expected += name;
  }
  return invalid("security.mac_algorithm", fmt::format("expected one of {} but found \"{}\"", expected, text));
}

Result<std::string> compute_mac(const MacScheme& scheme, const SecretBytes& key, std::string_view data) {
  if (!fits(scheme.algorithm, key.size()))
    return invalid("security.mac_key_length",
                   fmt::format("expected a key of {} bytes for {} but found one of {}", lengths_of(scheme.algorithm), to_text(scheme.algorithm), key.size()));
  std::string mac = whole_mac(scheme, key, data);
  if (scheme.size < kLeastMacBytes || scheme.size > mac.size())
    return invalid("security.mac_size", fmt::format("expected {} to {} bytes of a code by {} but {} are asked for", kLeastMacBytes, mac.size(),
                                                    to_text(scheme.algorithm), scheme.size));
  mac.resize(scheme.size);
  return mac;
}

Status verify_mac(const MacScheme& scheme, const SecretBytes& key, std::string_view data, std::string_view mac) {
  const auto expected = compute_mac(scheme, key, data);
  if (!expected) return expected.error();
  if (!http::equal_in_constant_time(*expected, mac))
    return forbidden("security.mac_mismatch", "expected the message authentication code that the key gives but found another one");
  return ok();
}

}  // namespace mis::security

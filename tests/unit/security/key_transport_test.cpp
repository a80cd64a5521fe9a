// Working keys under a key-encryption key: what arrives, and what is refused.
#include <catch2/catch.hpp>

#include "mis/security/key_transport.hpp"

using namespace mis;
using namespace mis::security;

namespace {

SecretBytes key(const char* hex) { return SecretBytes::from_hex(hex).value(); }
std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes)
    for (const int half : {(c >> 4) & 15, c & 15}) out += "0123456789ABCDEF"[half];
  return out;
}
std::string hex(const SecretBytes& b) { return hex(std::string_view(reinterpret_cast<const char*>(b.data()), b.size())); }
std::string bytes(const char* text) {
  const auto b = key(text);
  return {reinterpret_cast<const char*>(b.data()), b.size()};
}

constexpr auto kX919 = MacAlgorithm::kX919;
const char* const kKek = "0123456789ABCDEFFEDCBA9876543210";
const char* const kNew = "11223344556677888877665544332211";

}  // namespace

TEST_CASE("check values and encrypted keys are those that everybody computes", "[security][key_transport]") {
  // Known: zeros under the DES key 0123456789ABCDEF are D5D44FF720683D0D, under its double-length 3DES key 08D7B4FB629D0885.
  CHECK(hex(key_check_value(MacAlgorithm::kX99, key("0123456789ABCDEF")).value()) == "D5D44FF720683D0D");
  CHECK(hex(key_check_value(kX919, key(kKek)).value()) == "08D7B4FB629D0885");
  // RFC 3394, 4.1: 128 bits of key data with a 128-bit key-encryption key. FIPS 197's zero block is AES of nothing.
  const auto wrapped = wrap_key(MacAlgorithm::kAesCmac, key("000102030405060708090A0B0C0D0E0F"), key("00112233445566778899AABBCCDDEEFF"));
  CHECK(hex(wrapped.value()) == "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5");
  CHECK(hex(key_check_value(MacAlgorithm::kAesCmac, key("00000000000000000000000000000000")).value()) == "66E94BD4EF8A2C3B");
}

TEST_CASE("a key arrives as it was sent, for every algorithm that has such keys", "[security][key_transport]") {
  struct Row {
    MacAlgorithm algorithm;
    const char *kek, *key;
  };
  for (const auto& row : {Row{MacAlgorithm::kX99, kKek, "1122334455667788"}, Row{kX919, kKek, kNew}, Row{MacAlgorithm::kTripleDesCbc, kKek, "112233445566778888776655443322110011223344556677"},
                          Row{MacAlgorithm::kAesCmac, "000102030405060708090A0B0C0D0E0F", kNew}}) {
    CAPTURE(to_text(row.algorithm));
    const auto wrapped = wrap_key(row.algorithm, key(row.kek), key(row.key)).value();
    const auto check = key_check_value(row.algorithm, key(row.key)).value();
    CHECK(wrapped.find(bytes(row.key)) == std::string::npos);
    CHECK(hex(unwrap_key(row.algorithm, key(row.kek), wrapped, check).value()) == row.key);
    CHECK(hex(unwrap_key(row.algorithm, key(row.kek), wrapped, check.substr(0, 3)).value()) == row.key);
    // One bit off anywhere is another key, and its check value another one.
    for (std::size_t i = 0; i < wrapped.size(); ++i) {
      auto changed = wrapped;
      changed[i] = static_cast<char>(changed[i] ^ 2);
      CHECK(unwrap_key(row.algorithm, key(row.kek), changed, check).error().code == "security.key_check");
    }
  }
}

TEST_CASE("what is no key is refused without telling anything of one", "[security][key_transport]") {
  const auto wrapped = wrap_key(kX919, key(kKek), key(kNew)).value();
  const auto check = key_check_value(kX919, key(kNew)).value();
  const auto refusal = [&](std::string_view w, std::string_view c) { return unwrap_key(kX919, key(kKek), w, c).error(); };
  CHECK(refusal(wrapped, "\x01\x02\x03").code == "security.key_check");
  CHECK(refusal(wrapped, "\x01\x02\x03").message.find("1122") == std::string::npos);
  CHECK(refusal(wrapped, check.substr(0, 2)).code == "security.key_transport");
  CHECK(refusal(wrapped, check + "x").code == "security.key_transport");
  CHECK(refusal(wrapped.substr(0, 8), check).code == "security.key_transport");
  CHECK(refusal(wrapped + wrapped, check).code == "security.key_transport");
  CHECK(refusal("", "").code == "security.key_transport");
  // Weak: both halves alike, or the key-encryption key for a working key.
  const char* const halves = "11223344556677881122334455667788";
  CHECK(refusal(wrap_key(kX919, key(kKek), key(halves)).value(), key_check_value(kX919, key(halves)).value()).code == "security.key_check");
  CHECK(refusal(wrap_key(kX919, key(kKek), key(kKek)).value(), key_check_value(kX919, key(kKek)).value()).code == "security.key_check");
  CHECK_FALSE(check_key_encryption_key(kX919, key(halves)));
  CHECK_FALSE(check_key_encryption_key(kX919, key("0123456789ABCDEF")));
  CHECK_FALSE(check_key_encryption_key(MacAlgorithm::kHmacSha256, key(kKek)));
}

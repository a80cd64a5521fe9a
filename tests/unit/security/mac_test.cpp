#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "mis/security/mac.hpp"

using namespace mis;
using namespace mis::security;

namespace {

SecretBytes key_of(std::string_view hex) {
  auto key = SecretBytes::from_hex(hex);
  REQUIRE(key);
  return std::move(key).value();
}

std::string bytes_of(std::string_view hex) {
  const SecretBytes bytes = key_of(hex);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string hex_of(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string mac_of(const MacScheme& scheme, std::string_view key_hex, std::string_view data) {
  const auto mac = compute_mac(scheme, key_of(key_hex), data);
  if (!mac) return mac.error().code;
  return hex_of(*mac);
}

constexpr MacScheme kX99Scheme{MacAlgorithm::kX99, MacPadding::kZeros, 8};
constexpr MacScheme kX919Scheme{MacAlgorithm::kX919, MacPadding::kZeros, 8};
constexpr MacScheme kCmacScheme{MacAlgorithm::kAesCmac, MacPadding::kZeros, 16};
constexpr MacScheme kHmacScheme{MacAlgorithm::kHmacSha256, MacPadding::kZeros, 32};

}  // namespace

TEST_CASE("X9.9 gives the code of FIPS 113's example", "[mac]") {
  CHECK(mac_of(kX99Scheme, "0123456789ABCDEF", "7654321 Now is the time for ") == "f1d30f6849312ca4");
}

TEST_CASE("the retail MAC and CBC-MAC with 3DES agree with published vectors", "[mac]") {
  // knovichikhin/psec, tests of generate_retail_mac and generate_cbc_mac.
  CHECK(mac_of(kX919Scheme, "41414141414141414141414141414141" "42424242424242424242424242424242", "hello world") == "3dde5c5511661cbf");
  CHECK(mac_of({MacAlgorithm::kTripleDesCbc, MacPadding::kOneAndZeros, 8}, "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBB", "hello world") == "32dc341271accd00");
  // With the same key twice the last two steps undo each other, and X9.19 is X9.9.
  CHECK(mac_of(kX919Scheme, "0123456789ABCDEF0123456789ABCDEF", "7654321 Now is the time for ") == "f1d30f6849312ca4");
}

TEST_CASE("AES-CMAC gives the codes of RFC 4493 and NIST SP 800-38B", "[mac]") {
  const std::string message = bytes_of(
      "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
  const std::string_view key = "2b7e151628aed2a6abf7158809cf4f3c";
  const auto first = [&](std::size_t n) { return std::string_view(message).substr(0, n); };
  CHECK(mac_of(kCmacScheme, key, "") == "bb1d6929e95937287fa37d129b756746");
  CHECK(mac_of(kCmacScheme, key, first(16)) == "070a16b46b4d4144f79bdd9dd04a287c");
  CHECK(mac_of(kCmacScheme, key, first(40)) == "dfa66747de9ae63030ca32611497c827");
  CHECK(mac_of(kCmacScheme, key, first(64)) == "51f0bebf7e3b9d92fc49741779363cfe");
  CHECK(mac_of(kCmacScheme, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", first(16)) == "28a7023f452e8f82bd4bf28d8c37c35c");
}

TEST_CASE("HMAC-SHA256 gives the codes of RFC 4231", "[mac]") {
  CHECK(mac_of(kHmacScheme, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(mac_of(kHmacScheme, "0102030405060708090a0b0c0d0e0f10111213141516171819", std::string(50, '\xcd')) ==
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
  std::string long_key;
  for (int i = 0; i < 131; ++i) long_key += "aa";
  CHECK(mac_of(kHmacScheme, long_key, "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("a code may be cut to what the message's field holds, but not to nothing", "[mac]") {
  CHECK(mac_of({MacAlgorithm::kAesCmac, MacPadding::kZeros, 8}, "2b7e151628aed2a6abf7158809cf4f3c", "") == "bb1d6929e9593728");
  CHECK(mac_of({MacAlgorithm::kX99, MacPadding::kZeros, 4}, "0123456789ABCDEF", "7654321 Now is the time for ") == "f1d30f68");
  CHECK(mac_of({MacAlgorithm::kX99, MacPadding::kZeros, 3}, "0123456789ABCDEF", "x") == "security.mac_size");
  CHECK(mac_of({MacAlgorithm::kX99, MacPadding::kZeros, 9}, "0123456789ABCDEF", "x") == "security.mac_size");
}

TEST_CASE("a code is verified against its own key and data only", "[mac]") {
  const SecretBytes key = key_of("0123456789abcdeffedcba9876543210");
  const auto mac = compute_mac(kX919Scheme, key, "0200 pay 100.00");
  REQUIRE(mac);
  CHECK(verify_mac(kX919Scheme, key, "0200 pay 100.00", *mac));
  CHECK_FALSE(verify_mac(kX919Scheme, key, "0200 pay 900.00", *mac));
  CHECK_FALSE(verify_mac(kX919Scheme, key_of("0123456789abcdeffedcba9876543211" "0123456789abcdeffedcba9876543210"), "0200 pay 100.00", *mac));
  CHECK_FALSE(verify_mac(kX919Scheme, key, "0200 pay 100.00", mac->substr(0, 7)));
  CHECK_FALSE(verify_mac(kX919Scheme, key, "0200 pay 100.00", ""));
  const auto refused = verify_mac(kX919Scheme, key, "0200 pay 900.00", *mac);
  CHECK(refused.error().code == "security.mac_mismatch");
  CHECK(refused.error().kind == ErrorKind::kForbidden);
}

TEST_CASE("keys of a wrong length or form are refused, and never quoted", "[mac]") {
  const std::vector<std::pair<MacAlgorithm, std::vector<std::size_t>>> wrong = {{MacAlgorithm::kX99, {0, 7, 9, 16, 24}},
                                                                                  {MacAlgorithm::kX919, {0, 8, 15, 24, 48}},
                                                                                  {MacAlgorithm::kTripleDesCbc, {0, 8, 32}},
                                                                                  {MacAlgorithm::kAesCmac, {0, 8, 15, 17, 33}},
                                                                                  {MacAlgorithm::kHmacSha256, {0, 15, 1025}}};
  for (const auto& [algorithm, sizes] : wrong)
    for (const std::size_t size : sizes) {
      CAPTURE(to_text(algorithm), size);
      const auto mac = compute_mac({algorithm, MacPadding::kZeros, 8}, SecretBytes(std::vector<std::uint8_t>(size, 7)), "x");
      REQUIRE_FALSE(mac);
      CHECK(mac.error().code == "security.mac_key_length");
      CHECK(mac.error().message.find("expected a key of ") == 0);
    }
  const auto odd = SecretBytes::from_hex("5EC12"), other = SecretBytes::from_hex("5EC12G");
  REQUIRE_FALSE(odd);
  REQUIRE_FALSE(other);
  CHECK(odd.error().message.find("5EC") == std::string::npos);
  CHECK(other.error().message.find("5EC") == std::string::npos);
}

TEST_CASE("a moved key leaves nothing behind", "[mac]") {
  SecretBytes key = key_of("0123456789abcdef");
  SecretBytes moved = std::move(key);
  CHECK(key.size() == 0);  // NOLINT: what is looked at is what the move leaves
  CHECK(moved.size() == 8);
  std::string text(40, 'k');
  const char* where = text.data();
  const SecretBytes taken = SecretBytes::from_bytes(std::move(text));
  CHECK(taken.size() == 40);
  CHECK(std::string_view(where, 40) == std::string(40, '\0'));
}

TEST_CASE("names of algorithms are read as they are written", "[mac]") {
  for (const auto algorithm : {MacAlgorithm::kX99, MacAlgorithm::kX919, MacAlgorithm::kTripleDesCbc, MacAlgorithm::kAesCmac, MacAlgorithm::kHmacSha256})
    CHECK(parse_mac_algorithm(to_text(algorithm)).value() == algorithm);
  CHECK(parse_mac_algorithm("md5").error().message.find("x9.19") != std::string::npos);
}

TEST_CASE("the collected vectors of message authentication codes agree", "[mac]") {
  const std::filesystem::path file = WATTHOUR_SOURCE_DIR "/../shared/protocols/iso8583.json";
  if (!std::filesystem::exists(file)) {
    WARN("0 collected vectors: the folder with them is not beside this checkout; those written into this file were checked");
    return;
  }
  const auto json = nlohmann::json::parse(std::ifstream(file));
  std::size_t checked = 0;
  for (const auto& vector : json.at("mac")) {
    const std::string name = vector.at("algorithm"), mac = lower(vector.at("mac")), data = vector.at("data");
    CAPTURE(name, data);
    const std::string key = vector.contains("key") ? vector.at("key").get<std::string>() : vector.at("key1").get<std::string>() + vector.at("key2").get<std::string>();
    if (name.find("retail MAC as psec") == 0) CHECK(mac_of(kX919Scheme, key, bytes_of(data)) == mac);
    else if (name.find("CBC-MAC 2-key 3DES") == 0) CHECK(mac_of({MacAlgorithm::kTripleDesCbc, MacPadding::kOneAndZeros, 8}, key, bytes_of(data)) == mac);
    else if (name.find("ANSI X9.19") == 0) CHECK(mac_of(kX919Scheme, key, data) == mac);
    else if (name.find("FIPS 113") == 0) CHECK(mac_of(kX99Scheme, key, data) == mac);
    else if (name.find("AES-CMAC-128") == 0) CHECK(mac_of(kCmacScheme, key, bytes_of(data)) == mac);
    else FAIL("expected a known algorithm but found " << name);
    ++checked;
  }
  CHECK(checked >= 7);
}

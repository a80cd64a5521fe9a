#include <catch2/catch.hpp>

#include "modules/payment_channels/formats/sealed_iso8583.hpp"
#include "tests/unit/payment_channels/vectors.hpp"

using namespace mis;
using namespace mis::payment_channels::iso8583;
using security::MacAlgorithm;
using security::MacPadding;
using security::MacScheme;
using security::SecretBytes;

namespace {

Profile sealed_profile() {
  Profile p = standard_1987();
  p.has_mac = true;
  return p;
}

Message payment() {
  Message m;
  m.mti = "0200";
  return m.set(3, "180000").set(4, "000000012345").set(7, "1115093001").set(11, "000042").set(49, "156");
}

SecretBytes key_of(std::size_t size, std::uint8_t first) {
  std::vector<std::uint8_t> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(first + i);
  return SecretBytes(std::move(bytes));
}

}  // namespace

TEST_CASE("a sealed message opens with its key, whichever algorithm the bank uses", "[iso8583][mac]") {
  const std::vector<std::pair<MacScheme, std::size_t>> schemes = {{{MacAlgorithm::kX99, MacPadding::kZeros, 8}, 8},
                                                                  {{MacAlgorithm::kX99, MacPadding::kZeros, 4}, 8},
                                                                  {{MacAlgorithm::kX919, MacPadding::kOneAndZeros, 8}, 16},
                                                                  {{MacAlgorithm::kTripleDesCbc, MacPadding::kZeros, 8}, 24},
                                                                  {{MacAlgorithm::kAesCmac, MacPadding::kZeros, 8}, 16},
                                                                  {{MacAlgorithm::kHmacSha256, MacPadding::kZeros, 8}, 32}};
  for (const auto& [scheme, key_size] : schemes) {
    CAPTURE(to_text(scheme.algorithm), scheme.size);
    const SecretBytes key = key_of(key_size, 1), other = key_of(key_size, 101);
    for (const bool wide : {false, true}) {
      Message m = payment();
      if (wide) m.set(90, std::string(42, '1'));
      const auto frame = seal(sealed_profile(), scheme, key, m);
      if (!frame) FAIL(frame.error().message);
      auto opened = open_sealed(sealed_profile(), scheme, key, *frame);
      if (!opened) FAIL(opened.error().message);
      opened->fields.erase(wide ? 128 : 64);
      CHECK(*opened == m);
      CHECK(open_sealed(sealed_profile(), scheme, other, *frame).error().code == "security.mac_mismatch");
    }
  }
}

TEST_CASE("a message that was changed on its way does not open", "[iso8583][mac]") {
  const MacScheme scheme{MacAlgorithm::kX919, MacPadding::kZeros, 8};
  const SecretBytes key = key_of(16, 1);
  const std::string frame = seal(sealed_profile(), scheme, key, payment()).value();
  // Every digit of the message is covered, the code's own bytes too.
  for (std::size_t at = 2; at < frame.size(); ++at) {
    std::string changed = frame;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    CAPTURE(at);
    CHECK_FALSE(open_sealed(sealed_profile(), scheme, key, changed));
  }
  CHECK(seal(sealed_profile(), {MacAlgorithm::kHmacSha256, MacPadding::kZeros, 16}, key, payment()).error().message.find("field 64") == 0);
  CHECK(seal(sealed_profile(), scheme, key_of(8, 1), payment()).error().code == "security.mac_key_length");
}

// Decoders over bytes that nobody meant: every truncation of good messages and thousands of changed ones. What is asked
// of a decoder is the same as in tests/fuzz: an answer or a clear error, and what it accepts it can write and read again.
// The numbers that the mutations come from are fixed, so a failure is the same for everybody; it prints the bytes.
#include <catch2/catch.hpp>
#include <random>

#include "tests/fuzz/check_decoders.hpp"
#include "tests/unit/payment_channels/vectors.hpp"

using namespace mis;
using namespace mis::payment_channels;

namespace {

constexpr std::uint32_t kSeed = 8583;
constexpr int kMutationsEach = 3000;

std::string mutated(std::string bytes, std::mt19937& chance) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(chance() % n); };
  const int changes = 1 + static_cast<int>(below(4));
  for (int i = 0; i < changes && !bytes.empty(); ++i) {
    const std::size_t at = below(bytes.size());
    switch (below(6)) {
      case 0: bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8))); break;
      case 1: bytes[at] = static_cast<char>(below(256)); break;
      case 2: bytes[at] = static_cast<char>('0' + below(10)); break;
      case 3: bytes.erase(at, 1 + below(4)); break;
      case 4: bytes.insert(at, 1 + below(4), static_cast<char>(below(256))); break;
      case 5: bytes.insert(at, bytes.substr(below(bytes.size()), below(40))); break;
    }
  }
  return bytes;
}

using Check = std::string (*)(std::string_view);

void try_all(const std::vector<std::string>& seeds, Check check) {
  std::mt19937 chance(kSeed);
  for (const auto& seed : seeds) {
    for (std::size_t n = 0; n <= seed.size(); ++n)
      if (const auto wrong = check(std::string_view(seed).substr(0, n)); !wrong.empty()) FAIL(wrong << " after " << n << " bytes of " << iso8583::wire::to_hex(seed));
    for (int i = 0; i < kMutationsEach; ++i) {
      const std::string bytes = mutated(seed, chance);
      if (const auto wrong = check(bytes); !wrong.empty()) FAIL(wrong << ": " << iso8583::wire::to_hex(bytes));
    }
  }
  CHECK(seeds.size() > 3);
}

}  // namespace

TEST_CASE("the ISO 8583 decoder answers whatever the bytes are", "[iso8583][mutations]") { try_all(fuzz::iso8583_seeds(), fuzz::check_iso8583); }

TEST_CASE("the middle-business decoders answer whatever the bytes are", "[middle][mutations]") {
  try_all(fuzz::middle_business_seeds(), fuzz::check_middle_business);
}

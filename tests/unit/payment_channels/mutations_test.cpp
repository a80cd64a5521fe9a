// Decoders over bytes that nobody meant: every truncation of good messages and thousands of changed ones. What is asked
// of a decoder is the same as in tests/fuzz: an answer or a clear error, and what it accepts it can write and read again.
// The numbers that the mutations come from are fixed, so a failure is the same for everybody; it prints the bytes.
#include <catch2/catch.hpp>

#include "tests/fuzz/check_decoders.hpp"
#include "tests/unit/payment_channels/mutations.hpp"

using namespace mis::payment_channels;

namespace {

void try_all(const std::vector<std::string>& seeds, std::string (*check)(std::string_view)) {
  for (const auto& seed : seeds) CHECK(test::first_wrong(seed, check) == "");
  CHECK(seeds.size() > 3);
}

}  // namespace

TEST_CASE("the ISO 8583 decoder answers whatever the bytes are", "[iso8583][mutations]") { try_all(fuzz::iso8583_seeds(), fuzz::check_iso8583); }

TEST_CASE("the middle-business decoders answer whatever the bytes are", "[middle][mutations]") {
  try_all(fuzz::middle_business_seeds(), fuzz::check_middle_business);
}

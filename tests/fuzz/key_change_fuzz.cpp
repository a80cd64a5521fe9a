// libFuzzer target of working keys that come over the line: whatever is in the field, no key is taken that was not sent so.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <vector>

#include "mis/security/key_transport.hpp"
#include "modules/payment_channels/domain/iso8583/bill_payment.hpp"

using namespace mis;
using namespace mis::security;

namespace {

constexpr MacAlgorithm kAlgorithms[] = {MacAlgorithm::kX99, MacAlgorithm::kX919, MacAlgorithm::kTripleDesCbc, MacAlgorithm::kAesCmac, MacAlgorithm::kHmacSha256};

void require(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "found %s\n", what);
  std::abort();
}

SecretBytes secret(std::string_view bytes) { return SecretBytes(std::vector<std::uint8_t>(bytes.begin(), bytes.end())); }

// The first byte chooses the algorithm, the second the length of the check value, the third a change; then comes what was sent.
void try_key(std::string_view bytes) {
  if (bytes.size() < 3) return;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const auto algorithm = kAlgorithms[at(0) % std::size(kAlgorithms)];
  const auto kek = SecretBytes::from_hex("00112233445566778899AABBCCDDEEFF").value();
  const auto rest = bytes.substr(3);
  const std::size_t check_size = at(1) % (rest.size() + 1);
  if (const auto taken = unwrap_key(algorithm, kek, rest.substr(check_size), rest.substr(0, check_size))) require(wrap_key(algorithm, kek, *taken).value() == rest.substr(check_size), "a key that was taken and is another one than was sent");
  // The same bytes as a key of ours: it arrives, and with one byte changed it does not.
  const auto key = secret(rest);
  auto wrapped = wrap_key(algorithm, kek, key);
  if (!wrapped) return;
  const auto check = key_check_value(algorithm, key).value();
  if (!unwrap_key(algorithm, kek, *wrapped, check)) return;  // a weak one
  wrapped->at(at(1) % wrapped->size()) ^= static_cast<char>(at(2) | 1);
  require(!unwrap_key(algorithm, kek, *wrapped, check), "a key that was changed on its way and is taken");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace iso = payment_channels::iso8583;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try_key(bytes);
  if (const auto bill = iso::parse_bill_data(bytes, 48)) require(bytes.size() > 999 || static_cast<bool>(iso::format_bill_data(*bill, 48)), "a bill that is read and cannot be written");
  return 0;
}

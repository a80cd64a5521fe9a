// Bytes that nobody meant, made from good messages: every truncation, and changes that are the same for everybody because
// the numbers that they come from are fixed.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <string_view>

#include "modules/payment_channels/domain/iso8583/wire.hpp"

namespace mis::payment_channels::test {

inline constexpr std::uint32_t kSeed = 8583;
inline constexpr int kMutationsEach = 3000;

inline std::string mutated(std::string bytes, std::mt19937& chance) {
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

// What `check` complains of first, with the bytes in hexadecimal digits; empty where it has no complaint.
inline std::string first_wrong(const std::string& good, const std::function<std::string(std::string_view)>& check) {
  std::mt19937 chance(kSeed);
  for (std::size_t n = 0; n <= good.size(); ++n)
    if (const auto wrong = check(std::string_view(good).substr(0, n)); !wrong.empty()) return wrong + ": " + iso8583::wire::to_hex(good.substr(0, n));
  for (int i = 0; i < kMutationsEach; ++i) {
    const std::string bytes = mutated(good, chance);
    if (const auto wrong = check(bytes); !wrong.empty()) return wrong + ": " + iso8583::wire::to_hex(bytes);
  }
  return {};
}

}  // namespace mis::payment_channels::test

// Reproducible chance: the same numbers on every machine, with every compiler and with any number of threads.
//
// The standard library's distributions differ between implementations, so nothing of <random> is used here. Each thing in
// the county (an account, a meter in a month) has a stream of its own that depends only on the seed and on the thing;
// no stream is shared, so the order in which threads work cannot show in the rows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace mis::demo {

// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014): the output function.
constexpr std::uint64_t mix(std::uint64_t z) {
  z += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

// What a stream is for. Two purposes never share numbers, so adding a draw to one of them leaves the others as they were.
enum class Stream : std::uint64_t {
  kLayout = 1, kStaff, kCustomer, kAddress, kAgreement, kMeter, kLevel, kMonth, kFault, kChange, kLife, kMoney,
};

class Random {
 public:
  Random(std::uint64_t seed, Stream stream, std::uint64_t subject, std::uint64_t part = 0)
      : state_(mix(mix(mix(mix(seed) ^ static_cast<std::uint64_t>(stream)) ^ subject) ^ part)) {}

  constexpr std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    return mix(state_);
  }
  // A number in [0, n); the bias of the multiplication is below 2⁻⁴⁰ for every n used here.
  constexpr std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(((next() >> 32) * static_cast<std::uint64_t>(n)) >> 32);
  }
  constexpr std::int64_t between(std::int64_t low, std::int64_t high) { return low + below(high - low + 1); }
  // True in `ppm` of a million draws.
  constexpr bool chance_ppm(std::int64_t ppm) { return below(1'000'000) < ppm; }
  // Around 1,000, from 1,000 - spread to 1,000 + spread, the middle most often.
  constexpr std::int64_t around_permille(std::int64_t spread) {
    return 1'000 - spread + (below(2 * spread + 1) + below(2 * spread + 1)) / 2;
  }
  template <class T, std::size_t N>
  constexpr const T& pick(const std::array<T, N>& from) { return from[static_cast<std::size_t>(below(N))]; }

 private:
  std::uint64_t state_;
};

}  // namespace mis::demo

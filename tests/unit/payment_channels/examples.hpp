// What the tests of file formats share: inputs, protocol samples that lie beside the checkout, seeded mutations.
#pragma once

#include <catch2/catch.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

#include "modules/payment_channels/formats/channel_bytes.hpp"

namespace example {

inline mis::payment_channels::ChannelInput input(std::string_view text) { return mis::payment_channels::ChannelInput::of(text); }

// The collection of public schemas and samples; not in the repository. Tests that want it say so where it is missing, and the
// hand-written examples beside them hold all the same.
inline std::filesystem::path protocols() { return std::filesystem::path(WATTHOUR_SOURCE_DIR) / ".." / "shared" / "protocols"; }

inline bool have_protocols(int count, const char* what) {
  if (std::filesystem::exists(protocols() / "iso20022")) return true;
  WARN("expected the protocol samples beside the checkout but there are none; not checked: " << count << " " << what);
  return false;
}

inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Calls `read` with the text cut at every 97th byte and with seeded mutations: bytes changed, dropped, doubled, moved.
template <class Read>
void mutate(const std::string& text, int rounds, Read read) {
  for (std::size_t size = 0; size < text.size(); size += 97) read(text.substr(0, size));
  for (int seed = 0; seed < rounds; ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    std::string changed = text;
    const auto at = [&] { return changed.empty() ? std::size_t{0} : random() % changed.size(); };
    for (unsigned n = 1 + random() % 4; n > 0 && !changed.empty(); --n) {
      const std::size_t place = at();
      const std::size_t length = std::min<std::size_t>(1 + random() % 40, changed.size() - place);
      switch (random() % 5) {
        case 0: changed[place] = static_cast<char>(random()); break;
        case 1: changed.erase(place, length); break;
        case 2: changed.insert(at(), changed.substr(place, length)); break;
        case 3: changed[place] = "<>&|\n\"0-.9"[random() % 10]; break;
        case 4: std::swap(changed[place], changed[at()]); break;
      }
    }
    INFO("seed " << seed);
    read(changed);
  }
}

}  // namespace example

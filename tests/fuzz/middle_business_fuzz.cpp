// libFuzzer target of the middle-business decoders; see tests/fuzz/README.md.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/check_decoders.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string wrong = mis::payment_channels::fuzz::check_middle_business({reinterpret_cast<const char*>(data), size});
  if (wrong.empty()) return 0;
  std::fprintf(stderr, "found %s\n", wrong.c_str());
  std::abort();
}

// Writes the messages that fuzzing starts from, a file each: write_seeds iso8583|middle_business FOLDER
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/fuzz/check_decoders.hpp"

int main(int argc, char** argv) {
  namespace fuzz = mis::payment_channels::fuzz;
  if (argc != 3) {
    std::fprintf(stderr, "expected: write_seeds iso8583|middle_business FOLDER\n");
    return 2;
  }
  const auto seeds = std::string_view(argv[1]) == "iso8583" ? fuzz::iso8583_seeds() : fuzz::middle_business_seeds();
  std::filesystem::create_directories(argv[2]);
  int number = 0;
  for (const auto& seed : seeds) std::ofstream(std::filesystem::path(argv[2]) / std::to_string(number++), std::ios::binary) << seed;
  return 0;
}

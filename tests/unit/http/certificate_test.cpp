#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "mis/http/certificate.hpp"
#include "mis/http/digest.hpp"

namespace fs = std::filesystem;
using namespace mis::http;

namespace {
std::string text_of(const fs::path& file) {
  std::ostringstream out;
  out << std::ifstream(file).rdbuf();
  return out.str();
}
}  // namespace

TEST_CASE("the own certificate is made once, its key is for its owner only, and a broken one is made again") {
  const fs::path folder = fs::temp_directory_path() / ("watthour-tls-" + random_token(6));
  const auto files = own_certificate(folder / "tls");
  const std::string first = text_of(files.certificate);
  CHECK(first.starts_with("-----BEGIN CERTIFICATE-----"));
  struct stat status{};
  REQUIRE(::stat(files.key.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);

  own_certificate(folder / "tls");
  CHECK(text_of(files.certificate) == first);
  std::ofstream(files.certificate) << "cut off";
  own_certificate(folder / "tls");
  CHECK(text_of(files.certificate).starts_with("-----BEGIN CERTIFICATE-----"));
  CHECK(text_of(files.certificate) != first);
  fs::remove_all(folder);
}

TEST_CASE("a certificate that cannot be written says which file and why") {
  CHECK_THROWS_WITH(own_certificate("/proc/watthour/tls"), Catch::Contains("/proc/watthour"));
}

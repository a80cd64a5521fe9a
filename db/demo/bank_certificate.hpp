// The certificate that the demonstration's bank shows at the bank port: made once, kept in the data folder.
#pragma once

#include <filesystem>
#include <string>

namespace mis::demo {

struct BankCertificate {
  std::filesystem::path certificate, key;  // PEM; the key is readable by its owner only
  std::string sha256;                      // as a channel knows it
};

// Signed by itself, so it is its own authority. Throws std::runtime_error where it cannot be made, written or read.
BankCertificate bank_certificate(const std::filesystem::path& folder);

}  // namespace mis::demo

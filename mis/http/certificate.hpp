// The server's own certificate, for a house that has bought none: self-signed, so a browser asks once.
#pragma once

#include <filesystem>

namespace mis::http {

struct CertificateFiles {
  std::filesystem::path certificate;  // PEM
  std::filesystem::path key;          // PEM, readable by its owner only
};

// Gives the pair in `folder` and makes it first where it is missing or runs out within thirty days: an EC P-256 key and a
// certificate for localhost, the loopback addresses and this machine's name, valid for 825 days (what browsers accept).
// Throws std::runtime_error with the file and the reason.
CertificateFiles own_certificate(const std::filesystem::path& folder);

}  // namespace mis::http

// Certificates of banks, made by an authority that lives as long as one test.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace mis::net::test {

struct CertificateFiles {
  std::string certificate, key;
};

class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name);
  ~TestAuthority();
  std::string certificate_file() const;
  // A certificate for a client, signed by this authority; valid for a day, or since yesterday no longer.
  CertificateFiles issue(const std::string& common_name, bool expired = false) const;
  const std::filesystem::path& folder() const { return folder_; }

 private:
  struct Impl;
  std::filesystem::path folder_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mis::net::test

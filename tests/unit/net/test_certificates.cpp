#include "tests/unit/net/test_certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

#include "mis/http/digest.hpp"

namespace mis::net::test {
namespace {

constexpr long kDay = 86'400;

template <class T, void (*free_it)(T*)>
struct Freer {
  void operator()(T* p) const { free_it(p); }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509, X509_free>>;

void require(bool good) {
  if (!good) throw std::runtime_error("expected OpenSSL to make a test's certificate but it did not");
}

void extend(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION, X509_EXTENSION_free>> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

Certificate blank(const std::string& name, EVP_PKEY* key, long serial, bool expired) {
  Certificate certificate(X509_new());
  require(certificate != nullptr);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -2 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), expired ? -kDay : kDay);
  X509_set_pubkey(certificate.get(), key);
  require(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0) == 1);
  return certificate;
}

void write(const std::string& file, X509* certificate, EVP_PKEY* key) {
  std::FILE* out = std::fopen(file.c_str(), "w");
  require(out != nullptr);
  const bool written = certificate != nullptr ? PEM_write_X509(out, certificate) == 1 : PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr) == 1;
  std::fclose(out);
  require(written);
}

}  // namespace

struct TestAuthority::Impl {
  Key key;
  Certificate certificate;
  mutable long serial = 1;
};

TestAuthority::TestAuthority(const std::string& name)
    : folder_(std::filesystem::temp_directory_path() / ("watthour-net-" + http::random_token(6))), impl_(std::make_unique<Impl>()) {
  std::filesystem::create_directories(folder_);
  impl_->key.reset(EVP_EC_gen("P-256"));
  impl_->certificate = blank(name, impl_->key.get(), 1, false);
  X509* x = impl_->certificate.get();
  X509_set_issuer_name(x, X509_get_subject_name(x));
  extend(x, x, NID_basic_constraints, "critical,CA:TRUE");
  extend(x, x, NID_key_usage, "critical,keyCertSign");
  require(X509_sign(x, impl_->key.get(), EVP_sha256()) > 0);
  write(certificate_file(), x, nullptr);
}

TestAuthority::~TestAuthority() { std::filesystem::remove_all(folder_); }

std::string TestAuthority::certificate_file() const { return (folder_ / "authority.crt").string(); }

CertificateFiles TestAuthority::issue(const std::string& common_name, bool expired) const {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate = blank(common_name, key.get(), ++impl_->serial, expired);
  X509* x = certificate.get();
  X509_set_issuer_name(x, X509_get_subject_name(impl_->certificate.get()));
  extend(x, impl_->certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
  extend(x, impl_->certificate.get(), NID_ext_key_usage, "clientAuth");
  require(X509_sign(x, impl_->key.get(), EVP_sha256()) > 0);
  const CertificateFiles files{(folder_ / (common_name + ".crt")).string(), (folder_ / (common_name + ".key")).string()};
  write(files.certificate, x, nullptr);
  write(files.key, nullptr, key.get());
  return files;
}

}  // namespace mis::net::test

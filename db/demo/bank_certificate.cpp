#include "db/demo/bank_certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

#include "mis/http/digest.hpp"

namespace mis::demo {
namespace {

constexpr long kTenYears = 3'650L * 24 * 3'600;

template <class T, void (*free_it)(T*)>
struct Freer {
  void operator()(T* p) const { free_it(p); }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509, X509_free>>;
struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closer>;

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("expected to ") + what + " of the demonstration's bank but it cannot be done");
}

void extend(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION, X509_EXTENSION_free>> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "make the certificate");
}

void make(const BankCertificate& files) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  require(key && certificate, "make the certificate");
  X509* x = certificate.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  X509_gmtime_adj(X509_getm_notBefore(x), -24L * 3'600);
  X509_gmtime_adj(X509_getm_notAfter(x), kTenYears);
  X509_set_pubkey(x, key.get());
  X509_NAME* name = X509_get_subject_name(x);
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>("demonstration bank"), -1, -1, 0) == 1, "name the certificate");
  X509_set_issuer_name(x, name);
  extend(x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  extend(x, NID_key_usage, "critical,digitalSignature,keyCertSign");
  extend(x, NID_ext_key_usage, "clientAuth");
  require(X509_sign(x, key.get(), EVP_sha256()) > 0, "sign the certificate");
  {
    const auto mask = umask(077);
    const File out(std::fopen(files.key.c_str(), "w"));
    umask(mask);
    require(out && PEM_write_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1, "write the key");
  }
  // Under another name until it is whole: whoever is killed meanwhile leaves none.
  const auto unfinished = files.certificate.string() + ".new";
  {
    const File out(std::fopen(unfinished.c_str(), "w"));
    require(out && PEM_write_X509(out.get(), x) == 1 && std::fflush(out.get()) == 0, "write the certificate");
  }
  std::filesystem::rename(unfinished, files.certificate);
}

std::string fingerprint(const std::filesystem::path& file) {
  const File in(std::fopen(file.c_str(), "r"));
  require(in != nullptr, "read the certificate");
  const Certificate certificate(PEM_read_X509(in.get(), nullptr, nullptr, nullptr));
  require(certificate != nullptr, "read the certificate");
  unsigned char* bytes = nullptr;
  const int length = i2d_X509(certificate.get(), &bytes);
  require(length > 0, "read the certificate");
  const std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
  OPENSSL_free(bytes);
  return http::sha256_hex(der);
}

}  // namespace

BankCertificate bank_certificate(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  BankCertificate files{folder / "bank.pem", folder / "bank.key", {}};
  // The certificate is written last: where it is, its key is too.
  if (!std::filesystem::exists(files.certificate)) make(files);
  files.sha256 = fingerprint(files.certificate);
  return files;
}

}  // namespace mis::demo

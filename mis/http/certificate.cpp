#include "mis/http/certificate.hpp"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>

namespace mis::http {
namespace {

constexpr long kSecondsPerDay = 86'400;
constexpr long kValidDays = 825;
constexpr long kRenewDays = 30;

template <class T, void (*free_it)(T*)>
struct Freer {
  void operator()(T* p) const { free_it(p); }
};
void free_bio(BIO* bio) { BIO_free(bio); }
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509, X509_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO, free_bio>>;

void require(bool good, const char* what) {
  if (good) return;
  char reason[200];
  ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
  throw std::runtime_error(std::string("expected OpenSSL to ") + what + " but: " + reason);
}

std::string host_name() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0) return "localhost";
  for (const char c : std::string_view(name)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    if (!plain) return "localhost";
  }
  return name;
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION, X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "add a certificate extension");
}

// Signed by itself and marked as an authority of depth 0, so that a client which is given the file can trust it.
Certificate make_certificate(EVP_PKEY* key) {
  Certificate certificate(X509_new());
  require(certificate != nullptr, "make a certificate");
  X509* x = certificate.get();
  X509_set_version(x, 2);
  unsigned char serial[16];
  require(RAND_bytes(serial, sizeof serial) == 1, "draw a serial number");
  serial[0] &= 0x7F;
  std::unique_ptr<BIGNUM, Freer<BIGNUM, BN_free>> number(BN_bin2bn(serial, sizeof serial, nullptr));
  require(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(x)), "set the serial number");
  // An hour back, for clients whose clocks are a little behind.
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), kValidDays * kSecondsPerDay);
  require(X509_set_pubkey(x, key) == 1, "set the public key");
  const std::string host = host_name();
  X509_NAME* name = X509_get_subject_name(x);
  const auto text = [](const char* s) { return reinterpret_cast<const unsigned char*>(s); };
  require(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, text("Watthour"), -1, -1, 0) == 1 &&
              X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text("localhost"), -1, -1, 0) == 1,
          "set the certificate's name");
  X509_set_issuer_name(x, name);
  add_extension(x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(x, NID_key_usage, "critical,digitalSignature,keyCertSign");
  add_extension(x, NID_ext_key_usage, "serverAuth");
  add_extension(x, NID_subject_key_identifier, "hash");
  add_extension(x, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1,DNS:" + host);
  require(X509_sign(x, key, EVP_sha256()) > 0, "sign the certificate");
  return certificate;
}

std::string pem_of(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

// Written beside and moved into place, so that a start that was cut off leaves no half of a file.
void write_file(const std::filesystem::path& file, const std::string& text, mode_t mode) {
  const std::filesystem::path fresh = file.string() + ".new";
  std::filesystem::remove(fresh);
  const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  const bool written = descriptor >= 0 && ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(descriptor) == 0;
  const int reason = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!written) throw std::runtime_error("expected to write " + file.string() + " but: " + std::strerror(reason));
  std::filesystem::rename(fresh, file);
}

bool is_good_for_a_while(const CertificateFiles& files) {
  if (!std::filesystem::exists(files.key)) return false;
  Bio bio(BIO_new_file(files.certificate.c_str(), "r"));
  if (!bio) {
    ERR_clear_error();
    return false;
  }
  const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) {
    ERR_clear_error();
    return false;
  }
  int days = 0, seconds = 0;
  return ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate.get())) == 1 && days >= kRenewDays;
}

}  // namespace

CertificateFiles own_certificate(const std::filesystem::path& folder) {
  const CertificateFiles files{folder / "server.crt", folder / "server.key"};
  if (is_good_for_a_while(files)) return files;
  std::filesystem::create_directories(folder);
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
  const Key key(EVP_EC_gen("P-256"));
  require(key != nullptr, "make a key");
  const Certificate certificate = make_certificate(key.get());
  const Bio key_text(BIO_new(BIO_s_mem())), certificate_text(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1 &&
              PEM_write_bio_X509(certificate_text.get(), certificate.get()) == 1,
          "write the certificate");
  write_file(files.key, pem_of(key_text), 0600);
  write_file(files.certificate, pem_of(certificate_text), 0644);
  return files;
}

}  // namespace mis::http

// RSA keys and certificates that the tests make for themselves.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace example {

struct KeyPair {
  std::string private_pem, public_pem, certificate_pem;
};

inline std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

inline KeyPair make_keys(unsigned bits = 2048, long serial = 0x5157F09E) {
  KeyPair keys;
  EVP_PKEY* key = EVP_RSA_gen(bits);
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  keys.private_pem = text_of(bio);
  bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(bio, key);
  keys.public_pem = text_of(bio);
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  keys.certificate_pem = text_of(bio);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return keys;
}

// Made once: making one takes a moment.
inline const KeyPair& our_keys() {
  static const KeyPair keys = make_keys();
  return keys;
}
inline const KeyPair& their_keys() {
  static const KeyPair keys = make_keys(2048, 0x7FABCDEF);
  return keys;
}

// The base64 inside a PEM, as Alipay's tools show keys.
inline std::string bare(std::string pem) {
  pem.erase(0, pem.find('\n') + 1);
  pem.erase(pem.find("-----END"));
  std::erase(pem, '\n');
  return pem;
}

}  // namespace example

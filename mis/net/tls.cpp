#include "mis/net/tls.hpp"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <functional>
#include <memory>
#include <stdexcept>

namespace mis::net {
namespace {

constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";  // of TLS 1.2; all of TLS 1.3 are good

struct FreeX509 {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

using Step = std::function<void(std::error_code&)>;

void require(const std::string& file, const char* what, const Step& step) {
  std::error_code error;
  step(error);
  if (error) throw std::runtime_error("expected " + std::string(what) + " in " + (file.empty() ? "a file" : file) + " but: " + error.message());
}

void restrict_protocol(asio::ssl::context& context) {
  SSL_CTX* raw = context.native_handle();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(raw, kCiphers);
  // A resumed session would skip the look at the client's certificate; renegotiation costs us more than the peer.
  SSL_CTX_set_options(raw, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(raw, 0);
}

void use_own(asio::ssl::context& context, const std::string& certificate, const std::string& key) {
  require(certificate, "a certificate", [&](std::error_code& e) { context.use_certificate_chain_file(certificate, e); });
  require(key, "the certificate's key", [&](std::error_code& e) { context.use_private_key_file(key, asio::ssl::context::pem, e); });
  if (SSL_CTX_check_private_key(context.native_handle()) != 1) throw std::runtime_error("expected the key of " + certificate + " in " + key + " but found another one");
}

}  // namespace

asio::ssl::context server_context(const ServerTls& tls) {
  asio::ssl::context context(asio::ssl::context::tls_server);
  restrict_protocol(context);
  use_own(context, tls.certificate_file, tls.key_file);
  if (tls.client_ca_file.empty()) return context;
  require(tls.client_ca_file, "certificates of those who sign clients'", [&](std::error_code& e) { context.load_verify_file(tls.client_ca_file, e); });
  context.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
  SSL_CTX_set_client_CA_list(context.native_handle(), SSL_load_client_CA_file(tls.client_ca_file.c_str()));
  return context;
}

asio::ssl::context client_context(const ClientTls& tls) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  restrict_protocol(context);
  require(tls.server_ca_file, "the certificate of who signs the server's", [&](std::error_code& e) { context.load_verify_file(tls.server_ca_file, e); });
  context.set_verify_mode(asio::ssl::verify_peer);
  if (!tls.certificate_file.empty()) use_own(context, tls.certificate_file, tls.key_file);
  return context;
}

void read_certificate(SSL* connection, Peer& peer) {
  const std::unique_ptr<X509, FreeX509> certificate(SSL_get1_peer_certificate(connection));
  if (!certificate) return;
  const std::unique_ptr<BIO, FreeBio> text(BIO_new(BIO_s_mem()));
  if (text && X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate.get()), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(text.get(), &data);
    peer.certificate_subject.assign(data, static_cast<std::size_t>(size));
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (X509_digest(certificate.get(), EVP_sha256(), digest.data(), &size) != 1) return;
  constexpr char kDigits[] = "0123456789abcdef";
  for (unsigned int i = 0; i < size; ++i) {
    peer.certificate_sha256 += kDigits[digest[i] >> 4];
    peer.certificate_sha256 += kDigits[digest[i] & 15];
  }
}

std::string verification_text(SSL* connection) {
  const long result = SSL_get_verify_result(connection);
  return result == X509_V_OK ? std::string{} : std::string(X509_verify_cert_error_string(result));
}

}  // namespace mis::net

// The other end of a FramedServer, blocking and one request at a time: for simulators, tests, and calls to a bank.
//
// Errors tell what is known: "net.connect" and "net.tls" mean that nothing was sent; "net.timeout", "net.closed" and
// "net.protocol" on the way back mean that the request may have been carried out. Those are to be asked about, not sent again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mis/base/result.hpp"
#include "mis/net/framer.hpp"

namespace mis::net {

// Files are PEM. TLS 1.2 at least.
struct ClientTls {
  std::string server_ca_file;    // who signs the server's certificate
  std::string server_name;       // that the certificate must bear, "localhost"; a name, or an address
  std::string certificate_file;  // the client's own, with its key; empty: none
  std::string key_file;
};

struct FramedClientOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  bool tls_wanted = true;
  ClientTls tls;
  int connect_ms = 5'000;  // with the handshake
  int answer_ms = 30'000;  // for one whole frame, to or from the server
  std::size_t max_frame_bytes = 1 << 20;
};

// Not for several threads at once.
class FramedClient {
 public:
  static Result<FramedClient> connect(const FramedClientOptions& options, Framer framer);
  ~FramedClient();
  FramedClient(FramedClient&&) noexcept;
  FramedClient& operator=(FramedClient&&) noexcept;

  Status send(std::string_view bytes);  // any number of frames, or a part of one
  Result<std::string> receive();        // the next whole frame
  Result<std::string> call(std::string_view frame);
  // Sends no more but still receives.
  void finish_sending();
  void close();

 private:
  struct Impl;
  explicit FramedClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mis::net

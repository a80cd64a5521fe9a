// The HTTPS server: listens, keeps a thread a connection, stops cleanly.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "mis/registry.hpp"
#include "mis/security/caller.hpp"

namespace mis::http {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8443;  // 0: any free one
  std::filesystem::path certificate = {};
  std::filesystem::path key = {};
  std::filesystem::path static_dir = {};  // the built terminals; empty for none
  int max_threads = 700;
  int read_deadline_ms = 15'000;
  int write_deadline_ms = 60'000;
  int keep_alive_ms = 75'000;
  int max_connections_per_address = 100;
  bool limit_loopback = false;
  int max_streams = 200;
  int max_stream_seconds = 600;
  int stop_grace_ms = 10'000;
};

class Server {
 public:
  // Listens when it returns. The registry and the callers outlive the server. TLS 1.2 or newer, never plain HTTP. Throws
  // std::runtime_error that names the address or file where it cannot listen or read its certificate.
  Server(ServerOptions options, const Registry& registry, security::CallerSource& callers);
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  // Takes no new connections, lets what is being answered finish (for `stop_grace_ms`), then closes. Safe to call twice.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// SIGINT and SIGTERM as something to wait for. Make it first of all in main: threads that are started later inherit that
// the signals do not interrupt them. SIGPIPE is ignored from then on.
class StopSignals {
 public:
  StopSignals();
  int wait();                     // the signal
  bool wait_for(int timeout_ms);  // true where one came
};

}  // namespace mis::http

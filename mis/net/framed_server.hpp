// A port for machines that keep a connection and send framed messages: banks. Thousands of connections wait in one thread;
// the work on their messages is done by a bounded pool, so that a slow database delays answers and never the network.
// Not for browsers: that is mis/http.
//
// Fairness: the pool takes requests from owners (banks) in turn, one each, and of an owner from its connections in turn. So
// somebody who sends a thousand at once, or over four hundred connections, waits for himself and not others for him. Nobody can
// make the server hold much: frames have a greatest size, a connection has so many requests in flight and is not read from while
// it has them, connections are counted by owner, and by address as long as they have not shown whose they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mis/net/framer.hpp"

namespace mis::net {

// Files are PEM. TLS 1.2 at least; no tickets and no renegotiation.
struct ServerTls {
  std::string certificate_file;  // the server's own chain
  std::string key_file;
  std::string client_ca_file;    // who signs clients' certificates; empty: clients need none
};

struct FramedServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one, see FramedServer::port
  bool tls_wanted = true;  // false is for private lines and tests only
  ServerTls tls;

  int workers = 4;
  int max_connections = 4000;         // of known owners, in all
  int max_per_owner = 1000;
  int kept_per_owner = 16;            // an owner may have so many even where all of max_connections are taken
  int max_handshakes = 512;           // of nobody yet; a further one takes the place of the oldest, since an honest one is over in milliseconds
  int max_per_address = 64;           // likewise, of one address (of IPv6: one /64); of all connections where nobody tells owners
  int handshakes_per_minute = 1200;   // of one address: a handshake costs us more than it costs the other side
  std::size_t max_frame_bytes = 8192;
  int max_in_flight = 16;       // requests of one connection that are not answered yet; answered in their order
  int max_parallel = 4;         // of these at work at once; 1 where a bank counts on one after the other
  int max_parallel_of_owner = 0;  // of all of an owner's connections; 0: as many as there are workers
  int handshake_ms = 10'000;
  int frame_ms = 15'000;        // from a frame's first byte to its last
  int idle_ms = 300'000;        // banks send an echo every minute or so
  int write_ms = 30'000;        // for a peer to take its answers
  int stop_grace_ms = 10'000;   // how long stop() lets requests in flight be finished and answered
};

// Whom a connection belongs to. The certificate's fields are empty where there is none.
struct Peer {
  std::uint64_t connection = 0;  // counts up; never used twice in one run
  std::string address;
  std::uint16_t port = 0;
  std::string certificate_subject;  // RFC 2253: "CN=bank-01,O=…"
  std::string certificate_sha256;   // 64 lower-case hex digits of the whole certificate
  std::string owner;                // as Hooks::owner_of told; the address where nobody tells
};

struct Answer {
  std::string bytes;   // empty: nothing is sent
  bool close = false;  // after the bytes
};

// Works on one whole frame, in a thread of the pool, at the same time as others; the bytes are there until it returns. What it throws closes the connection
// unanswered and is told to Hooks::failed: the peer then knows that it does not know.
using Handler = std::function<Answer(const Peer& peer, std::string_view frame)>;

enum class CloseReason : std::uint8_t {
  kPeerClosed, kAnswerSaidSo, kProtocolError, kFrameTooLarge, kHandshakeFailed, kPeerRefused, kHandshakeTimeout, kFrameTimeout,
  kIdleTimeout, kWriteTimeout, kNetworkError, kHandlerFailed, kStopped, kDisplaced,
};
std::string_view to_text(CloseReason reason);  // "peer_closed"
enum class RefusalReason : std::uint8_t { kTooManyConnections, kTooManyFromAddress, kTooManyOfOwner, kTooFast };
std::string_view to_text(RefusalReason reason);

// What an operator counts. Each may be empty. Called from the network's thread or a worker's, so they must be quick and
// safe to call from both.
struct Hooks {
  std::function<void(const Peer&)> opened;                       // after the handshake
  std::function<void(const Peer&, CloseReason, std::string_view detail)> closed;  // without `opened` where the handshake failed
  std::function<void(std::string_view address, RefusalReason)> refused;
  std::function<void(const Peer&)> received;                     // a whole frame stands in the queue, or is at work
  std::function<void(const Peer&, std::int64_t waited_us, std::int64_t worked_us)> worked;
  std::function<void(const Peer&, std::string_view what)> failed;
  std::function<void(const Peer&)> answer_lost;                  // the work is done but its connection is gone
  // Asked after the handshake, in the network's thread: whose the connection is. Nothing closes it: a certificate that is good
  // but nobody's whom we know. Owners have turns and places of their own.
  std::function<std::optional<std::string>(const Peer&)> owner_of;
};

class FramedServer {
 public:
  // Listens and starts its threads. Throws std::runtime_error with the reason where it cannot: address in use,
  // certificate unreadable, limits that make no sense.
  FramedServer(FramedServerOptions options, Framer framer, Handler handler, Hooks hooks = {});
  ~FramedServer();  // stops
  FramedServer(const FramedServer&) = delete;
  FramedServer& operator=(const FramedServer&) = delete;

  std::uint16_t port() const;

  // Listens no longer, reads no further frames, lets those that it has be finished and answered, then cuts the rest.
  // Returns when no handler runs any more; a handler that never returns holds it up. May be called twice.
  void stop();

  struct Load {
    int connections = 0;
    int waiting = 0;  // requests that no worker has begun
  };
  Load load() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mis::net

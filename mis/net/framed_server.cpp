#include "mis/net/framed_server.hpp"

#include "mis/net/asio.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <vector>

#include "mis/net/connection.hpp"
#include "mis/net/tls.hpp"

namespace mis::net {
namespace {

constexpr int kBacklog = 1024;
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
constexpr int kLongestSweepMs = 500;
constexpr int kShortestSweepMs = 5;

using asio::ip::tcp;

void check(const FramedServerOptions& o, const Framer& framer, const Handler& handler) {
  const auto need = [](bool good, const char* what) {
    if (!good) throw std::runtime_error(std::string("expected a bank port with ") + what + " but its options say otherwise");
  };
  need(static_cast<bool>(framer) && static_cast<bool>(handler), "a framer and a handler");
  need(o.workers > 0, "at least one worker");
  need(o.max_connections > 0 && o.max_per_address > 0, "room for a connection");
  need(o.max_in_flight > 0 && o.max_parallel > 0, "room for a request");
  need(o.max_frame_bytes > 0, "room for a frame");
  need(o.handshake_ms > 0 && o.frame_ms > 0 && o.idle_ms > 0 && o.write_ms > 0 && o.stop_grace_ms >= 0, "time limits above nothing");
}

// Often enough that the shortest limit is kept within a quarter of it.
std::chrono::milliseconds sweep_period(const FramedServerOptions& o) {
  const int shortest = std::min(std::min(o.handshake_ms, o.frame_ms), std::min(o.idle_ms, o.write_ms));
  return std::chrono::milliseconds(std::clamp(shortest / 4, kShortestSweepMs, kLongestSweepMs));
}

}  // namespace

std::string_view to_text(CloseReason reason) {
  switch (reason) {
    case CloseReason::kPeerClosed: return "peer_closed";
    case CloseReason::kAnswerSaidSo: return "answer_said_so";
    case CloseReason::kProtocolError: return "protocol_error";
    case CloseReason::kFrameTooLarge: return "frame_too_large";
    case CloseReason::kHandshakeFailed: return "handshake_failed";
    case CloseReason::kPeerRefused: return "peer_refused";
    case CloseReason::kHandshakeTimeout: return "handshake_timeout";
    case CloseReason::kFrameTimeout: return "frame_timeout";
    case CloseReason::kIdleTimeout: return "idle_timeout";
    case CloseReason::kWriteTimeout: return "write_timeout";
    case CloseReason::kNetworkError: return "network_error";
    case CloseReason::kHandlerFailed: return "handler_failed";
    case CloseReason::kStopped: return "stopped";
  }
  return "";
}

std::string_view to_text(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::kTooManyConnections: return "too_many_connections";
    case RefusalReason::kTooManyFromAddress: return "too_many_from_address";
  }
  return "";
}

struct FramedServer::Impl {
  Impl(FramedServerOptions o, Framer f, Handler h, Hooks k)
      : options(std::move(o)),
        framer(std::move(f)),
        handler(std::move(h)),
        hooks(std::move(k)),
        tls(options.tls_wanted ? std::optional<asio::ssl::context>(server_context(options.tls)) : std::nullopt),
        queue(options.max_parallel),
        share{options, framer, handler, hooks, io, tls ? &*tls : nullptr, queue, [this](Connection& c) { forget(c); }} {
    listen();
    accept();
    sweep();
    network = std::thread([this] { io.run(); });
    for (int i = 0; i < options.workers; ++i) workers.emplace_back([this] { work(); });
  }

  void listen() {
    std::error_code error;
    const auto address = asio::ip::make_address(options.address, error);
    if (error) throw std::runtime_error("expected an address to listen on but found " + options.address);
    const tcp::endpoint endpoint(address, options.port);
    const auto step = [&](auto&& call) {
      call();
      if (error) throw std::runtime_error("expected to listen on " + options.address + ":" + std::to_string(options.port) + " but: " + error.message());
    };
    step([&] { acceptor.open(endpoint.protocol(), error); });
    step([&] { acceptor.set_option(tcp::acceptor::reuse_address(true), error); });
    step([&] { acceptor.bind(endpoint, error); });
    step([&] { acceptor.listen(kBacklog, error); });
    listening_port = acceptor.local_endpoint().port();
  }

  void accept() {
    acceptor.async_accept([this](const std::error_code& error, tcp::socket socket) {
      if (stopping) return;
      if (!error) {
        admit(std::move(socket));
        accept();
        return;
      }
      // No descriptor left, most likely. At once again would only keep the thread busy until there is one.
      accept_pause.expires_after(kAcceptPause);
      accept_pause.async_wait([this](const std::error_code& cancelled) {
        if (!cancelled && !stopping) accept();
      });
    });
  }

  void admit(tcp::socket socket) {
    std::error_code error;
    const tcp::endpoint remote = socket.remote_endpoint(error);
    if (error) return;  // gone already
    Peer peer;
    peer.connection = ++last_connection;
    peer.address = remote.address().to_string();
    peer.port = remote.port();
    const auto refuse = [&](RefusalReason reason) {
      if (hooks.refused) hooks.refused(peer.address, reason);
    };
    if (static_cast<int>(connections.size()) >= options.max_connections) return refuse(RefusalReason::kTooManyConnections);
    int& here = by_address[peer.address];
    if (here >= options.max_per_address) return refuse(RefusalReason::kTooManyFromAddress);
    ++here;
    auto connection = std::make_shared<Connection>(share, std::move(socket), peer);
    connections.emplace(peer.connection, connection);
    open = static_cast<int>(connections.size());
    connection->start();
  }

  void forget(Connection& connection) {
    const auto found = by_address.find(connection.peer().address);
    if (found != by_address.end() && --found->second <= 0) by_address.erase(found);
    connections.erase(connection.peer().connection);
    open = static_cast<int>(connections.size());
    if (stopping && connections.empty()) finish();
  }

  // With nothing left to wait for, the network's thread ends.
  void finish() {
    sweeper.cancel();
    accept_pause.cancel();
    grace.cancel();
    guard.reset();
  }

  void sweep() {
    sweeper.expires_after(sweep_period(options));
    sweeper.async_wait([this](const std::error_code& cancelled) {
      if (cancelled) return;
      const auto now = std::chrono::steady_clock::now();
      for (const auto& connection : all()) connection->check_deadline(now);
      if (!(stopping && connections.empty())) sweep();
    });
  }

  // A copy: closing one takes it out of the map.
  std::vector<std::shared_ptr<Connection>> all() const {
    std::vector<std::shared_ptr<Connection>> list;
    list.reserve(connections.size());
    for (const auto& [id, connection] : connections) list.push_back(connection);
    return list;
  }

  void work() {
    while (auto taken = queue.take()) {
      taken->task();
      taken->task = nullptr;  // before done(): the last hold on a connection may be in it
      queue.done(taken->owner);
    }
  }

  void begin_to_stop() {
    stopping = true;
    std::error_code ignored;
    acceptor.close(ignored);
    if (connections.empty()) {
      finish();
      return;
    }
    grace.expires_after(std::chrono::milliseconds(options.stop_grace_ms));
    grace.async_wait([this](const std::error_code& cancelled) {
      if (cancelled) return;
      for (const auto& connection : all()) connection->close(CloseReason::kStopped);
    });
    for (const auto& connection : all()) connection->drain();
  }

  void stop() {
    const std::lock_guard lock(stop_mutex);
    if (!network.joinable()) return;
    asio::post(io, [this] { begin_to_stop(); });
    network.join();
    queue.close();
    for (auto& worker : workers) worker.join();
    workers.clear();
    // What workers finished after the last connection was cut: told as lost rather than forgotten.
    io.restart();
    io.poll();
  }

  const FramedServerOptions options;
  const Framer framer;
  const Handler handler;
  const Hooks hooks;
  std::optional<asio::ssl::context> tls;
  // All that follows up to `connections` is the network thread's.
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard{io.get_executor()};
  tcp::acceptor acceptor{io};
  asio::steady_timer accept_pause{io}, sweeper{io}, grace{io};
  FairQueue queue;
  ConnectionShare share;
  bool stopping = false;
  std::uint64_t last_connection = 0;
  std::map<std::string, int> by_address;
  std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> connections;

  std::uint16_t listening_port = 0;
  std::atomic<int> open{0};
  std::thread network;
  std::vector<std::thread> workers;
  std::mutex stop_mutex;
};

FramedServer::FramedServer(FramedServerOptions options, Framer framer, Handler handler, Hooks hooks) {
  check(options, framer, handler);
  impl_ = std::make_unique<Impl>(std::move(options), std::move(framer), std::move(handler), std::move(hooks));
}

FramedServer::~FramedServer() { stop(); }

std::uint16_t FramedServer::port() const { return impl_->listening_port; }

void FramedServer::stop() { impl_->stop(); }

FramedServer::Load FramedServer::load() const { return {impl_->open.load(), impl_->queue.waiting()}; }

}  // namespace mis::net
